//===- ShuffleTest.cpp ----------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves the sources of every shuffle mode and width equal to hand-worked tables and to the text of PTX, and votes,
// matches and reductions to hand-worked results.

#include "sdq/Simulator/Shuffle.h"
#include "sdq/Simulator/Collectives.h"

#include "llvm/ADT/bit.h"

#include <cmath>
#include <gtest/gtest.h>
#include <vector>

using namespace sdq::simulator;

namespace {

constexpr uint32_t kAll = ~0u;

std::array<uint32_t, 32> all(uint32_t value) {
  std::array<uint32_t, 32> lanes;
  lanes.fill(value);
  return lanes;
}

std::vector<int> lanesOf(const ShuffleSources &sources, unsigned count) {
  return {sources.lane.begin(), sources.lane.begin() + count};
}

TEST(ShuffleTest, SegmentsOfEightByHand) {
  auto run = [](ShuffleMode mode, uint32_t offset) {
    return shuffleSources(mode, all(offset), all(maskAndClampOf(mode, 8)), kAll);
  };
  ShuffleSources up = run(ShuffleMode::Up, 1);
  EXPECT_EQ(lanesOf(up, 17), (std::vector<int>{0, 0, 1, 2, 3, 4, 5, 6, 8, 8, 9, 10, 11, 12, 13, 14, 16}));
  EXPECT_EQ(up.valid, 0xFEFEFEFEu);
  ShuffleSources down = run(ShuffleMode::Down, 1);
  EXPECT_EQ(lanesOf(down, 17), (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 7, 9, 10, 11, 12, 13, 14, 15, 15, 17}));
  EXPECT_EQ(down.valid, 0x7F7F7F7Fu);
  ShuffleSources exchange = run(ShuffleMode::Xor, 4);
  EXPECT_EQ(lanesOf(exchange, 16), (std::vector<int>{4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11}));
  EXPECT_EQ(exchange.valid, kAll);
  ShuffleSources index = run(ShuffleMode::Index, 2);
  EXPECT_EQ(lanesOf(index, 10), (std::vector<int>{2, 2, 2, 2, 2, 2, 2, 2, 10, 10}));
  EXPECT_EQ(index.valid, kAll);
  // An index is taken modulo the segment.
  EXPECT_EQ(run(ShuffleMode::Index, 13).lane[0], 5);
  EXPECT_EQ(run(ShuffleMode::Index, 13).lane[31], 29);
}

TEST(ShuffleTest, XorAcrossSegmentsReadsTheLowerButNotTheUpper) {
  // PTX compares with the last lane of one's own segment only: a butterfly may leave the segment downwards.
  ShuffleSources sources = shuffleSources(ShuffleMode::Xor, all(8), all(maskAndClampOf(ShuffleMode::Xor, 8)), kAll);
  EXPECT_EQ(sources.lane[0], 0);
  EXPECT_EQ(sources.lane[8], 0);
  EXPECT_EQ(sources.valid, 0xFF00FF00u);
}

TEST(ShuffleTest, EveryModeWidthAndOffsetFollowsThePseudocode) {
  for (unsigned width = 1; width <= 32; width *= 2)
    for (unsigned offset = 0; offset < 32; ++offset)
      for (ShuffleMode mode : {ShuffleMode::Up, ShuffleMode::Down, ShuffleMode::Xor, ShuffleMode::Index}) {
        ShuffleSources got = shuffleSources(mode, all(offset), all(maskAndClampOf(mode, width)), kAll);
        for (int lane = 0; lane < 32; ++lane) {
          int first = lane / int(width) * int(width), last = first + int(width) - 1, from = 0;
          bool valid = false;
          if (mode == ShuffleMode::Up)
            valid = (from = lane - int(offset)) >= first;
          else if (mode == ShuffleMode::Down)
            valid = (from = lane + int(offset)) <= last;
          else if (mode == ShuffleMode::Xor)
            valid = (from = lane ^ int(offset)) <= last;
          else
            valid = (from = first + int(offset % width)) <= last;
          ASSERT_EQ(got.lane[lane], valid ? from : lane) << int(mode) << ' ' << width << ' ' << offset << ' ' << lane;
          ASSERT_EQ(got.valid >> lane & 1, uint32_t(valid));
        }
      }
}

TEST(ShuffleTest, LanesMayDisagreeInTheirOffset) {
  std::array<uint32_t, 32> reversed;
  for (unsigned lane = 0; lane < 32; ++lane)
    reversed[lane] = 31 - lane;
  ShuffleSources sources = shuffleSources(ShuffleMode::Index, reversed, all(31), kAll);
  for (unsigned lane = 0; lane < 32; ++lane)
    EXPECT_EQ(sources.lane[lane], 31 - lane);
}

TEST(ShuffleTest, ReadingAnInactiveLaneIsReported) {
  ShuffleSources sources = shuffleSources(ShuffleMode::Down, all(1), all(31), 0x0000000F);
  EXPECT_EQ(sources.fromInactive, 0x8u);
  EXPECT_EQ(sources.lane[4], 4);
  EXPECT_EQ(sources.valid, 0xFu);
  EXPECT_EQ(shuffleSources(ShuffleMode::Down, all(1), all(31), kAll).fromInactive, 0u);
}

TEST(ShuffleTest, FirstLanesOfGPUShuffle) {
  // Twelve lanes, in one segment.
  ShuffleSources down = shuffleSources(ShuffleMode::Down, all(4), 12, kAll);
  EXPECT_EQ(lanesOf(down, 14), (std::vector<int>{4, 5, 6, 7, 8, 9, 10, 11, 8, 9, 10, 11, 12, 13}));
  EXPECT_EQ(down.valid, 0xFFu);
  ShuffleSources up = shuffleSources(ShuffleMode::Up, all(2), 16, kAll);
  EXPECT_EQ(lanesOf(up, 5), (std::vector<int>{0, 1, 0, 1, 2}));
  EXPECT_EQ(up.valid, 0xFFFCu);
  EXPECT_EQ(shuffleSources(ShuffleMode::Xor, all(1), 32, kAll).valid, kAll);
  EXPECT_EQ(shuffleSources(ShuffleMode::Index, all(3), 4, kAll).valid, 0xFu);
}

TEST(CollectivesTest, Votes) {
  EXPECT_EQ(vote(VoteKind::Ballot, 0xF0F0, 0xFF), 0xF0u);
  EXPECT_EQ(vote(VoteKind::Any, 0xF00, 0xFF), 0u);
  EXPECT_EQ(vote(VoteKind::Any, 0x100, 0xFFF), 1u);
  EXPECT_EQ(vote(VoteKind::All, 0xFF, 0xFF), 1u);
  EXPECT_EQ(vote(VoteKind::All, 0xFE, 0xFF), 0u);
  EXPECT_EQ(vote(VoteKind::Uniform, 0xF00, 0xFF), 1u);
  EXPECT_EQ(vote(VoteKind::Uniform, 0x0F, 0xFF), 0u);
}

TEST(CollectivesTest, Matches) {
  std::array<uint64_t, 32> values{};
  for (unsigned lane = 0; lane < 32; ++lane)
    values[lane] = uint64_t(lane % 3) << 40;
  auto any = matchAny(values, 0x3F);
  EXPECT_EQ(any[0], 0x09u);
  EXPECT_EQ(any[4], 0x12u);
  EXPECT_EQ(any[5], 0x24u);
  EXPECT_EQ(any[6], 0u);
  EXPECT_EQ(matchAll(values, 0x3F), 0u);
  EXPECT_EQ(matchAll(values, 0x49), 0x49u);
}

TEST(CollectivesTest, Reductions) {
  std::array<uint32_t, 32> values{};
  values[1] = 5, values[2] = uint32_t(-7), values[3] = 12;
  uint32_t lanes = 0xE;
  EXPECT_EQ(reduce(ReduceKind::Add, values, lanes), 10u);
  EXPECT_EQ(reduce(ReduceKind::Min, values, lanes), uint32_t(-7));
  EXPECT_EQ(reduce(ReduceKind::Max, values, lanes), 12u);
  EXPECT_EQ(reduce(ReduceKind::UMin, values, lanes), 5u);
  EXPECT_EQ(reduce(ReduceKind::UMax, values, lanes), uint32_t(-7));
  EXPECT_EQ(reduce(ReduceKind::And, values, lanes), 5u & uint32_t(-7) & 12u);
  EXPECT_EQ(reduce(ReduceKind::Or, values, lanes), uint32_t(-7) | 5u | 12u);
  EXPECT_EQ(reduce(ReduceKind::Xor, values, lanes), uint32_t(-7) ^ 5u ^ 12u);
}

TEST(CollectivesTest, ReductionsOfFloats) {
  auto bits = [](float value) { return llvm::bit_cast<uint32_t>(value); };
  std::array<uint32_t, 32> values{};
  values[0] = bits(1.5f), values[1] = bits(-3.0f), values[2] = bits(std::nanf(""));
  EXPECT_EQ(reduce(ReduceKind::FMin, values, 0x7), bits(-3.0f));
  EXPECT_EQ(reduce(ReduceKind::FMax, values, 0x7), bits(1.5f));
  EXPECT_EQ(reduce(ReduceKind::FMax, values, 0x7, /*absolute=*/true), bits(3.0f));
  EXPECT_EQ(reduce(ReduceKind::FMax, values, 0x7, false, /*propagateNaN=*/true), 0x7FFFFFFFu);
  values[0] = bits(0.0f), values[1] = bits(-0.0f);
  EXPECT_EQ(reduce(ReduceKind::FMin, values, 0x3), bits(-0.0f));
  EXPECT_EQ(reduce(ReduceKind::FMax, values, 0x3), bits(0.0f));
}

} // namespace
