//===- KMeansTest.cpp -----------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that k-means on a line is optimal: against all partitions where they can be listed, against Lloyd's algorithm
// from many starts where they cannot, and method against method.

#include "sdq/Core/Codebook.h"
#include "sdq/Core/Codec.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace sdq;

namespace {

using Floats = std::vector<float>;

double costOf(llvm::ArrayRef<float> values, llvm::ArrayRef<float> weights, llvm::ArrayRef<double> centroids) {
  double cost = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    double nearest = INFINITY;
    for (double c : centroids)
      nearest = std::min(nearest, (values[i] - c) * (values[i] - c));
    cost += (weights.empty() ? 1.0 : double(weights[i])) * nearest;
  }
  return cost;
}

/// The least cost over every way to cut the sorted points into at most k intervals.
double bruteForce(llvm::ArrayRef<float> values, llvm::ArrayRef<float> weights, unsigned k) {
  std::vector<std::pair<double, double>> points;
  for (size_t i = 0; i < values.size(); ++i)
    points.push_back({values[i], weights.empty() ? 1.0 : weights[i]});
  std::sort(points.begin(), points.end());
  double best = INFINITY;
  for (uint32_t cuts = 0; cuts < (1u << (points.size() - 1)); ++cuts) {
    if (unsigned(__builtin_popcount(cuts)) >= k)
      continue;
    double cost = 0;
    for (size_t begin = 0, end; begin < points.size(); begin = end) {
      double weight = 0, moment = 0;
      for (end = begin; end < points.size() && (end == begin || !((cuts >> (end - 1)) & 1)); ++end) {
        weight += points[end].second;
        moment += points[end].second * points[end].first;
      }
      for (size_t i = begin; i < end && weight > 0; ++i)
        cost += points[i].second * std::pow(points[i].first - moment / weight, 2);
    }
    best = std::min(best, cost);
  }
  return best;
}

double lloyd(llvm::ArrayRef<float> values, llvm::ArrayRef<float> weights, unsigned k, std::mt19937 &rng) {
  std::vector<double> centroids;
  for (unsigned j = 0; j < k; ++j)
    centroids.push_back(values[rng() % values.size()]);
  for (int iteration = 0; iteration < 50; ++iteration) {
    std::vector<double> weight(k), moment(k);
    for (size_t i = 0; i < values.size(); ++i) {
      size_t nearest = 0;
      for (size_t j = 1; j < k; ++j)
        if (std::fabs(values[i] - centroids[j]) < std::fabs(values[i] - centroids[nearest]))
          nearest = j;
      weight[nearest] += weights[i];
      moment[nearest] += double(weights[i]) * values[i];
    }
    for (size_t j = 0; j < k; ++j)
      if (weight[j] > 0)
        centroids[j] = moment[j] / weight[j];
  }
  return costOf(values, weights, centroids);
}

class KMeansTest : public testing::Test {
protected:
  std::mt19937 rng{11};
  KMeans solver;

  Floats normal(size_t n, ElementKind rounding = ElementKind::F32) {
    std::normal_distribution<float> distribution(0.0f, 0.02f);
    Floats values(n);
    for (float &value : values)
      value = roundTo(rounding, distribution(rng));
    return values;
  }
  /// Spread over many orders of magnitude, as squared gradients are.
  Floats fisher(size_t n) {
    std::lognormal_distribution<float> distribution(-20.0f, 3.0f);
    Floats weights(n);
    for (float &weight : weights)
      weight = distribution(rng);
    return weights;
  }
};

TEST_F(KMeansTest, EqualsBruteForceOnSmallProblems) {
  for (int trial = 0; trial < 4000; ++trial) {
    size_t n = 1 + rng() % 10;
    unsigned k = 1 + rng() % 5;
    Floats values(n), weights(n);
    for (size_t i = 0; i < n; ++i) {
      // Small integers make equal values and equal costs.
      values[i] = trial % 2 ? float(rng() % 8) : std::ldexp(float(int32_t(rng())), -31);
      weights[i] = trial % 3 ? float(rng() % 4) : std::ldexp(float(rng()), -32);
    }
    if (trial % 7 == 0)
      weights.clear();
    bool noWeight = std::all_of(weights.begin(), weights.end(), [](float w) { return w == 0; });
    double expected = bruteForce(values, noWeight ? Floats() : weights, k);
    for (KMeans::Method method : {KMeans::Method::Lagrange, KMeans::Method::Layers}) {
      auto centroids = solver.solve(values, weights, k, method);
      ASSERT_GE(k, centroids.size());
      ASSERT_TRUE(std::is_sorted(centroids.begin(), centroids.end()));
      ASSERT_NEAR(expected, costOf(values, noWeight ? Floats() : weights, centroids), 1e-12 + 1e-9 * expected)
          << "n " << n << " k " << k;
    }
  }
}

TEST_F(KMeansTest, NeverWorseThanLloyd) {
  for (int trial = 0; trial < 12; ++trial) {
    size_t n = 200 + rng() % 400;
    unsigned k = 1u << (1 + trial % 4);
    Floats values = normal(n), weights = fisher(n);
    double cost = costOf(values, weights, solver.solve(values, weights, k));
    double best = INFINITY;
    for (int start = 0; start < 30; ++start)
      best = std::min(best, lloyd(values, weights, k, rng));
    EXPECT_LE(cost, best * (1 + 1e-9));
    EXPECT_GE(cost, 0.3 * best) << "Lloyd's best of 30 is not far off";
  }
}

TEST_F(KMeansTest, BothMethodsReachTheSameCost) {
  for (unsigned bits = 1; bits <= 8; ++bits)
    for (bool half : {false, true}) {
      Floats values = normal(2048, half ? ElementKind::F16 : ElementKind::F32), weights = fisher(2048);
      for (const Floats &w : {weights, Floats()}) {
        double lagrange = costOf(values, w, solver.solve(values, w, 1u << bits));
        double layers = costOf(values, w, solver.solve(values, w, 1u << bits, KMeans::Method::Layers));
        EXPECT_NEAR(lagrange, layers, 1e-9 * layers) << "bits " << bits;
      }
    }
}

TEST_F(KMeansTest, AGuessFromFewPointsIsOnlyAGuess) {
  // Nearly all weight on few points, which starts at every so-manieth point cannot separate; and weights that vanish
  // in the sum of those before them.
  for (float rare : {1e-3f, 1e-20f})
    for (unsigned k : {2u, 5u, 16u}) {
      Floats values = normal(3000), weights(values.size(), rare);
      for (size_t i = 0; i < 40; ++i)
        weights[rng() % weights.size()] = 1;
      double lagrange = costOf(values, weights, solver.solve(values, weights, k));
      double layers = costOf(values, weights, solver.solve(values, weights, k, KMeans::Method::Layers));
      EXPECT_NEAR(lagrange, layers, 1e-9 * layers) << "rare " << rare << ", k " << k;
    }
}

TEST_F(KMeansTest, EvenlySpacedPointsHaveNoMultiplierAndStillWork) {
  Floats values(60);
  for (size_t i = 0; i < 60; ++i)
    values[i] = float(i);
  // Seven clusters: four of nine points and three of eight; of n points in a row, (n³ − n) / 12.
  EXPECT_NEAR(4 * 60.0 + 3 * 42.0, costOf(values, {}, solver.solve(values, {}, 7)), 1e-9);
}

TEST_F(KMeansTest, DegenerateInput) {
  EXPECT_EQ(std::vector<double>({2.5}), solver.solve({2.5f, 2.5f, 2.5f}, {}, 4).vec());
  EXPECT_EQ(std::vector<double>({0.0, 1.0}), solver.solve({1.0f, -0.0f, 0.0f, 1.0f}, {1, 1, 1, 1}, 4).vec());
  EXPECT_EQ(std::vector<double>({1.0, 3.0}), solver.solve({1, 2, 3}, {1, 0, 5}, 3).vec()) << "weight 0 does not count";
  EXPECT_EQ(std::vector<double>({2.0}), solver.solve({1, 2, 3}, {0, 0, 0}, 1).vec()) << "no weights count as ones";
  // Weights that vanish in the sum of their predecessors.
  auto centroids = solver.solve({-1, 0, 1, 2}, {1e20f, 1e-20f, 1e-20f, 1e-20f}, 2);
  for (double c : centroids)
    EXPECT_TRUE(std::isfinite(c));
}

TEST_F(KMeansTest, TheResultDependsOnTheRowAlone) {
  Floats first = normal(500), second = normal(700), weights = fisher(700);
  std::vector<double> fresh = KMeans().solve(second, weights, 16).vec();
  EXPECT_EQ(8u, solver.solve(first, {}, 8).size());
  EXPECT_EQ(fresh, solver.solve(second, weights, 16).vec());
}

TEST_F(KMeansTest, CodebookRoundsItsTableAndTakesTheNearest) {
  for (unsigned bits = 2; bits <= 8; ++bits) {
    Floats values = normal(300), weights = fisher(300);
    values[7] = 1.0f; // far out, and of no weight
    weights[7] = 0.0f;
    Codebook codebook = fitCodebook(LUTFormat{bits, ElementKind::F16}, values, weights, solver);
    ASSERT_EQ(size_t(1) << bits, codebook.table.size());
    EXPECT_TRUE(std::is_sorted(codebook.table.begin(), codebook.table.end()));
    for (size_t i = 0; i < values.size(); ++i) {
      float got = codebook.table[codebook.codes[i]];
      EXPECT_EQ(got, roundTo(ElementKind::F16, got));
      for (float entry : codebook.table)
        EXPECT_LE(std::fabs(double(values[i]) - got), std::fabs(double(values[i]) - entry));
    }
  }
  Codebook few = fitCodebook(LUTFormat{2}, {3, 1, 3}, {}, solver);
  EXPECT_EQ(Floats({1, 3, 3, 3}), few.table);
  EXPECT_EQ(std::vector<uint8_t>({1, 0, 1}), few.codes) << "the first of equal entries";
}

TEST_F(KMeansTest, ResidualsAreExactWhereverACodeAllowsIt) {
  Floats values = normal(2000, ElementKind::F16);
  Codebook codebook = fitCodebook(LUTFormat{4}, values, {}, solver);
  int inexact = 0;
  for (float value : values) {
    float outlier = roundTo(ElementKind::F16, 3 * value);
    Residual residual = shareResidual(codebook.table, ElementKind::F16, outlier);
    EXPECT_EQ(residual.exact, codebook.table[residual.code] + residual.rest == outlier);
    EXPECT_EQ(residual.rest, roundTo(ElementKind::F16, residual.rest));
    bool possible = false;
    for (float entry : codebook.table)
      possible |= entry + roundTo(ElementKind::F16, outlier - entry) == outlier;
    EXPECT_EQ(possible, residual.exact);
    inexact += !residual.exact;
    // Below 1, f16 values differ by less than 2²⁴ of their smallest step: f32 holds the difference.
    EXPECT_TRUE(shareResidual(codebook.table, ElementKind::F32, outlier).exact);
  }
  EXPECT_LT(inexact, 20) << "values so close to zero that no entry is within a factor of two";
}

} // namespace
