//===- Passes.h - From a model's matmuls to sdq -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_FRONTEND_PASSES_H
#define SDQ_FRONTEND_PASSES_H

#include "mlir/Pass/Pass.h"

namespace sdq {

#define GEN_PASS_DECL
#include "sdq/Frontend/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "sdq/Frontend/Passes.h.inc"

} // namespace sdq

#endif // SDQ_FRONTEND_PASSES_H
