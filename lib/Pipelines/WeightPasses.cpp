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

std::string patternOf(const Recipe::Pattern &pattern) {
  return std::to_string(pattern.n) + ":" + std::to_string(pattern.m);
}

/// The steps of a recipe as passes, in the order of the pipeline.
struct PassList {
  OpPassManager &weights;
  const Recipe &recipe;
  const std::string &calibration;

  void add() {
    if (recipe.outliers)
      extractGlobal(*recipe.outliers);
    if (recipe.sparsify)
      sparsify(*recipe.sparsify);
    if (recipe.residual)
      takeResiduals(*recipe.residual);
    else
      splitAndQuantize();
    if (recipe.codebook)
      quantizeToCodebook(*recipe.codebook);
    if (recipe.format)
      weights.addPass(createEncode({*recipe.format}));
    weights.addPass(createVerifyWeights());
  }

  void splitAndQuantize() {
    for (size_t i = 0; i + 1 < recipe.terms.size(); ++i)
      extractLocal(recipe.terms[i], i + 2 == recipe.terms.size());
    if (!recipe.terms.empty())
      quantize();
  }

  void sparsify(const Recipe::Sparsify &step) {
    SparsifyOptions options;
    options.pattern = patternOf(step.pattern);
    options.pairwise = step.pairwise;
    options.metric = step.metric;
    options.calibration = calibration;
    weights.addPass(createSparsify(options));
  }

  void extractGlobal(const Recipe::Outliers &step) {
    ExtractOutliersOptions options;
    options.percent = step.percent;
    options.sensitive = step.sensitive;
    options.unweighted = recipe.unweighted;
    options.calibration = calibration;
    weights.addPass(createExtractOutliers(options));
  }

  /// `last`: what is left is the last term.
  void extractLocal(const Recipe::Term &outliers, bool last) {
    ExtractOutliersOptions options;
    const Recipe::Term &rest = recipe.terms.back();
    options.pattern = patternOf(*outliers.pattern);
    if (last)
      options.rest = patternOf(*rest.pattern);
    options.metric = *outliers.metric;
    if (outliers.metric == "error") {
      options.types = {name(outliers.type).str(), name(rest.type).str()};
      options.vector = recipe.quantize.vector;
      options.scale = name(recipe.quantize.scale).str();
      options.weights = recipe.quantize.weights;
    }
    options.calibration = calibration;
    weights.addPass(createExtractOutliers(options));
  }

  void takeResiduals(const Recipe::Residual &step) {
    ResidualTermsOptions options;
    for (const Recipe::Term &term : recipe.terms) {
      options.patterns.push_back(patternOf(*term.pattern));
      options.types.push_back(name(term.type).str());
    }
    options.pairwise = step.pairwise;
    options.vector = recipe.quantize.vector;
    options.scale = name(recipe.quantize.scale).str();
    options.weights = recipe.quantize.weights;
    options.calibration = calibration;
    weights.addPass(createResidualTerms(options));
  }

  void quantize() {
    QuantizeOptions options;
    if (recipe.outliers)
      options.types.push_back(name(ElementKind::F16).str());
    for (const Recipe::Term &term : recipe.terms)
      options.types.push_back(name(term.type).str());
    options.vector = recipe.quantize.vector;
    options.scale = name(recipe.quantize.scale).str();
    options.scaleChoice = recipe.quantize.scaleChoice;
    // Elsewhere they may weigh what makes an outlier.
    if (recipe.quantizesByError())
      options.weights = recipe.quantize.weights;
    options.feedback = recipe.quantize.feedback;
    options.calibration = calibration;
    weights.addPass(createQuantize(options));
  }

  void quantizeToCodebook(const Recipe::Codebook &step) {
    QuantizeOptions options;
    options.codebook = step.bits;
    options.solver = step.solver;
    options.unweighted = recipe.unweighted;
    options.calibration = calibration;
    weights.addPass(createQuantize(options));
  }
};

} // namespace

void sdq::buildWeightPasses(OpPassManager &weights, const Recipe &recipe, const std::string &calibration) {
  PassList{weights, recipe, calibration}.add();
}
