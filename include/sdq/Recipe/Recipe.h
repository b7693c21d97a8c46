//===- Recipe.h - What is to become of a weight -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A recipe says how a weight is compressed. Its short name is the papers' own notation:
//
//   SDQ-W<N:M>[p]-<n:M><type>[-<n:M><type>…][-q<Q>][-a16|-a8|-a4]      arXiv 2406.13868
//       sparsify to N:M (p: pairs of neighbours live and die together), then split into terms, outliers first. Types:
//       int4 int8 fp4 (e2m1) fp8 (e4m3) fp8e5m2 fp16 bf16. Q: inputs that share a scale, 16 unless given, K for all of
//       a row. Activations meet each term at its own precision unless -a… says at how many bits.
//   SqueezeLLM-w<bits>[-s<percent>]                                    arXiv 2306.07629
//       a codebook of 2^bits values per output channel; percent of the values stay exact in a sparse term.
//   W<bits>[-g<group>]
//       round to nearest, symmetric int4 or int8 with f16 scales, one a group of inputs (without -g: one a channel).
//   dense
//       left as it is.
//
// SDQ-W7:8-1:8int8-6:8fp4 sparsifies to 7:8, takes the outlier of every eight as int8 and the six that remain as fp4.
// A name that spells out a default prints back without it; every other name prints back as it was.
//
// **Constraints**
// - (recipe_c1) the family is one of the above.
// - (recipe_c2) the fields are those of the grammar, each at most once.
// - (recipe_c3) 1 ≤ N ≤ M ≤ 32, in the sparsification and in every term.
// - (recipe_c4) the terms' M is the sparsification's.
// - (recipe_c5) N ≤ Σn: the terms have room for every value that sparsification keeps.
// - (recipe_c6) pairwise: N and M even, and n too where the one term is itself pairwise.
// - (recipe_c7) a term's type is one of those listed.
// - (recipe_c8) Q and group are at least 1 and less than 2^31.
// - (recipe_c9) bits: 2 … 8 for SqueezeLLM, 4 or 8 for W.
// - (recipe_c10) 0 < percent < 100.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_RECIPE_RECIPE_H
#define SDQ_RECIPE_RECIPE_H

#include "sdq/Core/Format.h"

#include "llvm/Support/Error.h"

namespace sdq {

/// SDQ: sparsify, decompose, quantize.
struct SDQRecipe {
  struct Term {
    int64_t n = 0;
    ElementKind type = ElementKind::F16;
    bool operator==(const Term &) const = default;
  };
  /// The sparsification keeps n of every m inputs; the terms share m.
  int64_t n = 0, m = 0;
  bool pairwise = false;
  /// Outliers first.
  std::vector<Term> terms;
  /// Inputs that share a scale; 0: all of a row.
  int64_t vector = 16;
  /// Bits at which activations meet every term: 16, 8 or 4; 0: each term's own.
  unsigned activationBits = 0;
  bool operator==(const SDQRecipe &) const = default;

  /// Whether the terms are stored in pairs: only a lone term keeps the pairs of a pairwise sparsification. Where
  /// several share them, each takes single values (a pair may be split between outliers and inliers).
  bool pairwiseTerms() const { return pairwise && terms.size() == 1; }
};

/// SqueezeLLM: a Fisher-weighted codebook, and some values exact.
struct SqueezeLLMRecipe {
  unsigned bits = 4;
  /// Percent of all values in the sparse term: the sensitive ones and the outliers. 0: no sparse term.
  double percent = 0;
  bool operator==(const SqueezeLLMRecipe &) const = default;

  /// Percent of values taken for their Fisher information: 0.05 (§4.2 of the paper), or all where that is more.
  double sensitivePercent() const { return percent < 0.05 ? percent : 0.05; }
  /// Percent of values taken for their magnitude.
  double outlierPercent() const { return percent - sensitivePercent(); }
};

/// Round to nearest, symmetric.
struct RoundRecipe {
  unsigned bits = 4;
  /// Inputs that share a scale; 0: all of a row.
  int64_t group = 0;
  bool operator==(const RoundRecipe &) const = default;
};

/// Left as it is.
struct DenseRecipe {
  bool operator==(const DenseRecipe &) const = default;
};

using Recipe = std::variant<SDQRecipe, SqueezeLLMRecipe, RoundRecipe, DenseRecipe>;

/// The recipe that `name` stands for. Errors quote the name and the label of the constraint it breaks.
llvm::Expected<Recipe> parseRecipe(llvm::StringRef name);

/// The name of a valid recipe.
std::string printRecipe(const Recipe &recipe);

/// Bits at which activations meet a weight of this recipe: 16 (as they come), 8 or 4; 0: at each term's own.
unsigned activationBits(const Recipe &recipe);

/// The format that a `shape` weight, imported as `imported`, ends in.
///   SDQ         sum<nm<n:M, type, vector = Q, scale = f8E4M3FN>, …>; a lone term stands for itself
///   SqueezeLLM  sum<csr<f16>, lut<bits, f16>>, or the lut alone
///   W           dense<i4|i8, vector = group, scale = f16>
///   dense       `imported`
Format targetFormat(const Recipe &recipe, Shape shape, const DenseFormat &imported);

/// Effective compute throughput T = 1 / Σ_t d_t / s_t relative to dense 16-bit arithmetic (arXiv 2406.13868): d_t is
/// the share of the dense grid's products that term t computes (N/M; ρ for a CSR), s_t the rate of the wider operand
/// of its product: 4 up to 4 bits, 2 up to 8, else 1. A codebook multiplies by its 16-bit table entries.
///   activationBits = 0: activations as narrow as the term they meet, the paper's ideal T (whatever -a… says);
///   activationBits = 16: activations at f16, so every s_t is 1.
double effectiveThroughput(const Recipe &recipe, unsigned activationBits = 0);

} // namespace sdq

#endif // SDQ_RECIPE_RECIPE_H
