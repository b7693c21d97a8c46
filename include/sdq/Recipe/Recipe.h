//===- Recipe.h - What is to become of a weight -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A recipe says how a weight is compressed: which steps of the pipeline it goes through, and with what settings.
//
//   outliers     a share of the values over the whole matrix leaves for a CSR term    --sdq-extract-outliers
//   sparsify     of what remains, keep N of every M inputs                            --sdq-sparsify
//   terms        what remains is the sum of these; all but the last take the          --sdq-extract-outliers
//                outliers of every block, the last takes what they leave
//   residual     in place of sparsify: each term takes the best of what the           --sdq-residual-terms
//                earlier ones leave, their quantization errors included
//   quantize     how the numbers of the terms are rounded and scaled                  --sdq-quantize
//   codebook     in place of terms: a table of values for every output channel        --sdq-quantize
//   activations  at which precision inputs meet the terms                             --sdq-quantize-activations
//
// Its short name is the papers' own notation, for what a name can say:
//
//   SDQ-W<N:M>[p]-<n:M><type>[-<n:M><type>…][-q<Q>][-a16|-a8|-a4]      arXiv 2406.13868
//       sparsify to N:M (p: pairs of neighbours live and die together), then split into terms, outliers first. Types:
//       int2 int3 int4 int8 fp4 (e2m1) fp8 (e4m3) fp8e5m2 fp16 bf16. Q: inputs that share a scale, 16 unless given, K
//       for all of a row. Activations meet each term at its own precision unless -a… says at how many bits.
//   SqueezeLLM-w<bits>[-s<percent>]                                    arXiv 2306.07629
//       a codebook of 2^bits values per output channel; percent of the values stay exact in a sparse term.
//   LNQ-w<bits>[-s<percent>]                                           arXiv 2505.07004
//       the same format, its codebook for the least error of the layer's output.
//   W<bits>[-g<group>][-a8|-a4]
//       round to nearest, symmetric integers of 2, 3, 4 or 8 bits with f16 scales, one a group of inputs (without -g:
//       one a channel). Activations are left as they come unless -a… says at how many bits.
//   dense
//       left as it is.
//   #<format>                                                          #toy.sign<32>, #sdq.dense<i4,vector=32,scale=f16>
//       the text of a weight format, from outside too (docs/add-a-format.md): every weight is stored in it as it is.
//
// SDQ-W7:8-1:8int8-6:8fp4 sparsifies to 7:8, takes the outlier of every eight as int8 and the six that remain as fp4.
// A name that spells out a default prints back without it; every other name prints back as it was. What a name cannot
// say is YAML: sdq/Recipe/ModelRecipe.h.
//
// **Constraints**
// - (recipe_c1) the family of a name is one of the above.
// - (recipe_c2) the fields of a name are those of the grammar, each at most once; the keys of a mapping are those of
// its
//   section, each at most once, their values of its kind.
// - (recipe_c3) 1 ≤ N ≤ M ≤ 32, in the sparsification and in every term.
// - (recipe_c4) the terms' M is the sparsification's.
// - (recipe_c5) N ≤ Σn: the terms have room for every value that sparsification keeps.
// - (recipe_c6) pairwise: N and M even, and n too where the one term is itself pairwise; residual terms all are.
// - (recipe_c7) a term's type is one of those listed.
// - (recipe_c8) Q and group are at least 1 and less than 2^31.
// - (recipe_c9) bits: 2 … 8 for a codebook, 2, 3, 4 or 8 for W; 0 (each term's own), 4, 8 or 16 for activations.
// - (recipe_c10) 0 < percent < 100, 0 ≤ sensitive ≤ percent.
// - (recipe_c11) terms and a codebook exclude each other; terms have patterns exactly where the recipe sparsifies or
// they
//   are residual, and there is one term otherwise; sparsification and residuals go with terms and not with each other,
//   outliers with terms that are not residual, or a codebook. A format goes with none of them.
// - (recipe_c12) metric, scale_choice, weights, solver and granularity are words that their step knows; every term has
// a metric but
//   the last, which takes what the others leave, and residual ones.
// - (recipe_c13) nothing is said that makes no difference: activations at less than 16 bits without terms, unweighted
//   without outliers or a codebook, weights of errors where nothing looks at errors, scale_choice and feedback of
//   residual terms.
// - (recipe_c16) the text of a format starts with a '#'. Whether it is one shows when it is used: dialects are loaded
//   then.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_RECIPE_RECIPE_H
#define SDQ_RECIPE_RECIPE_H

#include "sdq/Core/Format.h"

#include "llvm/Support/Error.h"

#include <optional>

namespace sdq {

struct Recipe {
  /// N of every M consecutive inputs.
  struct Pattern {
    int64_t n = 0, m = 0;
    bool operator==(const Pattern &) const = default;
  };
  struct Outliers {
    /// Percent of all values that leave, in all.
    double percent = 0;
    /// Of these, those with the largest Fisher information; the others leave for their magnitude.
    double sensitive = 0;
    bool operator==(const Outliers &) const = default;
  };
  struct Sparsify {
    Pattern pattern;
    /// Neighbours live and die together.
    bool pairwise = false;
    /// What a value is worth, in the words of the pass.
    std::string metric = "magnitude";
    bool operator==(const Sparsify &) const = default;
  };
  struct Residual {
    /// Neighbours live and die together, in every term.
    bool pairwise = false;
    bool operator==(const Residual &) const = default;
  };
  struct Term {
    /// Absent: dense.
    std::optional<Pattern> pattern;
    ElementKind type = ElementKind::F16;
    /// What makes an outlier of a value; the last term, which takes what is left, has none.
    std::optional<std::string> metric;
    bool operator==(const Term &) const = default;
  };
  struct Quantize {
    /// Inputs that share a scale; 0: all of a row.
    int64_t vector = 16;
    ScaleKind scale = ScaleKind::E4M3;
    /// absmax, or mse: the scale of least squared error.
    std::string scaleChoice = "absmax";
    /// What weighs a squared error: none, activation or fisher.
    std::string weights = "none";
    /// Rounds of error feedback between terms.
    unsigned feedback = 0;
    bool operator==(const Quantize &) const = default;
  };
  struct Codebook {
    unsigned bits = 4;
    /// kmeans: each value by itself; lnq: the output, by the Hessian.
    std::string solver = "kmeans";
    bool operator==(const Codebook &) const = default;
  };
  struct Activations {
    /// 16 (as they come), 8 or 4; 0: at the precision of the term they meet.
    unsigned bits = 16;
    /// What shares a scale: a vector of the term, or a token.
    std::string granularity = "vector";
    bool operator==(const Activations &) const = default;
  };

  std::optional<Outliers> outliers;
  std::optional<Sparsify> sparsify;
  std::optional<Residual> residual;
  /// Outliers first.
  std::vector<Term> terms;
  Quantize quantize;
  std::optional<Codebook> codebook;
  /// The text of the attribute.
  std::optional<std::string> format;
  Activations activations;
  /// Go without Fisher information: outliers by magnitude alone, codebooks as if every error weighed the same.
  bool unweighted = false;
  bool operator==(const Recipe &) const = default;

  /// Leaves weights as they are.
  bool isDense() const { return terms.empty() && !codebook && !format; }
  /// Whether the quantization chooses by errors, so that `quantize.weights` has something to weigh.
  bool quantizesByError() const { return quantize.scaleChoice == "mse" || quantize.feedback > 0; }
  /// Whether any step does.
  bool looksAtErrors() const;
  /// Whether the terms are stored in pairs: residual ones if they are taken so, else a lone one of a pairwise
  /// sparsification. Where several share what it keeps, each takes single values (a pair may be split between outliers
  /// and inliers).
  bool pairwiseTerms() const {
    return residual ? residual->pairwise : sparsify && sparsify->pairwise && terms.size() == 1;
  }
};

/// What makes an outlier of a value where nothing else is said.
inline constexpr llvm::StringLiteral kDefaultOutlierMetric = "magnitude";

/// Percent of values that SqueezeLLM takes for their Fisher information: 0.05 (§4.2 of the paper), or all where that is
/// more than `percent`.
inline double sensitivePercent(double percent) { return percent < 0.05 ? percent : 0.05; }

/// A constraint that a recipe breaks.
struct RecipeViolation {
  /// The place, as in YAML: "sparsify.pattern", "terms[1].type"; a section where several of its keys take part.
  std::string place;
  /// What was expected and what was found.
  std::string message;
  llvm::StringRef label;
};

/// The first of recipe_c3 … recipe_c13 and recipe_c16 that `recipe` breaks.
std::optional<RecipeViolation> verifyRecipe(const Recipe &recipe);

/// The recipe that `name` stands for. Errors quote the name and the label of the constraint it breaks.
llvm::Expected<Recipe> parseRecipe(llvm::StringRef name);

/// The name of a valid recipe, or nullopt where no name says it.
std::optional<std::string> nameOf(const Recipe &recipe);

/// A valid recipe in one line: its name, else all of it as a YAML mapping in flow style.
std::string printRecipe(const Recipe &recipe);

/// Puts `metric` in place of the recipe's wherever a step knows that word. An error where no step of any recipe does.
llvm::Error replaceMetric(Recipe &recipe, llvm::StringRef metric);

/// The format that a `shape` weight, imported as `imported`, ends in: a sum where there is more than one of
///   outliers   csr<f16>; csr<imported element> before a codebook
///   terms      nm<n:M, type, vector, scale>, or dense<type, vector, scale> without a pattern
///   codebook   lut<bits, imported element>
/// in this order; `imported` where there is none.
/// A recipe's `format` is text that only the dialect can read: such a recipe has no target here.
Format targetFormat(const Recipe &recipe, Shape shape, const DenseFormat &imported);

/// How many values of a `shape` weight its CSR term holds: the one extent that is not in the format.
int64_t outlierCount(const Recipe &recipe, Shape shape);

/// The parts of that format with no extent left open: what the weight will take, before it is compressed.
std::vector<PartSpec> expectedParts(const Recipe &recipe, Shape shape, const DenseFormat &imported);

/// Effective compute throughput T = 1 / Σ_t d_t / s_t relative to dense 16-bit arithmetic (arXiv 2406.13868): d_t is
/// the share of the dense grid's products that term t computes (N/M; ρ for a CSR), s_t the rate of the wider operand
/// of its product: 4 up to 4 bits, 2 up to 8, else 1. A codebook multiplies by its 16-bit table entries.
/// A format of the recipe's own is taken to multiply 16-bit values.
///   activationBits = 0: activations as narrow as the term they meet, the paper's ideal T (whatever -a… says);
///   activationBits = 16: activations at f16, so every s_t is 1.
double effectiveThroughput(const Recipe &recipe, unsigned activationBits = 0);

} // namespace sdq

#endif // SDQ_RECIPE_RECIPE_H
