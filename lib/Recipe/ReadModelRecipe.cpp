//===- ReadModelRecipe.cpp - Model recipes from names and files -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReadYAML.h"

#include "sdq/Recipe/ModelRecipe.h"

#include "llvm/ADT/Twine.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace sdq;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

namespace {

/// Reads the parts of a file.
class ModelReader {
public:
  explicit ModelReader(const YAMLTree &tree) : tree(tree) {}

  Expected<ModelRecipe> read() {
    const YAMLNode &root = tree.root();
    ModelRecipe model;
    // A recipe by itself is one for all weights.
    if (root.kind == YAMLNode::Kind::Mapping && !root.find("recipe") && !root.find("ignore") &&
        !root.find("overrides")) {
      if (Error failure = readInto(root, model.recipe))
        return failure;
      return model;
    }
    if (Error failure = checkMapping(root, "a recipe file", {"recipe", "ignore", "overrides"}, {"recipe"}))
      return failure;
    if (Error failure = readInto(*root.find("recipe"), model.recipe))
      return failure;
    if (const YAMLNode *ignore = root.find("ignore"))
      if (Error failure = readPatterns(*ignore, model.ignore))
        return failure;
    if (const YAMLNode *overrides = root.find("overrides")) {
      if (overrides->kind != YAMLNode::Kind::Sequence)
        return expected(*overrides, "a list of overrides");
      for (const YAMLNode &item : overrides->items)
        if (Error failure = readOverride(item, model.overrides.emplace_back()))
          return failure;
    }
    return model;
  }

private:
  Error expected(const YAMLNode &node, const Twine &what) {
    return tree.error(node.place, "expected " + what + ", found " + node.describe() + " (recipe_c14)");
  }

  Error checkMapping(const YAMLNode &node, StringRef what, llvm::ArrayRef<StringRef> keys,
                     llvm::ArrayRef<StringRef> required) {
    if (node.kind != YAMLNode::Kind::Mapping)
      return expected(node, what + " to be a mapping with the key '" + required.front() + "'");
    if (Error failure = checkKeys(tree, node, keys))
      return failure;
    for (StringRef key : required)
      if (!node.find(key))
        return tree.error(node.place, "expected the key '" + key + "' (recipe_c14)");
    return Error::success();
  }

  Error readInto(const YAMLNode &node, Recipe &recipe) {
    Expected<Recipe> read = readRecipe(tree, node);
    if (!read)
      return read.takeError();
    recipe = std::move(*read);
    return Error::success();
  }

  Error readPatterns(const YAMLNode &node, std::vector<LayerPattern> &patterns) {
    if (node.kind != YAMLNode::Kind::Sequence)
      return expected(node, "a list of names of layers");
    for (const YAMLNode &item : node.items) {
      if (item.kind != YAMLNode::Kind::Scalar)
        return expected(item, "the name of a layer");
      Expected<LayerPattern> pattern = LayerPattern::parse(item.text);
      if (!pattern)
        return tree.error(item.place, llvm::toString(pattern.takeError()) + " (recipe_c15)");
      patterns.push_back(std::move(*pattern));
    }
    return Error::success();
  }

  Error readOverride(const YAMLNode &node, ModelRecipe::Override &override) {
    if (Error failure = checkMapping(node, "an override", {"targets", "recipe"}, {"targets", "recipe"}))
      return failure;
    const YAMLNode &targets = *node.find("targets");
    if (Error failure = readPatterns(targets, override.targets))
      return failure;
    if (override.targets.empty())
      return tree.error(targets.place, "expected at least one target, found none (recipe_c14)");
    return readInto(*node.find("recipe"), override.recipe);
  }

  const YAMLTree &tree;
};

} // namespace

Expected<ModelRecipe> sdq::parseYAML(llvm::MemoryBufferRef buffer) {
  Expected<YAMLTree> tree = YAMLTree::parse(buffer);
  if (!tree)
    return tree.takeError();
  return ModelReader(*tree).read();
}

Expected<ModelRecipe> sdq::readModelRecipe(StringRef text) {
  if (text.ends_with(".yaml") || text.ends_with(".yml") || text.ends_with(".json")) {
    auto buffer = llvm::MemoryBuffer::getFile(text, /*IsText=*/true);
    if (!buffer)
      return llvm::createStringError("cannot read the recipe '" + text + "': " + buffer.getError().message());
    return parseYAML(**buffer);
  }
  if (text.starts_with("{"))
    return parseYAML({text, "recipe"});
  Expected<Recipe> recipe = parseRecipe(text);
  if (!recipe)
    return recipe.takeError();
  return ModelRecipe{std::move(*recipe), {}, {}};
}
