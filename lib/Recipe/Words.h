//===- Words.h - Words that recipes are made of -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_RECIPE_WORDS_H
#define SDQ_LIB_RECIPE_WORDS_H

#include "sdq/Recipe/Recipe.h"

#include "llvm/ADT/SmallVector.h"

namespace sdq {

/// What a value may be called in a recipe.
template <typename T>
struct Word {
  llvm::StringLiteral word;
  T value;
};

/// fp4 for e2m1, fp8 for e4m3.
inline constexpr Word<ElementKind> kTypeWords[] = {
    {"int2", ElementKind::Int2},    {"int3", ElementKind::Int3}, {"int4", ElementKind::Int4},
    {"int8", ElementKind::Int8},    {"fp4", ElementKind::E2M1},  {"fp8", ElementKind::E4M3},
    {"fp8e5m2", ElementKind::E5M2}, {"fp16", ElementKind::F16},  {"bf16", ElementKind::BF16},
};
/// As the option `scale` of sdq-quantize.
inline constexpr Word<ScaleKind> kScaleWords[] = {{"f8E4M3FN", ScaleKind::E4M3},
                                                  {"u8", ScaleKind::U8},
                                                  {"f8E8M0FNU", ScaleKind::E8M0},
                                                  {"f16", ScaleKind::F16},
                                                  {"f32", ScaleKind::F32}};

/// As the options `metric` of sdq-sparsify and sdq-extract-outliers.
inline constexpr llvm::StringLiteral kSparsifyMetrics[] = {"magnitude", "wanda", "sparsegpt", "fisher"};
inline constexpr llvm::StringLiteral kOutlierMetrics[] = {"magnitude", "product", "fisher", "error"};
/// As the options `scale-choice` and `weights` of sdq-quantize.
inline constexpr llvm::StringLiteral kScaleChoices[] = {"absmax", "mse"};
inline constexpr llvm::StringLiteral kWeighings[] = {"none", "activation", "fisher"};
/// As the option `solver` of sdq-quantize, and the families of names that have them.
inline constexpr llvm::StringLiteral kSolvers[] = {"kmeans", "lnq"};
/// As the option `granularity` of sdq-quantize-activations.
inline constexpr llvm::StringLiteral kGranularities[] = {"vector", "token"};

/// The integers that the name W<bits> rounds to.
struct RoundWidth {
  unsigned bits;
  ElementKind type;
};
inline constexpr RoundWidth kRoundWidths[] = {
    {2, ElementKind::Int2}, {3, ElementKind::Int3}, {4, ElementKind::Int4}, {8, ElementKind::Int8}};

/// Inputs that share a scale, in YAML, for all of a row.
inline constexpr llvm::StringLiteral kWholeRow = "K";

/// The word for `value`, which is in the table.
template <typename T, size_t size>
llvm::StringRef wordOf(const Word<T> (&table)[size], T value) {
  for (const Word<T> &each : table)
    if (each.value == value)
      return each.word;
  llvm_unreachable("no recipe has this value");
}

/// "a, b or c".
std::string alternatives(llvm::ArrayRef<llvm::StringRef> words);

/// The words of a table, in order.
template <typename T, size_t size>
llvm::SmallVector<llvm::StringRef> wordsOf(const Word<T> (&table)[size]) {
  llvm::SmallVector<llvm::StringRef> words;
  for (const Word<T> &each : table)
    words.push_back(each.word);
  return words;
}

/// The shortest decimal that reads back as `value`, without an exponent.
std::string printDecimal(double value);
/// Digits and a point only: no sign, exponent, infinity or hexadecimal.
bool parseDecimal(llvm::StringRef text, double &value);
/// Digits only.
bool parseCount(llvm::StringRef text, uint64_t &value);
/// Takes `N:M` from the front of `text`.
bool consumePattern(llvm::StringRef &text, Recipe::Pattern &pattern);

} // namespace sdq

#endif // SDQ_LIB_RECIPE_WORDS_H
