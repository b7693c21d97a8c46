//===- Scales.cpp - How fast scales are chosen ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// One row of 11008 inputs, one thread. `error` is the weighted squared error relative to absmax's.

#include "sdq/Core/Codec.h"
#include "sdq/Core/VectorQuantization.h"

#include <benchmark/benchmark.h>
#include <random>

using namespace sdq;

namespace {

void choose(benchmark::State &state, ScaleChoice choice, Encoding encoding, bool weighted) {
  std::mt19937 rng(1);
  std::student_t_distribution<float> heavy(5);
  std::lognormal_distribution<float> fisher(-20.0f, 2.0f);
  std::vector<float> row(11008), importance(weighted ? row.size() : 0), read(row.size());
  for (float &value : row)
    value = 0.02f * heavy(rng);
  for (float &weight : importance)
    weight = fisher(rng);
  RoundedScales scales;
  for (auto _ : state) {
    scales = chooseScales(encoding, choice, row, importance);
    benchmark::DoNotOptimize(scales.values.data());
  }
  auto errorUnder = [&](const RoundedScales &chosen) {
    std::vector<uint8_t> codes(row.size());
    quantize(encoding, row, chosen.values, codes);
    double sum = 0;
    for (size_t c = 0; c < row.size(); ++c) {
      double error = row[c] - decode(encoding.element, codes[c]) * chosen.values[c / encoding.vector];
      sum += (weighted ? importance[c] : 1.0) * error * error;
    }
    return sum;
  };
  state.counters["error"] =
      errorUnder(scales) / errorUnder(chooseScales(encoding, ScaleChoice::Absmax, row, importance));
  state.SetItemsProcessed(state.iterations() * row.size());
}

constexpr ScaleChoice kSearch = ScaleChoice::MeanSquaredError;
BENCHMARK_CAPTURE(choose, absmax_fp4_16_e4m3, ScaleChoice::Absmax, {ElementKind::E2M1, 16, ScaleKind::E4M3}, false);
BENCHMARK_CAPTURE(choose, fp4_16_e4m3, kSearch, {ElementKind::E2M1, 16, ScaleKind::E4M3}, false);
BENCHMARK_CAPTURE(choose, fp4_16_e4m3_fisher, kSearch, {ElementKind::E2M1, 16, ScaleKind::E4M3}, true);
BENCHMARK_CAPTURE(choose, fp4_32_e8m0, kSearch, {ElementKind::E2M1, 32, ScaleKind::E8M0}, false);
BENCHMARK_CAPTURE(choose, int8_16_e4m3, kSearch, {ElementKind::Int8, 16, ScaleKind::E4M3}, false);
BENCHMARK_CAPTURE(choose, int4_16_u8, kSearch, {ElementKind::Int4, 16, ScaleKind::U8}, false);
BENCHMARK_CAPTURE(choose, int4_128_f16, kSearch, {ElementKind::Int4, 128, ScaleKind::F16}, false);
BENCHMARK_CAPTURE(choose, int4_128_f16_fisher, kSearch, {ElementKind::Int4, 128, ScaleKind::F16}, true);
BENCHMARK_CAPTURE(choose, int2_row_f16, kSearch, {ElementKind::Int2, 11008, ScaleKind::F16}, false);
BENCHMARK_CAPTURE(choose, e5m2_16_f32, kSearch, {ElementKind::E5M2, 16, ScaleKind::F32}, false);

} // namespace

BENCHMARK_MAIN();
