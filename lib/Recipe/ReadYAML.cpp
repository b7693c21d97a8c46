//===- ReadYAML.cpp - Recipes from YAML -----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReadYAML.h"

#include "Fields.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/YAMLParser.h"

#include <limits>

using namespace sdq;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

namespace {

/// What reading a recipe has come to: where its places are in the file, and the first error.
struct Reading {
  const YAMLTree &tree;
  llvm::StringMap<const char *> places;
  std::string error;

  void fail(const char *place, const Twine &message) {
    if (error.empty())
      error = llvm::toString(tree.error(place, message));
  }
  void expected(const YAMLNode &node, const Twine &what) {
    fail(node.place, "expected " + what + ", found " + node.describe() + " (recipe_c2)");
  }
};

void read(Reading &reading, const YAMLNode &node, Recipe::Pattern &value) {
  StringRef text = node.text;
  if (!consumePattern(text, value) || !text.empty())
    reading.expected(node, "a pattern such as 7:8");
}
void read(Reading &reading, const YAMLNode &node, bool &value) {
  std::optional<bool> read = llvm::yaml::parseBool(node.text);
  if (!read)
    return reading.expected(node, "true or false");
  value = *read;
}
void read(Reading &reading, const YAMLNode &node, std::string &value) {
  if (node.kind != YAMLNode::Kind::Scalar)
    return reading.expected(node, "a word");
  value = node.text;
}
void read(Reading &reading, const YAMLNode &node, double &value) {
  if (!parseDecimal(node.text, value))
    reading.expected(node, "a number such as 0.45");
}
void read(Reading &reading, const YAMLNode &node, unsigned &value) {
  uint64_t count;
  if (!parseCount(node.text, count) || count > std::numeric_limits<unsigned>::max())
    return reading.expected(node, "a whole number");
  value = unsigned(count);
}
void read(Reading &reading, const YAMLNode &node, Inputs value) {
  uint64_t count = 0;
  if (node.text != kWholeRow &&
      (!parseCount(node.text, count) || count < 1 || count > std::numeric_limits<int32_t>::max()))
    return reading.fail(node.place, "expected 1 to 2147483647 inputs a scale, or K for all of a row, found " +
                                        node.describe() + " (recipe_c8)");
  value.count = int64_t(count);
}
template <typename T>
void read(Reading &reading, const YAMLNode &node, Choice<T> value) {
  for (const Word<T> &each : value.table)
    if (each.word == node.text) {
      value.value = each.value;
      return;
    }
  llvm::SmallVector<StringRef> words;
  for (const Word<T> &each : value.table)
    words.push_back(each.word);
  reading.expected(node, alternatives(words));
}
template <typename T>
void read(Reading &reading, const YAMLNode &node, std::optional<T> &value) {
  read(reading, node, value.emplace());
}

/// Reads the fields of one section.
class SectionReader {
public:
  /// `amends`: a named recipe has the section already.
  SectionReader(Reading &reading, const YAMLNode &node, const Twine &place, bool amends)
      : reading(reading), node(node), place(place.str()), amends(amends) {
    if (node.kind != YAMLNode::Kind::Mapping)
      reading.expected(node, "a mapping");
    reading.places[this->place] = node.place;
  }

  void alias(StringRef key, StringRef word) { aliases[key] = word; }

  template <typename T>
  void optional(StringRef key, T &&field) {
    if (const YAMLNode *value = find(key))
      read(reading, *value, field);
  }
  template <typename T>
  void required(StringRef key, T &&field) {
    if (const YAMLNode *value = find(key))
      read(reading, *value, field);
    else if (!amends)
      reading.fail(node.place, "expected the key '" + key + "' (recipe_c2)");
  }
  template <typename T>
  void section(StringRef key, std::optional<T> &field) {
    if (const YAMLNode *value = find(key)) {
      bool amends = field.has_value();
      readSection(*value, placeOf(key), amends, amends ? *field : field.emplace());
    }
  }
  template <typename T>
  void section(StringRef key, T &field) {
    if (const YAMLNode *value = find(key))
      readSection(*value, placeOf(key), amends, field);
  }
  void section(StringRef key, std::vector<Recipe::Term> &terms) {
    const YAMLNode *value = find(key);
    if (!value)
      return;
    if (value->kind != YAMLNode::Kind::Sequence)
      return reading.expected(*value, "a list of terms");
    terms.clear();
    for (auto [i, item] : llvm::enumerate(value->items)) {
      readSection(item, placeOf(key) + "[" + std::to_string(i) + "]", /*amends=*/false, terms.emplace_back());
    }
  }

  void finish() {
    if (Error failure = checkKeys(reading.tree, node, known))
      if (std::string message = llvm::toString(std::move(failure)); reading.error.empty())
        reading.error = std::move(message);
  }
  /// For a key that is no field.
  const YAMLNode *find(StringRef key) {
    known.push_back(key);
    const YAMLNode *value = node.find(key);
    if (auto other = aliases.find(key); other != aliases.end()) {
      known.push_back(other->second);
      const YAMLNode *second = node.find(other->second);
      if (value && second)
        reading.fail(second->place, "expected either '" + key + "' or '" + other->second + "', found both (recipe_c2)");
      value = value ? value : second;
    }
    if (value)
      reading.places[placeOf(key)] = value->place;
    return value;
  }

private:
  std::string placeOf(StringRef key) const { return place.empty() ? key.str() : place + "." + key.str(); }

  template <typename T>
  void readSection(const YAMLNode &value, const Twine &place, bool amends, T &field) {
    SectionReader reader(reading, value, place, amends);
    visitFields(reader, field);
    reader.finish();
  }

  Reading &reading;
  const YAMLNode &node;
  std::string place;
  bool amends;
  llvm::SmallVector<StringRef> known;
  llvm::StringMap<StringRef> aliases;
};

} // namespace

Error sdq::checkKeys(const YAMLTree &tree, const YAMLNode &mapping, llvm::ArrayRef<StringRef> known) {
  for (const YAMLNode::Entry &entry : mapping.entries)
    if (!llvm::is_contained(known, entry.key))
      return tree.error(entry.place,
                        "expected a key of " + alternatives(known) + ", found '" + entry.key + "' (recipe_c2)");
  return Error::success();
}

Expected<Recipe> sdq::readRecipe(const YAMLTree &tree, const YAMLNode &node) {
  auto named = [&](const YAMLNode &name) -> Expected<Recipe> {
    if (name.kind != YAMLNode::Kind::Scalar)
      return tree.error(name.place,
                        "expected the name of a recipe or a mapping, found " + name.describe() + " (recipe_c2)");
    Expected<Recipe> recipe = parseRecipe(name.text);
    if (!recipe)
      return tree.error(name.place, llvm::toString(recipe.takeError()));
    return recipe;
  };
  if (node.kind != YAMLNode::Kind::Mapping)
    return named(node);

  Reading reading{tree, {}, {}};
  Recipe recipe;
  const YAMLNode *name = node.find("name");
  if (name) {
    Expected<Recipe> base = named(*name);
    if (!base)
      return base;
    recipe = std::move(*base);
  }
  SectionReader reader(reading, node, "", /*amends=*/name != nullptr);
  reader.find("name");
  visitFields(reader, recipe);
  reader.finish();
  if (!reading.error.empty())
    return llvm::createStringError(reading.error);

  if (!recipe.residual)
    for (Recipe::Term &term : llvm::drop_end(recipe.terms, recipe.terms.empty() ? 0 : 1))
      if (!term.metric)
        term.metric = kDefaultOutlierMetric;
  std::optional<RecipeViolation> wrong = verifyRecipe(recipe);
  if (!wrong)
    return recipe;
  // The nearest place that the file has: a section where the key is not given, the recipe where the section is not.
  StringRef place = wrong->place;
  while (!reading.places.count(place))
    place = place.take_front(place.find_last_of(".[") == StringRef::npos ? 0 : place.find_last_of(".["));
  return tree.error(reading.places[place], wrong->message + " (" + wrong->label + ")");
}
