//===- Passes.h - From sdq to linalg on packed constants --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CONVERSION_SDQTOLINALG_PASSES_H
#define SDQ_CONVERSION_SDQTOLINALG_PASSES_H

#include "mlir/Pass/Pass.h"

namespace sdq {

#define GEN_PASS_DECL
#include "sdq/Conversion/SDQToLinalg/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "sdq/Conversion/SDQToLinalg/Passes.h.inc"

} // namespace sdq

#endif // SDQ_CONVERSION_SDQTOLINALG_PASSES_H
