//===- ModelRecipe.h - Which weight of a model gets which recipe -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A model has one recipe, weights that are left alone, and weights with a recipe of their own. In YAML:
//
//   recipe: SDQ-W7:8-1:8int8-6:8fp4            # a name, or a mapping of the sections in sdq/Recipe/Recipe.h
//   ignore: [lm_head]
//   overrides:
//     - targets: ['re:.*layers\.(0|31)\..*']
//       recipe: W8-g128
//     - targets: [down_proj, o_proj]
//       recipe:
//         name: SDQ-W7:8-1:8int8-6:8fp4        # what it starts from
//         quantize: {group_size: 32}
//
// Weights are said in the words of Hugging Face's compressed-tensors:
//
//   model.layers.0.mlp.down_proj     the module of that name; its weight may be called `….weight`
//   down_proj, mlp.down_proj         every module whose path ends so
//   Linear                           every weight: each is a linear module's
//   re:.*layers\.(0|31)\..*          POSIX extended regular expression, from the first letter on, to anywhere
//
// `ignore` comes before `overrides`, and of the overrides the first that matches counts: the special before the
// general.
//
// **Constraints**, beside those of recipes
// - (recipe_c14) a file is a mapping with the key `recipe` and perhaps `ignore` and `overrides`, or a recipe by itself;
// an
//   override has `targets` and `recipe`, and at least one target.
// - (recipe_c15) a target is a name, or a regular expression behind `re:`.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_RECIPE_MODELRECIPE_H
#define SDQ_RECIPE_MODELRECIPE_H

#include "sdq/Recipe/Recipe.h"

#include "llvm/Support/MemoryBufferRef.h"

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
  std::vector<Recipe *> all();
};

/// The model recipe that `text` stands for: a recipe's name; a file whose name ends in .yaml, .yml or .json; the
/// content of one in flow style, `{…}`. Errors name file, line and column, what was expected and what was found.
llvm::Expected<ModelRecipe> readModelRecipe(llvm::StringRef text);

/// Reads what a file would hold.
llvm::Expected<ModelRecipe> parseYAML(llvm::MemoryBufferRef buffer);

/// All of it as YAML, every default spelled out, sections in the order of the pipeline. Reads back the same.
std::string printYAML(const ModelRecipe &model);

} // namespace sdq

#endif // SDQ_RECIPE_MODELRECIPE_H
