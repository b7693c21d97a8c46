//===- ErrorOutliersTest.cpp ----------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that outliers chosen by error leave as little as the best of all sets there are, and never more than outliers
// chosen by magnitude.

#include "sdq/Core/ErrorOutliers.h"
#include "sdq/Core/VectorQuantization.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace sdq;

namespace {

using Floats = std::vector<float>;

class ErrorOutliersTest : public testing::Test {
protected:
  std::mt19937 rng{11};

  /// Heavy-tailed values; every other trial few distinct ones, zeros among them.
  Floats random(size_t n, bool ties) {
    std::normal_distribution<float> normal;
    Floats values(n);
    for (float &value : values)
      value = ties ? float(int(rng() % 9) - 4) : normal(rng) * std::exp(normal(rng));
    return values;
  }
  Floats positive(size_t n) {
    Floats values = random(n, false);
    for (float &value : values)
      value = value * value;
    return values;
  }

  Pattern pattern;
  SplitEncoding encoding;
  Floats row, weights;

  double squared(size_t c, float read) const {
    double difference = double(row[c]) - read;
    return (weights.empty() ? 1.0 : double(weights[c])) * difference * difference;
  }
  /// The error that is left by a set, by storing its inliers; outliers read as under their vector's largest value.
  double errorOf(const std::vector<bool> &set) const {
    Floats inliers = row, readIn(row.size()), readOut(row.size());
    for (size_t c = 0; c < row.size(); ++c)
      if (set[c])
        inliers[c] = 0;
    quantizeDequantize(encoding.inliers, inliers, readIn);
    quantizeDequantize(encoding.outliers, row, readOut);
    double sum = 0;
    for (size_t c = 0; c < row.size(); ++c)
      sum += squared(c, set[c] ? readOut[c] : readIn[c]);
    return sum;
  }
  /// By trying every set that takes min(N, nonzeros) of each block.
  double leastError(std::vector<bool> set = {}, size_t begin = 0) const {
    set.resize(row.size());
    if (begin >= row.size())
      return errorOf(set);
    size_t end = std::min(begin + pattern.m, row.size());
    int64_t nonzeros = 0;
    for (size_t c = begin; c < end; ++c)
      nonzeros += row[c] != 0;
    double least = INFINITY;
    for (uint32_t mask = 0; mask < (1u << (end - begin)); ++mask) {
      bool onlyNonzeros = true;
      for (size_t c = begin; c < end; ++c) {
        set[c] = (mask >> (c - begin)) & 1;
        onlyNonzeros &= !set[c] || row[c] != 0;
      }
      if (onlyNonzeros && __builtin_popcount(mask) == std::min(nonzeros, pattern.n))
        least = std::min(least, leastError(set, end));
    }
    return least;
  }
  /// Splits, checks that it is a split, and returns the set.
  std::vector<bool> split() const {
    Floats outliers(row.size()), inliers(row.size());
    splitByError(pattern, encoding, weights, row, outliers, inliers);
    std::vector<bool> set(row.size());
    for (size_t begin = 0; begin < row.size(); begin += pattern.m) {
      int64_t taken = 0, nonzeros = 0;
      for (size_t c = begin; c < std::min(begin + pattern.m, row.size()); ++c) {
        EXPECT_EQ(row[c], outliers[c] + inliers[c]);
        EXPECT_TRUE(outliers[c] == 0 || inliers[c] == 0);
        set[c] = outliers[c] != 0;
        taken += set[c];
        nonzeros += row[c] != 0;
      }
      EXPECT_EQ(std::min(nonzeros, pattern.n), taken);
    }
    return set;
  }
};

TEST_F(ErrorOutliersTest, NoSetLeavesLess) {
  struct Case {
    Pattern pattern;
    int64_t vector;
    size_t columns;
  };
  // A vector of one block, of several, the whole of a ragged row; a block of several vectors, a ragged last one.
  const Case cases[] = {{{1, 4}, 4, 4}, {{2, 8}, 8, 8},  {{1, 4}, 12, 12}, {{2, 5}, 10, 13}, {{1, 4}, 64, 10},
                        {{3, 8}, 4, 8}, {{2, 8}, 2, 12}, {{4, 12}, 3, 12}, {{3, 3}, 3, 6},   {{2, 4}, 8, 9}};
  int improved = 0;
  for (int trial = 0; trial < 1200; ++trial) {
    const Case &one = cases[trial % std::size(cases)];
    pattern = one.pattern;
    ElementKind inlier[] = {ElementKind::E2M1, ElementKind::Int4, ElementKind::Int2, ElementKind::F16};
    ElementKind outlier[] = {ElementKind::Int8, ElementKind::E4M3, ElementKind::F16};
    ScaleKind scale[] = {ScaleKind::F32, ScaleKind::F16, ScaleKind::E8M0};
    auto encode = [&](ElementKind element, ScaleKind kind) {
      return isQuantized(element) ? Encoding{element, one.vector, kind} : Encoding{element};
    };
    ScaleKind kind = scale[rng() % std::size(scale)];
    encoding.inliers = encode(inlier[rng() % std::size(inlier)], kind);
    encoding.outliers = encode(outlier[rng() % std::size(outlier)], kind);
    row = random(one.columns, rng() % 2);
    weights = rng() % 2 ? positive(one.columns) : Floats();
    double least = leastError(), left = errorOf(split());
    EXPECT_NEAR(least, left, 1e-9 * (1 + least)) << "trial " << trial << ", " << pattern.n << ":" << pattern.m;

    Floats scores = row, outliers(row.size()), inliers(row.size());
    for (float &score : scores)
      score = std::fabs(score);
    splitOutliers(pattern, scores, row, outliers, inliers);
    std::vector<bool> bySize(row.size());
    for (size_t c = 0; c < row.size(); ++c)
      bySize[c] = outliers[c] != 0;
    improved += left < errorOf(bySize) * (1 - 1e-6);
  }
  EXPECT_GT(improved, 300) << "as good as by magnitude would not need a search";
}

TEST_F(ErrorOutliersTest, UnderASecondLevelNeverWorseThanByMagnitude) {
  int improved = 0;
  double found = 0, byMagnitude = 0;
  for (int trial = 0; trial < 400; ++trial) {
    pattern = trial % 3 ? Pattern{1, 8} : Pattern{2, 32};
    ScaleKind kind = trial % 2 ? ScaleKind::E4M3 : ScaleKind::U8;
    encoding = {{ElementKind::Int8, 16, kind}, {ElementKind::E2M1, 16, kind}};
    row = random(40 + rng() % 200, false);
    weights = rng() % 2 ? positive(row.size()) : Floats();
    Floats scores = row, outliers(row.size()), inliers(row.size());
    for (float &score : scores)
      score = std::fabs(score);
    splitOutliers(pattern, scores, row, outliers, inliers);
    std::vector<bool> bySize(row.size());
    for (size_t c = 0; c < row.size(); ++c)
      bySize[c] = outliers[c] != 0;
    double left = errorOf(split()), baseline = errorOf(bySize);
    EXPECT_LE(left, baseline * (1 + 1e-9));
    improved += left < baseline * 0.999;
    found += left;
    byMagnitude += baseline;
  }
  EXPECT_GT(improved, 300);
  EXPECT_LT(found, byMagnitude);
}

TEST_F(ErrorOutliersTest, BlocksAndVectorsNest) {
  auto nest = [](int64_t m, ElementKind element, int64_t vector) {
    return blocksNest(m, {{ElementKind::F16}, {element, vector, ScaleKind::F32}});
  };
  EXPECT_TRUE(nest(8, ElementKind::Int4, 16));
  EXPECT_TRUE(nest(32, ElementKind::Int4, 16));
  EXPECT_FALSE(nest(12, ElementKind::Int4, 16));
  EXPECT_TRUE(nest(12, ElementKind::F16, 0));
}

} // namespace
