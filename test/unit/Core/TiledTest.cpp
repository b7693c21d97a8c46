//===- TiledTest.cpp ------------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that tiled codes lie where the order says, read back as the codebook's, and are zeros where they fill up.

#include "sdq/Core/Tiled.h"
#include "sdq/Core/BufferBackend.h"
#include "sdq/Core/Pack.h"

#include <gtest/gtest.h>

#include <random>

using namespace sdq;

namespace {

const TileDigit kRow2{true, 2, 1};
TileDigit columns(int64_t extent, int64_t stride = 1) { return {false, extent, stride}; }

StoredWeight randomCodebook(unsigned bits, Shape shape) {
  std::mt19937 random(7);
  std::vector<uint8_t> codes(shape.rows * shape.columns);
  for (uint8_t &code : codes)
    code = random() % (1u << bits);
  std::vector<float> tables(shape.rows << bits);
  for (float &value : tables)
    value = float(random() % 1000);
  return llvm::cantFail(pack(LUTFormat{bits, ElementKind::F32}, shape, codes, tables));
}

std::vector<PartView> viewsOf(const std::vector<Part> &parts) {
  std::vector<PartView> views;
  for (const Part &part : parts)
    views.push_back(part.view());
  return views;
}

TEST(Tiled, CodesLieWhereTheOrderSays) {
  // Row 0: 0 1 2 3, row 1: 4 5 6 7, by pairs of columns: 0 1 4 5 2 3 6 7, four bits each.
  std::vector<uint8_t> codes = {0, 1, 2, 3, 4, 5, 6, 7};
  StoredWeight weight =
      llvm::cantFail(pack(LUTFormat{4, ElementKind::F32}, {2, 4}, codes, std::vector<float>(32, 1.0f)));
  TiledFormat format{LUTFormat{4, ElementKind::F32}, {{4, {columns(2), kRow2, columns(2, 2)}}}};
  std::vector<Part> parts = tile(format, {2, 4}, weight.views());
  EXPECT_EQ(llvm::ArrayRef<uint8_t>({0x10, 0x54, 0x32, 0x76}), parts[0].elements<uint8_t>());
}

/// That tiles of the weight verify and hold each of its elements.
static void expectReadsBack(const TiledFormat &format, Shape shape, const StoredWeight &weight) {
  EXPECT_EQ("", llvm::toString(verifyTiles(format)));
  std::vector<Part> parts = tile(format, shape, weight.views());
  std::vector<PartView> views = viewsOf(parts);
  EXPECT_EQ("", llvm::toString(verifyStored(format, shape, views)));
  std::vector<float> expected = weight.decode();
  BufferBackend b;
  std::vector<BufferPart> handles(views.begin(), views.end());
  for (int64_t row = 0; row < shape.rows; ++row)
    for (int64_t column = 0; column < shape.columns; ++column)
      ASSERT_EQ(expected[row * shape.columns + column],
                elementAt(b, format, shape, llvm::ArrayRef(handles), row, column))
          << row << ", " << column;
}

TEST(Tiled, EveryWidthReadsBackAsTheCodebook) {
  for (unsigned bits : {2u, 3u, 4u})
    for (Shape shape : {Shape{1, 1}, Shape{33, 130}, Shape{64, 256}, Shape{31, 127}}) {
      StoredWeight weight = randomCodebook(bits, shape);
      SCOPED_TRACE(std::to_string(bits) + " bits");
      expectReadsBack(*warpTiles(LUTFormat{bits, ElementKind::F32}), shape, weight);
    }
}

TEST(Tiled, OtherWidthsHaveNoOrderForWarps) {
  EXPECT_FALSE(warpTiles(LUTFormat{5, ElementKind::F16}));
  EXPECT_FALSE(warpTiles(LUTFormat{8, ElementKind::F16}));
  EXPECT_FALSE(warpTiles(DenseFormat{{ElementKind::F16}}));
}

TEST(Tiled, EveryElementReadsBackAsTheDenseFormat) {
  std::mt19937 random(7);
  for (auto [element, scale] : {std::pair(ElementKind::Int2, ScaleKind::F16),
                                {ElementKind::Int3, ScaleKind::E4M3},
                                {ElementKind::Int4, ScaleKind::F16},
                                {ElementKind::Int8, ScaleKind::F32},
                                {ElementKind::E2M1, ScaleKind::E8M0},
                                {ElementKind::E4M3, ScaleKind::U8}})
    for (Shape shape : {Shape{1, 1}, Shape{33, 130}}) {
      DenseFormat dense{{element, 24, scale}};
      std::vector<float> values(shape.rows * shape.columns);
      for (float &value : values)
        value = float(random() % 1000) / 100 - 5;
      StoredWeight weight = llvm::cantFail(pack(dense, shape, values));
      SCOPED_TRACE(name(element).str());
      expectReadsBack(*warpTiles(dense), shape, weight);
    }
}

TEST(Tiled, PairsOfDenseCodesAreSixteenBitsApart) {
  // Codes 1 2 … 7, -7 of a word: even columns in the low half, odd ones in the high half.
  std::vector<float> values = {1, 2, 3, 4, 5, 6, 7, -7};
  DenseFormat dense{{ElementKind::Int4, 8, ScaleKind::F32}};
  StoredWeight weight = llvm::cantFail(pack(dense, {1, 8}, values));
  ASSERT_EQ(values, weight.decode());
  std::vector<Part> parts = tile(*warpTiles(dense), {1, 8}, weight.views());
  EXPECT_EQ(llvm::ArrayRef<uint8_t>({0x31, 0x75, 0x42, 0x96}), parts[0].elements<uint8_t>().take_front(4));
}

TEST(Tiled, CodesAndScalesAreFinite) {
  DenseFormat dense{{ElementKind::E4M3, 8, ScaleKind::F16}};
  StoredWeight weight = llvm::cantFail(pack(dense, {2, 8}, std::vector<float>(16, 1.0f)));
  TiledFormat format = *warpTiles(dense);
  std::vector<Part> parts = tile(format, {2, 8}, weight.views());
  parts[0].elements<uint8_t>()[16] = 0x7F; // the second lane's first code: row 1, column 0
  EXPECT_EQ("stored_c2: part 'codes', element 8: expected a finite value, got nan",
            llvm::toString(verifyStored(format, {2, 8}, viewsOf(parts))));
  parts[0].elements<uint8_t>()[16] = 0;
  parts[1].elements<uint16_t>()[1] = 0x7C00;
  EXPECT_EQ("stored_c2: part 'scales', element 1: expected a finite value >= 0, got INF",
            llvm::toString(verifyStored(format, {2, 8}, viewsOf(parts))));
}

TEST(Tiled, WhatFillsUpIsZero) {
  StoredWeight weight = randomCodebook(4, {1, 3});
  TiledFormat format{LUTFormat{4, ElementKind::F32}, {{4, {columns(4), kRow2}}}};
  std::vector<Part> parts = tile(format, {1, 3}, weight.views());
  parts[0].elements<uint8_t>()[1] |= 0x50; // row 0, column 3
  EXPECT_EQ("stored_c8: part 'codes', row 0, column 3 lie outside of 1x3: expected 0, got 0x5",
            llvm::toString(verifyStored(format, {1, 3}, viewsOf(parts))));
  parts[0].elements<uint8_t>()[1] &= 0x0F;
  parts[0].elements<uint8_t>()[2] = 0x02; // row 1, column 0
  EXPECT_EQ("stored_c8: part 'codes', row 1, column 0 lie outside of 1x3: expected 0, got 0x2",
            llvm::toString(verifyStored(format, {1, 3}, viewsOf(parts))));
}

TEST(Tiled, PlanesHavePartsOfTheirOwn) {
  std::vector<PartSpec> expected = {{"codes0", PartKind::Values, StorageType::I8, {2, 2048}},
                                    {"codes1", PartKind::Values, StorageType::I8, {2, 1024}},
                                    {"tables", PartKind::Tables, StorageType::F16, {33, 8}}};
  EXPECT_EQ(expected, partsOf(*warpTiles(LUTFormat{3, ElementKind::F16}), {33, 130}));
}

} // namespace
