//===- WeightPasses.cpp - The passes a recipe stands for -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightPasses.h"

#include "sdq/Dialect/SDQ/Transforms/Passes.h"

using namespace mlir;
using namespace sdq;

namespace {

std::string patternOf(int64_t n, int64_t m) { return std::to_string(n) + ":" + std::to_string(m); }

/// One pass list for each family of recipes.
struct PassList {
  OpPassManager &weights;
  const CompressOptions &options;

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

void sdq::buildWeightPasses(OpPassManager &weights, const Recipe &recipe, const CompressOptions &options) {
  std::visit(PassList{weights, options}, recipe);
  weights.addPass(createVerifyWeights());
}
