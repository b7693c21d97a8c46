//===- FormatTest.cpp -----------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves what formats store: their parts, nested names, and the storage an N:M pattern chooses.

#include "sdq/Core/Format.h"

#include <gtest/gtest.h>

using namespace sdq;

namespace {

const Encoding kInt8{ElementKind::Int8, 16, ScaleKind::E4M3};
const Encoding kFP4{ElementKind::E2M1, 16, ScaleKind::E4M3};
const Encoding kF16{ElementKind::F16};

TEST(Format, SmallestStorageWinsAndTiesGoToTheEarlier) {
  // 6:8 of 4 bits: grid 32 = values + mask 32 < indices 42: a tie, kept dense.
  EXPECT_EQ(NMStorage::Grid, (NMFormat{6, 8, false, kFP4}).storage());
  // 1:8 of 8 bits: grid 64, mask 16, indices 11.
  EXPECT_EQ(NMStorage::Indices, (NMFormat{1, 8, false, kInt8}).storage());
  // 7:8 of 16 bits: grid 128, mask 120, indices 133.
  EXPECT_EQ(NMStorage::Mask, (NMFormat{7, 8, false, kF16}).storage());
  // 2:4 of 4 bits: grid 16, mask 16, indices 12.
  EXPECT_EQ(NMStorage::Indices, (NMFormat{2, 4, false, kFP4}).storage());
  // Pairwise 4:8 of 4 bits: grid 32, mask 24, indices 20.
  EXPECT_EQ(NMStorage::Indices, (NMFormat{4, 8, true, kFP4}).storage());
  // 8:32 of 16 bits: grid 512, mask 160, indices 168.
  EXPECT_EQ(NMStorage::Mask, (NMFormat{8, 32, false, kF16}).storage());
}

TEST(Format, WidthsOfMetadata) {
  EXPECT_EQ(8u, (NMFormat{1, 8, false, kF16}).maskBits());
  EXPECT_EQ(16u, (NMFormat{1, 9, false, kF16}).maskBits());
  EXPECT_EQ(8u, (NMFormat{2, 16, true, kF16}).maskBits());
  EXPECT_EQ(32u, (NMFormat{1, 32, false, kF16}).maskBits());
  EXPECT_EQ(1u, (NMFormat{1, 1, false, kF16}).indexBits());
  EXPECT_EQ(1u, (NMFormat{1, 2, false, kF16}).indexBits());
  EXPECT_EQ(2u, (NMFormat{1, 3, false, kF16}).indexBits());
  EXPECT_EQ(3u, (NMFormat{1, 8, false, kF16}).indexBits());
  EXPECT_EQ(5u, (NMFormat{1, 32, false, kF16}).indexBits());
}

TEST(Format, PartsOfTheSDQSum) {
  SumFormat sum{{NMFormat{1, 8, false, kInt8}, NMFormat{6, 8, false, kFP4}}};
  std::vector<PartSpec> expected = {
      {"0.values", PartKind::Values, StorageType::I8, {3, 5}},
      {"0.scales", PartKind::Scales, StorageType::I8, {3, 3}},
      {"0.row_scale", PartKind::Scales, StorageType::F32, {3}},
      {"0.indices", PartKind::Metadata, StorageType::I8, {3, 2}}, // 5 blocks · 3 bits
      {"1.values", PartKind::Values, StorageType::I8, {3, 19}},   // 37 columns · 4 bits
      {"1.scales", PartKind::Scales, StorageType::I8, {3, 3}},
      {"1.row_scale", PartKind::Scales, StorageType::F32, {3}},
  };
  EXPECT_EQ(expected, partsOf(sum, {3, 37}));
}

TEST(Format, PartsOfSparseAndCodebookNest) {
  SumFormat inner{{CSRFormat{ElementKind::F16}, LUTFormat{3, ElementKind::BF16}}};
  SumFormat outer{{inner, DenseFormat{kF16, true}}};
  std::vector<PartSpec> expected = {
      {"0.0.row_offsets", PartKind::Metadata, StorageType::I32, {5}},
      {"0.0.columns", PartKind::Metadata, StorageType::I16, {kDynamicExtent}}, // the last column is 65535
      {"0.0.values", PartKind::Values, StorageType::F16, {kDynamicExtent}},
      {"0.1.codes", PartKind::Values, StorageType::I8, {4, 24576}},
      {"0.1.tables", PartKind::Tables, StorageType::I16, {4, 8}},
      {"1.values", PartKind::Values, StorageType::F16, {65536, 4}},
  };
  EXPECT_EQ(expected, partsOf(outer, {4, 65536}));
  EXPECT_EQ(StorageType::I32, partsOf(CSRFormat{}, {1, 65537})[1].type);
}

} // namespace
