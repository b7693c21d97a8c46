//===- ParseName.cpp - Recipe names to recipes ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Words.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

#include <limits>
#include <utility>

using namespace sdq;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

namespace {

/// Parses one name; every error quotes it.
class Parser {
public:
  explicit Parser(StringRef name) : name(name) { name.split(fields, '-'); }

  Expected<Recipe> parse() {
    if (Error failure = parseFamily())
      return failure;
    if (std::optional<RecipeViolation> wrong = verifyRecipe(recipe)) {
      StringRef field = fieldOf(wrong->place);
      return error(wrong->label, wrong->message + (field.empty() ? "" : " in '" + field.str() + "'"));
    }
    return std::move(recipe);
  }

private:
  Error error(StringRef label, const Twine &what) {
    return llvm::createStringError("recipe '" + name + "': " + what + " (" + label + ")");
  }
  Error unexpected(StringRef field) { return error("recipe_c2", "unexpected field '" + field + "'"); }

  /// The field that says what is at a place of the recipe; empty where several do.
  StringRef fieldOf(StringRef place) const {
    auto field = places.find(place);
    return field == places.end() ? "" : field->second;
  }

  Error parseFamily() {
    StringRef family = fields.front();
    if (name.starts_with("#")) {
      recipe.format = name.str();
      return Error::success();
    }
    if (family == "SDQ")
      return parseSDQ();
    if (family == "SqueezeLLM")
      return parseCodebook("kmeans");
    if (family == "LNQ")
      return parseCodebook("lnq");
    if (family == "dense")
      return fields.size() > 1 ? unexpected(fields[1]) : Error::success();
    if (family.size() > 1 && family[0] == 'W' && llvm::isDigit(family[1]))
      return parseRound();
    return error("recipe_c1", "unknown recipe; known are SDQ (SDQ-W7:8-1:8int8-6:8fp4), SqueezeLLM "
                              "(SqueezeLLM-w4-s0.45), LNQ (LNQ-w2-s0.45), W (W4-g128), dense, the text of a format "
                              "(#sdq.nm<2:4, f16>), and files that end in .yaml");
  }

  /// Inputs that share a scale, in a field such as `q128`.
  Error parseVector(StringRef field) {
    uint64_t count;
    StringRef digits = field.drop_front();
    if (digits.empty() || !llvm::all_of(digits, llvm::isDigit))
      return error("recipe_c2", "expected a number after '" + field.take_front() + "', found '" + field + "'");
    // Zero stands for the whole row in the structure, not in a name.
    if (!parseCount(digits, count) || count < 1 || count > std::numeric_limits<int32_t>::max())
      return error("recipe_c8", "expected 1 to 2147483647 inputs a scale, found '" + digits + "'");
    recipe.quantize.vector = int64_t(count);
    return Error::success();
  }

  /// Bits in a field such as `w4`; any number, for the caller to judge.
  Expected<unsigned> parseBits(StringRef field, StringRef digits) {
    uint64_t bits;
    if (!parseCount(digits, bits) || bits > std::numeric_limits<unsigned>::max())
      return error("recipe_c2", "expected a number of bits, found '" + field + "'");
    return unsigned(bits);
  }

  /// Takes `N:M` from the front of `text`, a part of `field`.
  Error parsePattern(StringRef field, StringRef &text, Recipe::Pattern &pattern) {
    if (!consumePattern(text, pattern))
      return error("recipe_c2", "expected a pattern such as 7:8 in '" + field + "'");
    return Error::success();
  }

  /// Whether the field is a16, a8 or a4, which is then taken.
  bool parseActivations(StringRef field) {
    uint64_t bits;
    if (!field.consume_front("a") || !parseCount(field, bits) || !llvm::is_contained({4u, 8u, 16u}, bits))
      return false;
    recipe.activations.bits = bits;
    return true;
  }

  Error parseSDQ() {
    if (fields.size() < 3)
      return error("recipe_c2", "expected SDQ-W<N:M> and at least one term, as in SDQ-W7:8-1:8int8-6:8fp4");
    StringRef text = fields[1];
    Recipe::Sparsify &sparsify = recipe.sparsify.emplace();
    if (!text.consume_front("W"))
      return error("recipe_c2", "expected the sparsification, such as W7:8, found '" + fields[1] + "'");
    if (Error failure = parsePattern(fields[1], text, sparsify.pattern))
      return failure;
    sparsify.pairwise = text.consume_front("p");
    if (!text.empty())
      return unexpected(fields[1]);
    places["sparsify.pattern"] = fields[1];

    size_t next = 2;
    for (; next < fields.size() && !fields[next].empty() && llvm::isDigit(fields[next][0]); ++next)
      if (Error failure = parseTerm(fields[next]))
        return failure;
    if (recipe.terms.empty())
      return error("recipe_c2", "expected at least one term, such as 6:8fp4, found '" + fields[2] + "'");

    recipe.activations.bits = 0;
    bool vectorSeen = false, activationsSeen = false;
    for (; next < fields.size(); ++next) {
      StringRef field = fields[next];
      if (field.starts_with("q") && !std::exchange(vectorSeen, true)) {
        if (field == "qK")
          recipe.quantize.vector = 0;
        else if (Error failure = parseVector(field))
          return failure;
      } else if (activationsSeen || !parseActivations(field)) {
        return unexpected(field);
      } else {
        activationsSeen = true;
      }
    }
    return Error::success();
  }

  /// Adds the term of `field`, such as `6:8fp4`.
  Error parseTerm(StringRef field) {
    std::string place = "terms[" + std::to_string(recipe.terms.size()) + "]";
    // The one before it was not the last.
    if (!recipe.terms.empty())
      recipe.terms.back().metric = kDefaultOutlierMetric;
    Recipe::Term &term = recipe.terms.emplace_back();
    StringRef type = field;
    if (Error failure = parsePattern(field, type, term.pattern.emplace()))
      return failure;
    const auto *known = llvm::find_if(kTypeWords, [&](const Word<ElementKind> &each) { return each.word == type; });
    if (known == std::end(kTypeWords))
      return error("recipe_c7", "expected one of the types " + alternatives(wordsOf(kTypeWords)) + " in '" + field +
                                    "', found '" + type + "'");
    term.type = known->value;
    places[place + ".pattern"] = field;
    return Error::success();
  }

  Error parseCodebook(StringRef solver) {
    if (fields.size() < 2 || !fields[1].starts_with("w"))
      return error("recipe_c2", "expected the bits of a code, as in " + fields[0] + "-w4");
    Expected<unsigned> bits = parseBits(fields[1], fields[1].drop_front());
    if (!bits)
      return bits.takeError();
    recipe.codebook = {*bits, solver.str()};
    places["codebook.bits"] = fields[1];
    if (fields.size() == 2)
      return Error::success();
    StringRef percent = fields[2];
    Recipe::Outliers &outliers = recipe.outliers.emplace();
    if (!percent.consume_front("s") || !parseDecimal(percent, outliers.percent))
      return error("recipe_c2", "expected a percentage such as s0.45, found '" + fields[2] + "'");
    outliers.sensitive = sensitivePercent(outliers.percent);
    places["outliers.percent"] = fields[2];
    return fields.size() > 3 ? unexpected(fields[3]) : Error::success();
  }

  Error parseRound() {
    Expected<unsigned> bits = parseBits(fields[0], fields[0].drop_front());
    if (!bits)
      return bits.takeError();
    const auto *known = llvm::find_if(kRoundWidths, [&](auto each) { return each.bits == *bits; });
    if (known == std::end(kRoundWidths))
      return error("recipe_c9", "expected W2, W3, W4 or W8, found W" + Twine(*bits));
    recipe.terms.emplace_back().type = known->type;
    recipe.quantize.vector = 0;
    recipe.quantize.scale = ScaleKind::F16;
    size_t next = 1;
    if (next < fields.size() && fields[next].starts_with("g"))
      if (Error failure = parseVector(fields[next++]))
        return failure;
    if (next < fields.size() && parseActivations(fields[next]))
      ++next;
    return next < fields.size() ? unexpected(fields[next]) : Error::success();
  }

  StringRef name;
  llvm::SmallVector<StringRef> fields;
  llvm::StringMap<StringRef> places;
  Recipe recipe;
};

} // namespace

Expected<Recipe> sdq::parseRecipe(StringRef name) { return Parser(name).parse(); }
