//===- Selection.h - Which values of a block are kept -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Structured selection within one row: of every M consecutive columns, N are taken, those with the largest scores.
// Pairwise, neighbours live and die together: N/2 of M/2 pairs, a pair's score being the sum of its members'. Equal
// scores go to the lower column. The last block of a row may be cut short; it still keeps up to N.
// Scores are any real numbers but NaN.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_SELECTION_H
#define SDQ_CORE_SELECTION_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>

namespace sdq {

/// N of every M, by pairs or single columns. 0 ≤ N ≤ M ≤ 32; both even if pairwise.
struct Pattern {
  int64_t n = 0, m = 0;
  bool pairwise = false;
};

/// Sparsifies: sets row[c] to zero outside the selection by `scores` (both C long).
void sparsify(Pattern pattern, llvm::ArrayRef<float> scores, llvm::MutableArrayRef<float> row);

/// Splits a row into its outliers, N of every M by `scores`, and the inliers that remain: row = outliers + inliers,
/// each value in one of them and zero in the other (SDQ, arXiv 2406.13868). Zeros are never taken before a nonzero,
/// whatever their score, so that an a:M row leaves at most (a − N):M inliers.
void splitOutliers(Pattern pattern, llvm::ArrayRef<float> scores, llvm::ArrayRef<float> row,
                   llvm::MutableArrayRef<float> outliers, llvm::MutableArrayRef<float> inliers);

} // namespace sdq

#endif // SDQ_CORE_SELECTION_H
