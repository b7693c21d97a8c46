//===- Parse.cpp - Recipe names to recipes --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Names.h"

#include "sdq/Recipe/Recipe.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

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
    StringRef family = fields.front();
    if (family == "SDQ")
      return parseSDQ();
    if (family == "SqueezeLLM")
      return parseSqueezeLLM();
    if (family == "LNQ")
      return llvm::createStringError("recipe '" + name +
                                     "' needs the LNQ solver, which this version does not have (recipe_c1)");
    if (family == "dense") {
      if (fields.size() > 1)
        return unexpected(fields[1]);
      return DenseRecipe{};
    }
    if (family.size() > 1 && family[0] == 'W' && llvm::isDigit(family[1]))
      return parseRound();
    return error("recipe_c1", "unknown recipe; known are SDQ (SDQ-W7:8-1:8int8-6:8fp4), SqueezeLLM "
                              "(SqueezeLLM-w4-s0.45), W (W4-g128), dense and, not in this version, LNQ (LNQ-w2)");
  }

private:
  Error error(StringRef label, const Twine &what) {
    return llvm::createStringError("recipe '" + name + "': " + what + " (" + label + ")");
  }
  Error unexpected(StringRef field) { return error("recipe_c2", "unexpected field '" + field + "'"); }

  /// A count of inputs in a field such as `q128`.
  Expected<int64_t> parseCount(StringRef field, StringRef digits) {
    uint64_t count;
    if (!llvm::all_of(digits, llvm::isDigit) || digits.empty())
      return error("recipe_c2", "expected a number after '" + field.take_front() + "', found '" + field + "'");
    if (digits.getAsInteger(10, count) || count < 1 || count > std::numeric_limits<int32_t>::max())
      return error("recipe_c8", "expected 1 to 2147483647 inputs a scale, found '" + digits + "'");
    return int64_t(count);
  }

  /// Bits in a field such as `w4`; any number, for the caller to judge.
  Expected<unsigned> parseBits(StringRef field, StringRef digits) {
    unsigned bits;
    if (!llvm::all_of(digits, llvm::isDigit) || digits.getAsInteger(10, bits))
      return error("recipe_c2", "expected a number of bits, found '" + field + "'");
    return bits;
  }

  /// Takes `N:M` from the front of `text`, a part of `field`.
  Error parsePattern(StringRef field, StringRef &text, int64_t &n, int64_t &m) {
    uint64_t first, second;
    if (text.consumeInteger(10, first) || !text.consume_front(":") || text.consumeInteger(10, second))
      return error("recipe_c2", "expected a pattern such as 7:8 in '" + field + "'");
    if (first < 1 || first > second || second > 32)
      return error("recipe_c3", "expected 1 ≤ N ≤ M ≤ 32 in '" + field + "', found N = " + Twine(first) +
                                    " and M = " + Twine(second));
    n = int64_t(first), m = int64_t(second);
    return Error::success();
  }

  Expected<Recipe> parseSDQ() {
    SDQRecipe recipe;
    if (fields.size() < 3)
      return error("recipe_c2", "expected SDQ-W<N:M> and at least one term, as in SDQ-W7:8-1:8int8-6:8fp4");
    StringRef sparsify = fields[1];
    if (!sparsify.consume_front("W"))
      return error("recipe_c2", "expected the sparsification, such as W7:8, found '" + fields[1] + "'");
    if (Error failure = parsePattern(fields[1], sparsify, recipe.n, recipe.m))
      return failure;
    recipe.pairwise = sparsify.consume_front("p");
    if (!sparsify.empty())
      return unexpected(fields[1]);

    size_t next = 2;
    for (; next < fields.size() && !fields[next].empty() && llvm::isDigit(fields[next][0]); ++next)
      if (Error failure = parseTerm(fields[next], recipe))
        return failure;
    if (recipe.terms.empty())
      return error("recipe_c2", "expected at least one term, such as 6:8fp4, found '" + fields[2] + "'");

    bool vectorSeen = false, activationsSeen = false;
    for (; next < fields.size(); ++next) {
      StringRef field = fields[next], value = field.drop_front(field.empty() ? 0 : 1);
      if (field.starts_with("q") && !std::exchange(vectorSeen, true)) {
        if (value == "K") {
          recipe.vector = 0;
          continue;
        }
        Expected<int64_t> vector = parseCount(field, value);
        if (!vector)
          return vector.takeError();
        recipe.vector = *vector;
      } else if ((value == "16" || value == "8" || value == "4") && field[0] == 'a' &&
                 !std::exchange(activationsSeen, true)) {
        value.getAsInteger(10, recipe.activationBits);
      } else {
        return unexpected(field);
      }
    }
    return checkSDQ(std::move(recipe));
  }

  /// Adds the term of `field`, such as `6:8fp4`.
  Error parseTerm(StringRef field, SDQRecipe &recipe) {
    SDQRecipe::Term term;
    StringRef type = field;
    int64_t m;
    if (Error failure = parsePattern(field, type, term.n, m))
      return failure;
    if (m != recipe.m)
      return error("recipe_c4", "expected M = " + Twine(recipe.m) + " as in '" + fields[1] +
                                    "', found M = " + Twine(m) + " in '" + field + "'");
    const TypeName *known = llvm::find_if(kTypeNames, [&](const TypeName &name) { return name.word == type; });
    if (known == std::end(kTypeNames)) {
      std::string words =
          llvm::join(llvm::map_range(kTypeNames, [](const TypeName &name) { return name.word.str(); }), ", ");
      return error("recipe_c7", "expected one of the types " + words + " in '" + field + "', found '" + type + "'");
    }
    term.type = known->kind;
    recipe.terms.push_back(term);
    return Error::success();
  }

  /// The constraints between sparsification and terms.
  Expected<Recipe> checkSDQ(SDQRecipe recipe) {
    int64_t room = 0;
    for (const SDQRecipe::Term &term : recipe.terms)
      room += term.n;
    if (recipe.n > room)
      return error("recipe_c5", "sparsification keeps N = " + Twine(recipe.n) + " of every " + Twine(recipe.m) +
                                    ", the terms have room for Σn = " + Twine(room));
    auto odd = [&](const Twine &what, int64_t count) {
      return error("recipe_c6", "pairs of neighbours need an even " + what + ", found " + Twine(count));
    };
    if (recipe.pairwise && recipe.n % 2)
      return odd("N", recipe.n);
    if (recipe.pairwise && recipe.m % 2)
      return odd("M", recipe.m);
    if (recipe.pairwiseTerms() && recipe.terms[0].n % 2)
      return odd("n where there is one term", recipe.terms[0].n);
    return recipe;
  }

  Expected<Recipe> parseSqueezeLLM() {
    SqueezeLLMRecipe recipe;
    if (fields.size() < 2 || !fields[1].starts_with("w"))
      return error("recipe_c2", "expected the bits of a code, as in SqueezeLLM-w4");
    Expected<unsigned> bits = parseBits(fields[1], fields[1].drop_front());
    if (!bits)
      return bits.takeError();
    if (*bits < 2 || *bits > 8)
      return error("recipe_c9", "expected 2 to 8 bits a code, found " + Twine(*bits));
    recipe.bits = *bits;
    if (fields.size() == 2)
      return recipe;
    // Digits and a point only: no sign, exponent, infinity or hexadecimal.
    StringRef percent = fields[2];
    if (!percent.consume_front("s") || percent.empty() || percent.find_first_not_of("0123456789.") != StringRef::npos ||
        percent.getAsDouble(recipe.percent))
      return error("recipe_c2", "expected a percentage such as s0.45, found '" + fields[2] + "'");
    if (!(recipe.percent > 0 && recipe.percent < 100))
      return error("recipe_c10",
                   "expected more than 0 and less than 100 percent of sparse values (none: leave -s out), "
                   "found " +
                       percent);
    if (fields.size() > 3)
      return unexpected(fields[3]);
    return recipe;
  }

  Expected<Recipe> parseRound() {
    RoundRecipe recipe;
    Expected<unsigned> bits = parseBits(fields[0], fields[0].drop_front());
    if (!bits)
      return bits.takeError();
    if (*bits != 4 && *bits != 8)
      return error("recipe_c9", "expected W4 or W8, found W" + Twine(*bits));
    recipe.bits = *bits;
    if (fields.size() == 1)
      return recipe;
    if (fields.size() > 2 || !fields[1].starts_with("g"))
      return unexpected(fields[fields.size() > 2 ? 2 : 1]);
    Expected<int64_t> group = parseCount(fields[1], fields[1].drop_front());
    if (!group)
      return group.takeError();
    recipe.group = *group;
    return recipe;
  }

  StringRef name;
  llvm::SmallVector<StringRef> fields;
};

} // namespace

Expected<Recipe> sdq::parseRecipe(StringRef name) { return Parser(name).parse(); }
