//===- ErrorOutliers.cpp - Outliers by the error they save ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/ErrorOutliers.h"

#include "ScaleCodec.h"
#include "sdq/Core/Codec.h"
#include "sdq/Core/VectorQuantization.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

using namespace sdq;

namespace {

constexpr double kImpossible = std::numeric_limits<double>::infinity();

/// A choice within one vector and the error it leaves there.
struct Choice {
  double error = kImpossible;
  std::vector<int64_t> taken;
};

class RowSplitter {
public:
  RowSplitter(Pattern pattern, const SplitEncoding &encoding, llvm::ArrayRef<float> weights, llvm::ArrayRef<float> row)
      : pattern(pattern), encoding(encoding), weights(weights), row(row), outlierError(row.size()), saved(row.size()),
        taken(row.size()) {
    std::vector<float> read(row.size());
    // Every vector under the scale of its largest value.
    quantizeDequantize(encoding.outliers, row, read);
    for (size_t c = 0; c < row.size(); ++c)
      outlierError[c] = squared(c, read[c]);
  }

  /// The best set under a second level that `largest`, the row's largest scale, decides.
  std::vector<bool> choose(float largest) {
    ScaleCodec codec(encoding.inliers, largest);
    // Values that need no scale need no vector.
    int64_t columns = row.size(), vector = isQuantized(encoding.inliers.element) ? encoding.inliers.vector : pattern.m;
    std::vector<bool> set(columns);
    auto add = [&](const Choice &choice) {
      for (int64_t c : choice.taken)
        set[c] = true;
    };
    if (vector % pattern.m == 0 || vector >= columns) {
      for (int64_t begin = 0; begin < columns; begin += vector)
        add(solve(begin, std::min(begin + vector, columns), pattern.n, codec));
      return set;
    }
    for (int64_t begin = 0; begin < columns; begin += pattern.m)
      for (const Choice &choice : shareOut(begin, std::min(begin + pattern.m, columns), vector, codec))
        add(choice);
    return set;
  }

  std::vector<float> inliersOf(const std::vector<bool> &set) const {
    std::vector<float> left(row);
    for (size_t c = 0; c < left.size(); ++c)
      if (set[c])
        left[c] = 0;
    return left;
  }

  /// What a set leaves, with the second level that it has.
  double errorOf(const std::vector<bool> &set) const {
    std::vector<float> left = inliersOf(set), read(row.size());
    quantizeDequantize(encoding.inliers, left, read);
    double sum = 0;
    for (size_t c = 0; c < row.size(); ++c)
      sum += set[c] ? outlierError[c] : squared(c, read[c]);
    return sum;
  }

private:
  double squared(int64_t column, float read) const {
    double difference = double(row[column]) - read;
    return (weights.empty() ? 1.0 : double(weights[column])) * difference * difference;
  }

  float readInlier(float value, float scale) const {
    ElementKind kind = encoding.inliers.element;
    if (!isQuantized(kind))
      return roundTo(kind, value);
    return scale == 0 ? 0.0f : decode(kind, encode(kind, value / scale)) * scale;
  }

  /// The best choice in the vector [begin, end): `count` in each of its blocks, or in all of it where the vector is
  /// within a block; all nonzeros where there are fewer.
  Choice solve(int64_t begin, int64_t end, int64_t count, const ScaleCodec &codec) {
    order.clear();
    budget.assign((end - 1) / pattern.m - begin / pattern.m + 1, 0);
    for (int64_t c = begin; c < end; ++c)
      if (row[c] != 0) {
        order.push_back(c);
        ++budget[(c - begin) / pattern.m];
      }
    for (int64_t &of : budget)
      of = std::min(of, count);
    Choice best;
    if (!isQuantized(encoding.inliers.element)) {
      tryLargest(begin, end, 0, 0, codec, best);
      return best;
    }
    llvm::sort(order, [&](int64_t a, int64_t b) {
      float left = std::fabs(row[a]), right = std::fabs(row[b]);
      return left != right ? left > right : a < b;
    });
    for (size_t first = 0;;) {
      size_t past = first;
      while (past < order.size() && std::fabs(row[order[past]]) == std::fabs(row[order[first]]))
        ++past;
      tryLargest(begin, end, first, past, codec, best);
      if (first == order.size())
        return best;
      for (; first < past; ++first)
        if (--budget[(order[first] - begin) / pattern.m] < 0)
          return best;
    }
  }

  /// order[0, first) go; of order[first, past), which are equally large, one at least stays and makes the scale.
  /// `budget` is what each block has left. Improves `best` by the best set of that kind.
  void tryLargest(int64_t begin, int64_t end, size_t first, size_t past, const ScaleCodec &codec, Choice &best) {
    float largest = first < order.size() ? std::fabs(row[order[first]]) : 0.0f;
    ElementKind kind = encoding.inliers.element;
    float scale = isQuantized(kind) ? codec.decode(codec.encode(largest / maxMagnitude(kind))) : 0.0f;
    double sum = 0;
    for (auto [i, c] : llvm::enumerate(order)) {
      taken[c] = i < first;
      double stays = i < first ? 0.0 : squared(c, readInlier(row[c], scale));
      saved[c] = stays - outlierError[c];
      sum += i < first ? outlierError[c] : stays;
    }
    auto nextOf = [&](int64_t block) {
      int64_t next = -1, from = begin + block * pattern.m;
      for (int64_t c = from; c < std::min(from + pattern.m, end); ++c)
        if (row[c] != 0 && !taken[c] && (next < 0 || saved[c] > saved[next]))
          next = c;
      return next;
    };
    for (auto [block, left] : llvm::enumerate(budget))
      for (int64_t i = 0; i < left; ++i) {
        int64_t next = nextOf(block);
        taken[next] = true;
        sum -= saved[next];
      }
    auto makers = llvm::ArrayRef(order).slice(first, past - first);
    if (!makers.empty() && llvm::all_of(makers, [&](int64_t c) { return taken[c]; })) {
      // The best of the others has one of them back, for the next of its block.
      int64_t back = -1, instead = -1;
      for (int64_t c : makers)
        if (int64_t next = nextOf((c - begin) / pattern.m);
            next >= 0 && (back < 0 || saved[c] - saved[next] < saved[back] - saved[instead]))
          back = c, instead = next;
      if (back < 0)
        return;
      std::swap(taken[back], taken[instead]);
      sum += saved[back] - saved[instead];
    }
    if (sum >= best.error)
      return;
    best.error = sum;
    best.taken.clear();
    for (int64_t c : order)
      if (taken[c])
        best.taken.push_back(c);
  }

  /// The best choices in the vectors of the block [begin, end): the shortest path over them, a step for each number of
  /// outliers.
  std::vector<Choice> shareOut(int64_t begin, int64_t end, int64_t vector, const ScaleCodec &codec) {
    int64_t count = 0;
    for (int64_t c = begin; c < end; ++c)
      count += row[c] != 0;
    count = std::min(count, pattern.n);
    std::vector<std::vector<Choice>> choices;
    // shortest[v][k]: the least error of the first v vectors with k outliers, and how many of them the last has.
    std::vector<std::vector<std::pair<double, int64_t>>> shortest{{{0.0, 0}}};
    shortest.back().resize(count + 1, {kImpossible, 0});
    for (int64_t from = begin; from < end; from += vector) {
      auto &options = choices.emplace_back();
      for (int64_t k = 0; k <= count; ++k) {
        options.push_back(solve(from, std::min(from + vector, end), k, codec));
        if (int64_t(options.back().taken.size()) < k) {
          options.pop_back();
          break;
        }
      }
      auto &next = shortest.emplace_back(count + 1, std::pair<double, int64_t>(kImpossible, 0));
      for (int64_t before = 0; before <= count; ++before)
        for (int64_t k = 0; k < int64_t(options.size()) && before + k <= count; ++k)
          if (double error = shortest.end()[-2][before].first + options[k].error; error < next[before + k].first)
            next[before + k] = {error, k};
    }
    std::vector<Choice> result;
    for (size_t v = choices.size(); v-- > 0;) {
      int64_t k = shortest[v + 1][count].second;
      result.push_back(std::move(choices[v][k]));
      count -= k;
    }
    return result;
  }

  Pattern pattern;
  SplitEncoding encoding;
  llvm::ArrayRef<float> weights, row;
  std::vector<double> outlierError; // what is left of a column as an outlier
  // Of the vector at hand: its nonzeros by magnitude, what each block may still take, what taking a column saves.
  std::vector<int64_t> order, budget;
  std::vector<double> saved;
  std::vector<char> taken;
};

} // namespace

bool sdq::blocksNest(int64_t m, const SplitEncoding &encoding) {
  int64_t vector = encoding.inliers.vector;
  return !isQuantized(encoding.inliers.element) || vector % m == 0 || m % vector == 0;
}

void sdq::splitByError(Pattern pattern, const SplitEncoding &encoding, llvm::ArrayRef<float> weights,
                       llvm::ArrayRef<float> row, llvm::MutableArrayRef<float> outliers,
                       llvm::MutableArrayRef<float> inliers) {
  assert(!pattern.pairwise && (weights.empty() || weights.size() == row.size()));
  RowSplitter splitter(pattern, encoding, weights, row);
  auto largestScale = [&](const std::vector<float> &left) {
    std::vector<float> scales = absmaxScales(encoding.inliers, left);
    return scales.empty() ? 0.0f : *llvm::max_element(scales);
  };
  std::vector<bool> best;
  if (!hasRowScale(encoding.inliers.scale)) {
    best = splitter.choose(/*largest=*/1);
  } else {
    // A better set has another level, which may make yet another set better.
    constexpr int kRounds = 4;
    std::vector<float> scores(row.size());
    llvm::transform(row, scores.begin(), [](float w) { return std::fabs(w); });
    splitOutliers(pattern, scores, row, outliers, inliers);
    best.resize(row.size());
    for (size_t c = 0; c < row.size(); ++c)
      best[c] = outliers[c] != 0;
    double error = splitter.errorOf(best);
    float largest = largestScale(splitter.inliersOf(best));
    for (int round = 0; round < kRounds; ++round) {
      std::vector<bool> set = splitter.choose(largest);
      if (double left = splitter.errorOf(set); left < error) {
        error = left;
        best = set;
      }
      float next = largestScale(splitter.inliersOf(set));
      if (next == largest)
        break;
      largest = next;
    }
  }
  for (size_t c = 0; c < row.size(); ++c) {
    outliers[c] = best[c] ? row[c] : 0.0f;
    inliers[c] = best[c] ? 0.0f : row[c];
  }
}
