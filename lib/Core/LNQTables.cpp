//===- LNQTables.cpp - The best table for given codes ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PᵀHP[a,b] sums H over the columns of code a and of code b. H is taken in strips of kStrip columns that stay in the
// second-level cache for all rows; within a strip the rows of H that share a code are added up in registers.
//
//===----------------------------------------------------------------------===//

#include "CPUVariants.h"
#include "LNQSteps.h"

#include "llvm/ADT/SmallVector.h"

#include <Eigen/Dense>

#include <algorithm>
#include <numeric>

using namespace sdq;

namespace {

constexpr int64_t kStrip = 64;
/// λ, as a share of the mean diagonal of PᵀHP.
constexpr double kRegularization = 1e-7;

/// Columns by code: those of code c are order[start[c]] … order[start[c + 1] − 1]. Exact ones have none.
struct ColumnsByCode {
  std::vector<int32_t> order;
  std::vector<int32_t> start;

  ColumnsByCode(const LNQState &state, int64_t row) : start(state.entries + 1) {
    int64_t begin = row * state.columns;
    for (int64_t k = 0; k < state.columns; ++k)
      if (!state.isExact(begin + k))
        ++start[state.codes[begin + k] + 1];
    std::partial_sum(start.begin(), start.end(), start.begin());
    order.resize(start.back());
    std::vector<int32_t> next(start.begin(), start.end() - 1);
    for (int64_t k = 0; k < state.columns; ++k)
      if (!state.isExact(begin + k))
        order[next[state.codes[begin + k]]++] = int32_t(k);
  }
};

/// sums[j] = Σ strip[k][j] over the columns `of`.
SDQ_INLINE void addRows(const float *strip, const int32_t *of, int64_t count, float *sums) {
  float sum[kStrip] = {};
  for (int64_t i = 0; i < count; ++i) {
    const float *row = strip + int64_t(of[i]) * kStrip;
    for (int64_t j = 0; j < kStrip; ++j)
      sum[j] += row[j];
  }
  std::copy_n(sum, kStrip, sums);
}

#if SDQ_CPU_VARIANTS
SDQ_FOR_AVX512 void addRows512(const float *strip, const int32_t *of, int64_t count, float *sums) {
  addRows(strip, of, count, sums);
}
SDQ_FOR_AVX2 void addRows256(const float *strip, const int32_t *of, int64_t count, float *sums) {
  addRows(strip, of, count, sums);
}
#endif
void addRows128(const float *strip, const int32_t *of, int64_t count, float *sums) { addRows(strip, of, count, sums); }

decltype(&addRows128) chooseAddRows() {
#if SDQ_CPU_VARIANTS
  if (hasAVX512())
    return addRows512;
  if (hasAVX2())
    return addRows256;
#endif
  return addRows128;
}

/// Puts a row's table in ascending order, its codes following.
void sortTable(LNQState &state, int64_t row) {
  llvm::MutableArrayRef<float> table = llvm::MutableArrayRef(state.tables).slice(row * state.entries, state.entries);
  llvm::SmallVector<uint8_t, 256> order(state.entries), rank(state.entries);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](uint8_t a, uint8_t b) { return table[a] < table[b]; });
  llvm::SmallVector<float, 256> sorted;
  for (auto [place, code] : llvm::enumerate(order)) {
    sorted.push_back(table[code]);
    rank[code] = uint8_t(place);
  }
  llvm::copy(sorted, table.begin());
  for (uint8_t &code : llvm::MutableArrayRef(state.codes).slice(row * state.columns, state.columns))
    code = rank[code];
}

} // namespace

void sdq::refitTables(LNQState &state) {
  int64_t n = state.columns, entries = state.entries;
  auto addRows = chooseAddRows();
  std::vector<ColumnsByCode> byCode;
  for (int64_t row = 0; row < state.rows; ++row)
    byCode.emplace_back(state, row);

  std::vector<Eigen::MatrixXd> products(state.rows, Eigen::MatrixXd::Zero(entries, entries));
  std::vector<float> strip(n * kStrip);
  for (int64_t begin = 0; begin < n; begin += kStrip) {
    int64_t width = std::min(kStrip, n - begin);
    for (int64_t k = 0; k < n; ++k)
      std::copy_n(state.hessian.data() + k * n + begin, width, strip.data() + k * kStrip);
    for (int64_t row = 0; row < state.rows; ++row) {
      const ColumnsByCode &columns = byCode[row];
      for (int64_t a = 0; a < entries; ++a) {
        int64_t count = columns.start[a + 1] - columns.start[a];
        if (!count)
          continue;
        float sums[kStrip];
        addRows(strip.data(), columns.order.data() + columns.start[a], count, sums);
        for (int64_t j = 0; j < width; ++j)
          if (int64_t place = row * n + begin + j; !state.isExact(place))
            products[row](a, state.codes[place]) += sums[j];
      }
    }
  }

  for (int64_t row = 0; row < state.rows; ++row) {
    Eigen::VectorXd slope = Eigen::VectorXd::Zero(entries);
    for (int64_t place = row * n; place < (row + 1) * n; ++place)
      if (!state.isExact(place))
        slope[state.codes[place]] += state.gradient[place];
    Eigen::MatrixXd &system = products[row];
    double mean = system.diagonal().mean();
    // Codes that meet only inputs that are always zero: any table is as good.
    if (!(mean > 0))
      continue;
    system.diagonal().array() += kRegularization * mean;
    Eigen::VectorXd step = system.ldlt().solve(slope);
    if (step.allFinite())
      for (int64_t c = 0; c < entries; ++c)
        state.tables[row * entries + c] -= float(step[c]);
    sortTable(state, row);
  }
}
