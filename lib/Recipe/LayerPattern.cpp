//===- LayerPattern.cpp - Which weights are meant -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Recipe/ModelRecipe.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Regex.h"

using namespace sdq;
using llvm::StringRef;

/// The class of every module that has a weight of ours, in the words of Hugging Face.
static constexpr llvm::StringLiteral kEveryModule = "Linear";

llvm::Expected<LayerPattern> LayerPattern::parse(StringRef text) {
  LayerPattern pattern;
  pattern.source = text.str();
  if (text.empty())
    return llvm::createStringError("expected the name of a layer or re:<regular expression>, found nothing");
  if (!text.consume_front("re:"))
    return pattern;
  // Classes such as \d are Python's, not POSIX's: there the letter would stand for itself and match something else.
  for (size_t i = 0; i + 1 < text.size(); ++i)
    if (text[i] == '\\' && llvm::isAlnum(text[++i]) && !(text[i] >= '1' && text[i] <= '9'))
      return llvm::createStringError("expected a POSIX extended regular expression, where classes are written out as "
                                     "[0-9], found '\\" +
                                     text.substr(i, 1) + "'");
  pattern.regex = std::make_shared<const llvm::Regex>(text);
  std::string problem;
  if (!pattern.regex->isValid(problem))
    return llvm::createStringError("expected a regular expression after 're:', found '" + text + "': " + problem);
  return pattern;
}

bool LayerPattern::matches(StringRef weight) const {
  StringRef module = weight;
  module.consume_back(".weight");
  for (StringRef name : {weight, module}) {
    llvm::SmallVector<StringRef> found;
    // The leftmost match: one that begins with the name, if any does.
    if (regex && regex->match(name, &found) && found[0].data() == name.data())
      return true;
    if (!regex && name.ends_with(source) &&
        (name.size() == source.size() || name.drop_back(source.size()).ends_with(".")))
      return true;
  }
  return source == kEveryModule;
}
