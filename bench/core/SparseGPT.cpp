//===- SparseGPT.cpp - How fast SparseGPT is ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// One thread. The flops are those of SparseGPT.h without what depends on the block's width.

#include "sdq/Core/SparseGPT.h"

#include <benchmark/benchmark.h>
#include <random>

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

std::vector<float> weights(size_t n) {
  std::mt19937 rng(2);
  std::normal_distribution<float> normal(0.0f, 0.02f);
  std::vector<float> values(n);
  for (float &value : values)
    value = normal(rng);
  return values;
}

/// The factor of a K×K Hessian: K³/3 flops.
void prepare(benchmark::State &state) {
  int64_t n = state.range(0);
  std::vector<float> h = hessian(n);
  for (auto _ : state)
    benchmark::DoNotOptimize(llvm::cantFail(SparseGPT::prepare(h, {2, 4})));
  state.counters["flops"] = benchmark::Counter(double(n) * n * n / 3, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(prepare)->Arg(1024)->Arg(4096)->Unit(benchmark::kMillisecond);

/// K rows of K columns, in chunks as the pass takes them: K³ flops.
void prune(benchmark::State &state) {
  int64_t n = state.range(0), chunk = 512;
  SparseGPT solver = llvm::cantFail(SparseGPT::prepare(hessian(n), {state.range(1), state.range(2)}));
  std::vector<float> original = weights(n * n), values;
  for (auto _ : state) {
    values = original;
    for (int64_t row = 0; row < n; row += chunk)
      solver.prune(llvm::MutableArrayRef(values).slice(row * n, std::min(chunk, n - row) * n));
    benchmark::ClobberMemory();
  }
  state.counters["flops"] = benchmark::Counter(double(n) * n * n, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(prune)
    ->Args({1024, 2, 4})
    ->Args({4096, 2, 4})
    ->Args({4096, 7, 8})
    ->Args({4096, 16, 32})
    ->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
