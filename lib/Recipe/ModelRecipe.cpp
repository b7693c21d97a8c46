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
  static const Recipe leftAlone = DenseRecipe();
  auto matches = [&](const LayerPattern &pattern) { return pattern.matches(weight); };
  if (llvm::any_of(ignore, matches))
    return leftAlone;
  auto own = llvm::find_if(overrides, [&](const Override &each) { return llvm::any_of(each.targets, matches); });
  return own == overrides.end() ? recipe : own->recipe;
}

std::vector<const Recipe *> ModelRecipe::all() const {
  std::vector<const Recipe *> recipes = {&recipe};
  for (const Override &each : overrides)
    recipes.push_back(&each.recipe);
  return recipes;
}

llvm::Expected<ModelRecipe> sdq::readModelRecipe(StringRef name) {
  llvm::Expected<Recipe> recipe = parseRecipe(name);
  if (!recipe)
    return recipe.takeError();
  return ModelRecipe{*recipe, {}, {}};
}
