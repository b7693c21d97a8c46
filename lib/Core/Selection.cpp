//===- Selection.cpp - Which values of a block are kept -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/Selection.h"

#include <algorithm>
#include <cassert>
#include <limits>

using namespace sdq;

/// Calls body(block's first column, past its last, mask of selected units) for every block of a row. `scoreOf(first,
/// last)` is the score of the columns [first, last) of a unit.
template <typename ScoreOf, typename Body>
static void forEachBlock(Pattern pattern, int64_t columns, const ScoreOf &scoreOf, const Body &body) {
  int64_t unit = pattern.pairwise ? 2 : 1, wanted = pattern.n / unit;
  assert(pattern.n <= pattern.m && pattern.m <= 32 && pattern.m % unit == 0 && pattern.n % unit == 0);
  for (int64_t begin = 0; begin < columns; begin += pattern.m) {
    int64_t end = std::min(begin + pattern.m, columns), units = (end - begin + unit - 1) / unit;
    float scores[32];
    for (int64_t u = 0; u < units; ++u)
      scores[u] = scoreOf(begin + u * unit, std::min(begin + (u + 1) * unit, end));
    // A unit is selected when fewer than `wanted` precede it in the order (larger score, lower column).
    uint32_t selected = 0;
    for (int64_t u = 0; u < units; ++u) {
      int64_t before = 0;
      for (int64_t v = 0; v < units; ++v)
        before += scores[v] > scores[u] || (v < u && scores[v] == scores[u]);
      selected |= uint32_t(before < wanted) << u;
    }
    body(begin, end, selected);
  }
}

void sdq::sparsify(Pattern pattern, llvm::ArrayRef<float> scores, llvm::MutableArrayRef<float> row) {
  assert(scores.size() == row.size());
  auto scoreOf = [&](int64_t first, int64_t last) {
    float sum = scores[first];
    return last - first == 2 ? sum + scores[first + 1] : sum;
  };
  int64_t unit = pattern.pairwise ? 2 : 1;
  forEachBlock(pattern, row.size(), scoreOf, [&](int64_t begin, int64_t end, uint32_t selected) {
    for (int64_t c = begin; c < end; ++c)
      if (!((selected >> ((c - begin) / unit)) & 1))
        row[c] = 0.0f;
  });
}

void sdq::splitOutliers(Pattern pattern, llvm::ArrayRef<float> scores, llvm::ArrayRef<float> row,
                        llvm::MutableArrayRef<float> outliers, llvm::MutableArrayRef<float> inliers) {
  assert(scores.size() == row.size() && outliers.size() == row.size() && inliers.size() == row.size());
  auto scoreOf = [&](int64_t first, int64_t last) {
    float sum = 0.0f;
    bool nonzero = false;
    for (int64_t c = first; c < last; ++c) {
      sum += scores[c];
      nonzero |= row[c] != 0.0f;
    }
    return nonzero ? sum : -std::numeric_limits<float>::infinity();
  };
  int64_t unit = pattern.pairwise ? 2 : 1;
  forEachBlock(pattern, row.size(), scoreOf, [&](int64_t begin, int64_t end, uint32_t selected) {
    for (int64_t c = begin; c < end; ++c) {
      bool taken = (selected >> ((c - begin) / unit)) & 1;
      outliers[c] = taken ? row[c] : 0.0f;
      inliers[c] = taken ? 0.0f : row[c];
    }
  });
}
