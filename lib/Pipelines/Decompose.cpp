//===- Decompose.cpp - The pipeline from matmuls to compressed weights -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Pipelines/Decompose.h"

#include "sdq/Dialect/SDQ/Transforms/Passes.h"
#include "sdq/Frontend/Passes.h"

#include "mlir/Pass/PassRegistry.h"

using namespace mlir;
using namespace sdq;

void sdq::buildRaise(OpPassManager &manager, const DecomposeOptions &options) {
  RaiseOptions raise;
  raise.minSize = options.minSize;
  raise.ignore = {options.ignore.begin(), options.ignore.end()};
  raise.remarks = options.remarks;
  manager.addPass(createRaise(raise));
}

void sdq::buildCompress(OpPassManager &manager, std::shared_ptr<const ModelRecipe> model,
                        const DecomposeOptions &options, CompressionObserver *observer) {
  manager.addPass(createCheckRecipe(CheckRecipeOptions{options.recipe}, model));
  // The passes have the recipes; their options say them again, for whoever prints the pipeline (crash reproducers do).
  CompressOptions compress;
  compress.recipe = options.recipe;
  compress.metric = options.metric;
  compress.unweighted = options.unweighted;
  compress.calibration = options.calibration;
  manager.addNestedPass<ParameterOp>(createCompress(compress, model, observer));
  if (llvm::any_of(model->all(), [](const Recipe *recipe) { return recipe->activations.bits != 16; }))
    manager.addPass(createQuantizeActivations({/*bits=*/16, /*granularity=*/"vector"}));
}

void sdq::registerDecompose() {
  registerPassPipeline(
      "sdq-decompose", "Raise matmuls by constants and compress their weights by a recipe",
      [](OpPassManager &manager, StringRef text, function_ref<LogicalResult(const Twine &)> emitError) {
        DecomposeOptions options;
        if (failed(options.parseFromString(text)))
          return failure();
        llvm::Expected<std::shared_ptr<const ModelRecipe>> model =
            resolveRecipe(options.recipe, options.metric, options.unweighted);
        if (!model)
          return emitError(llvm::toString(model.takeError()));
        buildRaise(manager, options);
        buildCompress(manager, *model, options);
        return success();
      },
      [](function_ref<void(const mlir::detail::PassOptions &)> show) {
        DecomposeOptions options;
        show(options);
      });
}
