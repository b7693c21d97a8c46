//===- LoadMatrixTest.cpp -------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves ldmatrix against PTX's figure for every lane, count and both orders, and that x4 fills an mma's fragments.

#include "sdq/Simulator/LoadMatrix.h"
#include "sdq/Simulator/Fragments.h"

#include <gtest/gtest.h>
#include <vector>

using namespace sdq::simulator;

namespace {

/// Element (row, column) of matrix j is 64j + 8·row + column.
std::vector<MatrixRow> numbered(unsigned count) {
  std::vector<MatrixRow> rows(8 * count);
  for (unsigned i = 0; i < rows.size(); ++i)
    for (unsigned column = 0; column < 8; ++column)
      rows[i][column] = uint16_t(8 * i + column);
  return rows;
}

TEST(LoadMatrixTest, EveryLaneOfEveryCount) {
  for (unsigned count : {1, 2, 4}) {
    std::vector<std::array<uint32_t, 32>> registers(count);
    loadMatrices(numbered(count), /*transpose=*/false, registers);
    for (unsigned j = 0; j < count; ++j)
      for (unsigned lane = 0; lane < 32; ++lane) {
        // The figure numbers elements along the rows: lane l holds 2l and 2l + 1.
        EXPECT_EQ(registers[j][lane] & 0xFFFF, 64 * j + 2 * lane);
        EXPECT_EQ(registers[j][lane] >> 16, 64 * j + 2 * lane + 1);
      }
  }
}

TEST(LoadMatrixTest, TransposedByHand) {
  std::vector<std::array<uint32_t, 32>> registers(2);
  loadMatrices(numbered(2), /*transpose=*/true, registers);
  // Lane 0: (0,0), (1,0); lane 1: (2,0), (3,0); lane 4: (0,1), (1,1); lane 31: (6,7), (7,7).
  EXPECT_EQ(registers[0][0], 0u | 8u << 16);
  EXPECT_EQ(registers[0][1], 16u | 24u << 16);
  EXPECT_EQ(registers[0][4], 1u | 9u << 16);
  EXPECT_EQ(registers[0][31], 55u | 63u << 16);
  EXPECT_EQ(registers[1][31], (64 + 55u) | (64 + 63u) << 16);
}

TEST(LoadMatrixTest, StoringIsTheReverse) {
  for (bool transpose : {false, true}) {
    std::vector<std::array<uint32_t, 32>> registers(2);
    loadMatrices(numbered(2), transpose, registers);
    std::vector<MatrixRow> rows(16);
    storeMatrices(registers, transpose, rows);
    EXPECT_EQ(rows, numbered(2));
  }
}

TEST(LoadMatrixTest, FourMatricesAreTheFragmentOfA) {
  // Rows of A are contiguous in k: lane l names row l mod 16, chunk l / 16 of 16 bytes.
  for (NumberKind kind : {NumberKind::F16, NumberKind::S8, NumberKind::S4}) {
    MmaShape shape = {16, 256 / bitsOf(kind), kind, kind, isInteger(kind) ? NumberKind::S32 : NumberKind::F32};
    unsigned perUnit = 16 / bitsOf(kind);
    std::vector<MatrixRow> rows(32);
    for (unsigned lane = 0; lane < 32; ++lane)
      for (unsigned unit = 0; unit < 8; ++unit)
        rows[lane][unit] = uint16_t(lane % 16 * 64 + lane / 16 * 8 + unit);
    std::vector<std::array<uint32_t, 32>> registers(4);
    loadMatrices(rows, false, registers);
    for (unsigned reg = 0; reg < 4; ++reg)
      for (unsigned lane = 0; lane < 32; ++lane)
        for (unsigned element = 0; element < shape.elementsPerRegister(); ++element) {
          uint32_t unit = registers[reg][lane] >> element / perUnit * 16 & 0xFFFF;
          Cell cell = cellOfA(shape, lane, reg, element);
          EXPECT_EQ(unit / 64, cell.row);
          EXPECT_EQ(unit % 64 * perUnit + element % perUnit, cell.column);
        }
  }
}

TEST(LoadMatrixTest, MisalignedRowsOfTheLanesThatCount) {
  std::array<uint64_t, 32> addresses;
  for (unsigned lane = 0; lane < 32; ++lane)
    addresses[lane] = 16 * lane + (lane == 3 ? 8 : lane == 20 ? 2 : 0);
  EXPECT_EQ(misalignedRows(addresses, 4), 1u << 3 | 1u << 20);
  EXPECT_EQ(misalignedRows(addresses, 2), 1u << 3);
  addresses[3] = 48;
  EXPECT_EQ(misalignedRows(addresses, 1), 0u);
}

} // namespace
