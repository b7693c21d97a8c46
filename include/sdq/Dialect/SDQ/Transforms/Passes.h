//===- Passes.h - Passes that refine weights -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_DIALECT_SDQ_TRANSFORMS_PASSES_H
#define SDQ_DIALECT_SDQ_TRANSFORMS_PASSES_H

#include "sdq/Dialect/SDQ/IR/SDQ.h"

#include "mlir/Pass/Pass.h"

namespace sdq {

#define GEN_PASS_DECL
#include "sdq/Dialect/SDQ/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "sdq/Dialect/SDQ/Transforms/Passes.h.inc"

} // namespace sdq

#endif // SDQ_DIALECT_SDQ_TRANSFORMS_PASSES_H
