//===- Print.cpp - Recipes to recipe names --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Names.h"

#include "sdq/Recipe/Recipe.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <charconv>

using namespace sdq;

namespace {

/// The shortest decimal that reads back as `value`, without an exponent.
std::string shortest(double value) {
  char buffer[400]; // 10^-324 and every digit after it fit
  auto [end, failure] = std::to_chars(buffer, std::end(buffer), value, std::chars_format::fixed);
  return std::string(buffer, end);
}

struct Printer {
  llvm::raw_ostream &out;

  void operator()(const SDQRecipe &recipe) const {
    out << "SDQ-W" << recipe.n << ':' << recipe.m << (recipe.pairwise ? "p" : "");
    for (const SDQRecipe::Term &term : recipe.terms) {
      const TypeName *type = llvm::find_if(kTypeNames, [&](const TypeName &name) { return name.kind == term.type; });
      out << '-' << term.n << ':' << recipe.m << type->word;
    }
    if (recipe.vector == 0)
      out << "-qK";
    else if (recipe.vector != kDefaultVector)
      out << "-q" << recipe.vector;
    if (recipe.activationBits)
      out << "-a" << recipe.activationBits;
  }
  void operator()(const SqueezeLLMRecipe &recipe) const {
    out << "SqueezeLLM-w" << recipe.bits;
    if (recipe.percent > 0)
      out << "-s" << shortest(recipe.percent);
  }
  void operator()(const RoundRecipe &recipe) const {
    out << 'W' << recipe.bits;
    if (recipe.group)
      out << "-g" << recipe.group;
  }
  void operator()(const DenseRecipe &) const { out << "dense"; }
};

} // namespace

std::string sdq::printRecipe(const Recipe &recipe) {
  std::string name;
  llvm::raw_string_ostream out(name);
  std::visit(Printer{out}, recipe);
  return name;
}
