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
  manager.addPass(createRaise(raise));
}

void sdq::buildCompress(OpPassManager &manager, std::shared_ptr<const ModelRecipe> model,
                        const DecomposeOptions &options, CompressionObserver *observer) {
  CompressOptions compress;
  compress.calibration = options.calibration;
  compress.metric = options.metric;
  compress.unweighted = options.unweighted;
  manager.addNestedPass<ParameterOp>(createCompress(compress, model, observer));
  if (llvm::any_of(model->all(), [](const Recipe *recipe) { return activationBits(*recipe) != 16; }))
    manager.addPass(createQuantizeActivations({/*bits=*/16}));
}

void sdq::registerDecompose() {
  registerPassPipeline(
      "sdq-decompose", "Raise matmuls by constants and compress their weights by a recipe",
      [](OpPassManager &manager, StringRef text, function_ref<LogicalResult(const Twine &)> emitError) {
        DecomposeOptions options;
        if (failed(options.parseFromString(text)))
          return failure();
        llvm::Expected<ModelRecipe> recipe = readModelRecipe(options.recipe);
        if (!recipe)
          return emitError(llvm::toString(recipe.takeError()));
        buildRaise(manager, options);
        buildCompress(manager, std::make_shared<const ModelRecipe>(std::move(*recipe)), options);
        return success();
      },
      [](function_ref<void(const mlir::detail::PassOptions &)> show) {
        DecomposeOptions options;
        show(options);
      });
}
