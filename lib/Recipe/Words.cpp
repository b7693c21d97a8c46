//===- Words.cpp - Words that recipes are made of -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Words.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <charconv>

using namespace sdq;
using llvm::StringRef;

std::string sdq::alternatives(llvm::ArrayRef<StringRef> words) {
  if (words.size() == 1)
    return words.front().str();
  return llvm::join(words.drop_back(), ", ") + " or " + words.back().str();
}

std::string sdq::printDecimal(double value) {
  char buffer[400]; // 10^-324 and every digit after it fit
  auto [end, failure] = std::to_chars(buffer, std::end(buffer), value, std::chars_format::fixed);
  return std::string(buffer, end);
}

bool sdq::parseDecimal(StringRef text, double &value) {
  return !text.empty() && text.find_first_not_of("0123456789.") == StringRef::npos && !text.getAsDouble(value);
}

bool sdq::parseCount(StringRef text, uint64_t &value) {
  return !text.empty() && llvm::all_of(text, llvm::isDigit) && !text.getAsInteger(10, value);
}

bool sdq::consumePattern(StringRef &text, Recipe::Pattern &pattern) {
  uint64_t n, m;
  StringRef rest = text;
  // More than 2^63 of anything is as wrong as it gets; the digits of a sign are none.
  if (rest.consumeInteger(10, n) || !rest.consume_front(":") || rest.consumeInteger(10, m) || n > INT64_MAX ||
      m > INT64_MAX)
    return false;
  pattern = {int64_t(n), int64_t(m)};
  text = rest;
  return true;
}
