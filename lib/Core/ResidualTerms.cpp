//===- ResidualTerms.cpp - N:M terms, one after the other -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/ResidualTerms.h"

#include "sdq/Core/Selection.h"
#include "sdq/Core/VectorQuantization.h"

#include "llvm/ADT/STLExtras.h"

#include <cassert>

using namespace sdq;

void sdq::decomposeRow(llvm::ArrayRef<NMFormat> terms, ScaleChoice choice, llvm::ArrayRef<float> importance,
                       llvm::MutableArrayRef<float> rest, llvm::MutableArrayRef<TermRow> held) {
  assert(importance.empty() || importance.size() == rest.size());
  std::vector<float> scores(rest.size()), read(rest.size());
  for (auto [term, row] : llvm::zip_equal(terms, held)) {
    // In this order a product of finite numbers may become infinite, but never a NaN.
    for (size_t c = 0; c < rest.size(); ++c)
      scores[c] = (importance.empty() ? 1.0f : importance[c]) * rest[c] * rest[c];
    row.values.assign(rest.begin(), rest.end());
    sparsify({term.n, term.m, term.pairwise}, scores, row.values);
    if (isQuantized(term.encoding.element))
      row.scales = chooseScales(term.encoding, choice, row.values, importance);
    quantizeDequantize(term.encoding, row.values, row.scales.values, read);
    for (size_t c = 0; c < rest.size(); ++c)
      rest[c] -= read[c];
  }
}
