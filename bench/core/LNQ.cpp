//===- LNQ.cpp - How fast LNQ is ------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// One thread. `improve` starts from the codebooks that are best for the Hessian's diagonal, 256 rows at a time, as the
// pass does. Counters: processor time a row, and the objective after as a share of that before.
//
// What to expect at the default effort, 3 table steps with up to 4 sweeps after each, K = 4096: a sweep is 2·K² flops a
// row, a table step 5·K²; 12 sweeps and 3 steps are 39·K² = 0.65 GFLOP, at 60 GFLOP/s 11 ms a row. LLaMA-7B has 1.23
// million rows of 4096 and 0.13 million of 11008, 7.2 times as long: 24 000 s, 3.3 hours on two cores.

#include "RandomRows.h"

#include "sdq/Core/Codebook.h"
#include "sdq/Core/LNQ.h"

#include <benchmark/benchmark.h>

#include <numeric>

using namespace sdq;

namespace {

/// The second moments of inputs that share a few directions, as those of an LLM's layers do.
std::vector<float> hessian(int64_t n) {
  std::mt19937 rng(1);
  std::normal_distribution<float> normal;
  constexpr int64_t kDirections = 16;
  std::vector<float> directions(n * kDirections), h(n * n);
  for (float &x : directions)
    x = normal(rng);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) {
      float sum = i == j;
      for (int64_t d = 0; d < kDirections; ++d)
        sum += directions[i * kDirections + d] * directions[j * kDirections + d];
      h[i * n + j] = sum;
    }
  return h;
}

void improve(benchmark::State &state) {
  int64_t n = state.range(0), count = 256;
  LUTFormat format{unsigned(state.range(1))};
  LNQ solver = llvm::cantFail(LNQ::prepare(hessian(n)));
  std::vector<float> weights = normalValues(count * n), importance = solver.diagonal(), tables;
  std::vector<uint8_t> codes;
  KMeans start;
  for (int64_t r = 0; r < count; ++r) {
    Codebook codebook = fitCodebook(format, llvm::ArrayRef(weights).slice(r * n, n), importance, start);
    llvm::append_range(tables, codebook.table);
    llvm::append_range(codes, codebook.codes);
  }
  auto objective = [&](std::vector<float> &tables, std::vector<uint8_t> &codes) {
    std::vector<double> rows = solver.objective(format, {weights, {}, tables, codes});
    return std::accumulate(rows.begin(), rows.end(), 0.0);
  };
  double before = objective(tables, codes), after = before;
  for (auto _ : state) {
    std::vector<float> betterTables = tables;
    std::vector<uint8_t> betterCodes = codes;
    solver.improve(format, {weights, {}, betterTables, betterCodes});
    state.PauseTiming();
    after = objective(betterTables, betterCodes);
    state.ResumeTiming();
  }
  state.counters["row"] =
      benchmark::Counter(double(count), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.counters["objective"] = after / before;
}
BENCHMARK(improve)->Args({1024, 3})->Args({4096, 2})->Args({4096, 3})->Args({4096, 4})->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
