//===- VerifyTest.cpp -----------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that every constraint on stored parts (stored_c1 to stored_c7) is enforced, with the message it gives.

#include "sdq/Core/Verify.h"
#include "sdq/Core/Pack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace sdq;

namespace {

const Shape kShape{2, 10};

StoredWeight packed(const auto &format) {
  std::vector<float> values(20);
  values[1] = 1.0f;
  values[19] = -2.0f;
  return llvm::cantFail(pack(format, kShape, values));
}

std::string verify(const StoredWeight &weight) {
  return llvm::toString(verifyStored(weight.format, weight.shape, weight.views()));
}

const Encoding kInt8{ElementKind::Int8, 16, ScaleKind::E4M3};
const NMFormat kIndices{1, 8, false, kInt8};
const NMFormat kMask{6, 8, false, {ElementKind::F16}};

TEST(Verify, PartsAreTheFormats) {
  StoredWeight weight = packed(kIndices);
  EXPECT_EQ("", verify(weight));
  weight.parts.pop_back();
  EXPECT_EQ("stored_c1: expected 4 parts, got 3", verify(weight));

  weight = packed(kIndices);
  weight.parts[3].spec.name = "mask";
  EXPECT_EQ("stored_c1: expected part 'indices', got 'mask'", verify(weight));

  weight = packed(kIndices);
  weight.parts[2].spec.type = StorageType::I32;
  EXPECT_EQ("stored_c1: part 'row_scale': expected type f32, got i32", verify(weight));

  weight = packed(kIndices);
  weight.parts[0].spec.shape = {2, 3};
  EXPECT_EQ("stored_c1: part 'values': expected shape 2x2, got 2x3", verify(weight));

  weight = packed(kIndices);
  weight.parts[0].data.pop_back();
  EXPECT_EQ("stored_c1: part 'values': expected 4 bytes, got 3", verify(weight));
}

TEST(Verify, NumbersAreFinite) {
  StoredWeight weight = packed(kIndices);
  weight.parts[1].elements<uint8_t>()[1] = 0x7F;
  EXPECT_EQ("stored_c2: part 'scales', element 1: expected a finite value >= 0, got nan", verify(weight));
  weight.parts[1].elements<uint8_t>()[1] = 0x81;
  EXPECT_THAT(verify(weight), testing::StartsWith("stored_c2: part 'scales', element 1: expected a finite value >= 0"));
  weight.parts[1].elements<uint8_t>()[1] = 0x80; // −0 is harmless
  EXPECT_EQ("", verify(weight));

  weight = packed(kIndices);
  weight.parts[2].elements<float>()[0] = -1.0f;
  EXPECT_EQ("stored_c2: part 'row_scale', element 0: expected a finite value >= 0, got -1.00", verify(weight));

  weight = packed(DenseFormat{{ElementKind::F16}});
  weight.parts[0].elements<uint16_t>()[7] = 0xFC00;
  EXPECT_EQ("stored_c2: part 'values', element 7: expected a finite value, got -INF", verify(weight));

  weight = packed(DenseFormat{{ElementKind::E5M2, 4, ScaleKind::F32}});
  weight.parts[0].elements<uint8_t>()[3] = 0x7E;
  EXPECT_EQ("stored_c2: part 'values', element 3: expected a finite value, got nan", verify(weight));
}

TEST(Verify, ScalesOfEveryKind) {
  StoredWeight weight = packed(DenseFormat{{ElementKind::Int3, 5, ScaleKind::E8M0}});
  EXPECT_EQ("", verify(weight));
  weight.parts[1].elements<uint8_t>()[2] = 255;
  EXPECT_EQ("stored_c2: part 'scales', element 2: expected an e8m0 code from 1 to 254, got 255", verify(weight));
  weight.parts[1].elements<uint8_t>()[2] = 0;
  EXPECT_EQ("stored_c2: part 'scales', element 2: expected an e8m0 code from 1 to 254, got 0", verify(weight));

  weight = packed(DenseFormat{{ElementKind::Int2, 5, ScaleKind::U8}});
  weight.parts[1].elements<uint8_t>()[2] = 255; // every code is a number
  EXPECT_EQ("", verify(weight));
  weight.parts[2].elements<float>()[1] = INFINITY;
  EXPECT_EQ("stored_c2: part 'row_scale', element 1: expected a finite value >= 0, got INF", verify(weight));
}

TEST(Verify, MasksHaveExactlyNBits) {
  StoredWeight weight = packed(kMask);
  EXPECT_EQ("", verify(weight));
  weight.parts[1].elements<uint8_t>()[2] = 0x7F;
  EXPECT_EQ("stored_c3: part 'mask', row 1, block 0: expected 6 of the low 8 bits set, got mask 0x7f", verify(weight));

  weight = packed(NMFormat{3, 6, false, {ElementKind::F32}});
  ASSERT_EQ(NMStorage::Mask, std::get<NMFormat>(weight.format.variant()).storage());
  weight.parts[1].elements<uint8_t>()[0] = 0x83;
  EXPECT_EQ("stored_c3: part 'mask', row 0, block 0: expected 3 of the low 6 bits set, got mask 0x83", verify(weight));
}

TEST(Verify, IndicesAscendBelowM) {
  StoredWeight weight = packed(NMFormat{2, 7, false, kInt8});
  ASSERT_EQ("indices", weight.parts.back().spec.name);
  auto indices = weight.parts.back().row<uint8_t>(0);
  indices[0] = 1 | (1 << 3);
  EXPECT_EQ("stored_c4: part 'indices', row 0, block 0: expected an index above 1, got 1", verify(weight));
  indices[0] = 1 | (7 << 3);
  EXPECT_EQ("stored_c4: part 'indices', row 0, block 0: expected an index below 7, got 7", verify(weight));
}

TEST(Verify, PaddingIsZero) {
  StoredWeight weight = packed(kIndices);
  weight.parts.back().row<uint8_t>(0)[0] = 1 | (5 << 3); // the second block's column 13 does not exist
  EXPECT_EQ("", verify(weight));
  weight.parts[0].row<uint8_t>(0)[1] = 3;
  EXPECT_EQ("stored_c5: part 'values', row 0: slot 1 lies past the last column: expected 0, got 0x3", verify(weight));
}

TEST(Verify, SparseRowsAreOrdered) {
  auto fresh = [] { return llvm::cantFail(pack(CSRFormat{}, kShape, {{0, 2, 1.0f}, {0, 5, 2.0f}, {1, 1, 3.0f}})); };
  StoredWeight weight = fresh();
  EXPECT_EQ("", verify(weight));
  weight.parts[0].elements<int32_t>()[0] = 1;
  EXPECT_EQ("stored_c6: part 'row_offsets': expected the first offset to be 0, got 1", verify(weight));
  weight = fresh();
  weight.parts[0].elements<int32_t>()[1] = 4;
  EXPECT_EQ("stored_c6: part 'row_offsets', row 1: expected an end not below 4, got 3", verify(weight));
  weight = fresh();
  weight.parts[0].elements<int32_t>()[2] = 2147483647;
  EXPECT_EQ("stored_c6: part 'row_offsets': expected the last offset to be the number of entries 3, got 2147483647",
            verify(weight));
  weight = fresh();
  weight.parts[1].elements<uint16_t>()[0] = 10;
  EXPECT_EQ("stored_c7: part 'columns', row 0, entry 0: expected a column below 10, got 10", verify(weight));
  weight = fresh();
  weight.parts[1].elements<uint16_t>()[1] = 2;
  EXPECT_EQ("stored_c7: part 'columns', row 0, entry 1: expected a column above 2, got 2", verify(weight));
}

TEST(Verify, TermsOfASumAreNamed) {
  std::vector<StoredWeight> terms;
  terms.push_back(packed(kIndices));
  terms.push_back(packed(kMask));
  StoredWeight weight = sumOf(std::move(terms));
  EXPECT_EQ("", verify(weight));
  weight.parts.back().data[0] = 0;
  EXPECT_EQ("stored_c3: part '1.mask', row 0, block 0: expected 6 of the low 8 bits set, got mask 0x0", verify(weight));
}

} // namespace
