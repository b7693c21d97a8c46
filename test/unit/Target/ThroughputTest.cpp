//===- ThroughputTest.cpp -------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves the throughput that chips realise against examples worked by hand.

#include "sdq/Target/Throughput.h"

#include <gtest/gtest.h>

using namespace sdq;

namespace {

double realised(llvm::StringRef recipe, llvm::StringRef chip) {
  return realisedThroughput(llvm::cantFail(parseRecipe(recipe)), *llvm::cantFail(findChip(chip)));
}

// Each comment is Σ 1/r: of every term the share of a dense 16-bit product's time.
TEST(Throughput, WorkedByHand) {
  // The paper's headline, T = 4 ideally. 1:8 int8 is in 2:4 of s8: 1/4. 6:8 fp4 is in no sparsity: dense.
  EXPECT_DOUBLE_EQ(4.0 / 3, realised("SDQ-W7:8-1:8int8-6:8fp4", "sm_90")); // 1/4 + 1/2 (fp4 as doubled s8)
  EXPECT_DOUBLE_EQ(2.0, realised("SDQ-W7:8-1:8int8-6:8fp4", "sm_120a"));   // 1/4 + 1/4 (dense e2m1)
  EXPECT_DOUBLE_EQ(1.0, realised("SDQ-W7:8-1:8int8-6:8fp4", "sm_75"));     // 1/2 + 1/2, no sparsity
  // Activations at 16 bits: 1/2 (2:4 of f16) + 1 is slower than the sum as one dense matrix.
  EXPECT_DOUBLE_EQ(1.0, realised("SDQ-W7:8-1:8int8-6:8fp4-a16", "sm_90"));
  // Activations at 8 bits: 1/4 + 1/2, in s8 both.
  EXPECT_DOUBLE_EQ(4.0 / 3, realised("SDQ-W7:8-1:8int8-6:8fp4-a8", "sm_120a"));

  // 2:8 int8 is in 2:4: 1/4. 4:8 fp4, by single values, may have four pairs of four: dense.
  EXPECT_DOUBLE_EQ(4.0 / 3, realised("SDQ-W6:8-2:8int8-4:8fp4", "sm_80")); // 1/4 + 1/2
  EXPECT_DOUBLE_EQ(2.0, realised("SDQ-W6:8-2:8int8-4:8fp4", "sm_120a"));   // 1/4 + 1/4
  // 1/4 + 1/2 on Ada, where fp8 would hold fp4 at the same rate.
  EXPECT_DOUBLE_EQ(4.0 / 3, realised("SDQ-W8:8-1:8int8-7:8fp4", "sm_89"));

  // 2:4 of single values is not in two pairs of four: s4 dense and s8 in 2:4 are equally fast, 1/4.
  EXPECT_DOUBLE_EQ(4.0, realised("SDQ-W2:4-2:4int4", "sm_80"));
  EXPECT_DOUBLE_EQ(4.0, realised("SDQ-W2:4-2:4int4", "sm_90"));
  // Pairs: 1/8 where s4 is sparse; elsewhere s8, in whose 2:4 two pairs may fill a four: dense, 1/2.
  EXPECT_DOUBLE_EQ(8.0, realised("SDQ-W4:8p-4:8int4", "sm_80"));
  EXPECT_DOUBLE_EQ(2.0, realised("SDQ-W4:8p-4:8int4", "sm_90"));
  EXPECT_DOUBLE_EQ(8.0, realised("SDQ-W4:8p-4:8fp4", "sm_120a"));
  // Two values of eight are in two pairs of four at most: 1/8; and in 2:4 of s8: 1/4.
  EXPECT_DOUBLE_EQ(8.0, realised("SDQ-W2:8-2:8int4", "sm_86"));
  EXPECT_DOUBLE_EQ(4.0, realised("SDQ-W2:8-2:8int4", "sm_90"));

  // Sparsification alone, at 16 bits: 2:8 in 2:4 of f16, 1/2; 6:8 dense, 1; no sparsity on Turing, 1.
  EXPECT_DOUBLE_EQ(2.0, realised("SDQ-W2:8-2:8fp16-a16", "sm_90"));
  EXPECT_DOUBLE_EQ(1.0, realised("SDQ-W6:8-6:8fp16-a16", "sm_90"));
  EXPECT_DOUBLE_EQ(1.0, realised("SDQ-W2:8-2:8fp16-a16", "sm_75"));
  // fp8: 1/4 in 2:4 where mma or wgmma has it, 1/2 in 2:4 of f16 elsewhere.
  EXPECT_DOUBLE_EQ(4.0, realised("SDQ-W2:4-2:4fp8", "sm_89"));
  EXPECT_DOUBLE_EQ(4.0, realised("SDQ-W2:4-2:4fp8", "sm_90a"));
  EXPECT_DOUBLE_EQ(2.0, realised("SDQ-W2:4-2:4fp8", "sm_90"));
  // fp8 weights and int8 activations have only 16 bits in common.
  EXPECT_DOUBLE_EQ(1.0, realised("SDQ-W8:8-8:8fp8-a8", "sm_89"));

  // Quantization alone.
  EXPECT_DOUBLE_EQ(2.0, realised("W8-a8", "sm_90"));
  EXPECT_DOUBLE_EQ(1.0, realised("W8", "sm_90"));
  EXPECT_DOUBLE_EQ(4.0, realised("W4-g128-a4", "sm_80"));
  EXPECT_DOUBLE_EQ(2.0, realised("W4-g128-a4", "sm_90"));
  EXPECT_DOUBLE_EQ(2.0, realised("W4-g128-a8", "sm_80"));
  EXPECT_DOUBLE_EQ(1.0, realised("SqueezeLLM-w3", "sm_90"));
  EXPECT_DOUBLE_EQ(1 / 1.0045, realised("SqueezeLLM-w3-s0.45", "sm_90"));
  EXPECT_DOUBLE_EQ(1.0, realised("dense", "sm_90"));
}

// Blocks that do not divide the instruction's may straddle it.
TEST(Throughput, PatternsBesideTheInstructions) {
  EXPECT_DOUBLE_EQ(4.0, realised("SDQ-W1:3-1:3int8", "sm_90"));   // at most 2 in any four
  EXPECT_DOUBLE_EQ(2.0, realised("SDQ-W2:6-2:6int8", "sm_90"));   // xxxx11|11xxxx: four columns from 4 on hold 4
  EXPECT_DOUBLE_EQ(4.0, realised("SDQ-W1:2-1:2int8", "sm_90"));   // one of each two is 2:4
  EXPECT_DOUBLE_EQ(4.0, realised("SDQ-W2:32-2:32int8", "sm_90")); // two anywhere
  EXPECT_DOUBLE_EQ(2.0, realised("SDQ-W3:8-3:8int8", "sm_90"));   // three of one four
  EXPECT_DOUBLE_EQ(8.0, realised("SDQ-W4:8p-4:8int2", "sm_80"));  // narrower integers are int4 too
}

} // namespace
