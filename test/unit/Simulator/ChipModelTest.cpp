//===- ChipModelTest.cpp --------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that the table multiplies back to the published peaks and that estimates name the busiest resource.

#include "sdq/Simulator/ChipModel.h"

#include <gtest/gtest.h>

using namespace sdq::simulator;
using enum sdq::simulator::NumberKind;

namespace {

const ChipModel &chip(llvm::StringRef name) { return *llvm::cantFail(findChip(name)); }

double peakTera(const ChipModel &chip, NumberKind multiplicand, NumberKind accumulator) {
  for (const TensorRate &rate : chip.tensorRates)
    if (rate.multiplicand == multiplicand && rate.accumulator == accumulator)
      return 2e-12 * rate.perClock * chip.multiprocessors * chip.boostHertz;
  return 0;
}

TEST(ChipModelTest, PeaksAreThePublishedOnes) {
  struct Peak {
    const char *chip;
    NumberKind multiplicand, accumulator;
    double tera;
  };
  const Peak peaks[] = {{"a100", F16, F32, 312},      {"a100", TF32, F32, 156},      {"a100", S8, S32, 624},
                        {"a100", S4, S32, 1248},      {"rtx3090", F16, F32, 71},     {"rtx3090", F16, F16, 142},
                        {"rtx3090", S8, S32, 284},    {"rtx3090", S4, S32, 568},     {"rtx4090", F16, F32, 165.2},
                        {"rtx4090", F16, F16, 330.3}, {"rtx4090", E4M3, F16, 660.6}, {"rtx4090", S4, S32, 1321.2},
                        {"h100", F16, F32, 989.4},    {"h100", TF32, F32, 494.7},    {"h100", E4M3, F32, 1978.9},
                        {"h200", S8, S32, 1978.9},    {"rtx5090", F16, F32, 209.5},  {"rtx5090", E4M3, F32, 419},
                        {"rtx5090", S8, S32, 838},    {"rtx5090", E2M1, F32, 1676}};
  for (const Peak &peak : peaks)
    EXPECT_NEAR(peakTera(chip(peak.chip), peak.multiplicand, peak.accumulator), peak.tera, 0.01 * peak.tera)
        << peak.chip << ' ' << nameOf(peak.multiplicand).str();
  EXPECT_EQ(peakTera(chip("h200"), S4, S32), 0);
}

TEST(ChipModelTest, EveryResourceByHand) {
  const ChipModel &a100 = chip("a100");
  KernelWork work;
  work.blocks = 1000;
  work.globalSectors = 2039000000 / 32;
  work.sharedPasses = 108 * 1410;
  work.warpInstructions = 4 * 108 * 1410 * 2;
  // Half of the logical multiply-adds of a sparse operation: 16·8·32 = 4096, two clocks of s8.
  work.tensor = {{{16, 64, S8, S8, S32, true}, 108 * 1410}, {{16, 16, F16, F16, F32}, 108 * 1410}};
  TimeEstimate time = estimate(a100, work);
  ASSERT_EQ(time.resources.size(), 4u);
  EXPECT_NEAR(time.resources[0].seconds, 1e-3, 1e-9);
  EXPECT_NEAR(time.resources[1].seconds, 1e-6, 1e-12);
  EXPECT_NEAR(time.resources[2].seconds, 2e-6, 1e-12);
  EXPECT_NEAR(time.resources[3].seconds, 4e-6, 1e-12);
  EXPECT_EQ(time.binding().resource, "global memory");
  EXPECT_TRUE(time.leftOut.empty());
  work.globalSectors = 0;
  EXPECT_EQ(estimate(a100, work).binding().resource, "tensor cores");
}

TEST(ChipModelTest, IdleMultiprocessorsDoNothing) {
  KernelWork work;
  work.blocks = 1;
  work.sharedPasses = 1410;
  EXPECT_NEAR(estimate(chip("a100"), work).resources[1].seconds, 1e-6, 1e-12);
}

TEST(ChipModelTest, OperationsTheChipLacksAreNamed) {
  KernelWork work;
  work.blocks = 1;
  work.tensor = {{{16, 128, S4, U4, S32, true}, 7}};
  TimeEstimate time = estimate(chip("h200"), work);
  ASSERT_EQ(time.leftOut.size(), 1u);
  EXPECT_EQ(time.leftOut[0], "7 sparse m16n8k128 of s4 in s32: no tensor cores for it on sm_90");
}

TEST(ChipModelTest, AnUnknownChipIsRefused) {
  EXPECT_EQ(llvm::toString(findChip("voodoo2").takeError()),
            "no numbers of chip 'voodoo2'; expected one of a100, rtx3090, rtx4090, h100, h200, rtx5090");
}

} // namespace
