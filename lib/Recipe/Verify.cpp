//===- Verify.cpp - Recipes that add up -----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Words.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"

#include <limits>

using namespace sdq;
using llvm::ArrayRef;
using llvm::StringRef;
using llvm::Twine;

namespace {

using Violation = std::optional<RecipeViolation>;

Violation violation(StringRef label, const Twine &place, const Twine &message) {
  return RecipeViolation{place.str(), message.str(), label};
}

std::string placeOfTerm(size_t index) { return "terms[" + std::to_string(index) + "]"; }

Violation verifyPattern(const Recipe::Pattern &pattern, const Twine &place) {
  if (pattern.n < 1 || pattern.n > pattern.m || pattern.m > 32)
    return violation("recipe_c3", place,
                     "expected 1 ≤ N ≤ M ≤ 32, found N = " + Twine(pattern.n) + " and M = " + Twine(pattern.m));
  return std::nullopt;
}

/// `what`: "a metric".
Violation verifyWord(StringRef word, ArrayRef<llvm::StringLiteral> known, StringRef what, const Twine &place) {
  if (llvm::is_contained(known, word))
    return std::nullopt;
  llvm::SmallVector<StringRef> words(known.begin(), known.end());
  return violation("recipe_c12", place, "expected " + what + " of " + alternatives(words) + ", found '" + word + "'");
}

/// Which steps go together.
Violation verifySteps(const Recipe &recipe) {
  if (recipe.format && !StringRef(*recipe.format).starts_with("#"))
    return violation("recipe_c16", "format",
                     "expected the text of a format, such as #sdq.lut<4, f16>, found '" + *recipe.format + "'");
  if (recipe.format &&
      (recipe.codebook || recipe.outliers || recipe.sparsify || recipe.residual || !recipe.terms.empty()))
    return violation("recipe_c11", "format", "expected a format alone, or terms or a codebook without one, found both");
  if (recipe.codebook && !recipe.terms.empty())
    return violation("recipe_c11", "codebook", "expected either terms or a codebook, found both");
  if (recipe.sparsify && recipe.terms.empty())
    return violation("recipe_c11", "sparsify", "expected terms for what sparsification keeps, found none");
  if (recipe.outliers && recipe.isDense())
    return violation("recipe_c11", "outliers", "expected terms or a codebook for what outliers leave, found neither");
  if (recipe.residual && recipe.sparsify)
    return violation("recipe_c11", "residual", "expected either residual terms or a sparsification, found both");
  if (recipe.residual && recipe.outliers)
    return violation("recipe_c11", "outliers", "expected no outliers beside residual terms, found some");
  if (recipe.residual && recipe.terms.empty())
    return violation("recipe_c11", "residual", "expected the patterns and types of residual terms, found no terms");
  bool patterns = recipe.sparsify || recipe.residual;
  if (!patterns && recipe.terms.size() > 1)
    return violation("recipe_c11", placeOfTerm(1),
                     "expected one term where nothing is sparsified, found " + Twine(recipe.terms.size()));
  for (auto [i, term] : llvm::enumerate(recipe.terms))
    if (term.pattern.has_value() != patterns)
      return violation("recipe_c11", placeOfTerm(i),
                       term.pattern
                           ? "expected no pattern where nothing is sparsified, found " + Twine(term.pattern->n) + ":" +
                                 Twine(term.pattern->m)
                           : Twine("expected a pattern, as the recipe sparsifies or takes residuals; found none"));
  return std::nullopt;
}

/// The sparsification and the terms that share it out.
Violation verifyPatterns(const Recipe &recipe) {
  if (!recipe.sparsify)
    return std::nullopt;
  const Recipe::Sparsify &sparsify = *recipe.sparsify;
  auto [n, m] = sparsify.pattern;
  if (Violation wrong = verifyPattern(sparsify.pattern, "sparsify.pattern"))
    return wrong;
  if (Violation wrong = verifyWord(sparsify.metric, kSparsifyMetrics, "a metric", "sparsify.metric"))
    return wrong;
  int64_t room = 0;
  for (auto [i, term] : llvm::enumerate(recipe.terms)) {
    std::string place = placeOfTerm(i) + ".pattern";
    if (Violation wrong = verifyPattern(*term.pattern, place))
      return wrong;
    if (term.pattern->m != m)
      return violation("recipe_c4", place,
                       "expected M = " + Twine(m) + " as in the sparsification, found M = " + Twine(term.pattern->m));
    room += term.pattern->n;
  }
  if (n > room)
    return violation("recipe_c5", "terms",
                     "sparsification keeps N = " + Twine(n) + " of every " + Twine(m) +
                         ", the terms have room for Σn = " + Twine(room));
  auto odd = [](const Twine &place, const Twine &what, int64_t count) {
    return violation("recipe_c6", place, "pairs of neighbours need an even " + what + ", found " + Twine(count));
  };
  if (sparsify.pairwise && n % 2)
    return odd("sparsify.pattern", "N", n);
  if (sparsify.pairwise && m % 2)
    return odd("sparsify.pattern", "M", m);
  if (recipe.pairwiseTerms() && recipe.terms[0].pattern->n % 2)
    return odd("terms[0].pattern", "n where there is one term", recipe.terms[0].pattern->n);
  return std::nullopt;
}

/// The patterns of residual terms, which owe each other nothing.
Violation verifyResidual(const Recipe &recipe) {
  for (auto [i, term] : llvm::enumerate(recipe.terms)) {
    std::string place = placeOfTerm(i) + ".pattern";
    if (Violation wrong = verifyPattern(*term.pattern, place))
      return wrong;
    auto [n, m] = *term.pattern;
    if (recipe.residual->pairwise && (n % 2 || m % 2))
      return violation("recipe_c6", place,
                       "pairs of neighbours need an even N and M, found " + Twine(n) + ":" + Twine(m));
  }
  const Recipe::Quantize usual;
  if (recipe.quantize.scaleChoice != usual.scaleChoice)
    return violation("recipe_c13", "quantize.scale_choice",
                     "expected absmax for residual terms, found '" + recipe.quantize.scaleChoice + "'");
  if (recipe.quantize.feedback != usual.feedback)
    return violation("recipe_c13", "quantize.feedback",
                     "expected no feedback between residual terms, found " + Twine(recipe.quantize.feedback) +
                         " rounds");
  return std::nullopt;
}

Violation verifyTerms(const Recipe &recipe) {
  for (auto [i, term] : llvm::enumerate(recipe.terms)) {
    std::string place = placeOfTerm(i);
    if (llvm::none_of(kTypeWords, [&](const Word<ElementKind> &word) { return word.value == term.type; }))
      return violation("recipe_c7", place + ".type",
                       "expected one of the types " + alternatives(wordsOf(kTypeWords)) + ", found " + name(term.type));
    bool chooses = !recipe.residual && i + 1 < recipe.terms.size();
    if (chooses) {
      if (Violation wrong = verifyWord(term.metric.value_or(""), kOutlierMetrics, "a metric", place + ".metric"))
        return wrong;
    } else if (term.metric) {
      return violation("recipe_c12", place + ".metric",
                       "expected no metric for " +
                           Twine(recipe.residual ? "a residual term, which takes the largest errors"
                                                 : "the last term, which takes what the others leave") +
                           ", found '" + *term.metric + "'");
    }
  }
  return std::nullopt;
}

Violation verifyQuantize(const Recipe &recipe) {
  const Recipe::Quantize &quantize = recipe.quantize;
  if (quantize.vector < 0 || quantize.vector > std::numeric_limits<int32_t>::max())
    return violation("recipe_c8", "quantize.vector",
                     "expected 1 to 2147483647 inputs a scale, or K for all of a row, found " + Twine(quantize.vector));
  if (Violation wrong = verifyWord(quantize.scaleChoice, kScaleChoices, "a scale_choice", "quantize.scale_choice"))
    return wrong;
  if (Violation wrong = verifyWord(quantize.weights, kWeighings, "weights", "quantize.weights"))
    return wrong;
  if (quantize.weights != Recipe::Quantize().weights && !recipe.looksAtErrors())
    return violation("recipe_c13", "quantize.weights",
                     "expected something that looks at errors to go with weights, such as scale_choice: mse or "
                     "feedback; found '" +
                         quantize.weights + "' and nothing of the kind");
  return std::nullopt;
}

Violation verifyOutliers(const Recipe::Outliers &outliers) {
  if (!(outliers.percent > 0 && outliers.percent < 100))
    return violation("recipe_c10", "outliers.percent",
                     "expected more than 0 and less than 100 percent of exact values, found " +
                         printDecimal(outliers.percent));
  if (!(outliers.sensitive >= 0 && outliers.sensitive <= outliers.percent))
    return violation("recipe_c10", "outliers.sensitive",
                     "expected at most the " + printDecimal(outliers.percent) + " percent of all exact values, found " +
                         printDecimal(outliers.sensitive));
  return std::nullopt;
}

Violation verifyActivations(const Recipe &recipe) {
  unsigned bits = recipe.activations.bits;
  if (!llvm::is_contained({0u, 4u, 8u, 16u}, bits))
    return violation("recipe_c9", "activations.bits",
                     "expected 0 (each term's own precision), 4, 8 or 16 bits for activations, found " + Twine(bits));
  if (Violation wrong =
          verifyWord(recipe.activations.granularity, kGranularities, "a granularity", "activations.granularity"))
    return wrong;
  if (bits != 16 && recipe.terms.empty())
    return violation("recipe_c13", "activations.bits",
                     "expected 16 bits for activations where no term is quantized, found " + Twine(bits));
  if (recipe.unweighted && !recipe.codebook && !recipe.outliers)
    return violation("recipe_c13", "unweighted",
                     "expected outliers or a codebook, which Fisher information weighs, found neither");
  return std::nullopt;
}

} // namespace

std::optional<RecipeViolation> sdq::verifyRecipe(const Recipe &recipe) {
  if (Violation wrong = verifySteps(recipe))
    return wrong;
  if (Violation wrong = verifyPatterns(recipe))
    return wrong;
  if (recipe.residual)
    if (Violation wrong = verifyResidual(recipe))
      return wrong;
  if (Violation wrong = verifyTerms(recipe))
    return wrong;
  if (Violation wrong = verifyQuantize(recipe))
    return wrong;
  if (recipe.codebook && (recipe.codebook->bits < 2 || recipe.codebook->bits > 8))
    return violation("recipe_c9", "codebook.bits",
                     "expected 2 to 8 bits a code, found " + Twine(recipe.codebook->bits));
  if (recipe.codebook)
    if (Violation wrong = verifyWord(recipe.codebook->solver, kSolvers, "a solver", "codebook.solver"))
      return wrong;
  if (recipe.outliers)
    if (Violation wrong = verifyOutliers(*recipe.outliers))
      return wrong;
  return verifyActivations(recipe);
}

bool Recipe::looksAtErrors() const {
  bool byError = llvm::any_of(terms, [](const Term &term) { return term.metric == "error"; });
  return residual || byError || (!terms.empty() && quantizesByError());
}
