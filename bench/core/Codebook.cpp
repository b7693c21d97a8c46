//===- Codebook.cpp - How fast codebooks, packing and decoding are --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// One thread. Rows are like an LLM's: normal values in f16, Fisher weights over many orders of magnitude.

#include "sdq/Core/Codebook.h"
#include "sdq/Core/BufferBackend.h"
#include "sdq/Core/Codec.h"
#include "sdq/Core/GlobalOutliers.h"
#include "sdq/Core/Pack.h"
#include "sdq/Core/Selection.h"

#include <benchmark/benchmark.h>
#include <cmath>
#include <random>

using namespace sdq;

namespace {

std::vector<float> normalValues(size_t n) {
  std::mt19937 rng(1);
  std::normal_distribution<float> distribution(0.0f, 0.02f);
  std::vector<float> values(n);
  for (float &value : values)
    value = roundTo(ElementKind::F16, distribution(rng));
  return values;
}

std::vector<float> fisherWeights(size_t n) {
  std::mt19937 rng(2);
  std::lognormal_distribution<float> distribution(-20.0f, 2.0f);
  std::vector<float> weights(n);
  for (float &weight : weights)
    weight = distribution(rng);
  return weights;
}

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

/// One row to parts and back. Bytes are those of the row in f16.
const Shape kRow{1, 11008};
const Encoding kInt8{ElementKind::Int8, 16, ScaleKind::E4M3}, kFP4{ElementKind::E2M1, 16, ScaleKind::E4M3};

StoredWeight packedRow(const Format &format) {
  std::vector<float> values = normalValues(kRow.columns);
  if (auto *dense = std::get_if<DenseFormat>(&format.variant()))
    return llvm::cantFail(pack(*dense, kRow, values));
  if (auto *nm = std::get_if<NMFormat>(&format.variant())) {
    std::vector<float> scores = values;
    for (float &score : scores)
      score = std::fabs(score);
    sparsify({nm->n, nm->m, nm->pairwise}, scores, values);
    return llvm::cantFail(pack(*nm, kRow, values));
  }
  const auto &lut = std::get<LUTFormat>(format.variant());
  KMeans solver;
  Codebook codebook = fitCodebook(lut, values, {}, solver);
  return llvm::cantFail(pack(lut, kRow, codebook.codes, codebook.table));
}

void packRow(benchmark::State &state, Format format) {
  std::vector<float> values = packedRow(format).decode();
  StoredWeight weight = StoredWeight::allocate(format, kRow);
  for (auto _ : state) {
    if (auto *dense = std::get_if<DenseFormat>(&format.variant()))
      llvm::cantFail(storeRow(*dense, kRow, weight.parts, 0, values));
    else
      llvm::cantFail(storeRow(std::get<NMFormat>(format.variant()), kRow, weight.parts, 0, values));
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(int64_t(state.iterations()) * kRow.columns * 2);
}

void decodeOne(benchmark::State &state, Format format) {
  StoredWeight weight = packedRow(format);
  std::vector<PartView> views = weight.views();
  std::vector<float> out(kRow.columns);
  for (auto _ : state) {
    decodeRow(format, kRow, views, 0, out);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(int64_t(state.iterations()) * kRow.columns * 2);
}

const DenseFormat kDenseFP4{kFP4}, kDenseF16{{ElementKind::F16}};
const NMFormat kOutliers{1, 8, false, kInt8}, kInliers{6, 8, false, kFP4}, kMasked{6, 8, false, {ElementKind::F16}};
BENCHMARK_CAPTURE(packRow, dense_f16, kDenseF16);
BENCHMARK_CAPTURE(packRow, dense_fp4, kDenseFP4);
BENCHMARK_CAPTURE(packRow, nm_1_8_int8_indices, kOutliers);
BENCHMARK_CAPTURE(packRow, nm_6_8_fp4_grid, kInliers);
BENCHMARK_CAPTURE(packRow, nm_6_8_f16_mask, kMasked);
BENCHMARK_CAPTURE(decodeOne, dense_f16, kDenseF16);
BENCHMARK_CAPTURE(decodeOne, dense_fp4, kDenseFP4);
BENCHMARK_CAPTURE(decodeOne, nm_1_8_int8_indices, kOutliers);
BENCHMARK_CAPTURE(decodeOne, nm_6_8_fp4_grid, kInliers);
BENCHMARK_CAPTURE(decodeOne, nm_6_8_f16_mask, kMasked);
BENCHMARK_CAPTURE(decodeOne, lut_4, LUTFormat{4});
BENCHMARK_CAPTURE(decodeOne, lut_3, LUTFormat{3});

void globalOutliers(benchmark::State &state) {
  std::vector<float> values = normalValues(1 << 22), weights = fisherWeights(1 << 22);
  for (auto _ : state)
    benchmark::DoNotOptimize(findGlobalOutliers(values, weights, 0.05, 0.4).places.data());
  state.SetItemsProcessed(int64_t(state.iterations()) * int64_t(values.size()));
}
BENCHMARK(globalOutliers)->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
