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

/// The `rank`-th smallest key, 0 ≤ rank < number of keys, how many are below it, and how many equal it.
struct Selected {
  uint32_t key;
  int64_t below, equal;
};

/// `forEachKey(visit)` visits all keys, or fails; it is called twice: once to find the upper half of the answer, once
/// for the lower.
template <typename ForEachKey>
static llvm::FailureOr<Selected> selectRank(int64_t rank, const ForEachKey &forEachKey) {
  std::vector<int64_t> counts(65536);
  int64_t below = 0;
  auto findDigit = [&]() -> uint32_t {
    for (uint32_t digit = 0;; below += counts[digit++])
      if (below + counts[digit] > rank)
        return digit;
  };
  if (failed(forEachKey([&](uint32_t key) { ++counts[key >> 16]; })))
    return llvm::failure();
  uint32_t upper = findDigit();
  std::fill(counts.begin(), counts.end(), 0);
  if (failed(forEachKey([&](uint32_t key) {
        if (key >> 16 == upper)
          ++counts[key & 0xFFFF];
      })))
    return llvm::failure();
  uint32_t lower = findDigit();
  return Selected{(upper << 16) | lower, below, counts[lower]};
}

/// Calls visit(place, key of the magnitude) for the elements not yet taken, in order.
template <typename Visit>
static llvm::LogicalResult visitRest(Shape shape, ReadRow read, const llvm::BitVector &taken, const Visit &visit) {
  std::vector<float> row(shape.columns);
  for (int64_t r = 0; r < shape.rows; ++r) {
    if (failed(read(r, row)))
      return llvm::failure();
    // Few are taken: between them nothing has to be looked up.
    int64_t first = r * shape.columns, end = first + shape.columns;
    for (int64_t place = first; place < end; ++place) {
      int64_t next = taken.find_first_in(unsigned(place), unsigned(end));
      for (int64_t stop = next < 0 ? end : next; place < stop; ++place)
        visit(place, orderedKey(std::fabs(row[place - first])));
    }
  }
  return llvm::success();
}

/// Takes the `count` largest magnitudes among the elements not yet taken, ties in order of place; returns the smallest
/// taken, 0 if none is.
static llvm::FailureOr<float> takeLargest(int64_t count, Shape shape, ReadRow read, llvm::BitVector &taken) {
  if (count == 0)
    return 0.0f;
  int64_t available = int64_t(taken.size()) - int64_t(taken.count());
  llvm::FailureOr<Selected> threshold = selectRank(available - count, [&](auto count) {
    return visitRest(shape, read, taken, [&](int64_t, uint32_t key) { count(key); });
  });
  if (failed(threshold))
    return llvm::failure();
  int64_t equal = count - (available - threshold->below - threshold->equal);
  if (failed(visitRest(shape, read, taken, [&](int64_t place, uint32_t key) {
        if (key > threshold->key || (key == threshold->key && equal-- > 0))
          taken.set(place);
      })))
    return llvm::failure();
  return fromOrderedKey(threshold->key);
}

llvm::FailureOr<GlobalOutliers> sdq::findGlobalOutliers(Shape shape, ReadRow weights, ReadRow fisher,
                                                        double sensitivePercent, double outlierPercent) {
  int64_t size = shape.rows * shape.columns;
  assert((sensitivePercent == 0 || fisher) && "sensitive values are found by Fisher");
  GlobalOutliers result;
  result.sensitive = std::clamp<int64_t>(std::llround(sensitivePercent / 100 * double(size)), 0, size);
  result.outliers = std::clamp<int64_t>(std::llround(outlierPercent / 100 * double(size)), 0, size - result.sensitive);

  llvm::BitVector taken(size);
  if (failed(takeLargest(result.sensitive, shape, fisher, taken)))
    return llvm::failure();
  llvm::FailureOr<float> threshold = takeLargest(result.outliers, shape, weights, taken);
  if (failed(threshold))
    return llvm::failure();
  result.threshold = *threshold;
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
        return llvm::success();
      };
      return double(fromOrderedKey(selectRank(std::min<int64_t>(r, weights.size() - 1), forEachKey)->key));
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
