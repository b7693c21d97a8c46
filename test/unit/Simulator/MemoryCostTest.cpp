//===- MemoryCostTest.cpp -------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves sectors, lines and bank passes of a warp's access equal to what one counts by hand.

#include "sdq/Simulator/MemoryCost.h"

#include <array>
#include <gtest/gtest.h>

using namespace sdq::simulator;

namespace {

constexpr uint32_t kAll = ~0u;

template <typename Address>
std::array<uint64_t, 32> lanes(Address address) {
  std::array<uint64_t, 32> result;
  for (unsigned lane = 0; lane < 32; ++lane)
    result[lane] = address(lane);
  return result;
}

std::array<uint64_t, 32> strided(uint64_t stride, uint64_t start = 0) {
  return lanes([=](unsigned lane) { return start + stride * lane; });
}

TEST(SectorsTest, FourByteLanes) {
  EXPECT_EQ(sectorsOf(strided(4), 4, kAll), (GlobalCost{1, 1, 4}));
  EXPECT_EQ(sectorsOf(strided(4, 4), 4, kAll), (GlobalCost{1, 2, 5}));
  EXPECT_EQ(sectorsOf(strided(8), 4, kAll), (GlobalCost{1, 2, 8}));
  EXPECT_EQ(sectorsOf(strided(32), 4, kAll), (GlobalCost{1, 8, 32}));
  EXPECT_EQ(sectorsOf(strided(128), 4, kAll), (GlobalCost{1, 32, 32}));
  EXPECT_EQ(sectorsOf(strided(0, 4096), 4, kAll), (GlobalCost{1, 1, 1}));
}

TEST(SectorsTest, OtherWidths) {
  EXPECT_EQ(sectorsOf(strided(1), 1, kAll), (GlobalCost{1, 1, 1}));
  EXPECT_EQ(sectorsOf(strided(2), 2, kAll), (GlobalCost{1, 1, 2}));
  EXPECT_EQ(sectorsOf(strided(8), 8, kAll), (GlobalCost{1, 2, 8}));
  EXPECT_EQ(sectorsOf(strided(16), 16, kAll), (GlobalCost{1, 4, 16}));
  // 32 bytes a lane are two instructions; each touches half of every sector and moves all of it.
  EXPECT_EQ(sectorsOf(strided(32), 32, kAll), (GlobalCost{2, 16, 64}));
}

TEST(SectorsTest, OrderOfLanesDoesNotMatter) {
  EXPECT_EQ(sectorsOf(lanes([](unsigned i) { return 4 * (31 - i); }), 4, kAll), (GlobalCost{1, 1, 4}));
  EXPECT_EQ(sectorsOf(lanes([](unsigned i) { return 4 * (i * 5 % 32); }), 4, kAll), (GlobalCost{1, 1, 4}));
  EXPECT_EQ(sectorsOf(lanes([](unsigned i) { return 1024 * (i % 2) + 4 * i; }), 4, kAll), (GlobalCost{1, 2, 8}));
}

TEST(SectorsTest, InactiveLanesAndMisalignedOnes) {
  EXPECT_EQ(sectorsOf(strided(4), 4, 0), (GlobalCost{0, 0, 0}));
  EXPECT_EQ(sectorsOf(strided(4), 4, 0xFF), (GlobalCost{1, 1, 1}));
  EXPECT_EQ(sectorsOf(strided(128), 4, 0x80000001), (GlobalCost{1, 2, 2}));
  // Four bytes from 126 end in the next line.
  EXPECT_EQ(sectorsOf(strided(0, 126), 4, 1), (GlobalCost{1, 2, 2}));
}

TEST(BankConflictsTest, FourByteLanes) {
  EXPECT_EQ(bankConflicts(strided(4), 4, kAll), (SharedCost{1, 1, 1}));
  EXPECT_EQ(bankConflicts(strided(8), 4, kAll), (SharedCost{1, 1, 2}));
  EXPECT_EQ(bankConflicts(strided(12), 4, kAll), (SharedCost{1, 1, 1}));
  EXPECT_EQ(bankConflicts(strided(16), 4, kAll), (SharedCost{1, 1, 4}));
  EXPECT_EQ(bankConflicts(strided(64), 4, kAll), (SharedCost{1, 1, 16}));
}

TEST(BankConflictsTest, ColumnOfATileWithAndWithoutPadding) {
  EXPECT_EQ(bankConflicts(strided(32 * 4), 4, kAll), (SharedCost{1, 1, 32}));
  EXPECT_EQ(bankConflicts(strided(32 * 4), 4, kAll).conflicts(), 31u);
  EXPECT_EQ(bankConflicts(strided(33 * 4), 4, kAll), (SharedCost{1, 1, 1}));
  EXPECT_EQ(bankConflicts(strided(33 * 4), 4, kAll).conflicts(), 0u);
}

TEST(BankConflictsTest, EqualWordsAreBroadcast) {
  EXPECT_EQ(bankConflicts(strided(0), 4, kAll), (SharedCost{1, 1, 1}));
  // Two bytes a lane: neighbours share a word. Words i and i + 32 of one bank, 16 lanes each: two passes.
  EXPECT_EQ(bankConflicts(strided(2), 2, kAll), (SharedCost{1, 1, 1}));
  EXPECT_EQ(bankConflicts(lanes([](unsigned i) { return 128 * (i % 2); }), 4, kAll), (SharedCost{1, 1, 2}));
  // Bytes of one word do not conflict, bytes 128 apart do.
  EXPECT_EQ(bankConflicts(strided(1), 1, kAll), (SharedCost{1, 1, 1}));
  EXPECT_EQ(bankConflicts(strided(128), 1, 0xF), (SharedCost{1, 1, 4}));
}

TEST(BankConflictsTest, WideLanesGoInPhases) {
  EXPECT_EQ(bankConflicts(strided(8), 8, kAll), (SharedCost{1, 2, 2}));
  EXPECT_EQ(bankConflicts(strided(16), 8, kAll), (SharedCost{1, 2, 4}));
  EXPECT_EQ(bankConflicts(strided(16), 16, kAll), (SharedCost{1, 4, 4}));
  EXPECT_EQ(bankConflicts(strided(128), 16, kAll), (SharedCost{1, 4, 32}));
  EXPECT_EQ(bankConflicts(strided(144), 16, kAll), (SharedCost{1, 4, 4}));
  EXPECT_EQ(bankConflicts(strided(32), 32, kAll), (SharedCost{2, 8, 16}));
}

TEST(BankConflictsTest, InactiveLanesFreeTheirPhase) {
  EXPECT_EQ(bankConflicts(strided(16), 16, 0), (SharedCost{0, 0, 0}));
  // ldmatrix.x1: eight rows, 16 bytes each, 64 bytes apart: rows 0, 2, 4, 6 share four banks.
  EXPECT_EQ(bankConflicts(strided(64), 16, 0xFF), (SharedCost{1, 1, 4}));
  EXPECT_EQ(bankConflicts(strided(16), 16, 0xFF00FF), (SharedCost{1, 2, 2}));
  EXPECT_EQ(bankConflicts(strided(128), 4, 0x11), (SharedCost{1, 1, 2}));
}

} // namespace
