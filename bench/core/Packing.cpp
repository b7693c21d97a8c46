//===- Packing.cpp - How fast weights are stored and read -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// One thread, one row of 11008. Bytes are those of the row in f16, whatever is stored, so that formats compare with
// each other and with `copyOne`, which moves that row by memcpy. `packOne` goes from f32 values (or codes) to parts,
// scales chosen by absmax; `decodeOne` from parts to f32; `packBits` and `unpackBits` are the streams of codes within.
//
// What to expect: bits are packed and unpacked a word at a time, at a few GB/s; a decoded value costs a load, a table
// or a multiplication, about 1 ns, so 2 GB/s; packing rounds and divides, 2 to 10 ns.

#include "RandomRows.h"

#include "sdq/Core/BitStream.h"
#include "sdq/Core/BufferBackend.h"
#include "sdq/Core/Codebook.h"
#include "sdq/Core/Pack.h"
#include "sdq/Core/Selection.h"

#include <benchmark/benchmark.h>
#include <cmath>
#include <cstring>

using namespace sdq;

namespace {

const Shape kRow{1, 11008};
const Encoding kInt8{ElementKind::Int8, 16, ScaleKind::E4M3}, kFP4{ElementKind::E2M1, 16, ScaleKind::E4M3};

void count(benchmark::State &state) { state.SetBytesProcessed(int64_t(state.iterations()) * kRow.columns * 2); }

/// Values that a format of N:M can hold.
std::vector<float> valuesFor(const Format &format) {
  std::vector<float> values = normalValues(kRow.columns);
  if (auto *nm = std::get_if<NMFormat>(&format.variant())) {
    std::vector<float> scores = values;
    for (float &score : scores)
      score = std::fabs(score);
    sparsify({nm->n, nm->m, nm->pairwise}, scores, values);
  }
  return values;
}

/// Calls use(store), where store() stores the row in `weight`.
template <typename Use>
void withStore(const Format &format, StoredWeight &weight, const Use &use) {
  std::vector<float> values = valuesFor(format);
  if (auto *dense = std::get_if<DenseFormat>(&format.variant()))
    return use([&] { llvm::cantFail(storeRow(*dense, kRow, weight.parts, 0, values)); });
  if (auto *nm = std::get_if<NMFormat>(&format.variant()))
    return use([&] { llvm::cantFail(storeRow(*nm, kRow, weight.parts, 0, values)); });
  const auto &lut = std::get<LUTFormat>(format.variant());
  KMeans solver;
  Codebook codebook = fitCodebook(lut, values, {}, solver);
  use([&] { llvm::cantFail(storeRow(lut, kRow, weight.parts, 0, codebook.codes, codebook.table)); });
}

void copyOne(benchmark::State &state) {
  std::vector<uint16_t> from(kRow.columns, 1), to(kRow.columns);
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), from.size() * 2);
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  }
  count(state);
}
BENCHMARK(copyOne);

void packOne(benchmark::State &state, Format format) {
  StoredWeight weight = StoredWeight::allocate(format, kRow);
  withStore(format, weight, [&](const auto &store) {
    for (auto _ : state) {
      store();
      benchmark::ClobberMemory();
    }
  });
  count(state);
}

void decodeOne(benchmark::State &state, Format format) {
  StoredWeight weight = StoredWeight::allocate(format, kRow);
  withStore(format, weight, [](const auto &store) { store(); });
  std::vector<PartView> views = weight.views();
  std::vector<float> out(kRow.columns);
  for (auto _ : state) {
    decodeRow(format, kRow, views, 0, out);
    benchmark::ClobberMemory();
  }
  count(state);
}

template <bool kUnpack>
void bits(benchmark::State &state) {
  unsigned width = unsigned(state.range(0));
  std::vector<uint8_t> codes(kRow.columns), stream((kRow.columns * width + 7) / 8);
  for (size_t i = 0; i < codes.size(); ++i)
    codes[i] = uint8_t(i * 37 % (1u << width));
  for (auto _ : state) {
    if (kUnpack)
      unpackBits(stream, width, codes);
    else
      packBits(codes, width, stream);
    benchmark::ClobberMemory();
  }
  count(state);
}
BENCHMARK(bits<false>)->Name("packBits")->Arg(2)->Arg(3)->Arg(4)->Arg(5)->Arg(8);
BENCHMARK(bits<true>)->Name("unpackBits")->Arg(2)->Arg(3)->Arg(4)->Arg(5)->Arg(8);

const DenseFormat kDenseFP4{kFP4}, kDenseF16{{ElementKind::F16}};
const NMFormat kOutliers{1, 8, false, kInt8}, kInliers{6, 8, false, kFP4}, kMasked{6, 8, false, {ElementKind::F16}};
BENCHMARK_CAPTURE(packOne, dense_f16, kDenseF16);
BENCHMARK_CAPTURE(packOne, dense_fp4, kDenseFP4);
BENCHMARK_CAPTURE(packOne, nm_1_8_int8_indices, kOutliers);
BENCHMARK_CAPTURE(packOne, nm_6_8_fp4_grid, kInliers);
BENCHMARK_CAPTURE(packOne, nm_6_8_f16_mask, kMasked);
BENCHMARK_CAPTURE(packOne, lut_4, LUTFormat{4});
BENCHMARK_CAPTURE(packOne, lut_3, LUTFormat{3});
BENCHMARK_CAPTURE(decodeOne, dense_f16, kDenseF16);
BENCHMARK_CAPTURE(decodeOne, dense_fp4, kDenseFP4);
BENCHMARK_CAPTURE(decodeOne, nm_1_8_int8_indices, kOutliers);
BENCHMARK_CAPTURE(decodeOne, nm_6_8_fp4_grid, kInliers);
BENCHMARK_CAPTURE(decodeOne, nm_6_8_f16_mask, kMasked);
BENCHMARK_CAPTURE(decodeOne, lut_4, LUTFormat{4});
BENCHMARK_CAPTURE(decodeOne, lut_3, LUTFormat{3});

} // namespace

BENCHMARK_MAIN();
