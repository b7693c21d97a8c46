//===- Compress.h - Each weight by its own recipe ---------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_PIPELINES_COMPRESS_H
#define SDQ_PIPELINES_COMPRESS_H

#include "sdq/Dialect/SDQ/IR/SDQ.h"
#include "sdq/Recipe/ModelRecipe.h"

#include "mlir/Pass/Pass.h"

namespace sdq {

#define GEN_PASS_DECL
#include "sdq/Pipelines/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "sdq/Pipelines/Passes.h.inc"

/// Stands beside the compression of each weight: it may have the finished weight from elsewhere, and hears of every
/// weight that is finished here. Called on the threads of the pass manager, for different parameters at once.
class CompressionObserver {
public:
  virtual ~CompressionObserver() = default;
  /// Before anything is done to the parameter. True: the parameter now has its final format and parts, and no pass
  /// runs. Failure, with an error emitted, ends the compression.
  virtual mlir::FailureOr<bool> restore(ParameterOp parameter, const Recipe &recipe) { return false; }
  /// After the recipe's passes have succeeded and the parts were verified; not after a restoration. Failure as above.
  virtual mlir::LogicalResult finished(ParameterOp parameter, const Recipe &recipe) { return mlir::success(); }
};

/// The pass `sdq-compress` with the recipes of `model` in place of what its options stand for, and an observer that
/// outlives the pass.
std::unique_ptr<mlir::Pass> createCompress(CompressOptions options, std::shared_ptr<const ModelRecipe> model,
                                           CompressionObserver *observer = nullptr);

/// The pass `sdq-check-recipe`, likewise.
std::unique_ptr<mlir::Pass> createCheckRecipe(CheckRecipeOptions options, std::shared_ptr<const ModelRecipe> model);

/// The recipes that `text` stands for (readModelRecipe), with `metric` in place of theirs unless it is empty, and
/// codebooks unweighted where that is asked for.
llvm::Expected<std::shared_ptr<const ModelRecipe>> resolveRecipe(llvm::StringRef text, llvm::StringRef metric = "",
                                                                 bool unweighted = false);

/// The name that the model has for a parameter's weight: what recipes match and calibrations know.
llvm::StringRef weightName(ParameterOp parameter);

} // namespace sdq

#endif // SDQ_PIPELINES_COMPRESS_H
