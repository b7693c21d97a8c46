//===- BlockScaleTest.cpp -------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves which byte of which lane scales which part of a block-scaled mma: every byte of the sparse 4X form against an
// independent table, the other forms against their description in PTX, all with random scales against a naive product.

#include "LayoutTable.h"

#include <random>

using namespace sdq::simulator;

namespace {

const uint32_t kOneUE4M3 = 0x38, kOneE2M1 = 0x2;

TEST(BlockScaleTest, EveryByteOfTheSparse4XForm) {
  MmaShape shape = {16, 128, NumberKind::E2M1, NumberKind::E2M1, NumberKind::F32, true};
  LayoutTable table = LayoutTable::read("e2m1_m16n8k128");
  auto ones = [](unsigned, unsigned) { return kOneE2M1; };
  auto a = table.fill("A", ones);
  Metadata metadata;
  metadata.codes.fill(0x44444444);
  auto one = [](unsigned, unsigned) { return kOneUE4M3; };
  for (bool scaleOfA : {true, false}) {
    const auto &entries = table.operands[scaleOfA ? "SFA_tid0" : "SFB_tid0"];
    ASSERT_EQ(entries.size(), scaleOfA ? 64u : 32u);
    for (const LayoutEntry &entry : entries)
      for (unsigned firstK = 0; firstK < 128; firstK += 32) {
        BlockScales scales = {{4, NumberKind::UE4M3}, {}, {}, {}, {}};
        scales.a = scaleOfA ? WarpRegister{} : table.fill("SFA_tid0", one)[0];
        scales.b = scaleOfA ? table.fill("SFB_tid0", one)[0] : WarpRegister{};
        (scaleOfA ? scales.a : scales.b)[entry.lane] = kOneUE4M3 << entry.bit;
        auto b = table.fill("B", [&](unsigned k, unsigned) { return k / 32 * 32 == firstK ? kOneE2M1 : 0; });
        std::vector<WarpRegister> d(4, WarpRegister{});
        mmaSparse(shape, a, b, d, metadata, d, IntegerOverflow::Wrap, &scales);
        for (const LayoutEntry &cell : table.operands["D"]) {
          bool hit = entry.column == firstK && entry.row == (scaleOfA ? cell.row : cell.column);
          ASSERT_EQ(decode(NumberKind::F32, d[cell.reg][cell.lane]), hit ? 16.0f : 0.0f)
              << "lane " << entry.lane << " bit " << entry.bit << " cell " << cell.row << ", " << cell.column;
        }
      }
  }
}

struct ScaledCase {
  MmaShape shape;
  ScaleVector scales;
  ScaleSelector a, b;
};

const ScaledCase kCases[] = {
    {{16, 64, NumberKind::E2M1, NumberKind::E2M1}, {4, NumberKind::UE4M3}, {0, 1}, {0, 3}},
    {{16, 64, NumberKind::E2M1, NumberKind::E2M1}, {2, NumberKind::UE8M0}, {2, 0}, {0, 2}},
    {{16, 32, NumberKind::E4M3, NumberKind::E5M2}, {1, NumberKind::UE8M0}, {3, 1}, {1, 1}},
    {{16, 128, NumberKind::E2M1, NumberKind::E2M1, NumberKind::F32, true}, {2, NumberKind::UE8M0}, {0, 1}, {2, 0}},
    {{16, 64, NumberKind::E5M2, NumberKind::E4M3, NumberKind::F32, true}, {1, NumberKind::UE8M0}, {2, 0}, {0, 3}},
};

TEST(BlockScaleTest, RandomScalesAreANaiveProduct) {
  std::mt19937 random(3);
  for (const ScaledCase &test : kCases) {
    const MmaShape &shape = test.shape;
    llvm::cantFail(verify(shape, test.scales));
    ASSERT_TRUE(isDefined(test.a, test.scales, 2) && isDefined(test.b, test.scales, 4));
    auto draw = [&](NumberKind kind) { return encode(kind, float(int(random() % 7) - 3)); };
    auto drawScale = [&] { return encode(test.scales.kind, std::ldexp(1.0f, int(random() % 5) - 2)); };
    std::vector<WarpRegister> a(shape.registersOfA()), b(shape.registersOfB()), d(4);
    std::vector<std::vector<double>> matrixA(16, std::vector<double>(shape.storedK())), matrixB(shape.k);
    for (auto &row : matrixB)
      row.resize(8);
    for (unsigned lane = 0; lane < kLanes; ++lane)
      for (unsigned e = 0; e < shape.elementsPerRegister(); ++e) {
        unsigned bit = e * bitsOf(shape.a);
        for (unsigned reg = 0; reg < a.size(); ++reg) {
          uint32_t code = draw(shape.a);
          a[reg][lane] = e == 0 ? code : a[reg][lane] | code << bit;
          Cell cell = cellOfA(shape, lane, reg, e);
          matrixA[cell.row][cell.column] = decode(shape.a, code);
        }
        for (unsigned reg = 0; reg < b.size(); ++reg) {
          uint32_t code = draw(shape.b);
          b[reg][lane] = e == 0 ? code : b[reg][lane] | code << bit;
          Cell cell = cellOfB(shape, lane, reg, e);
          matrixB[cell.row][cell.column] = decode(shape.b, code);
        }
      }
    // Bytes that are not selected hold NaN.
    BlockScales scales = {test.scales, {}, {}, test.a, test.b};
    scales.a.fill(~0u);
    scales.b.fill(~0u);
    double scaleA[16][4], scaleB[8][4];
    auto put = [&](uint32_t &reg, unsigned byte, double &value) {
      uint32_t code = drawScale();
      reg = (reg & ~(0xFFu << (8 * byte))) | code << (8 * byte);
      value = decode(test.scales.kind, code);
    };
    for (unsigned i = 0; i < test.scales.count; ++i) {
      for (unsigned row = 0; row < 16; ++row)
        put(scales.a[4 * (row % 8) + 2 * test.a.threadId + row / 8], test.a.byteId + i, scaleA[row][i]);
      for (unsigned column = 0; column < 8; ++column)
        put(scales.b[4 * column + test.b.threadId], test.b.byteId + i, scaleB[column][i]);
    }
    d.assign(4, WarpRegister{});
    if (shape.sparse) {
      Metadata metadata;
      metadata.codes.fill(0x99999999);
      EXPECT_TRUE(mmaSparse(shape, a, b, d, metadata, d, IntegerOverflow::Wrap, &scales).empty());
    } else {
      mma(shape, a, b, d, d, IntegerOverflow::Wrap, &scales);
    }
    unsigned width = shape.sparse ? elementsPerIndex(shape) : 1;
    for (unsigned lane = 0; lane < kLanes; ++lane)
      for (unsigned reg = 0; reg < 4; ++reg) {
        Cell cell = cellOfC(shape, lane, reg, 0);
        double expected = 0;
        for (unsigned stored = 0; stored < shape.storedK(); ++stored) {
          // Code 9 keeps positions 1 and 2 of each group.
          unsigned k = shape.sparse ? stored / (2 * width) * 4 * width + width + stored % (2 * width) : stored;
          unsigned span = k / (shape.k / test.scales.count);
          expected +=
              matrixA[cell.row][stored] * matrixB[k][cell.column] * scaleA[cell.row][span] * scaleB[cell.column][span];
        }
        ASSERT_EQ(decode(NumberKind::F32, d[reg][lane]), expected) << shape.name() << ' ' << lane << ' ' << reg;
      }
  }
}

TEST(BlockScaleTest, SelectorsThatPTXDefines) {
  ScaleVector x1{1}, x2{2}, x4{4};
  for (unsigned byte = 0; byte < 5; ++byte) {
    EXPECT_EQ(isDefined({byte, 0}, x1, 2), byte < 4);
    EXPECT_EQ(isDefined({byte, 0}, x2, 2), byte == 0 || byte == 2);
    EXPECT_EQ(isDefined({byte, 0}, x4, 2), byte == 0);
  }
  EXPECT_TRUE(isDefined({0, 3}, x1, 4));
  EXPECT_FALSE(isDefined({0, 2}, x1, 2));
}

TEST(BlockScaleTest, OtherScalesAreRefused) {
  MmaShape fp4 = {16, 64, NumberKind::E2M1, NumberKind::E2M1};
  EXPECT_EQ(llvm::toString(verify(fp4, {1, NumberKind::UE8M0})),
            "mma_scale: m16n8k64 of e2m1 has no 1X scales of type ue8m0; expected 2X ue8m0 or 4X ue4m3 with e2m1, 1X "
            "ue8m0 with e4m3 or e5m2, and f32 results");
  EXPECT_NE(llvm::toString(verify({16, 32, NumberKind::E4M3, NumberKind::E4M3}, {1, NumberKind::UE4M3})), "");
  EXPECT_NE(llvm::toString(verify({16, 16, NumberKind::F16, NumberKind::F16}, {1, NumberKind::UE8M0})), "");
}

} // namespace
