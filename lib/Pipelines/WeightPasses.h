//===- WeightPasses.h - The passes a recipe stands for ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_PIPELINES_WEIGHTPASSES_H
#define SDQ_LIB_PIPELINES_WEIGHTPASSES_H

#include "sdq/Recipe/Recipe.h"

#include "mlir/Pass/PassManager.h"

namespace sdq {

/// Adds the passes that make of one `sdq.parameter` what `recipe` says, and verify it. `calibration`: the path of the
/// file of statistics, or empty.
void buildWeightPasses(mlir::OpPassManager &weights, const Recipe &recipe, const std::string &calibration);

} // namespace sdq

#endif // SDQ_LIB_PIPELINES_WEIGHTPASSES_H
