//===- BitsTest.cpp -------------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves bit tricks, integer dot products and packed halves equal to the tables and pseudocode of the PTX ISA.

#include "sdq/Simulator/Bits.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace sdq::simulator;

namespace {

TEST(BitsTest, PermuteByIndex) {
  uint32_t lo = 0x33221100, hi = 0x77665544;
  EXPECT_EQ(permuteBytes(lo, hi, 0x3210), lo);
  EXPECT_EQ(permuteBytes(lo, hi, 0x7654), hi);
  EXPECT_EQ(permuteBytes(lo, hi, 0x0123), 0x00112233u);
  EXPECT_EQ(permuteBytes(lo, hi, 0x5410), 0x55441100u);
  EXPECT_EQ(permuteBytes(lo, hi, 0x7777), 0x77777777u);
  // The nibble's top bit takes the byte's sign instead.
  EXPECT_EQ(permuteBytes(0x0000807F, 0, 0x9188), 0xFF800000u);
  EXPECT_EQ(permuteBytes(0x0000807F, 0, 0xFFFF3298), 0x0000FF00u);
}

TEST(BitsTest, PermuteModesFollowTheirTable) {
  struct Row {
    PermuteMode mode;
    uint32_t results[4];
  };
  // Byte numbers from the most significant, for the selectors 0 to 3 (PTX ISA "prmt", second table).
  const Row rows[] = {{PermuteMode::Forward4, {0x3210, 0x4321, 0x5432, 0x6543}},
                      {PermuteMode::Backward4, {0x5670, 0x6701, 0x7012, 0x0123}},
                      {PermuteMode::Replicate8, {0x0000, 0x1111, 0x2222, 0x3333}},
                      {PermuteMode::EdgeLeft, {0x3210, 0x3211, 0x3222, 0x3333}},
                      {PermuteMode::EdgeRight, {0x0000, 0x1110, 0x2210, 0x3210}},
                      {PermuteMode::Replicate16, {0x1010, 0x3232, 0x1010, 0x3232}}};
  for (const Row &row : rows)
    for (uint32_t selector = 0; selector < 4; ++selector) {
      uint32_t numbers = row.results[selector], expected = 0;
      for (unsigned i = 0; i < 4; ++i)
        expected |= (0xA0 + (numbers >> (4 * i) & 0xF)) << (8 * i);
      EXPECT_EQ(permuteBytes(0xA3A2A1A0, 0xA7A6A5A4, selector, row.mode), expected) << int(row.mode) << selector;
      EXPECT_EQ(permuteBytes(0xA3A2A1A0, 0xA7A6A5A4, selector | 0xFC, row.mode), expected);
    }
}

TEST(BitsTest, LogicOfThree) {
  uint32_t a = 0x12345678, b = 0x9ABCDEF0, c = 0x0F1E2D3C;
  EXPECT_EQ(logicOfThree(a, b, c, 0xF0 & 0xCC & 0xAA), a & b & c);
  EXPECT_EQ(logicOfThree(a, b, c, 0xF0 | 0xCC | 0xAA), a | b | c);
  EXPECT_EQ(logicOfThree(a, b, c, 0xF0 & uint8_t(~0xCC)), a & ~b);
  EXPECT_EQ(logicOfThree(a, b, c, (0xF0 & 0xCC) | 0xAA), (a & b) | c);
  EXPECT_EQ(logicOfThree(a, b, c, 0xF0 ^ 0xCC ^ 0xAA), a ^ b ^ c);
  EXPECT_EQ(logicOfThree(a, b, c, 0), 0u);
}

/// PTX's own loop.
uint32_t extractByLoop(uint32_t value, unsigned position, unsigned length, bool isSigned) {
  uint32_t sign = !isSigned || length == 0 ? 0 : value >> std::min(position + length - 1, 31u) & 1, result = 0;
  for (unsigned i = 0; i < 32; ++i)
    result |= (i < length && position + i <= 31 ? value >> (position + i) & 1 : sign) << i;
  return result;
}

TEST(BitsTest, FieldsFollowThePseudocode) {
  for (uint32_t value : {0x80000001u, 0x7FFF8000u, 0xDEADBEEFu})
    for (unsigned position : {0, 1, 4, 15, 16, 31, 32, 40, 255})
      for (unsigned length : {0, 1, 4, 16, 31, 32, 33, 255}) {
        for (bool isSigned : {false, true})
          ASSERT_EQ(extractBits(value, position, length, isSigned), extractByLoop(value, position, length, isSigned))
              << value << ' ' << position << ' ' << length << ' ' << isSigned;
        uint32_t expected = 0x13579BDF;
        for (unsigned i = 0; i < length && position + i <= 31; ++i)
          expected = (expected & ~(1u << (position + i))) | (value >> i & 1) << (position + i);
        ASSERT_EQ(insertBits(value, 0x13579BDF, position, length), expected) << position << ' ' << length;
      }
  // Only the low byte counts.
  EXPECT_EQ(extractBits(0xABCD, 0x104, 0x108, false), 0xBCu);
}

TEST(BitsTest, FunnelShifts) {
  uint32_t lo = 0x89ABCDEF, hi = 0x01234567;
  EXPECT_EQ(funnelLeft(lo, hi, 8), 0x23456789u);
  EXPECT_EQ(funnelRight(lo, hi, 8), 0x6789ABCDu);
  EXPECT_EQ(funnelLeft(lo, hi, 40), 0x23456789u);
  EXPECT_EQ(funnelLeft(lo, hi, 40, /*clamp=*/true), lo);
  EXPECT_EQ(funnelRight(lo, hi, 40, /*clamp=*/true), hi);
  EXPECT_EQ(funnelRight(lo, hi, 0), lo);
  // Both words equal: a rotation.
  EXPECT_EQ(funnelLeft(lo, lo, 4), 0x9ABCDEF8u);
}

TEST(BitsTest, DotProducts) {
  // Bytes of a from the lowest: 1, −2 (254), 3, −4 (252); of b: 5, 6, −7 (249), 8.
  uint32_t a = 0xFC03FE01, b = 0x08F90605;
  EXPECT_EQ(int32_t(dotOfBytes(a, true, b, true, 100)), 100 + 5 - 12 - 21 - 32);
  EXPECT_EQ(int32_t(dotOfBytes(a, false, b, true, 0)), 5 + 254 * 6 - 21 + 252 * 8);
  EXPECT_EQ(dotOfBytes(a, false, b, false, 0), 5u + 254 * 6 + 3 * 249 + 252 * 8);
  EXPECT_EQ(dotOfBytes(0x01010101, false, 0x01010101, false, 0xFFFFFFFF), 3u);
  // Halves of a: −300, 70000 − 65536; bytes of b: 5, 6 low, −7, 8 high.
  uint32_t halves = uint32_t(70000 - 65536) << 16 | uint16_t(-300);
  EXPECT_EQ(int32_t(dotOfHalves(halves, true, b, true, 7, false)), 7 - 300 * 5 + 4464 * 6);
  EXPECT_EQ(int32_t(dotOfHalves(halves, true, b, true, 7, true)), 7 + 300 * 7 + 4464 * 8);
  EXPECT_EQ(dotOfHalves(halves, false, b, false, 0, true), 65236u * 249 + 4464u * 8);
}

uint32_t pair(NumberKind kind, float low, float high) { return encode(kind, low) | encode(kind, high) << 16; }

TEST(BitsTest, PackedHalves) {
  for (NumberKind kind : {NumberKind::F16, NumberKind::BF16}) {
    uint32_t a = pair(kind, 1.5f, -3), b = pair(kind, 0.25f, 7), c = pair(kind, 10, -1);
    EXPECT_EQ(packed(PackedOperation::Add, kind, a, b), pair(kind, 1.75f, 4));
    EXPECT_EQ(packed(PackedOperation::Sub, kind, a, b), pair(kind, 1.25f, -10));
    EXPECT_EQ(packed(PackedOperation::Mul, kind, a, b), pair(kind, 0.375f, -21));
    EXPECT_EQ(packed(PackedOperation::Fma, kind, a, b, c), pair(kind, 10.375f, -22));
    EXPECT_EQ(packed(PackedOperation::Min, kind, a, b), pair(kind, 0.25f, -3));
    EXPECT_EQ(packed(PackedOperation::Max, kind, a, b), pair(kind, 1.5f, 7));
    uint32_t nans = pair(kind, std::nanf(""), std::nanf(""));
    EXPECT_EQ(packed(PackedOperation::Max, kind, a, nans), a);
    EXPECT_EQ(packed(PackedOperation::Min, kind, nans, b), b);
    EXPECT_EQ(packed(PackedOperation::Min, kind, nans, nans), 0x7FFF7FFFu);
    EXPECT_EQ(packed(PackedOperation::Add, kind, nans, b), 0x7FFF7FFFu);
    EXPECT_EQ(packed(PackedOperation::Min, kind, pair(kind, 0.0f, -0.0f), pair(kind, -0.0f, 0.0f)),
              pair(kind, -0.0f, -0.0f));
  }
  // Halves round by themselves: 2048 + 1 is a tie in f16, to even.
  EXPECT_EQ(
      packed(PackedOperation::Add, NumberKind::F16, pair(NumberKind::F16, 2048, 2050), pair(NumberKind::F16, 1, 1)),
      pair(NumberKind::F16, 2048, 2052));
}

TEST(BitsTest, PackedPairs) {
  // 1 and -2 of e4m3 are 0x38 and 0xC0; of e2m1 0x2 and 0xC; of bf16 0x3F80 and 0xC000.
  EXPECT_EQ(packPair(NumberKind::E4M3, 1, -2, Overflow::Saturate), 0xC038u);
  EXPECT_EQ(packPair(NumberKind::E2M1, 1, -2, Overflow::Saturate), 0xC2u);
  EXPECT_EQ(packPair(NumberKind::BF16, 1, -2, Overflow::NonFinite), 0xC0003F80u);
  EXPECT_EQ(packPair(NumberKind::E4M3, 1, -2, Overflow::Saturate, /*relu=*/true), 0x0038u);
  EXPECT_EQ(packPair(NumberKind::F16, 70000, 65504, Overflow::NonFinite), 0x7BFF7C00u);
  EXPECT_EQ(packPair(NumberKind::F16, 70000, 65504, Overflow::Saturate), 0x7BFF7BFFu);
  EXPECT_EQ(unpackPair(NumberKind::E4M3, 0xC038), std::pair(1.0f, -2.0f));
  EXPECT_EQ(unpackPair(NumberKind::E2M1, 0xC2), std::pair(1.0f, -2.0f));
}

} // namespace
