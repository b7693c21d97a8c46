//===- ModelRecipe.h - Which weight of a model gets which recipe -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A model has one recipe, weights that are left alone, and weights with a recipe of their own. Weights are said in the
// words of Hugging Face's compressed-tensors:
//
//   model.layers.0.mlp.down_proj     the module of that name; its weight may be called `….weight`
//   down_proj, mlp.down_proj         every module whose path ends so
//   Linear                           every weight: each is a linear module's
//   re:.*layers\.(0|31)\..*          POSIX extended regular expression, from the first letter on, to anywhere
//
// `ignore` comes before `overrides`, and of the overrides the first that matches counts: the special before the
// general.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_RECIPE_MODELRECIPE_H
#define SDQ_RECIPE_MODELRECIPE_H

#include "sdq/Recipe/Recipe.h"

#include <memory>

namespace llvm {
class Regex;
}

namespace sdq {

/// Says which weights are meant. Matching is thread-safe.
class LayerPattern {
public:
  /// Errors: an empty text, or a regular expression that is none (what is wrong with it, without the text).
  static llvm::Expected<LayerPattern> parse(llvm::StringRef text);
  llvm::StringRef text() const { return source; }
  bool matches(llvm::StringRef weight) const;
  bool operator==(const LayerPattern &other) const { return source == other.source; }

private:
  std::string source;
  std::shared_ptr<const llvm::Regex> regex;
};

/// The recipes of all weights of a model.
struct ModelRecipe {
  struct Override {
    std::vector<LayerPattern> targets;
    Recipe recipe;
    bool operator==(const Override &) const = default;
  };

  /// Where nothing below says otherwise.
  Recipe recipe;
  /// Weights to leave as they are.
  std::vector<LayerPattern> ignore;
  std::vector<Override> overrides;
  bool operator==(const ModelRecipe &) const = default;

  /// The recipe of a weight, by the name that the model has for it. Valid as long as this is.
  const Recipe &of(llvm::StringRef weight) const;
  /// The recipe, and those of all overrides.
  std::vector<const Recipe *> all() const;
};

/// The model recipe that a recipe's name stands for.
llvm::Expected<ModelRecipe> readModelRecipe(llvm::StringRef name);

} // namespace sdq

#endif // SDQ_RECIPE_MODELRECIPE_H
