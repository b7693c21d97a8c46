//===- Numbers.cpp - Codes of the numbers a GPU computes with -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Simulator/Numbers.h"

#include "llvm/ADT/bit.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

using namespace sdq::simulator;

namespace {

struct KindTraits {
  const char *name;
  /// Of floats: widths of mantissa and sign, bias, the largest finite magnitude's code, NaN's and infinity's code. A
  /// format without one of these repeats the code that takes its place.
  uint8_t mantissa = 0;
  bool hasSign = false;
  int bias = 0;
  uint32_t largest = 0, nan = 0, infinity = 0;
};

constexpr KindTraits kTraits[] = {
    {"s4"},
    {"u4"},
    {"s8"},
    {"u8"},
    {"s32"},
    {"e2m1", 1, true, 1, 0x7, 0x7, 0x7},
    {"e4m3", 3, true, 7, 0x7E, 0x7F, 0x7F},
    {"e5m2", 2, true, 15, 0x7B, 0x7F, 0x7C},
    {"ue4m3", 3, false, 7, 0x7E, 0x7F, 0x7F},
    {"ue8m0", 0, false, 127, 0xFE, 0xFF, 0xFF},
    {"f16", 10, true, 15, 0x7BFF, 0x7FFF, 0x7C00},
    {"bf16", 7, true, 127, 0x7F7F, 0x7FFF, 0x7F80},
    {"tf32", 10, true, 127, 0x7F7FE000, 0x7FFFFFFF, 0x7F800000},
    {"f32", 23, true, 127, 0x7F7FFFFF, 0x7FFFFFFF, 0x7F800000},
};

const KindTraits &traitsOf(NumberKind kind) { return kTraits[size_t(kind)]; }

/// Bits below the mantissa that a code carries for nothing: tf32 sits in the upper 19 of 32 bits.
unsigned unusedBits(NumberKind kind) { return kind == NumberKind::TF32 ? 13 : 0; }

float decodeBySplitting(NumberKind kind, uint32_t code) {
  const KindTraits &traits = traitsOf(kind);
  bool negative = traits.hasSign && (code >> (bitsOf(kind) - 1) & 1);
  uint32_t magnitude = code & (traits.nan >> unusedBits(kind) << unusedBits(kind));
  float value;
  if (kind == NumberKind::UE8M0)
    return magnitude == traits.nan ? __builtin_nanf("") : std::ldexp(1.0f, int(magnitude) - traits.bias);
  if (magnitude > traits.largest)
    value = magnitude == traits.infinity && traits.infinity != traits.nan ? __builtin_inff() : __builtin_nanf("");
  else {
    magnitude >>= unusedBits(kind);
    int exponent = int(magnitude >> traits.mantissa);
    uint32_t mantissa = magnitude & ((1u << traits.mantissa) - 1);
    uint32_t significand = exponent == 0 ? mantissa : mantissa | 1u << traits.mantissa;
    value = std::ldexp(float(significand), std::max(exponent, 1) - traits.bias - traits.mantissa);
  }
  return negative ? -value : value;
}

std::array<float, 256> decodeTable(NumberKind kind) {
  std::array<float, 256> table;
  for (uint32_t code = 0; code < 256; ++code)
    table[code] = decodeBySplitting(kind, code & ((1u << bitsOf(kind)) - 1));
  return table;
}

float decodeF16(uint32_t code) {
  // Exponent and mantissa are moved to f32's place and the bias is mended by a multiplication, which also normalises.
  uint32_t magnitude = (code & 0x7FFF) << 13;
  float value = llvm::bit_cast<float>(magnitude) * 0x1p112f;
  uint32_t bits = llvm::bit_cast<uint32_t>(value);
  if ((code & 0x7C00) == 0x7C00)
    bits |= 0x7F800000;
  return llvm::bit_cast<float>(bits | (code & 0x8000) << 16);
}

/// f32 to f16 for what rounds to a finite f16; false for the rest.
bool encodeFiniteF16(float value, uint32_t &code) {
  uint32_t bits = llvm::bit_cast<uint32_t>(value), magnitude = bits & 0x7FFFFFFF, sign = bits >> 16 & 0x8000;
  if (magnitude >= 0x477FF000) // 65520 rounds up to 2^16
    return false;
  // Adding 0.5 puts a subnormal's last place, 2^-24, at the sum's last place, and the CPU rounds.
  if (magnitude < 0x38800000)
    code = sign | (llvm::bit_cast<uint32_t>(llvm::bit_cast<float>(magnitude) + 0.5f) - 0x3F000000);
  else
    code = sign | (magnitude - (112u << 23) + 0xFFF + (magnitude >> 13 & 1)) >> 13;
  return true;
}

/// The same for bf16; an f32 has its exponents, so only the top of the range is left out.
bool encodeFiniteBF16(float value, uint32_t &code) {
  uint32_t bits = llvm::bit_cast<uint32_t>(value);
  if ((bits & 0x7FFFFFFF) >= 0x7F7F0000)
    return false;
  code = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
  return true;
}

} // namespace

llvm::StringRef sdq::simulator::nameOf(NumberKind kind) { return traitsOf(kind).name; }

std::optional<NumberKind> sdq::simulator::findNumberKind(llvm::StringRef name) {
  for (size_t kind = 0; kind < std::size(kTraits); ++kind)
    if (name == kTraits[kind].name)
      return NumberKind(kind);
  return std::nullopt;
}

float sdq::simulator::decode(NumberKind kind, uint32_t code) {
  switch (kind) {
  case NumberKind::F32:
    return llvm::bit_cast<float>(code);
  case NumberKind::TF32:
    return llvm::bit_cast<float>(code & 0xFFFFE000);
  case NumberKind::BF16:
    return llvm::bit_cast<float>(code << 16);
  case NumberKind::F16:
    return decodeF16(code);
  case NumberKind::E2M1:
  case NumberKind::E4M3:
  case NumberKind::E5M2:
  case NumberKind::UE4M3:
  case NumberKind::UE8M0: {
    static const std::array<float, 256> tables[] = {decodeTable(NumberKind::E2M1), decodeTable(NumberKind::E4M3),
                                                    decodeTable(NumberKind::E5M2), decodeTable(NumberKind::UE4M3),
                                                    decodeTable(NumberKind::UE8M0)};
    return tables[size_t(kind) - size_t(NumberKind::E2M1)][code & 0xFF];
  }
  default:
    assert(kind != NumberKind::S32 && "an s32 need not be a float");
    return float(decodeInteger(kind, code));
  }
}

static uint32_t encodeByRounding(NumberKind kind, double value, Overflow overflow);

uint32_t sdq::simulator::encode(NumberKind kind, float value, Overflow overflow) {
  uint32_t code;
  if (kind == NumberKind::F32 && std::isfinite(value))
    return llvm::bit_cast<uint32_t>(value);
  if (kind == NumberKind::F16 && encodeFiniteF16(value, code))
    return code;
  if (kind == NumberKind::BF16 && encodeFiniteBF16(value, code))
    return code;
  return encodeByRounding(kind, value, overflow);
}

uint32_t sdq::simulator::encode(NumberKind kind, double value, Overflow overflow) {
  // What fits an f32 is not rounded twice by way of it.
  if (auto narrow = float(value); double(narrow) == value)
    return encode(kind, narrow, overflow);
  return encodeByRounding(kind, value, overflow);
}

static uint32_t encodeByRounding(NumberKind kind, double value, Overflow overflow) {
  assert(!isInteger(kind) && "not a float kind");
  const KindTraits &traits = traitsOf(kind);
  uint32_t sign = traits.hasSign && std::signbit(value) ? 1u << (bitsOf(kind) - 1) : 0;
  if (std::isnan(value))
    return traits.nan;
  if (!traits.hasSign && std::signbit(value) && value != 0)
    return overflow == Overflow::Saturate ? 0 : traits.nan;
  if (kind == NumberKind::F32 && std::isfinite(float(value)))
    return llvm::bit_cast<uint32_t>(float(value));
  uint32_t beyond = overflow == Overflow::Saturate ? traits.largest : traits.infinity;
  if (std::isinf(value))
    return sign | beyond;

  double magnitude = std::fabs(value);
  if (magnitude == 0)
    return sign;
  if (kind == NumberKind::UE8M0) {
    // A mantissa of no bits: what lies between 2^e and 2^(e+1) goes to the nearer, 1.5·2^e to the even code.
    if (magnitude < 0x1p-127)
      return 0;
    int exponent;
    double fraction = std::frexp(magnitude, &exponent) * 2;
    uint32_t code = uint32_t(exponent - 1 + traits.bias);
    code += fraction > 1.5 || (fraction == 1.5 && code % 2 == 1);
    return code > traits.largest ? beyond : code;
  }
  int exponent;
  std::frexp(magnitude, &exponent);
  exponent = std::max(exponent - 1, 1 - traits.bias);
  // The significand with its hidden bit, an integer after rounding; rounding up to the next exponent carries by itself.
  double significand = std::nearbyint(std::ldexp(magnitude, traits.mantissa - exponent));
  if (exponent + traits.bias > int(traits.largest >> unusedBits(kind) >> traits.mantissa))
    return sign | beyond;
  uint32_t code = (uint32_t(exponent + traits.bias - 1) << traits.mantissa) + uint32_t(significand);
  code <<= unusedBits(kind);
  return sign | (code > traits.largest ? beyond : code);
}

uint32_t sdq::simulator::fma(NumberKind kind, uint32_t a, uint32_t b, uint32_t c) {
  assert(kind == NumberKind::F16 || kind == NumberKind::BF16);
  // The product is exact in f64. Their sum may not be: rounding it to odd keeps the second rounding right (Boldo and
  // Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
  double product = double(decode(kind, a)) * double(decode(kind, b)), addend = decode(kind, c);
  double sum = product + addend;
  if (std::isfinite(sum)) {
    double part = sum - product;
    double lost = (product - (sum - part)) + (addend - part);
    if (lost != 0 && (llvm::bit_cast<uint64_t>(sum) & 1) == 0)
      sum = std::nextafter(sum, lost > 0 ? HUGE_VAL : -HUGE_VAL);
  }
  return encode(kind, sum);
}
