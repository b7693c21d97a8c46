//===- NumbersTest.cpp ----------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves every code's value and every rounding equal to LLVM's APFloat, and integers to their definition.

#include "sdq/Simulator/Numbers.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/bit.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace sdq::simulator;
using llvm::APFloat;
using llvm::APInt;

namespace {

const NumberKind kSigned[] = {NumberKind::E2M1, NumberKind::E4M3, NumberKind::E5M2,
                              NumberKind::F16,  NumberKind::BF16, NumberKind::TF32};

const llvm::fltSemantics &semanticsOf(NumberKind kind) {
  switch (kind) {
  case NumberKind::E2M1:
    return APFloat::Float4E2M1FN();
  case NumberKind::E4M3:
  case NumberKind::UE4M3:
    return APFloat::Float8E4M3FN();
  case NumberKind::E5M2:
    return APFloat::Float8E5M2();
  case NumberKind::UE8M0:
    return APFloat::Float8E8M0FNU();
  case NumberKind::F16:
    return APFloat::IEEEhalf();
  case NumberKind::BF16:
    return APFloat::BFloat();
  default:
    return APFloat::FloatTF32();
  }
}

/// tf32 has 19 bits; its register holds them on top of 13 others.
unsigned shiftOf(NumberKind kind) { return kind == NumberKind::TF32 ? 13 : 0; }
unsigned valueBits(NumberKind kind) { return bitsOf(kind) - shiftOf(kind); }

double asDouble(APFloat value) {
  // APFloat would make an infinity of ue8m0's NaN, which has no payload.
  if (value.isNaN())
    return std::nan("");
  bool losesInfo;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
  EXPECT_FALSE(losesInfo);
  return value.convertToDouble();
}

APFloat fromCode(NumberKind kind, uint32_t code) {
  return APFloat(semanticsOf(kind), APInt(valueBits(kind), code >> shiftOf(kind)));
}

uint32_t toCode(NumberKind kind, const APFloat &value) {
  return uint32_t(value.bitcastToAPInt().getZExtValue()) << shiftOf(kind);
}

void expectSame(NumberKind kind, uint32_t code, double expected) {
  float got = decode(kind, code);
  if (std::isnan(expected))
    EXPECT_TRUE(std::isnan(got)) << nameOf(kind).str() << " code " << code;
  else
    EXPECT_EQ(llvm::bit_cast<uint64_t>(double(got)), llvm::bit_cast<uint64_t>(expected))
        << nameOf(kind).str() << " code " << code;
}

TEST(NumbersTest, EveryCodeDecodes) {
  for (NumberKind kind : kSigned)
    for (uint32_t code = 0; code < 1u << valueBits(kind); ++code)
      expectSame(kind, code << shiftOf(kind), asDouble(fromCode(kind, code << shiftOf(kind))));
  for (uint32_t code = 0; code < 256; ++code) {
    expectSame(NumberKind::UE8M0, code, asDouble(fromCode(NumberKind::UE8M0, code)));
    expectSame(NumberKind::UE4M3, code, asDouble(fromCode(NumberKind::E4M3, code & 0x7F)));
  }
}

TEST(NumbersTest, TF32IgnoresItsLowBits) {
  EXPECT_EQ(decode(NumberKind::TF32, llvm::bit_cast<uint32_t>(1.0f) | 0x1FFF), 1.0f);
}

TEST(NumbersTest, IntegersFollowTheirDefinition) {
  for (uint32_t code = 0; code < 256; ++code) {
    int nibble = int(code & 15);
    EXPECT_EQ(decodeInteger(NumberKind::U4, code), nibble);
    EXPECT_EQ(decodeInteger(NumberKind::S4, code), nibble < 8 ? nibble : nibble - 16);
    EXPECT_EQ(decodeInteger(NumberKind::U8, code), int(code));
    EXPECT_EQ(decodeInteger(NumberKind::S8, code), code < 128 ? int(code) : int(code) - 256);
  }
  EXPECT_EQ(decodeInteger(NumberKind::S32, 0xFFFFFFFE), -2);
  EXPECT_EQ(decode(NumberKind::S4, 0x8), -8.0f);
}

/// Round to nearest even; NaN and what overflows as Numbers.h says.
uint32_t referenceEncode(NumberKind kind, double value, Overflow overflow) {
  const llvm::fltSemantics &semantics = semanticsOf(kind);
  uint32_t largest = toCode(kind, APFloat::getLargest(semantics, std::signbit(value)));
  APFloat rounded(value);
  bool losesInfo;
  APFloat::opStatus status = rounded.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  bool beyond = std::isinf(value) || (status & APFloat::opOverflow) || !rounded.isFinite();
  if (!beyond)
    return toCode(kind, rounded);
  if (overflow == Overflow::Saturate || kind == NumberKind::E2M1)
    return largest;
  if (kind == NumberKind::E4M3)
    return std::signbit(value) ? 0xFF : 0x7F;
  return toCode(kind, APFloat::getInf(semantics, std::signbit(value)));
}

void expectEncodes(NumberKind kind, double value) {
  for (Overflow overflow : {Overflow::NonFinite, Overflow::Saturate}) {
    uint32_t expected = referenceEncode(kind, value, overflow);
    ASSERT_EQ(encode(kind, value, overflow), expected) << nameOf(kind).str() << ' ' << value;
    if (double(float(value)) == value)
      ASSERT_EQ(encode(kind, float(value), overflow), expected) << nameOf(kind).str() << ' ' << value;
  }
}

TEST(NumbersTest, CodesTheirNeighboursAndTiesEncode) {
  for (NumberKind kind : kSigned)
    for (uint32_t code = 0; code + 1 < 1u << (valueBits(kind) - 1); ++code) {
      double low = decode(kind, code << shiftOf(kind)), high = decode(kind, (code + 1) << shiftOf(kind));
      if (!std::isfinite(low))
        continue;
      // Beyond the largest code, the tie lies where the next code would have been.
      double tie = std::isfinite(high) ? (low + high) / 2 : low + (low - decode(kind, (code - 1) << shiftOf(kind))) / 2;
      for (double value : {low, tie, std::nextafter(tie, 0.0), std::nextafter(tie, HUGE_VAL)}) {
        expectEncodes(kind, value);
        expectEncodes(kind, -value);
      }
    }
}

TEST(NumbersTest, RandomNumbersOfEveryMagnitudeEncode) {
  std::mt19937_64 random(1);
  for (NumberKind kind : kSigned)
    for (int i = 0; i < 20000; ++i) {
      float value = llvm::bit_cast<float>(uint32_t(random()));
      if (!std::isnan(value))
        expectEncodes(kind, value);
      expectEncodes(kind, std::ldexp(double(int64_t(random())), int(random() % 400) - 250));
    }
  for (NumberKind kind : kSigned)
    for (double value : {HUGE_VAL, 1e300, 5e-324, 0.0}) {
      expectEncodes(kind, value);
      expectEncodes(kind, -value);
    }
}

TEST(NumbersTest, NaNEncodesAsTheCanonicalNaN) {
  const float nan = -std::nanf("7");
  EXPECT_EQ(encode(NumberKind::F16, nan), 0x7FFFu);
  EXPECT_EQ(encode(NumberKind::BF16, nan), 0x7FFFu);
  EXPECT_EQ(encode(NumberKind::F32, nan), 0x7FFFFFFFu);
  EXPECT_EQ(encode(NumberKind::E4M3, nan), 0x7Fu);
  EXPECT_EQ(encode(NumberKind::E5M2, nan, Overflow::Saturate), 0x7Fu);
  EXPECT_EQ(encode(NumberKind::E2M1, nan), 0x7u);
}

TEST(NumbersTest, ScalesEncode) {
  for (uint32_t code = 0; code < 255; ++code) {
    EXPECT_EQ(encode(NumberKind::UE8M0, decode(NumberKind::UE8M0, code)), code);
    if (code < 254) {
      double low = decode(NumberKind::UE8M0, code), tie = 1.5 * low;
      EXPECT_EQ(encode(NumberKind::UE8M0, std::nextafter(tie, 0)), code);
      EXPECT_EQ(encode(NumberKind::UE8M0, tie), code + code % 2);
      EXPECT_EQ(encode(NumberKind::UE8M0, std::nextafter(tie, HUGE_VAL)), code + 1);
    }
  }
  EXPECT_EQ(encode(NumberKind::UE8M0, 0.0f), 0u);
  EXPECT_EQ(encode(NumberKind::UE8M0, 0x1p128), 0xFFu);
  EXPECT_EQ(encode(NumberKind::UE8M0, 0x1p128, Overflow::Saturate), 0xFEu);
  for (uint32_t code = 0; code < 127; ++code)
    EXPECT_EQ(encode(NumberKind::UE4M3, decode(NumberKind::UE4M3, code)), code);
  EXPECT_EQ(encode(NumberKind::UE4M3, -1.0f), 0x7Fu);
  EXPECT_EQ(encode(NumberKind::UE4M3, -1.0f, Overflow::Saturate), 0u);
}

TEST(NumbersTest, FusedMultiplyAddRoundsOnce) {
  std::mt19937 random(2);
  for (NumberKind kind : {NumberKind::F16, NumberKind::BF16})
    for (int i = 0; i < 100000; ++i) {
      uint32_t a = random() & 0xFFFF, b = random() & 0xFFFF, c = random() & 0xFFFF;
      // Half of them cancel nearly: there a second rounding would show.
      if (i % 2)
        c = encode(kind, -(decode(kind, a) * decode(kind, b))) ^ (random() & 1);
      APFloat value = fromCode(kind, a);
      value.fusedMultiplyAdd(fromCode(kind, b), fromCode(kind, c), APFloat::rmNearestTiesToEven);
      uint32_t got = fma(kind, a, b, c);
      if (value.isNaN())
        ASSERT_EQ(got, 0x7FFFu);
      else
        ASSERT_EQ(got, toCode(kind, value)) << nameOf(kind).str() << ' ' << a << ' ' << b << ' ' << c;
    }
  // (1 + 2^-4)² is 1 + 2^-3 + 2^-8, a tie in bf16 that 2^-100 decides; f64 cannot hold the sum.
  uint32_t factor = encode(NumberKind::BF16, 1 + 0x1p-4f), tiny = encode(NumberKind::BF16, 0x1p-100f);
  EXPECT_EQ(decode(NumberKind::BF16, fma(NumberKind::BF16, factor, factor, tiny)), 1 + 0x1p-3f + 0x1p-7f);
  EXPECT_EQ(decode(NumberKind::BF16, fma(NumberKind::BF16, factor, factor, tiny | 0x8000)), 1 + 0x1p-3f);
}

} // namespace
