//===- SelectionTest.cpp --------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that selections keep the best scores there are (by brute force), and that extractions take what they say.

#include "sdq/Core/Selection.h"
#include "sdq/Core/ErrorMetrics.h"
#include "sdq/Core/GlobalOutliers.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>
#include <set>

using namespace sdq;

namespace {

using Floats = std::vector<float>;

class SelectionTest : public testing::Test {
protected:
  std::mt19937 rng{3};
  /// Few distinct values, so that ties are common; never zero.
  Floats random(size_t n, unsigned distinct) {
    Floats values(n);
    for (float &value : values)
      value = (rng() % 2 ? 1.0f : -1.0f) * float(1 + rng() % distinct);
    return values;
  }
};

TEST_F(SelectionTest, KeepsTheLargestTotalScore) {
  for (int trial = 0; trial < 2000; ++trial) {
    bool pairwise = trial % 2;
    int64_t unit = pairwise ? 2 : 1, m = unit * (1 + rng() % (10 / unit)), n = unit * (rng() % (m / unit + 1));
    Floats row = random(1 + rng() % 25, 9), scores = random(row.size(), 5), kept = row;
    sparsify({n, m, pairwise}, scores, kept);
    for (size_t begin = 0; begin < row.size(); begin += m) {
      size_t end = std::min(begin + m, row.size()), units = (end - begin + unit - 1) / unit;
      auto scoreOf = [&](uint32_t set) {
        float total = 0;
        for (size_t c = begin; c < end; ++c)
          if ((set >> ((c - begin) / unit)) & 1)
            total += scores[c];
        return total;
      };
      uint32_t got = 0;
      for (size_t c = begin; c < end; ++c) {
        ASSERT_TRUE(kept[c] == 0 || kept[c] == row[c]);
        got |= uint32_t(kept[c] != 0) << ((c - begin) / unit);
      }
      int wanted = std::min<int>(n / unit, units);
      EXPECT_EQ(wanted, __builtin_popcount(got));
      // The best of all sets of that size; among equal ones the one with the lowest columns.
      float best = -INFINITY;
      for (uint32_t set = 0; set < (1u << units); ++set)
        if (__builtin_popcount(set) == wanted)
          best = std::max(best, scoreOf(set));
      EXPECT_EQ(best, scoreOf(got));
      for (size_t u = 1; u < units; ++u)
        for (size_t v = 0; v < u; ++v)
          if (scoreOf(1u << u) == scoreOf(1u << v)) {
            EXPECT_GE((got >> v) & 1, (got >> u) & 1) << "ties go to the lower column";
          }
    }
  }
}

TEST_F(SelectionTest, ASplitSumsToItsRow) {
  for (int trial = 0; trial < 500; ++trial) {
    bool pairwise = trial % 2;
    Floats row = random(1 + rng() % 40, 9), scores = random(row.size(), 5);
    sparsify({6, 8, pairwise}, random(row.size(), 5), row);
    Floats outliers(row.size()), inliers(row.size());
    splitOutliers({2, 8, pairwise}, scores, row, outliers, inliers);
    for (size_t begin = 0; begin < row.size(); begin += 8) {
      int taken = 0, left = 0, unit = pairwise ? 2 : 1;
      for (size_t c = begin; c < std::min(begin + 8, row.size()); ++c) {
        EXPECT_EQ(row[c], outliers[c] + inliers[c]);
        EXPECT_TRUE(outliers[c] == 0 || inliers[c] == 0);
        bool first = (c - begin) % unit == 0;
        taken += first && (outliers[c] != 0);
        left += first && (inliers[c] != 0);
      }
      EXPECT_LE(taken, 2 / unit);
      EXPECT_LE(left, 4 / unit) << "the scores of pruned values do not count";
    }
  }
}

/// Of a matrix of rows of `columns`.
GlobalOutliers extract(const Floats &weights, const Floats &fisher, int64_t columns, double sensitive,
                       double outliers) {
  auto rowsOf = [&](const Floats &matrix) {
    return [&](int64_t row, llvm::MutableArrayRef<float> out) {
      llvm::copy(llvm::ArrayRef(matrix).slice(row * columns, columns), out.begin());
      return llvm::success();
    };
  };
  Shape shape{int64_t(weights.size()) / columns, columns};
  return *findGlobalOutliers(shape, rowsOf(weights), rowsOf(fisher), sensitive, outliers);
}

TEST_F(SelectionTest, ExtractsExactlyTheShareAskedFor) {
  for (int trial = 0; trial < 200; ++trial) {
    int64_t columns = 1 + rng() % 60;
    size_t size = columns * (1 + rng() % 60);
    Floats weights = random(size, trial % 2 ? 20 : 1000000), fisher = random(size, trial % 3 ? 30 : 1000000);
    for (float &f : fisher)
      f = std::fabs(f);
    double sensitive = (rng() % 100) / 20.0, outliers = (rng() % 100) / 10.0;
    GlobalOutliers found = extract(weights, fisher, columns, sensitive, outliers);
    EXPECT_NEAR(sensitive / 100 * size, found.sensitive, 0.5 + 1e-9);
    EXPECT_NEAR(outliers / 100 * size, found.outliers, 0.5 + 1e-9);
    ASSERT_EQ(size_t(found.sensitive + found.outliers), found.places.size());
    EXPECT_TRUE(std::is_sorted(found.places.begin(), found.places.end()));

    // By sorting: first by Fisher, then by magnitude among the rest, ties by place.
    std::vector<int64_t> order(size);
    for (size_t i = 0; i < size; ++i)
      order[i] = i;
    auto largestFirst = [](auto begin, auto end, auto score) {
      std::sort(begin, end, [&](int64_t a, int64_t b) { return score(a) != score(b) ? score(a) > score(b) : a < b; });
    };
    largestFirst(order.begin(), order.end(), [&](int64_t i) { return fisher[i]; });
    largestFirst(order.begin() + found.sensitive, order.end(), [&](int64_t i) { return std::fabs(weights[i]); });
    std::set<int64_t> expected(order.begin(), order.begin() + found.places.size());
    EXPECT_EQ(std::vector<int64_t>(expected.begin(), expected.end()), found.places);
    if (found.outliers) {
      EXPECT_EQ(std::fabs(weights[order[found.places.size() - 1]]), found.threshold);
    }
  }
}

TEST_F(SelectionTest, ARowThatCannotBeReadIsAFailure) {
  Shape shape{3, 2};
  auto readable = [](int64_t row, llvm::MutableArrayRef<float> out) {
    out[0] = float(row), out[1] = 1;
    return llvm::success();
  };
  auto broken = [](int64_t row, llvm::MutableArrayRef<float> out) {
    llvm::fill(out, 1.0f);
    return llvm::success(row < 2);
  };
  EXPECT_TRUE(succeeded(findGlobalOutliers(shape, readable, readable, 20, 20)));
  EXPECT_TRUE(failed(findGlobalOutliers(shape, broken, readable, 20, 20)));
  EXPECT_TRUE(failed(findGlobalOutliers(shape, readable, broken, 20, 20)));
}

TEST_F(SelectionTest, TheThresholdIsAMultipleOfTheInterquartileRange) {
  Floats weights;
  std::normal_distribution<float> normal(0.1f, 1.0f);
  for (int i = 0; i < 10001; ++i)
    weights.push_back(normal(rng));
  GlobalOutliers found = extract(weights, {}, weights.size(), 0, 0.4);
  double r = interquartileMultiple(weights, found.threshold);
  Floats sorted = weights;
  std::sort(sorted.begin(), sorted.end());
  double q1 = sorted[2500], q3 = sorted[7500], range = q3 - q1;
  EXPECT_NEAR(found.threshold, std::max(std::fabs(q1 - r * range), std::fabs(q3 + r * range)), 1e-6);
  EXPECT_EQ(40,
            std::count_if(weights.begin(), weights.end(), [&](float w) { return std::fabs(w) >= found.threshold; }));
}

TEST_F(SelectionTest, ErrorMetricsAddUpOverRows) {
  ErrorMetrics total = ErrorMetrics::ofRow({3, 4}, {3, 2}, {1, 2});
  total += ErrorMetrics::ofRow({0, 0}, {0, -3}, {5, 1});
  EXPECT_EQ(3.0, total.maxError);
  EXPECT_DOUBLE_EQ(std::sqrt(13.0 / 25.0), total.relativeError());
  EXPECT_DOUBLE_EQ(std::sqrt(17.0 / 41.0), total.relativeWeightedError());
  EXPECT_DOUBLE_EQ(3.0, ErrorMetrics::ofRow({0, 0}, {0, 3}).relativeError());
}

} // namespace
