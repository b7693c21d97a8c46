//===- BitsTest.cpp -------------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves the bits that recipes are expected to take against examples worked by hand.

#include "sdq/Recipe/Recipe.h"

#include <gtest/gtest.h>

using namespace sdq;

namespace {

struct Bits {
  double values = 0, metadata = 0, scales = 0, tables = 0;
};

/// Bits per weight of a 256 × 1024 matrix imported as f16.
Bits bitsOf(llvm::StringRef name) {
  Shape shape{256, 1024};
  Bits bits;
  for (const PartSpec &part :
       expectedParts(llvm::cantFail(parseRecipe(name)), shape, DenseFormat{{ElementKind::F16}})) {
    double count = bitWidth(part.type);
    for (int64_t extent : part.shape)
      count *= double(extent);
    double &into = part.kind == PartKind::Values     ? bits.values
                   : part.kind == PartKind::Metadata ? bits.metadata
                   : part.kind == PartKind::Scales   ? bits.scales
                                                     : bits.tables;
    into += count / double(shape.rows * shape.columns);
  }
  return bits;
}

void expectBits(llvm::StringRef name, Bits expected) {
  SCOPED_TRACE(name.str());
  Bits bits = bitsOf(name);
  EXPECT_DOUBLE_EQ(expected.values, bits.values);
  EXPECT_DOUBLE_EQ(expected.metadata, bits.metadata);
  EXPECT_DOUBLE_EQ(expected.scales, bits.scales);
  EXPECT_DOUBLE_EQ(expected.tables, bits.tables);
}

// K = 1024 inputs a row. A row's own f32 level is 32/1024 = 1/32 bit a weight.
TEST(Bits, WorkedByHand) {
  expectBits("dense", {16, 0, 0, 0});
  expectBits("W4", {4, 0, 16.0 / 1024, 0});                 // one f16 scale a row
  expectBits("W4-g128", {4, 0, 16.0 / 128, 0});             // one every 128
  expectBits("W3-g32", {3, 0, 16.0 / 32, 0});               // 3072 bits a row are whole bytes
  expectBits("SqueezeLLM-w4", {4, 0, 0, 16.0 * 16 / 1024}); // 16 f16 entries a row
  expectBits("SqueezeLLM-w3", {3, 0, 0, 8.0 * 16 / 1024});

  // 1:8 int8 as indices: 8/8 of values and 3/8 of index. 6:8 fp4: 24 bits and an 8-bit mask are no less than the grid's
  // 32, so the grid, 4. Scales of 8 bits every 16 inputs, of both terms, and a row level each.
  expectBits("SDQ-W7:8-1:8int8-6:8fp4", {1 + 4, 3.0 / 8, 2 * (8.0 / 16 + 1.0 / 32), 0});
  // 2:8 int8: 16 bits and a mask of 8 against indices of 6: indices. 4:8 fp4: 16 and a mask of 8.
  expectBits("SDQ-W6:8-2:8int8-4:8fp4-q64", {2 + 2, 6.0 / 8 + 8.0 / 8, 2 * (8.0 / 64 + 1.0 / 32), 0});
  // Pairwise 4:8 int4: two pairs of four, 16 bits, and indices of 2 bits a pair, 4.
  expectBits("SDQ-W4:8p-4:8int4-q128", {2, 4.0 / 8, 8.0 / 128 + 1.0 / 32, 0});
  // 2:4 fp16: 32 bits, and indices of 2 bits each, 4, against a mask of 8.
  expectBits("SDQ-W2:4-2:4fp16-a16", {8, 4.0 / 4, 0, 0});
  // One scale of a whole row and its level.
  expectBits("SDQ-W8:8-8:8int4-qK", {4, 0, 8.0 / 1024 + 1.0 / 32, 0});
}

// 0.05 % and 0.40 % of 262144 values are 131.07 and 1048.58: 131 + 1049 = 1180 exact ones of 16 bits, with a 16-bit
// column each, and 257 row offsets of 32 bits.
TEST(Bits, ExactValuesAreCounted) {
  double weights = 256 * 1024;
  expectBits("SqueezeLLM-w4-s0.45",
             {4 + 1180 * 16 / weights, 1180 * 16 / weights + 257 * 32 / weights, 0, 16.0 * 16 / 1024});
  // None of them is still one zero.
  expectBits("SqueezeLLM-w4-s0.0001", {4 + 16 / weights, 16 / weights + 257 * 32 / weights, 0, 16.0 * 16 / 1024});
}

} // namespace
