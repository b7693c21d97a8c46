//===- PrintYAML.cpp - Recipes to YAML ------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fields.h"

#include "sdq/Recipe/ModelRecipe.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/YAMLParser.h"
#include "llvm/Support/raw_ostream.h"

using namespace sdq;
using llvm::StringRef;

namespace {

/// A scalar that every YAML reader takes for this text: 7:8 is a number to some.
std::string quoted(StringRef text) {
  if (llvm::any_of(text, [](unsigned char c) { return c < 32 || c == 127; }))
    return "\"" + llvm::yaml::escape(text) + "\"";
  bool plain = !text.empty() && llvm::isAlpha(text[0]) && !llvm::yaml::parseBool(text) &&
               !text.equals_insensitive("null") &&
               llvm::all_of(text, [](char c) { return llvm::isAlnum(c) || StringRef("_-.").contains(c); });
  if (plain)
    return text.str();
  std::string escaped = "'";
  for (char c : text)
    escaped += c == '\'' ? "''" : std::string(1, c);
  return escaped + "'";
}

std::string print(const Recipe::Pattern &value) {
  return quoted(std::to_string(value.n) + ":" + std::to_string(value.m));
}
std::string print(bool value) { return value ? "true" : "false"; }
std::string print(const std::string &value) { return quoted(value); }
std::string print(double value) { return printDecimal(value); }
std::string print(unsigned value) { return std::to_string(value); }
std::string print(Inputs value) { return value.count ? std::to_string(value.count) : kWholeRow.str(); }
template <typename T>
std::string print(Choice<T> value) {
  return llvm::find_if(value.table, [&](const Word<T> &each) { return each.value == value.value; })->word.str();
}

/// Prints the fields of one section as "{key: value, …}", those of a recipe with `separator` between its sections.
class SectionPrinter {
public:
  explicit SectionPrinter(StringRef separator) : separator(separator) {}

  void alias(StringRef, StringRef) {}
  template <typename T>
  void required(StringRef key, T &&field) {
    add(key, print(field));
  }
  template <typename T>
  void optional(StringRef key, T &&field) {
    add(key, print(field));
  }
  template <typename T>
  void optional(StringRef key, std::optional<T> &field) {
    if (field)
      add(key, print(*field));
  }
  template <typename T>
  void section(StringRef key, std::optional<T> &field) {
    if (field)
      section(key, *field);
  }
  template <typename T>
  void section(StringRef key, T &field) {
    add(key, flow(field));
  }
  void section(StringRef key, std::vector<Recipe::Term> &terms) {
    std::vector<std::string> list;
    for (Recipe::Term &term : terms)
      list.push_back(flow(term));
    add(key, "[" + llvm::join(list, ", ") + "]");
  }

  std::string text;

private:
  template <typename T>
  static std::string flow(T &section) {
    SectionPrinter printer(", ");
    visitFields(printer, section);
    return "{" + printer.text + "}";
  }
  void add(StringRef key, const std::string &value) {
    if (!text.empty())
      text += separator;
    text += (key + ": " + value).str();
  }

  StringRef separator;
};

std::string printSections(Recipe recipe, StringRef separator) {
  SectionPrinter printer(separator);
  visitFields(printer, recipe);
  return printer.text;
}

std::string printPatterns(const std::vector<LayerPattern> &patterns) {
  std::vector<std::string> list;
  for (const LayerPattern &pattern : patterns)
    list.push_back(quoted(pattern.text()));
  return "[" + llvm::join(list, ", ") + "]";
}

} // namespace

std::string sdq::printRecipe(const Recipe &recipe) {
  if (std::optional<std::string> name = nameOf(recipe))
    return *name;
  return "{" + printSections(recipe, ", ") + "}";
}

std::string sdq::printYAML(const ModelRecipe &model) {
  std::string text = "recipe:\n  " + printSections(model.recipe, "\n  ") + "\n";
  text += "ignore: " + printPatterns(model.ignore) + "\n";
  text += "overrides:" + std::string(model.overrides.empty() ? " []\n" : "\n");
  for (const ModelRecipe::Override &each : model.overrides)
    text += "  - targets: " + printPatterns(each.targets) + "\n    recipe:\n      " +
            printSections(each.recipe, "\n      ") + "\n";
  return text;
}
