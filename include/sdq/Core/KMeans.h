//===- KMeans.h - Exact weighted k-means on a line --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// On a line the clusters of an optimal k-means are intervals, so the optimum can be found, not just approached. With
// the points sorted and P0, P1 prefix sums of f and f·w, the cluster of points [m, i) explains
//
//   gain(m, i) = (P1[i] − P1[m])² / (P0[i] − P0[m]),
//
// and Σ f·(w − c)² = Σ f·w² − Σ gain: the sum of gains over k clusters is to be largest. Gains are (inverse) Monge,
// from which two things follow (Aggarwal, Schieber, Tokuyama 1994; Grønlund et al., arXiv 1701.07204):
//
//   1. best(k), the largest sum over k clusters, is concave in k. So if every cluster is charged λ, the best number of
//      clusters falls as λ rises, and the λ for which it is k gives *the* optimal k clusters.
//   2. For one λ, the last cluster of the best clustering of a prefix starts further right the longer the prefix is: a
//      queue of candidate starts finds all of them in one sweep.
//
// A handful of sweeps finds λ, most of them over every so-manieth start alone, which have almost the same. Where
// best(k) lies on a straight line between its neighbours, no λ singles out k (evenly spaced points do that); then the
// table best(j, i) is filled layer by layer by divide and conquer, O(k n log n).
//
// Sums are f64, so "exact" means: to the rounding of f64 prefix sums.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_KMEANS_H
#define SDQ_CORE_KMEANS_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace sdq {

/// Solves one row after the other, reusing its memory. The result depends on the row alone, not on earlier ones.
class KMeans {
public:
  /// Lagrange falls back to Layers where it must; Layers alone is for tests and comparison.
  enum class Method { Lagrange, Layers };

  /// The centroids, ascending, that minimise Σ weights[i]·(values[i] − nearest centroid)²: k of them, or as many as
  /// there are distinct values of nonzero weight, if those are fewer. Values are finite; weights finite and not
  /// negative; empty or all-zero weights count as ones. Valid until the next call. values is not empty, k ≥ 1.
  llvm::ArrayRef<double> solve(llvm::ArrayRef<float> values, llvm::ArrayRef<float> weights, unsigned k,
                               Method method = Method::Lagrange);

  /// Sweeps over all points that the last call needed; 0 where it filled the table.
  unsigned sweeps() const { return sweepCount; }

private:
  struct Point {
    double value, weight; ///< value less `center`
  };
  struct Prefix {
    double weight, moment; ///< P0, P1
    double best;           ///< largest sum of gains, less λ a cluster, over the points before
  };

  void prepare(llvm::ArrayRef<float> values, llvm::ArrayRef<float> weights);
  double gain(size_t m, size_t i) const;
  std::optional<double> findMultiplier(unsigned k, std::optional<double> guess);
  bool solveByLagrange(unsigned k);
  unsigned sweep(double lambda);
  void solveByLayers(unsigned k);
  void fillLayer(unsigned layer, size_t first, size_t last);

  std::vector<uint64_t> keys, scratch; ///< a value's order in the upper half, its index in the lower
  std::vector<Point> points;           ///< distinct values of nonzero weight, ascending
  std::vector<Prefix> prefix;          ///< one more than points
  std::vector<Prefix> coarse;          ///< some of them
  double center = 0;                   ///< subtracted from the values, against cancellation
  std::vector<uint32_t> from;          ///< start of the last cluster of each prefix (in solveByLayers: of each layer)
  std::vector<double> previous, current;
  std::vector<uint32_t> candidates, firsts;
  std::vector<size_t> starts; ///< of the clusters, last first
  std::vector<double> centroids;
  unsigned sweepCount = 0;
};

} // namespace sdq

#endif // SDQ_CORE_KMEANS_H
