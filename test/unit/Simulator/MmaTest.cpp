//===- MmaTest.cpp --------------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves the dense mma: fragments against the formulas beside PTX's figures, products against naive ones, and rounding,
// wrapping and saturation by hand.

#include "sdq/Simulator/Mma.h"

#include "llvm/ADT/bit.h"

#include <gtest/gtest.h>
#include <random>

using namespace sdq::simulator;
using enum sdq::simulator::NumberKind;

namespace {

/// The formulas of PTX ISA, "Matrix Fragments for mma.m16n8k…": element i of a lane's fragment, counted through its
/// registers.
Cell figureA(unsigned perRegister, unsigned lane, unsigned i) {
  unsigned groupID = lane >> 2, threadID = lane % 4, row, column;
  if (perRegister == 8) { // s4 k32, k64
    row = i < 8 || (i >= 16 && i < 24) ? groupID : groupID + 8;
    column = threadID * 8 + (i & 7) + (i < 16 ? 0 : 32);
  } else if (perRegister == 4) { // s8, fp8 k16, k32
    row = i < 4 || (i >= 8 && i < 12) ? groupID : groupID + 8;
    column = threadID * 4 + (i & 3) + (i < 8 ? 0 : 16);
  } else if (perRegister == 2) { // f16, bf16 k8, k16
    row = i < 2 || (i >= 4 && i < 6) ? groupID : groupID + 8;
    column = threadID * 2 + (i & 1) + (i >= 4 ? 8 : 0);
  } else { // tf32 k4, k8
    row = i == 0 || i == 2 ? groupID : groupID + 8;
    column = threadID + (i >= 2 ? 4 : 0);
  }
  return {row, column};
}

Cell figureB(unsigned perRegister, unsigned lane, unsigned i) {
  unsigned groupID = lane >> 2, threadID = lane % 4, row;
  if (perRegister == 8)
    row = threadID * 8 + (i & 7) + (i < 8 ? 0 : 32);
  else if (perRegister == 4)
    row = threadID * 4 + (i & 3) + (i < 4 ? 0 : 16);
  else if (perRegister == 2)
    row = threadID * 2 + (i & 1) + (i < 2 ? 0 : 8);
  else
    row = threadID + (i == 0 ? 0 : 4);
  return {row, groupID};
}

const MmaShape kShapes[] = {
    {16, 8, F16, F16, F32},    {16, 16, F16, F16, F32},   {16, 16, F16, F16, F16},   {16, 8, BF16, BF16, F32},
    {16, 16, BF16, BF16, F32}, {16, 4, TF32, TF32, F32},  {16, 8, TF32, TF32, F32},  {16, 16, S8, U8, S32},
    {16, 32, S8, S8, S32},     {16, 32, U8, S8, S32},     {16, 32, S4, S4, S32},     {16, 64, S4, U4, S32},
    {16, 64, U4, U4, S32},     {16, 16, E4M3, E5M2, F32}, {16, 32, E4M3, E4M3, F32}, {16, 32, E5M2, E5M2, F16},
    {8, 16, S8, S8, S32},      {8, 32, S4, S4, S32},      {16, 64, E2M1, E2M1, F32},
};

TEST(MmaTest, FragmentsAreThoseOfTheFigures) {
  for (const MmaShape &shape : kShapes) {
    llvm::cantFail(verify(shape));
    unsigned perRegister = shape.elementsPerRegister();
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      for (unsigned i = 0; i < shape.registersOfA() * perRegister; ++i) {
        Cell expected = figureA(perRegister, lane, i);
        EXPECT_EQ(cellOfA(shape, lane, i / perRegister, i % perRegister), expected) << shape.name();
      }
      for (unsigned i = 0; i < shape.registersOfB() * perRegister; ++i)
        EXPECT_EQ(cellOfB(shape, lane, i / perRegister, i % perRegister), figureB(perRegister, lane, i));
      unsigned values = shape.valuesPerAccumulator();
      for (unsigned i = 0; i < shape.registersOfC() * values; ++i) {
        Cell expected = {i < 2 ? lane >> 2 : (lane >> 2) + 8, lane % 4 * 2 + (i & 1)};
        EXPECT_EQ(cellOfC(shape, lane, i / values, i % values), expected);
      }
    }
  }
}

TEST(MmaTest, RegistersAreAsManyAsPTXLists) {
  auto counts = [](MmaShape shape) {
    return std::vector<unsigned>{shape.registersOfA(), shape.registersOfB(), shape.registersOfC()};
  };
  EXPECT_EQ(counts({16, 8, F16, F16, F16}), (std::vector<unsigned>{2, 1, 2}));
  EXPECT_EQ(counts({16, 16, F16, F16, F32}), (std::vector<unsigned>{4, 2, 4}));
  EXPECT_EQ(counts({16, 32, S8, S8, S32}), (std::vector<unsigned>{4, 2, 4}));
  EXPECT_EQ(counts({8, 32, S4, S4, S32}), (std::vector<unsigned>{1, 1, 2}));
  EXPECT_EQ(counts({16, 64, S8, S8, S32, true}), (std::vector<unsigned>{4, 4, 4}));
  EXPECT_EQ(counts({16, 32, F16, F16, F16, true}), (std::vector<unsigned>{4, 4, 2}));
}

uint32_t codeOf(NumberKind kind, int value) {
  return isInteger(kind) ? uint32_t(value) & (bitsOf(kind) == 32 ? ~0u : (1u << bitsOf(kind)) - 1)
                         : encode(kind, float(value));
}

TEST(MmaTest, RandomOperandsAreANaiveProduct) {
  std::mt19937 random(11);
  for (const MmaShape &shape : kShapes) {
    auto draw = [&](NumberKind kind) {
      int value = int(random() % 7);
      return kind == U4 || kind == U8 ? value : value - 3;
    };
    std::vector<std::vector<int>> a(shape.m, std::vector<int>(shape.k)), b(shape.k, std::vector<int>(8));
    std::vector<WarpRegister> registersA(shape.registersOfA(), WarpRegister{}),
        registersB(shape.registersOfB(), WarpRegister{}), c(shape.registersOfC(), WarpRegister{}), d(c);
    unsigned bits = bitsOf(shape.a), values = shape.valuesPerAccumulator();
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      for (unsigned i = 0; i < registersA.size() * shape.elementsPerRegister(); ++i) {
        Cell cell = figureA(shape.elementsPerRegister(), lane, i);
        registersA[i * bits / 32][lane] |= codeOf(shape.a, a[cell.row][cell.column] = draw(shape.a)) << i * bits % 32;
      }
      for (unsigned i = 0; i < registersB.size() * shape.elementsPerRegister(); ++i) {
        Cell cell = figureB(shape.elementsPerRegister(), lane, i);
        registersB[i * bits / 32][lane] |= codeOf(shape.b, b[cell.row][cell.column] = draw(shape.b)) << i * bits % 32;
      }
      for (unsigned i = 0; i < c.size() * values; ++i)
        c[i / values][lane] |= codeOf(shape.accumulator, int(lane) - int(i)) << i % values * 16;
    }
    mma(shape, registersA, registersB, c, d);
    for (unsigned lane = 0; lane < kLanes; ++lane)
      for (unsigned i = 0; i < d.size() * values; ++i) {
        unsigned row = (lane >> 2) + (i < 2 ? 0 : 8), column = lane % 4 * 2 + (i & 1);
        int expected = int(lane) - int(i);
        for (unsigned k = 0; k < shape.k; ++k)
          expected += a[row][k] * b[k][column];
        uint32_t code = d[i / values][lane] >> i % values * 16;
        ASSERT_EQ(shape.accumulator == S32 ? decodeInteger(S32, code) : int(decode(shape.accumulator, code)), expected)
            << shape.name() << ' ' << nameOf(shape.a).str() << " lane " << lane << " value " << i;
      }
  }
}

TEST(MmaTest, IntegersWrapOrSaturate) {
  MmaShape shape = {16, 32, S8, S8, S32};
  std::vector<WarpRegister> a(4), b(2), c(4), d(4);
  for (auto *operand : {&a, &b})
    for (WarpRegister &reg : *operand)
      reg.fill(0x7F7F7F7F); // 127 everywhere: every product is 32·127² = 516128
  for (unsigned reg = 0; reg < 4; ++reg)
    c[reg].fill(0x7FFFFFFF);
  mma(shape, a, b, c, d, IntegerOverflow::Wrap);
  EXPECT_EQ(int32_t(d[0][0]), int32_t(0x80000000u + 516127));
  mma(shape, a, b, c, d, IntegerOverflow::Saturate);
  EXPECT_EQ(d[3][31], 0x7FFFFFFFu);
  for (unsigned reg = 0; reg < 4; ++reg)
    c[reg].fill(0x80000000);
  for (WarpRegister &reg : a)
    reg.fill(0x80808080);
  mma(shape, a, b, c, d, IntegerOverflow::Saturate);
  EXPECT_EQ(d[2][5], 0x80000000u);
  mma(shape, a, b, c, d, IntegerOverflow::Wrap);
  EXPECT_EQ(int64_t(d[2][5]), 0x80000000 - 32 * 128 * 127);
}

/// One dot product of 16: a·b + c in the corner.
float corner(MmaShape shape, std::vector<float> a, std::vector<float> b, float c) {
  std::vector<WarpRegister> registersA(4, WarpRegister{}), registersB(2, WarpRegister{}),
      accumulator(shape.registersOfC(), WarpRegister{});
  for (unsigned k = 0; k < a.size(); ++k) {
    unsigned lane = k % 8 / 2;
    registersA[2 * (k / 8)][lane] |= encode(shape.a, a[k]) << k % 2 * 16;
    registersB[k / 8][lane] |= encode(shape.b, b[k]) << k % 2 * 16;
  }
  accumulator[0][0] = encode(shape.accumulator, c);
  mma(shape, registersA, registersB, accumulator, accumulator);
  return decode(shape.accumulator, accumulator[0][0]);
}

TEST(MmaTest, FloatsRoundOnceAtTheEnd) {
  MmaShape shape = {16, 16, F16, F16, F32};
  // 2^-24 of 1 is half a unit in the last place: a tie by itself, and decided by what f32 sums would have dropped.
  EXPECT_EQ(corner(shape, {0x1p-12f}, {0x1p-12f}, 1.0f), 1.0f);
  EXPECT_EQ(corner(shape, {0x1p-12f, 0x1p-20f}, {0x1p-12f, 0x1p-20f}, 1.0f), 1 + 0x1p-23f);
  EXPECT_EQ(corner(shape, {0x1p-12f, 0x1p-12f, 0x1p-12f}, {0x1p-12f, 0x1p-12f, 0x1p-12f}, 1.0f), 1 + 0x1p-22f);
  // Cancellation keeps the small addend.
  EXPECT_EQ(corner(shape, {60000, 0x1p-10f, -60000}, {60000, 1, 60000}, 0), 0x1p-10f);
  // The same sum in f16: 1 + 2^-11 + 2^-22.
  shape.accumulator = F16;
  EXPECT_EQ(corner(shape, {0x1p-6f, 0x1p-11f}, {0x1p-5f, 0x1p-11f}, 1.0f), 1 + 0x1p-10f);
  EXPECT_EQ(corner(shape, {300}, {300}, 0), std::numeric_limits<float>::infinity());
}

TEST(MmaTest, NonFiniteOperandsSpread) {
  MmaShape shape = {16, 16, F16, F16, F32};
  float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(corner(shape, {infinity}, {2}, 1), infinity);
  EXPECT_TRUE(std::isnan(corner(shape, {infinity}, {0}, 1)));
  EXPECT_TRUE(std::isnan(corner(shape, {infinity, infinity}, {1, -1}, 1)));
}

TEST(MmaTest, TheBoundCoversATruncatingTensorCore) {
  // Blocks of four products, every addend and every block's sum cut off to 23 fraction bits below the largest (Volta).
  std::mt19937 random(5);
  MmaShape shape = {16, 16, F16, F16, F32};
  auto cut = [](double value, int exponent) {
    return std::ldexp(std::trunc(std::ldexp(value, 23 - exponent)), exponent - 23);
  };
  for (int round = 0; round < 2000; ++round) {
    std::vector<float> a(16), b(16);
    for (unsigned k = 0; k < 16; ++k)
      for (auto *operand : {&a, &b})
        (*operand)[k] =
            decode(F16, encode(F16, std::ldexp(float(int(random() % 2001) - 1000), int(random() % 12) - 12)));
    float c = std::ldexp(float(int(random() % 2001) - 1000), int(random() % 12) - 12);
    double hardware = c, magnitude = std::fabs(c);
    for (unsigned block = 0; block < 16; block += 4) {
      double largest = std::fabs(hardware), sum = 0;
      for (unsigned k = block; k < block + 4; ++k) {
        largest = std::max(largest, std::fabs(double(a[k]) * b[k]));
        magnitude += std::fabs(double(a[k]) * b[k]);
      }
      int exponent = largest > 0 ? std::ilogb(largest) : 0;
      for (unsigned k = block; k < block + 4; ++k)
        sum += cut(double(a[k]) * b[k], exponent);
      sum += cut(hardware, exponent);
      hardware = sum == 0 ? 0 : cut(sum, std::ilogb(sum));
    }
    float model = corner(shape, a, b, c);
    ASSERT_LE(std::fabs(hardware - model), hardwareBound(shape, magnitude, model)) << round;
  }
  EXPECT_EQ(hardwareBound({16, 32, S8, S8, S32}, 1e6, 1e6), 0);
}

TEST(MmaTest, OtherShapesAndTypesAreRefused) {
  EXPECT_EQ(llvm::toString(verify({16, 64, S8, S8, S32})),
            "mma_shape: m16n8k64 of s8 is not simulated; expected m16n8k16 or m16n8k32");
  EXPECT_EQ(llvm::toString(verify({16, 32, S8, S8, S32, true})),
            "mma_shape: sparse m16n8k32 of s8 is not simulated; expected m16n8k64");
  EXPECT_EQ(
      llvm::toString(verify({16, 16, F16, BF16, F32})),
      "mma_types: no mma multiplies f16 by bf16; expected one type, or both of s8 and u8, s4 and u4, e4m3 and e5m2");
  EXPECT_EQ(llvm::toString(verify({16, 32, S8, S8, F32})), "mma_types: a product of s8 accumulates in s32, got f32");
  EXPECT_EQ(llvm::toString(verify({16, 16, BF16, BF16, F16})),
            "mma_types: a product of bf16 accumulates in f32, got f16");
  EXPECT_NE(llvm::toString(verify({8, 16, F16, F16, F32})), "");
  EXPECT_NE(llvm::toString(verify({16, 16, TF32, TF32, F32, true})), "");
}

} // namespace
