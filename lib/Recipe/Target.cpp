//===- Target.cpp - The format a recipe ends in, and its throughput -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Recipe/Recipe.h"

#include <algorithm>

using namespace sdq;

namespace {

/// Builds the target of each kind of recipe.
struct Target {
  Shape shape;
  const DenseFormat &imported;

  int64_t vectorOr(int64_t vector) const { return vector ? vector : shape.columns; }

  Format operator()(const SDQRecipe &recipe) const {
    std::vector<Format> terms;
    for (const SDQRecipe::Term &term : recipe.terms) {
      Encoding encoding{term.type};
      if (isQuantized(term.type))
        encoding = {term.type, vectorOr(recipe.vector), ScaleKind::E4M3};
      terms.push_back(NMFormat{term.n, recipe.m, recipe.pairwiseTerms(), encoding});
    }
    if (terms.size() == 1)
      return terms.front();
    return SumFormat{std::move(terms)};
  }
  Format operator()(const SqueezeLLMRecipe &recipe) const {
    LUTFormat codebook{recipe.bits, ElementKind::F16};
    if (recipe.percent == 0)
      return codebook;
    return SumFormat{{CSRFormat{ElementKind::F16}, codebook}};
  }
  Format operator()(const RoundRecipe &recipe) const {
    ElementKind element = recipe.bits == 4 ? ElementKind::Int4 : ElementKind::Int8;
    return DenseFormat{{element, vectorOr(recipe.group), ScaleKind::F16}};
  }
  Format operator()(const DenseRecipe &) const { return imported; }
};

/// Sums d_t / s_t, the time of each kind of recipe in units of dense 16-bit time.
struct Time {
  unsigned activationBits;

  double term(double density, unsigned bits) const {
    unsigned wider = std::max(bits, activationBits);
    return density / (wider <= 4 ? 4 : wider <= 8 ? 2 : 1);
  }
  double operator()(const SDQRecipe &recipe) const {
    double time = 0;
    for (const SDQRecipe::Term &each : recipe.terms)
      time += term(double(each.n) / double(recipe.m), bitWidth(each.type));
    return time;
  }
  double operator()(const SqueezeLLMRecipe &recipe) const { return term(1, 16) + term(recipe.percent / 100, 16); }
  double operator()(const RoundRecipe &recipe) const { return term(1, recipe.bits); }
  double operator()(const DenseRecipe &) const { return term(1, 16); }
};

} // namespace

Format sdq::targetFormat(const Recipe &recipe, Shape shape, const DenseFormat &imported) {
  return std::visit(Target{shape, imported}, recipe);
}

double sdq::effectiveThroughput(const Recipe &recipe, unsigned activationBits) {
  return 1 / std::visit(Time{activationBits}, recipe);
}

unsigned sdq::activationBits(const Recipe &recipe) {
  const auto *sdq = std::get_if<SDQRecipe>(&recipe);
  return sdq ? sdq->activationBits : 16;
}
