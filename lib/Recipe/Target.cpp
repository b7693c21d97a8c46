//===- Target.cpp - What a recipe makes of a weight -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Words.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cassert>
#include <cmath>

using namespace sdq;

Format sdq::targetFormat(const Recipe &recipe, Shape shape, const DenseFormat &imported) {
  assert(!recipe.format && "a format that only the dialect can read");
  if (recipe.isDense())
    return imported;
  std::vector<Format> parts;
  ElementKind exact = imported.encoding.element;
  if (recipe.outliers)
    parts.push_back(CSRFormat{recipe.codebook ? exact : ElementKind::F16});
  for (const Recipe::Term &term : recipe.terms) {
    Encoding encoding{term.type};
    if (isQuantized(term.type)) {
      int64_t vector = recipe.quantize.vector ? recipe.quantize.vector : shape.columns;
      encoding = {term.type, vector, recipe.quantize.scale};
    }
    if (term.pattern)
      parts.push_back(NMFormat{term.pattern->n, term.pattern->m, recipe.pairwiseTerms(), encoding});
    else
      parts.push_back(DenseFormat{encoding});
  }
  if (recipe.codebook)
    parts.push_back(LUTFormat{recipe.codebook->bits, exact});
  if (parts.size() == 1)
    return parts.front();
  return SumFormat{std::move(parts)};
}

int64_t sdq::outlierCount(const Recipe &recipe, Shape shape) {
  if (!recipe.outliers)
    return 0;
  // As findGlobalOutliers counts: each share is rounded for itself.
  double size = double(shape.rows * shape.columns);
  auto count = [&](double percent) { return std::llround(percent / 100 * size); };
  double sensitive = recipe.unweighted ? 0 : recipe.outliers->sensitive;
  return std::min<int64_t>(count(sensitive) + count(recipe.outliers->percent - sensitive), int64_t(size));
}

std::vector<PartSpec> sdq::expectedParts(const Recipe &recipe, Shape shape, const DenseFormat &imported) {
  std::vector<PartSpec> parts = partsOf(targetFormat(recipe, shape, imported), shape);
  // An empty part is stored as one zero element.
  int64_t count = std::max<int64_t>(outlierCount(recipe, shape), 1);
  for (PartSpec &part : parts)
    std::replace(part.shape.begin(), part.shape.end(), kDynamicExtent, count);
  return parts;
}

double sdq::effectiveThroughput(const Recipe &recipe, unsigned activationBits) {
  // Sums d_t / s_t, the time in units of dense 16-bit time.
  double time = 0;
  auto add = [&](double density, unsigned bits) {
    unsigned wider = std::max(bits, activationBits);
    time += density / (wider <= 4 ? 4 : wider <= 8 ? 2 : 1);
  };
  if (recipe.outliers)
    add(recipe.outliers->percent / 100, 16);
  for (const Recipe::Term &term : recipe.terms)
    add(term.pattern ? double(term.pattern->n) / double(term.pattern->m) : 1, bitWidth(term.type));
  if (recipe.codebook || recipe.format || recipe.isDense())
    add(1, 16);
  return 1 / time;
}

llvm::Error sdq::replaceMetric(Recipe &recipe, llvm::StringRef metric) {
  bool sparsifies = llvm::is_contained(kSparsifyMetrics, metric),
       extracts = llvm::is_contained(kOutlierMetrics, metric);
  if (!sparsifies && !extracts) {
    llvm::SmallVector<llvm::StringRef> words(std::begin(kSparsifyMetrics), std::end(kSparsifyMetrics));
    for (llvm::StringRef word : kOutlierMetrics)
      if (!llvm::is_contained(words, word))
        words.push_back(word);
    return llvm::createStringError("expected a metric of " + alternatives(words) + ", found '" + metric + "'");
  }
  if (recipe.sparsify && sparsifies)
    recipe.sparsify->metric = metric.str();
  for (Recipe::Term &term : recipe.terms)
    if (extracts && term.metric)
      term.metric = metric.str();
  return llvm::Error::success();
}
