//===- Codebook.cpp - How fast codebooks are ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// One thread.

#include "RandomRows.h"

#include "sdq/Core/GlobalOutliers.h"
#include "sdq/Core/KMeans.h"

#include <benchmark/benchmark.h>

using namespace sdq;

namespace {

void kMeans(benchmark::State &state, KMeans::Method method) {
  size_t n = state.range(0);
  unsigned k = unsigned(state.range(1));
  std::vector<float> values = normalValues(16 * n), weights = fisherWeights(16 * n);
  KMeans solver;
  size_t row = 0, sweeps = 0;
  for (auto _ : state) {
    auto slice = [&](llvm::ArrayRef<float> all) { return all.slice((row % 16) * n, n); };
    benchmark::DoNotOptimize(solver.solve(slice(values), slice(weights), k, method).data());
    sweeps += solver.sweeps();
    ++row;
  }
  state.counters["sweeps"] = double(sweeps) / double(row);
}
BENCHMARK_CAPTURE(kMeans, lagrange, KMeans::Method::Lagrange)
    ->ArgsProduct({{4096, 11008}, {4, 8, 16, 256}})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(kMeans, layers, KMeans::Method::Layers)
    ->ArgsProduct({{4096, 11008}, {8, 16}})
    ->Unit(benchmark::kMicrosecond);

void globalOutliers(benchmark::State &state) {
  Shape shape{1 << 10, 1 << 12};
  std::vector<float> values = normalValues(1 << 22), weights = fisherWeights(1 << 22);
  auto rowsOf = [&](llvm::ArrayRef<float> matrix) {
    return [=](int64_t row, llvm::MutableArrayRef<float> out) {
      llvm::copy(matrix.slice(row * shape.columns, shape.columns), out.begin());
      return llvm::success();
    };
  };
  for (auto _ : state)
    benchmark::DoNotOptimize(findGlobalOutliers(shape, rowsOf(values), rowsOf(weights), 0.05, 0.4)->places.data());
  state.SetItemsProcessed(int64_t(state.iterations()) * int64_t(values.size()));
}
BENCHMARK(globalOutliers)->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
