//===- WeightPasses.h - The passes a recipe stands for ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_PIPELINES_WEIGHTPASSES_H
#define SDQ_LIB_PIPELINES_WEIGHTPASSES_H

#include "sdq/Pipelines/Compress.h"

#include "mlir/Pass/PassManager.h"

namespace sdq {

/// Adds the passes that make of one `sdq.parameter` what `recipe` says, and verify it.
void buildWeightPasses(mlir::OpPassManager &weights, const Recipe &recipe, const CompressOptions &options);

} // namespace sdq

#endif // SDQ_LIB_PIPELINES_WEIGHTPASSES_H
