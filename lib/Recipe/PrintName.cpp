//===- PrintName.cpp - Recipes to recipe names ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Words.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace sdq;

/// The name that says most of a recipe; where it does not say all, reading it back shows.
static std::string nearestName(const Recipe &recipe) {
  std::string name;
  llvm::raw_string_ostream out(name);
  if (recipe.format) {
    out << *recipe.format;
  } else if (recipe.sparsify) {
    auto [n, m] = recipe.sparsify->pattern;
    out << "SDQ-W" << n << ':' << m << (recipe.sparsify->pairwise ? "p" : "");
    for (const Recipe::Term &term : recipe.terms)
      out << '-' << term.pattern->n << ':' << m << wordOf(kTypeWords, term.type);
    if (recipe.quantize.vector == 0)
      out << "-qK";
    else if (recipe.quantize.vector != Recipe::Quantize().vector)
      out << "-q" << recipe.quantize.vector;
    if (recipe.activations.bits)
      out << "-a" << recipe.activations.bits;
  } else if (recipe.codebook) {
    out << (recipe.codebook->solver == "lnq" ? "LNQ-w" : "SqueezeLLM-w") << recipe.codebook->bits;
    if (recipe.outliers)
      out << "-s" << printDecimal(recipe.outliers->percent);
  } else if (!recipe.terms.empty()) {
    out << 'W' << bitWidth(recipe.terms.front().type);
    if (recipe.quantize.vector)
      out << "-g" << recipe.quantize.vector;
    if (recipe.activations.bits != Recipe::Activations().bits)
      out << "-a" << recipe.activations.bits;
  } else {
    out << "dense";
  }
  return name;
}

std::optional<std::string> sdq::nameOf(const Recipe &recipe) {
  std::string name = nearestName(recipe);
  llvm::Expected<Recipe> same = parseRecipe(name);
  if (!same) {
    llvm::consumeError(same.takeError());
    return std::nullopt;
  }
  return *same == recipe ? std::optional(std::move(name)) : std::nullopt;
}
