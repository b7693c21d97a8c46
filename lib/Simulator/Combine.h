//===- Combine.h - Functions of two values that reductions repeat -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_SIMULATOR_COMBINE_H
#define SDQ_LIB_SIMULATOR_COMBINE_H

#include "Engine.h"

namespace sdq::simulator {

/// The new code from the old one and an operand's; wider than the type it may be.
using Combine = std::function<uint64_t(uint64_t, uint64_t)>;

/// The function of that name for codes of `type`, or of its elements: add, sub, mul, and, or, xor, nand, minsi, minui,
/// maxsi, maxui of integers; add, sub, mul, minnumf, maxnumf, minimumf, maximumf of floats, rounded to the type; xchg.
/// Also wrapping counters: uinc_wrap, udec_wrap (PTX: inc, dec). An error at `op` for others.
mlir::FailureOr<Combine> combinerOf(mlir::Operation *op, llvm::StringRef name, mlir::Type type);

} // namespace sdq::simulator

#endif // SDQ_LIB_SIMULATOR_COMBINE_H
