// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The time left against schedules worked out by hand and against a simulated run.

#include "sdq/Compiler/TimeLeft.h"

#include "gtest/gtest.h"

using namespace sdq;

namespace {

TEST(TimeLeft, KnowsNothingBeforeTheFirstWeight) {
  EXPECT_EQ(std::nullopt, timeLeft({.threads = 2, .running = {{100, 5}}, .waiting = {100}}));
  // What an earlier run finished took this run no time.
  EXPECT_EQ(std::nullopt, timeLeft({.threads = 2, .resumed = 1000, .waiting = {100}}));
}

TEST(TimeLeft, IsNothingAtTheEnd) {
  EXPECT_EQ(0, timeLeft({.threads = 2, .finished = 10, .finishedSeconds = 3}));
  EXPECT_EQ(0, timeLeft({.threads = 2, .resumed = 10}));
}

TEST(TimeLeft, IsProportionalOnOneThread) {
  EXPECT_DOUBLE_EQ(6, *timeLeft({.threads = 1, .finished = 10, .finishedSeconds = 2, .waiting = {10, 15, 5}}));
}

// The example of the header.
TEST(TimeLeft, FollowsTheThreads) {
  WorkState work{.threads = 2,
                 .finished = 10,
                 .finishedSeconds = 10,
                 .running = {{8, 3}, {6, 6}},
                 .waiting = {4, 9}};
  EXPECT_DOUBLE_EQ(13, *timeLeft(work));
  work.threads = 3;
  EXPECT_DOUBLE_EQ(9, *timeLeft(work)) << "the third thread takes the 4 or the 9";
}

// One weight cannot be shared: many threads do not make it faster.
TEST(TimeLeft, TheLastWeightTakesItsTime) {
  EXPECT_DOUBLE_EQ(90, *timeLeft({.threads = 64, .finished = 10, .finishedSeconds = 10, .running = {{100, 10}}}));
  EXPECT_DOUBLE_EQ(100, *timeLeft({.threads = 64, .finished = 10, .finishedSeconds = 10, .waiting = {100}}));
}

// A weight that takes longer than all before it raises the estimate for those to come.
TEST(TimeLeft, LearnsFromASlowWeightWhileItRuns) {
  WorkState work{.threads = 1, .finished = 10, .finishedSeconds = 10, .running = {{10, 10}}, .waiting = {10}};
  EXPECT_DOUBLE_EQ(10, *timeLeft(work));
  work.running[0].seconds = 50;
  EXPECT_DOUBLE_EQ(10 * 60.0 / 20, *timeLeft(work));
}

// Two threads, weights of very different sizes at one second per hundred elements: at every moment after the first
// weight the estimate is exact, and the share grows to one.
TEST(TimeLeft, IsExactWhereTimeIsProportional) {
  const std::vector<int64_t> sizes = {100, 900, 300, 300, 700, 100, 100, 2000, 100};
  double end = 0, lanes[2] = {0, 0};
  std::vector<std::pair<double, double>> times;
  for (int64_t size : sizes) {
    double &lane = lanes[0] <= lanes[1] ? lanes[0] : lanes[1];
    times.push_back({lane, lane + size / 100.0});
    lane += size / 100.0;
    end = std::max(end, lane);
  }
  double share = 0;
  for (double now = 1.25; now < end; now += 0.5) {
    WorkState work{.threads = 2};
    for (size_t i = 0; i < sizes.size(); ++i) {
      auto [from, to] = times[i];
      if (to <= now)
        work.finished += sizes[i], work.finishedSeconds += to - from;
      else if (from <= now)
        work.running.push_back({sizes[i], now - from});
      else
        work.waiting.push_back(sizes[i]);
    }
    ASSERT_TRUE(timeLeft(work)) << now;
    EXPECT_NEAR(end - now, *timeLeft(work), 1e-9) << now;
    EXPECT_GE(work.share(), share);
    share = work.share();
  }
  EXPECT_EQ(1, (WorkState{.finished = 5, .resumed = 7}.share()));
  EXPECT_EQ(0.5, (WorkState{.finished = 2, .resumed = 3, .running = {{1, 0}}, .waiting = {4}}.share()));
}

TEST(PrintDuration, HasTwoUnits) {
  EXPECT_EQ("0 s", printDuration(0));
  EXPECT_EQ("1 s", printDuration(0.01));
  EXPECT_EQ("59 s", printDuration(58.5));
  EXPECT_EQ("1 min 0 s", printDuration(59.5));
  EXPECT_EQ("3 min 20 s", printDuration(200));
  EXPECT_EQ("1 h 0 min", printDuration(3599.5));
  EXPECT_EQ("2 h 5 min", printDuration(7500));
  EXPECT_EQ("100 h 0 min", printDuration(359999));
}

} // namespace
