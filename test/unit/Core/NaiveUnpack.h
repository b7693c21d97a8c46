//===- NaiveUnpack.h - Reading parts the slow way ---------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A second reading of Format.h's table, bit by bit and with nothing shared with the library but `decode(kind, code)`,
// which CodecTest compares with APFloat. What it reads is what every decoder must read.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_TEST_UNIT_CORE_NAIVEUNPACK_H
#define SDQ_TEST_UNIT_CORE_NAIVEUNPACK_H

#include "sdq/Core/Codec.h"
#include "sdq/Core/StoredWeight.h"

#include <cmath>
#include <gtest/gtest.h>

namespace sdq::test {

/// Bits [first, first + count) of row `row` of `part`, counted from the row's first byte, lowest bit first.
inline uint32_t bitsAt(const PartView &part, int64_t row, int64_t first, unsigned count) {
  int64_t rowBytes = part.spec.shape.size() == 1 ? 0 : part.spec.shape.back() * (bitWidth(part.spec.type) / 8);
  uint32_t bits = 0;
  for (unsigned i = 0; i < count; ++i) {
    int64_t bit = first + i;
    uint32_t byte = uint8_t(part.data[row * rowBytes + bit / 8]);
    bits |= ((byte >> (bit % 8)) & 1) << i;
  }
  return bits;
}

inline float naiveValue(const Encoding &encoding, llvm::ArrayRef<PartView> parts, int64_t row, int64_t slot,
                        int64_t column) {
  unsigned width = bitWidth(encoding.element);
  float value = decode(encoding.element, bitsAt(parts[0], row, slot * width, width));
  if (!isQuantized(encoding.element))
    return value;
  int64_t v = column / encoding.vector;
  switch (encoding.scale) {
  case ScaleKind::E4M3:
    return value * (decode(ElementKind::E4M3, bitsAt(parts[1], row, v * 8, 8)) *
                    decode(ElementKind::F32, bitsAt(parts[2], 0, row * 32, 32)));
  case ScaleKind::U8:
    return value *
           (float(bitsAt(parts[1], row, v * 8, 8)) * decode(ElementKind::F32, bitsAt(parts[2], 0, row * 32, 32)));
  case ScaleKind::E8M0:
    return value * std::ldexp(1.0f, int(bitsAt(parts[1], row, v * 8, 8)) - 127);
  case ScaleKind::F16:
    return value * decode(ElementKind::F16, bitsAt(parts[1], row, v * 16, 16));
  default:
    return value * decode(ElementKind::F32, bitsAt(parts[1], row, v * 32, 32));
  }
}

inline void naiveAdd(const Format &format, Shape shape, llvm::ArrayRef<PartView> parts, std::vector<float> &out) {
  auto at = [&](int64_t r, int64_t c) -> float & { return out[r * shape.columns + c]; };
  if (auto *sum = std::get_if<SumFormat>(&format.variant())) {
    for (const Format &term : sum->terms) {
      size_t count = partsOf(term, shape).size();
      naiveAdd(term, shape, parts.take_front(count), out);
      parts = parts.drop_front(count);
    }
  } else if (auto *dense = std::get_if<DenseFormat>(&format.variant())) {
    for (int64_t r = 0; r < shape.rows; ++r)
      for (int64_t c = 0; c < shape.columns; ++c)
        at(r, c) += dense->transposed ? naiveValue(dense->encoding, parts, c, r, r)
                                      : naiveValue(dense->encoding, parts, r, c, c);
  } else if (auto *nm = std::get_if<NMFormat>(&format.variant())) {
    int64_t unit = nm->pairwise ? 2 : 1, perBlock = nm->n / unit, units = (nm->m + unit - 1) / unit;
    for (int64_t r = 0; r < shape.rows; ++r)
      for (int64_t block = 0; block * nm->m < shape.columns; ++block) {
        std::vector<int64_t> chosen; // units of this block that are stored
        for (int64_t u = 0; u < units; ++u) {
          bool stored = nm->storage() == NMStorage::Grid;
          if (nm->storage() == NMStorage::Mask)
            stored = bitsAt(parts.back(), r, block * nm->maskBits() + u, 1);
          for (int64_t i = 0; nm->storage() == NMStorage::Indices && i < perBlock; ++i)
            stored |= bitsAt(parts.back(), r, (block * perBlock + i) * nm->indexBits(), nm->indexBits()) == u;
          if (stored)
            chosen.push_back(u);
        }
        bool grid = nm->storage() == NMStorage::Grid;
        for (size_t i = 0; i < chosen.size() * unit; ++i) {
          int64_t inBlock = chosen[i / unit] * unit + i % unit, column = block * nm->m + inBlock;
          if (inBlock < nm->m && column < shape.columns)
            at(r, column) += naiveValue(nm->encoding, parts, r, grid ? column : block * nm->n + i, column);
        }
      }
  } else if (auto *lut = std::get_if<LUTFormat>(&format.variant())) {
    unsigned width = bitWidth(lut->table);
    for (int64_t r = 0; r < shape.rows; ++r)
      for (int64_t c = 0; c < shape.columns; ++c)
        at(r, c) +=
            decode(lut->table, bitsAt(parts[1], r, bitsAt(parts[0], r, c * lut->bits, lut->bits) * width, width));
  } else {
    const auto &csr = std::get<CSRFormat>(format.variant());
    unsigned width = bitWidth(csr.values), columnWidth = bitWidth(parts[1].spec.type);
    for (int64_t r = 0; r < shape.rows; ++r)
      for (uint32_t i = bitsAt(parts[0], 0, r * 32, 32); i < bitsAt(parts[0], 0, (r + 1) * 32, 32); ++i)
        at(r, bitsAt(parts[1], 0, i * columnWidth, columnWidth)) +=
            decode(csr.values, bitsAt(parts[2], 0, i * width, width));
  }
}

inline std::vector<float> naiveUnpack(const StoredWeight &weight) {
  std::vector<float> out(weight.shape.rows * weight.shape.columns);
  naiveAdd(weight.format, weight.shape, weight.views(), out);
  return out;
}

} // namespace sdq::test

#endif // SDQ_TEST_UNIT_CORE_NAIVEUNPACK_H
