//===- MmaSparseTest.cpp --------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves mma.sp against independent tables: every cell of every operand by one-hot inputs, and random non-uniform
// metadata by a dense product in which A was scattered.

#include "LayoutTable.h"

#include <random>

using namespace sdq::simulator;

namespace {

struct Case {
  const char *table;
  MmaShape shape;
  unsigned selector = 0;
};

const Case kCases[] = {
    {"f16_m16n8k32", {16, 32, NumberKind::F16, NumberKind::F16, NumberKind::F32, true}, 0},
    {"f16_m16n8k32", {16, 32, NumberKind::F16, NumberKind::F16, NumberKind::F32, true}, 1},
    {"bf16_m16n8k32", {16, 32, NumberKind::BF16, NumberKind::BF16, NumberKind::F32, true}, 0},
    {"bf16_m16n8k32", {16, 32, NumberKind::BF16, NumberKind::BF16, NumberKind::F32, true}, 1},
    {"s8_m16n8k64", {16, 64, NumberKind::S8, NumberKind::S8, NumberKind::S32, true}},
    {"s8_m16n8k64", {16, 64, NumberKind::U8, NumberKind::S8, NumberKind::S32, true}},
    {"s8_m16n8k64", {16, 64, NumberKind::E4M3, NumberKind::E4M3, NumberKind::F32, true}},
    {"s8_m16n8k64", {16, 64, NumberKind::E5M2, NumberKind::E4M3, NumberKind::F32, true}},
    {"s4_m16n8k128", {16, 128, NumberKind::S4, NumberKind::S4, NumberKind::S32, true}},
    {"s4_m16n8k128", {16, 128, NumberKind::U4, NumberKind::S4, NumberKind::S32, true}},
    {"e2m1_m16n8k128", {16, 128, NumberKind::E2M1, NumberKind::E2M1, NumberKind::F32, true}},
};

const uint32_t kLegal[] = {0x4, 0x8, 0x9, 0xC, 0xD, 0xE};

class MmaSparseTest : public ::testing::TestWithParam<Case> {
protected:
  const MmaShape &shape = GetParam().shape;
  LayoutTable table = LayoutTable::read(GetParam().table);
  std::string metadataOperand = "E_sel" + std::to_string(GetParam().selector);
  unsigned width = bitsOf(shape.a) == 4 ? 2 : 1;

  uint32_t code(NumberKind kind, float value) const {
    uint32_t mask = bitsOf(kind) == 32 ? ~0u : (1u << bitsOf(kind)) - 1;
    return (isInteger(kind) ? uint32_t(int32_t(value)) : encode(kind, value)) & mask;
  }

  WarpRegister metadata(std::function<uint32_t(unsigned row, unsigned firstK)> codeOf) const {
    return table.fill(metadataOperand, codeOf)[0];
  }

  using Result = std::array<std::array<double, 8>, 16>;

  Result run(llvm::ArrayRef<WarpRegister> a, llvm::ArrayRef<WarpRegister> b, const WarpRegister &codes,
             bool ordered = true) const {
    std::vector<WarpRegister> d(4, WarpRegister{});
    auto illegal = mmaSparse(shape, a, b, d, Metadata{codes, GetParam().selector, ordered}, d);
    EXPECT_TRUE(illegal.empty());
    Result result;
    for (const LayoutEntry &entry : table.operands.at("D"))
      result[entry.row][entry.column] =
          isInteger(shape.a) ? int32_t(d[entry.reg][entry.lane]) : decode(NumberKind::F32, d[entry.reg][entry.lane]);
    return result;
  }

  /// Where stored element `stored` of a row goes when its group has `code`.
  unsigned logical(unsigned stored, uint32_t code) const {
    unsigned group = stored / (2 * width), within = stored % (2 * width);
    unsigned index = within / width == 0 ? code & 3 : code >> 2;
    return 4 * width * group + width * index + within % width;
  }
};

TEST_P(MmaSparseTest, EveryCellOfA) {
  ASSERT_EQ(table.operands["A"].size(), 16 * shape.storedK());
  WarpRegister codes = metadata([](unsigned, unsigned) { return 0x9; });
  // The k that an element meets is read off bit by bit: B holds one binary digit of k at a time.
  unsigned digits = llvm::Log2_32(shape.k);
  std::vector<std::vector<WarpRegister>> b;
  for (unsigned digit = 0; digit < digits; ++digit)
    b.push_back(table.fill("B", [&](unsigned k, unsigned) { return code(shape.b, k >> digit & 1 ? 1 : 0); }));
  for (const LayoutEntry &entry : table.operands["A"]) {
    std::vector<WarpRegister> a(4, WarpRegister{});
    a[entry.reg][entry.lane] = code(shape.a, 1) << entry.bit;
    unsigned k = logical(entry.column, 0x9);
    for (unsigned digit = 0; digit < digits; ++digit) {
      Result d = run(a, b[digit], codes);
      for (unsigned row = 0; row < 16; ++row)
        for (unsigned column = 0; column < 8; ++column)
          ASSERT_EQ(d[row][column], row == entry.row ? k >> digit & 1 : 0)
              << "lane " << entry.lane << " register " << entry.reg << " bit " << entry.bit;
    }
  }
}

TEST_P(MmaSparseTest, EveryCellOfB) {
  ASSERT_EQ(table.operands["B"].size(), 8 * shape.k);
  // The row's digits are in A; the two codes together keep every k.
  for (uint32_t kept : {0x4u, 0xEu}) {
    WarpRegister codes = metadata([&](unsigned, unsigned) { return kept; });
    for (unsigned digit = 0; digit < 4; ++digit) {
      auto a = table.fill("A", [&](unsigned row, unsigned) { return code(shape.a, row >> digit & 1 ? 1 : 0); });
      for (const LayoutEntry &entry : table.operands["B"]) {
        std::vector<WarpRegister> b(4, WarpRegister{});
        b[entry.reg][entry.lane] = code(shape.b, 1) << entry.bit;
        bool isKept = (entry.row / width % 4 < 2) == (kept == 0x4);
        Result d = run(a, b, codes);
        for (unsigned row = 0; row < 16; ++row)
          for (unsigned column = 0; column < 8; ++column)
            ASSERT_EQ(d[row][column], column == entry.column && isKept ? row >> digit & 1 : 0)
                << "lane " << entry.lane << " register " << entry.reg << " bit " << entry.bit;
      }
    }
  }
}

TEST_P(MmaSparseTest, EveryCodeOfEveryGroup) {
  ASSERT_EQ(table.operands[metadataOperand].size(), 16 * shape.k / (4 * width));
  auto a = table.fill("A", [&](unsigned, unsigned) { return code(shape.a, 1); });
  WarpRegister base = metadata([](unsigned, unsigned) { return 0x4; });
  for (const LayoutEntry &entry : table.operands[metadataOperand])
    for (uint32_t value : kLegal) {
      WarpRegister codes = base;
      codes[entry.lane] ^= (0x4 ^ value) << entry.bit;
      // Column n looks at the k of the group's element n: 1 where the row keeps it.
      unsigned elements = 4 * width;
      auto b = table.fill("B", [&](unsigned k, unsigned column) {
        return code(shape.b, column < elements && k == entry.column + column ? 1 : 0);
      });
      Result d = run(a, b, codes);
      for (unsigned row = 0; row < 16; ++row)
        for (unsigned element = 0; element < elements; ++element) {
          uint32_t active = row == entry.row ? value : 0x4;
          bool kept = element / width == (active & 3) || element / width == active >> 2;
          ASSERT_EQ(d[row][element], kept ? 1 : 0)
              << "lane " << entry.lane << " bit " << entry.bit << " code " << value << " row " << row;
        }
    }
}

TEST_P(MmaSparseTest, RandomMetadataIsAScatteredDenseProduct) {
  std::mt19937 random(7);
  for (bool ordered : {true, false})
    for (int round = 0; round < 20; ++round) {
      // In the plain form half of the codes name their positions in falling order.
      std::map<std::pair<unsigned, unsigned>, uint32_t> codeOf;
      WarpRegister codes = metadata([&](unsigned row, unsigned firstK) {
        uint32_t value = kLegal[random() % 6];
        if (!ordered && random() % 2)
          value = (value & 3) << 2 | value >> 2;
        return codeOf[{row, firstK / (4 * width)}] = value;
      });
      // Small integers: every kind holds them and every sum is exact.
      std::vector<std::vector<int>> dense(16, std::vector<int>(shape.k, 0)), b(shape.k, std::vector<int>(8));
      auto draw = [&](NumberKind kind) {
        int value = int(random() % 7);
        return kind == NumberKind::U4 || kind == NumberKind::U8 ? value : value - 3;
      };
      auto registersA = table.fill("A", [&](unsigned row, unsigned stored) {
        int value = draw(shape.a);
        dense[row][logical(stored, codeOf.at({row, stored / (2 * width)}))] = value;
        return code(shape.a, value);
      });
      auto registersB =
          table.fill("B", [&](unsigned k, unsigned column) { return code(shape.b, b[k][column] = draw(shape.b)); });
      Result d = run(registersA, registersB, codes, ordered);
      for (unsigned row = 0; row < 16; ++row)
        for (unsigned column = 0; column < 8; ++column) {
          int expected = 0;
          for (unsigned k = 0; k < shape.k; ++k)
            expected += dense[row][k] * b[k][column];
          ASSERT_EQ(d[row][column], expected) << "row " << row << " column " << column;
        }
    }
}

TEST_P(MmaSparseTest, SpansOfA) {
  for (const LayoutEntry &entry : table.operands["A_span"]) {
    Cell first = cellOfA(shape, entry.lane, entry.reg, 0);
    EXPECT_EQ(first.row, entry.row);
    EXPECT_EQ(2 * first.column, entry.column);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, MmaSparseTest, ::testing::ValuesIn(kCases), [](const auto &info) {
  return (nameOf(info.param.shape.a) + "_" + nameOf(info.param.shape.b) + "_selector" +
          std::to_string(info.param.selector))
      .str();
});

TEST(MmaMetadataTest, IllegalCodesAreNamed) {
  MmaShape shape = {16, 64, NumberKind::S8, NumberKind::S8, NumberKind::S32, true};
  std::vector<WarpRegister> operand(4, WarpRegister{}), d(4);
  Metadata metadata;
  metadata.codes.fill(0x44444444);
  metadata.codes[6] = 0x44444544;  // code 2 is 5: both positions are 1
  metadata.codes[31] = 0x14444444; // code 7 is 1: positions 1, 0, in falling order
  auto illegal = mmaSparse(shape, operand, operand, operand, metadata, d);
  ASSERT_EQ(illegal.size(), 2u);
  EXPECT_EQ(illegal[0].lane, 6u);
  EXPECT_EQ(illegal[0].index, 2u);
  EXPECT_EQ(illegal[0].code, 5u);
  EXPECT_EQ(illegal[0].group, (Cell{1, 40}));
  EXPECT_EQ(illegal[1].lane, 31u);
  EXPECT_EQ(illegal[1].index, 7u);
  EXPECT_EQ(illegal[1].code, 1u);
  EXPECT_EQ(illegal[1].group, (Cell{15, 60}));

  // The plain form takes either order.
  metadata.ordered = false;
  illegal = mmaSparse(shape, operand, operand, operand, metadata, d);
  ASSERT_EQ(illegal.size(), 1u);
  EXPECT_EQ(illegal[0].lane, 6u);
}

TEST(MmaMetadataTest, LanesThatAreNotReadMayHoldAnything) {
  MmaShape shape = {16, 32, NumberKind::F16, NumberKind::F16, NumberKind::F32, true};
  std::vector<WarpRegister> operand(4, WarpRegister{}), d(4);
  Metadata metadata;
  for (unsigned lane = 0; lane < kLanes; ++lane)
    metadata.codes[lane] = lane % 4 < 2 ? 0xE4E4E4E4 : 0;
  EXPECT_TRUE(mmaSparse(shape, operand, operand, operand, metadata, d).empty());
  metadata.selector = 1;
  EXPECT_EQ(mmaSparse(shape, operand, operand, operand, metadata, d).size(), 16u * 8);
}

TEST(MmaMetadataTest, SelectorsThatPTXDefines) {
  EXPECT_EQ(definedSelectors(kCases[0].shape), 2u);
  EXPECT_EQ(definedSelectors({16, 64, NumberKind::S8, NumberKind::S8, NumberKind::S32, true}), 1u);
  EXPECT_EQ(definedSelectors({16, 128, NumberKind::S4, NumberKind::S4, NumberKind::S32, true}), 1u);
  unsigned ordered = 0, plain = 0;
  for (uint32_t code = 0; code < 16; ++code) {
    ordered += isLegalCode(code, true);
    plain += isLegalCode(code, false);
    EXPECT_EQ(isLegalCode(code, true), llvm::is_contained(kLegal, code));
    EXPECT_EQ(!isLegalCode(code, false), code == 0x0 || code == 0x5 || code == 0xA || code == 0xF);
  }
  EXPECT_EQ(ordered, 6u);
  EXPECT_EQ(plain, 12u);
}

} // namespace
