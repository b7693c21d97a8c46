//===- GlobalOutliers.cpp - The few values kept exactly -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/GlobalOutliers.h"

#include "RadixSort.h"

#include "llvm/ADT/BitVector.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

using namespace sdq;

/// The `rank`-th smallest key, 0 ≤ rank < number of keys, and how many are below it. `forEachKey(visit)` visits all;
/// it is called twice: once to find the upper half of the answer, once for the lower.
struct Selected {
  uint32_t key;
  int64_t below;
};
template <typename ForEachKey>
static Selected selectRank(int64_t rank, const ForEachKey &forEachKey) {
  std::vector<int64_t> counts(65536);
  int64_t below = 0;
  auto findDigit = [&]() -> uint32_t {
    for (uint32_t digit = 0;; below += counts[digit++])
      if (below + counts[digit] > rank)
        return digit;
  };
  forEachKey([&](uint32_t key) { ++counts[key >> 16]; });
  uint32_t upper = findDigit();
  std::fill(counts.begin(), counts.end(), 0);
  forEachKey([&](uint32_t key) {
    if (key >> 16 == upper)
      ++counts[key & 0xFFFF];
  });
  uint32_t lower = findDigit();
  return {(upper << 16) | lower, below};
}

/// Takes the `count` largest scores among the elements not yet taken, ties in order of place; returns the smallest
/// taken.
template <typename ScoreOf>
static float takeLargest(int64_t count, int64_t size, int64_t available, const ScoreOf &scoreOf,
                         llvm::BitVector &taken) {
  if (count == 0)
    return 0.0f;
  auto forEachKey = [&](auto visit) {
    for (int64_t i = 0; i < size; ++i)
      if (!taken[i])
        visit(orderedKey(scoreOf(i)));
  };
  int64_t rank = available - count;
  Selected threshold = selectRank(rank, forEachKey);
  int64_t above = 0;
  forEachKey([&](uint32_t key) { above += key > threshold.key; });
  int64_t equal = count - above;
  for (int64_t i = 0; i < size; ++i) {
    if (taken[i])
      continue;
    uint32_t key = orderedKey(scoreOf(i));
    if (key > threshold.key || (key == threshold.key && equal-- > 0))
      taken.set(i);
  }
  return fromOrderedKey(threshold.key);
}

GlobalOutliers sdq::findGlobalOutliers(llvm::ArrayRef<float> weights, llvm::ArrayRef<float> fisher,
                                       double sensitivePercent, double outlierPercent) {
  int64_t size = weights.size();
  assert((sensitivePercent == 0 || int64_t(fisher.size()) == size) && "sensitive values are found by Fisher");
  GlobalOutliers result;
  result.sensitive = std::clamp<int64_t>(std::llround(sensitivePercent / 100 * double(size)), 0, size);
  result.outliers = std::clamp<int64_t>(std::llround(outlierPercent / 100 * double(size)), 0, size - result.sensitive);

  llvm::BitVector taken(size);
  takeLargest(result.sensitive, size, size, [&](int64_t i) { return fisher[i]; }, taken);
  result.threshold = takeLargest(
      result.outliers, size, size - result.sensitive, [&](int64_t i) { return std::fabs(weights[i]); }, taken);
  result.places.reserve(result.sensitive + result.outliers);
  for (unsigned place : taken.set_bits())
    result.places.push_back(place);
  return result;
}

double sdq::interquartileMultiple(llvm::ArrayRef<float> weights, float threshold) {
  assert(!weights.empty());
  auto quantile = [&](double share) {
    double position = share * double(weights.size() - 1);
    int64_t rank = int64_t(position);
    auto at = [&](int64_t r) {
      auto forEachKey = [&](auto visit) {
        for (float w : weights)
          visit(orderedKey(w));
      };
      return double(fromOrderedKey(selectRank(std::min<int64_t>(r, weights.size() - 1), forEachKey).key));
    };
    double low = at(rank);
    return position == double(rank) ? low : low + (position - double(rank)) * (at(rank + 1) - low);
  };
  double q1 = quantile(0.25), q3 = quantile(0.75);
  if (q3 == q1)
    return std::numeric_limits<double>::infinity();
  // The larger of |q1 − r·IQR| = r·IQR − q1 and |q3 + r·IQR| reaches T first, at the smaller r.
  return std::min((threshold + q1) / (q3 - q1), (threshold - q3) / (q3 - q1));
}
