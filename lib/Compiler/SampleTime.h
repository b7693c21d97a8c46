//===- SampleTime.h - How long rows take ------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_COMPILER_SAMPLETIME_H
#define SDQ_LIB_COMPILER_SAMPLETIME_H

#include "sdq/Dialect/SDQ/IR/SDQ.h"
#include "sdq/Recipe/Recipe.h"

namespace sdq {

/// Compresses and measures some rows of a weight as `recipe` says, without statistics, and returns the seconds that a
/// row took. The error is what the passes say; nothing is emitted.
llvm::Expected<double> timeRows(ParameterOp parameter, const Recipe &recipe);

} // namespace sdq

#endif // SDQ_LIB_COMPILER_SAMPLETIME_H
