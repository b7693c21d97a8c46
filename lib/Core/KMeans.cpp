//===- KMeans.cpp - Exact weighted k-means on a line ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/KMeans.h"

#include "RadixSort.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

using namespace sdq;

//===----------------------------------------------------------------------===//
// Points
//===----------------------------------------------------------------------===//

/// Sorts, merges equal values, drops points of no weight, and sums up.
void KMeans::prepare(llvm::ArrayRef<float> values, llvm::ArrayRef<float> weights) {
  bool unweighted = llvm::all_of(weights, [](float w) { return w == 0.0f; });
  auto weightOf = [&](size_t i) { return unweighted ? 1.0 : double(weights[i]); };

  keys.clear();
  double weight = 0, moment = 0;
  for (size_t i = 0; i < values.size(); ++i)
    if (double w = weightOf(i); w != 0) {
      keys.push_back((uint64_t(orderedKey(values[i])) << 32) | i);
      weight += w;
      moment += w * double(values[i]);
    }
  center = moment / weight;
  sortByUpperHalf(keys, scratch);

  points.clear();
  float last = std::numeric_limits<float>::quiet_NaN();
  for (uint64_t key : keys) {
    uint32_t i = uint32_t(key);
    if (values[i] == last) {
      points.back().weight += weightOf(i);
    } else {
      last = values[i];
      points.push_back({double(last) - center, weightOf(i)});
    }
  }
  prefix.resize(points.size() + 1);
  prefix[0] = {0, 0, 0};
  for (size_t i = 0; i < points.size(); ++i)
    prefix[i + 1] = {prefix[i].weight + points[i].weight, prefix[i].moment + points[i].weight * points[i].value, 0};
}

inline double KMeans::gain(size_t m, size_t i) const {
  double weight = prefix[i].weight - prefix[m].weight, moment = prefix[i].moment - prefix[m].moment;
  // Weights so much smaller than their predecessors' sum that they vanish in it explain nothing.
  return weight > 0 ? moment * moment / weight : 0.0;
}

//===----------------------------------------------------------------------===//
// One multiplier: a sweep
//===----------------------------------------------------------------------===//

/// Fills `best` and `from` for clusters charged `lambda` each; returns how many the whole has.
unsigned KMeans::sweep(double lambda) {
  size_t n = prefix.size() - 1;
  from.resize(n + 1);
  candidates.resize(n + 1);
  firsts.resize(n + 1);
  // Whether the last cluster of the points before `end` had better start at `a` than at b < a: best + moment²/weight of
  // either compared, multiplied out, since divisions are what a sweep would wait for. A cluster whose weight vanishes
  // in its predecessors' sum is not better yet.
  Prefix *sums = prefix.data();
  auto beats = [sums](size_t a, size_t b, size_t end) {
    double weightA = sums[end].weight - sums[a].weight, momentA = sums[end].moment - sums[a].moment;
    double weightB = sums[end].weight - sums[b].weight, momentB = sums[end].moment - sums[b].moment;
    return weightA > 0 && momentA * momentA * weightB - momentB * momentB * weightA >
                              (sums[b].best - sums[a].best) * (weightA * weightB);
  };

  // candidates[head…tail) are cluster starts, ascending; candidates[q] is best for ends in [firsts[q], firsts[q + 1]).
  size_t head = 0, tail = 1;
  candidates[0] = 0;
  firsts[0] = 1;
  for (size_t i = 1; i <= n; ++i) {
    while (head + 1 < tail && firsts[head + 1] <= i)
      ++head;
    from[i] = candidates[head];
    sums[i].best = sums[candidates[head]].best + gain(candidates[head], i) - lambda;
    if (i == n)
      break;

    // Whoever i beats from its first end on is of no use any more.
    size_t known = 0; // an end where i does not beat the last candidate
    while (tail > head) {
      size_t first = std::max<size_t>(firsts[tail - 1], i + 1);
      if (!beats(i, candidates[tail - 1], first)) {
        known = first;
        break;
      }
      --tail;
    }
    if (tail == head) {
      candidates[tail] = uint32_t(i);
      firsts[tail++] = uint32_t(i + 1);
      continue;
    }
    // The end from which i beats the last candidate is usually near the one where its predecessor did: gallop.
    size_t rival = candidates[tail - 1], step = 1;
    size_t found = n + 1;
    while (known < n) {
      size_t probe = std::min(known + step, n);
      if (beats(i, rival, probe)) {
        found = probe;
        break;
      }
      known = probe;
      step *= 2;
    }
    if (found > n)
      continue;
    while (found - known > 1) {
      size_t middle = known + (found - known) / 2;
      (beats(i, rival, middle) ? found : known) = middle;
    }
    candidates[tail] = uint32_t(i);
    firsts[tail++] = uint32_t(found);
  }

  unsigned clusters = 0;
  for (size_t i = n; i > 0; i = from[i])
    ++clusters;
  return clusters;
}

/// A multiplier that gives k clusters, whose last sweep is then in `from`; none where no multiplier that can be told
/// from its neighbours does. `guess` is tried first, if it is given.
std::optional<double> KMeans::findMultiplier(unsigned k, std::optional<double> guess) {
  size_t n = prefix.size() - 1;
  // A clustering by its number of clusters and its sum of gains: a vertex of the concave best(k).
  struct Vertex {
    double clusters, gains;
  };
  Vertex few{1, gain(0, n)}, many{double(n), 0};
  double variance = 0;
  for (size_t i = 0; i < n; ++i)
    many.gains += gain(i, i + 1);
  variance = many.gains - few.gains;
  if (!(variance > 0))
    return std::nullopt;

  // Cost falls about as k⁻² (Panter and Dite 1951; for a Gaussian 2.72 σ² k⁻²), so its slope λ as k⁻³. That guides the
  // first leaps; the chord between the nearest vertices on either side of k ends it, since its slope finds a vertex
  // between them unless there is none.
  double lambda = guess.value_or(2 * 2.72 * variance / (double(k) * k * k)), tooSmall = 0, tooLarge = 2 * variance;
  for (int attempt = 0; attempt < 60; ++attempt) {
    unsigned clusters = sweep(lambda);
    ++sweepCount;
    if (clusters == k)
      return lambda;
    Vertex found{double(clusters), prefix[n].best + lambda * clusters};
    bool isNew;
    if (clusters < k) {
      isNew = found.clusters > few.clusters;
      tooLarge = std::min(tooLarge, lambda);
      few = isNew ? found : few;
    } else {
      isNew = found.clusters < many.clusters;
      tooSmall = std::max(tooSmall, lambda);
      many = isNew ? found : many;
    }
    double chord = (many.gains - few.gains) / (many.clusters - few.clusters);
    if (lambda == chord)
      return std::nullopt; // nothing lies beyond this chord: best(k) is straight here
    double scaled = lambda * std::pow(found.clusters / k, 3.0);
    bool leap = isNew && attempt < 8 && many.clusters - few.clusters > 3 && scaled > tooSmall && scaled < tooLarge;
    lambda = leap ? scaled : chord;
  }
  return std::nullopt;
}

/// False where no multiplier gives k clusters.
bool KMeans::solveByLagrange(unsigned k) {
  // Clusters that start at every stride-th point only have almost the same multiplier, at a fraction of the cost.
  constexpr size_t kStartsPerCluster = 16;
  std::optional<double> guess;
  if (size_t n = points.size(), stride = n / (kStartsPerCluster * k); stride > 1) {
    coarse.clear();
    for (size_t i = 0; i < n; i += stride)
      coarse.push_back(prefix[i]);
    coarse.push_back(prefix[n]);
    prefix.swap(coarse);
    guess = findMultiplier(k, std::nullopt);
    prefix.swap(coarse);
  }
  sweepCount = 0;
  if (!findMultiplier(k, guess))
    return false;
  starts.clear();
  for (size_t i = points.size(); i > 0; i = from[i])
    starts.push_back(from[i]);
  return true;
}

//===----------------------------------------------------------------------===//
// All layers
//===----------------------------------------------------------------------===//

/// current[i] = max over m of previous[m] + gain(m, i): the middle end first; ends on either side take their maximum on
/// the same side.
void KMeans::fillLayer(unsigned layer, size_t first, size_t last) {
  struct Range {
    size_t first, last, lowest, highest;
  };
  uint32_t *layerFrom = from.data() + layer * (points.size() + 1);
  llvm::SmallVector<Range, 64> pending{{first, last, first - 1, last - 1}};
  while (!pending.empty()) {
    Range range = pending.pop_back_val();
    size_t middle = range.first + (range.last - range.first) / 2, best = range.lowest;
    double bestValue = -std::numeric_limits<double>::infinity();
    for (size_t m = range.lowest, end = std::min(range.highest, middle - 1); m <= end; ++m)
      if (double value = previous[m] + gain(m, middle); value > bestValue) {
        bestValue = value;
        best = m;
      }
    current[middle] = bestValue;
    layerFrom[middle] = uint32_t(best);
    if (middle > range.first)
      pending.push_back({range.first, middle - 1, range.lowest, best});
    if (middle < range.last)
      pending.push_back({middle + 1, range.last, best, range.highest});
  }
}

void KMeans::solveByLayers(unsigned k) {
  sweepCount = 0;
  size_t n = points.size();
  from.resize(size_t(k) * (n + 1));
  previous.resize(n + 1);
  current.resize(n + 1);
  for (size_t i = 1; i <= n; ++i)
    previous[i] = gain(0, i);
  // Layer j, from 0, holds the best j + 1 clusters; as many points are left for those to come.
  for (unsigned layer = 1; layer < k; ++layer) {
    fillLayer(layer, layer + 1, n - (k - 1 - layer));
    std::swap(previous, current);
  }
  starts.clear();
  size_t end = n;
  for (unsigned layer = k; layer-- > 0;) {
    end = layer == 0 ? 0 : from[layer * (n + 1) + end];
    starts.push_back(end);
  }
}

//===----------------------------------------------------------------------===//

llvm::ArrayRef<double> KMeans::solve(llvm::ArrayRef<float> values, llvm::ArrayRef<float> weights, unsigned k,
                                     Method method) {
  assert(!values.empty() && k >= 1 && (weights.empty() || weights.size() == values.size()));
  prepare(values, weights);
  sweepCount = 0;
  size_t n = points.size();
  if (n <= k) {
    starts.clear();
    for (size_t i = n; i-- > 0;)
      starts.push_back(i);
  } else if (k == 1) {
    starts.assign(1, 0);
  } else if (method == Method::Layers || !solveByLagrange(k)) {
    solveByLayers(k);
  }

  centroids.clear();
  size_t end = n;
  for (size_t start : starts) {
    double weight = 0, moment = 0;
    for (size_t i = start; i < end; ++i) {
      weight += points[i].weight;
      moment += points[i].weight * points[i].value;
    }
    centroids.push_back(center + moment / weight);
    end = start;
  }
  std::reverse(centroids.begin(), centroids.end());
  return centroids;
}
