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

/// Attributes of a raised `sdq.parameter`, for writing decoded weights back into the model it came from: the name that
/// the constant had, and (a unit) that it was stored inputs × outputs. Absent where the constant had no name.
inline constexpr llvm::StringLiteral kOriginAttr = "sdq.origin";
inline constexpr llvm::StringLiteral kOriginTransposedAttr = "sdq.origin_transposed";

} // namespace sdq

#endif // SDQ_FRONTEND_PASSES_H
