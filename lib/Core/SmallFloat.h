//===- SmallFloat.h - Branch-free conversion of narrow floats ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Inline and free of branches, so that loops over them vectorise on any target.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CORE_SMALLFLOAT_H
#define SDQ_LIB_CORE_SMALLFLOAT_H

#include "llvm/ADT/bit.h"

#include <cstdint>

namespace sdq {

/// A float of one sign, E exponent and M mantissa bits whose largest finite magnitude has code MaxCode.
template <unsigned E, unsigned M, uint32_t MaxCode>
struct SmallFloatCodec {
  static constexpr int kBias = (1 << (E - 1)) - 1;

  static uint32_t encode(float value) {
    constexpr unsigned shift = 23 - M;
    constexpr uint32_t rebias = uint32_t(127 - kBias) << 23;
    uint32_t bits = llvm::bit_cast<uint32_t>(value);
    uint32_t magnitude = bits & 0x7FFFFFFF;
    uint32_t sign = (bits >> 31) << (E + M);
    // Normal: half an ulp less one, plus the last kept bit, rounds to nearest even; a carry moves the exponent up.
    uint32_t rounded = magnitude + ((1u << (shift - 1)) - 1) + ((magnitude >> shift) & 1);
    uint32_t normal = (rounded - rebias) >> shift;
    // Subnormal: adding a power of two whose ulp is the format's smallest value lets f32 addition do the rounding.
    // The sum may reach the smallest normal, whose code is the right one.
    constexpr uint32_t magic = uint32_t(127 + 23 - (kBias - 1 + int(M))) << 23;
    float sum = llvm::bit_cast<float>(magnitude) + llvm::bit_cast<float>(magic);
    uint32_t subnormal = llvm::bit_cast<uint32_t>(sum) - magic;
    uint32_t code = magnitude < rebias + (1u << 23) ? subnormal : normal;
    return sign | (code < MaxCode ? code : MaxCode);
  }
};

using E2M1Codec = SmallFloatCodec<2, 1, 0x7>;
using E4M3Codec = SmallFloatCodec<4, 3, 0x7E>;
using E5M2Codec = SmallFloatCodec<5, 2, 0x7B>;
using F16Codec = SmallFloatCodec<5, 10, 0x7BFF>;

inline uint32_t encodeBF16(float value) {
  uint32_t bits = llvm::bit_cast<uint32_t>(value);
  uint32_t magnitude = bits & 0x7FFFFFFF;
  uint32_t code = (magnitude + 0x7FFF + ((magnitude >> 16) & 1)) >> 16;
  return ((bits >> 31) << 15) | (code < 0x7F7F ? code : 0x7F7F);
}

inline float decodeF16(uint16_t code) {
  uint32_t magnitude = code & 0x7FFF;
  uint32_t normal = (magnitude << 13) + (magnitude < 0x7C00 ? 112u << 23 : 224u << 23);
  float subnormal = float(int32_t(magnitude)) * 0x1p-24f;
  uint32_t bits = magnitude < 0x400 ? llvm::bit_cast<uint32_t>(subnormal) : normal;
  return llvm::bit_cast<float>(bits | (uint32_t(code & 0x8000) << 16));
}

} // namespace sdq

#endif // SDQ_LIB_CORE_SMALLFLOAT_H
