//===- VectorQuantization.cpp - Numbers under per-vector scales -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/VectorQuantization.h"

#include "ElementRounding.h"
#include "SmallFloat.h"
#include "sdq/Core/Codec.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cassert>
#include <cmath>

using namespace sdq;

/// Calls body(vector, first column, past the last column).
template <typename Body>
static void forEachVector(int64_t columns, int64_t vector, const Body &body) {
  for (int64_t v = 0, begin = 0; begin < columns; ++v, begin += vector)
    body(v, begin, std::min(begin + vector, columns));
}

template <typename Encode>
static void quantizeWith(int64_t vector, llvm::ArrayRef<float> row, llvm::ArrayRef<float> scales,
                         llvm::MutableArrayRef<uint8_t> codes, const Encode &encodeOne) {
  forEachVector(row.size(), vector, [&](int64_t v, int64_t begin, int64_t end) {
    float scale = scales[v];
    if (scale == 0.0f) {
      std::fill(codes.begin() + begin, codes.begin() + end, uint8_t(0));
      return;
    }
    for (int64_t c = begin; c < end; ++c)
      codes[c] = uint8_t(encodeOne(row[c] / scale));
  });
}

void sdq::quantize(const Encoding &encoding, llvm::ArrayRef<float> row, llvm::ArrayRef<float> scales,
                   llvm::MutableArrayRef<uint8_t> codes) {
  assert(isQuantized(encoding.element) && codes.size() == row.size());
  switch (encoding.element) {
  case ElementKind::E2M1:
    return quantizeWith(encoding.vector, row, scales, codes, E2M1Codec::encode);
  case ElementKind::E4M3:
    return quantizeWith(encoding.vector, row, scales, codes, E4M3Codec::encode);
  case ElementKind::E5M2:
    return quantizeWith(encoding.vector, row, scales, codes, E5M2Codec::encode);
  default:
    return quantizeWith(encoding.vector, row, scales, codes,
                        [kind = encoding.element](float x) { return encode(kind, x); });
  }
}

void sdq::quantizeDequantize(const Encoding &encoding, llvm::ArrayRef<float> row, llvm::ArrayRef<float> scales,
                             llvm::MutableArrayRef<float> out) {
  assert(out.size() == row.size());
  if (!isQuantized(encoding.element)) {
    for (auto [value, rounded] : llvm::zip_equal(row, out))
      rounded = roundTo(encoding.element, value);
    return;
  }
  withRounding(encoding.element, [&](auto rounding) {
    forEachVector(row.size(), encoding.vector, [&](int64_t v, int64_t begin, int64_t end) {
      float scale = scales[v];
      if (scale == 0.0f) {
        std::fill(out.begin() + begin, out.begin() + end, 0.0f);
        return;
      }
      for (int64_t c = begin; c < end; ++c)
        out[c] = std::copysign(rounding.round(std::fabs(row[c]) / scale) * scale, row[c]);
    });
  });
}

void sdq::quantizeDequantize(const Encoding &encoding, llvm::ArrayRef<float> row, llvm::MutableArrayRef<float> out) {
  std::vector<float> scales;
  if (isQuantized(encoding.element))
    scales = roundScales(encoding, absmaxScales(encoding, row)).values;
  quantizeDequantize(encoding, row, scales, out);
}
