//===- ModelRecipe.cpp - Which weight of a model gets which recipe --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Recipe/ModelRecipe.h"

#include "llvm/ADT/STLExtras.h"

using namespace sdq;
using llvm::StringRef;

const Recipe &ModelRecipe::of(StringRef weight) const {
  static const Recipe leftAlone = {};
  auto matches = [&](const LayerPattern &pattern) { return pattern.matches(weight); };
  if (llvm::any_of(ignore, matches))
    return leftAlone;
  auto own = llvm::find_if(overrides, [&](const Override &each) { return llvm::any_of(each.targets, matches); });
  return own == overrides.end() ? recipe : own->recipe;
}

/// The recipes of a model recipe, constant or not.
template <typename Pointer, typename Model>
static std::vector<Pointer> recipesOf(Model &model) {
  std::vector<Pointer> recipes = {&model.recipe};
  for (auto &each : model.overrides)
    recipes.push_back(&each.recipe);
  return recipes;
}
std::vector<const Recipe *> ModelRecipe::all() const { return recipesOf<const Recipe *>(*this); }
std::vector<Recipe *> ModelRecipe::all() { return recipesOf<Recipe *>(*this); }
