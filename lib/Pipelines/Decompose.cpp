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

namespace {

std::string patternOf(int64_t n, int64_t m) { return std::to_string(n) + ":" + std::to_string(m); }

/// One pass list for each family of recipes.
struct Compressor {
  OpPassManager &module;
  OpPassManager &weights;
  const DecomposeOptions &options;

  void operator()(const DenseRecipe &) {}

  void operator()(const SDQRecipe &recipe) {
    SparsifyOptions sparsify;
    sparsify.pattern = patternOf(recipe.n, recipe.m);
    sparsify.pairwise = recipe.pairwise;
    sparsify.metric = options.metric;
    sparsify.calibration = options.calibration;
    weights.addPass(createSparsify(sparsify));

    ArrayRef<SDQRecipe::Term> terms = recipe.terms;
    for (auto [i, term] : llvm::enumerate(terms.drop_back())) {
      ExtractOutliersOptions extract;
      extract.pattern = patternOf(term.n, recipe.m);
      if (i + 2 == terms.size())
        extract.rest = patternOf(terms.back().n, recipe.m);
      extract.metric = options.metric;
      extract.calibration = options.calibration;
      weights.addPass(createExtractOutliers(extract));
    }

    QuantizeOptions quantize;
    for (const SDQRecipe::Term &term : terms)
      quantize.types.push_back(name(term.type).str());
    quantize.vector = recipe.vector;
    weights.addPass(createQuantize(quantize));
    if (recipe.activationBits != 16)
      module.addPass(createQuantizeActivations({recipe.activationBits}));
  }

  void operator()(const SqueezeLLMRecipe &recipe) {
    if (recipe.percent > 0) {
      ExtractOutliersOptions extract;
      extract.percent = recipe.percent;
      extract.sensitive = recipe.sensitivePercent();
      extract.calibration = options.calibration;
      extract.unweighted = options.unweighted;
      weights.addPass(createExtractOutliers(extract));
    }
    QuantizeOptions quantize;
    quantize.codebook = recipe.bits;
    quantize.calibration = options.calibration;
    quantize.unweighted = options.unweighted;
    weights.addPass(createQuantize(quantize));
  }

  void operator()(const RoundRecipe &recipe) {
    QuantizeOptions quantize;
    quantize.types = {name(recipe.bits == 4 ? ElementKind::Int4 : ElementKind::Int8).str()};
    quantize.vector = recipe.group;
    quantize.scale = name(ElementKind::F16).str();
    weights.addPass(createQuantize(quantize));
  }
};

} // namespace

void sdq::buildRaise(OpPassManager &manager, const DecomposeOptions &options) {
  RaiseOptions raise;
  raise.minSize = options.minSize;
  raise.ignore = {options.ignore.begin(), options.ignore.end()};
  manager.addPass(createRaise(raise));
}

void sdq::buildCompress(OpPassManager &manager, const Recipe &recipe, const DecomposeOptions &options) {
  OpPassManager &weights = manager.nest<ParameterOp>();
  std::visit(Compressor{manager, weights, options}, recipe);
  // The nested manager's place in the list is before the module passes that the compressor added.
  weights.addPass(createVerifyWeights());
}

void sdq::registerDecompose() {
  registerPassPipeline(
      "sdq-decompose", "Raise matmuls by constants and compress their weights by a recipe",
      [](OpPassManager &manager, StringRef text, function_ref<LogicalResult(const Twine &)> emitError) {
        DecomposeOptions options;
        if (failed(options.parseFromString(text)))
          return failure();
        llvm::Expected<Recipe> recipe = parseRecipe(options.recipe);
        if (!recipe)
          return emitError(llvm::toString(recipe.takeError()));
        // Also where the recipe chooses nothing by it.
        if (options.metric != "magnitude" && options.metric != "fisher")
          return emitError("expected a metric of magnitude or fisher, found '" + options.metric + "'");
        buildRaise(manager, options);
        buildCompress(manager, *recipe, options);
        return success();
      },
      [](function_ref<void(const mlir::detail::PassOptions &)> show) {
        DecomposeOptions options;
        show(options);
      });
}
