// Proves: a term embedded in another pattern decodes to the same values, bit for bit, from every storage and element,
// and is refused, with the place, where a block has too many.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "sdq/Core/EmbedNM.h"
#include "sdq/Core/Pack.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <random>

using namespace sdq;

namespace {

/// Random values of which at most n of every m are nonzero; by pairs where `pairwise`.
std::vector<float> sparse(Shape shape, int64_t n, int64_t m, bool pairwise) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> value(-3, 3);
  std::vector<float> values(shape.rows * shape.columns);
  int64_t unit = pairwise ? 2 : 1;
  for (int64_t r = 0; r < shape.rows; ++r)
    for (int64_t begin = 0; begin < shape.columns; begin += m) {
      std::vector<int64_t> units(m / unit);
      std::iota(units.begin(), units.end(), 0);
      std::shuffle(units.begin(), units.end(), random);
      for (int64_t i = 0; i < n; ++i)
        if (int64_t c = begin + units[i / unit] * unit + i % unit; c < shape.columns)
          values[r * shape.columns + c] = value(random);
    }
  return values;
}

NMFormat nm(int64_t n, int64_t m, bool pairwise, ElementKind element, ScaleKind scale = ScaleKind::E4M3) {
  return {n, m, pairwise, {element, 16, scale}};
}

void expectSameValues(NMFormat from, NMFormat to, std::vector<float> values, Shape shape) {
  StoredWeight stored = llvm::cantFail(pack(from, shape, values));
  llvm::Expected<StoredWeight> embedded = embed(from, shape, stored.views(), to);
  ASSERT_TRUE(bool(embedded)) << llvm::toString(embedded.takeError());
  EXPECT_EQ(embedded->decode(), stored.decode());
  EXPECT_EQ(embedded->format, Format(to));
}

TEST(EmbedNM, KeepsValues) {
  Shape shape{5, 43};
  using enum ElementKind;
  // Storage of the source: indices, mask, and, of 3:4 int4, the grid.
  expectSameValues(nm(1, 8, false, Int8), nm(2, 4, false, Int8), sparse(shape, 1, 8, false), shape);
  expectSameValues(nm(3, 8, false, Int4), nm(2, 4, false, Int4), sparse(shape, 1, 4, false), shape);
  expectSameValues(nm(3, 4, false, Int4), nm(2, 4, false, Int4), sparse(shape, 2, 4, false), shape);
  expectSameValues(nm(1, 8, false, Int3, ScaleKind::F16), nm(4, 8, true, Int4, ScaleKind::F16),
                   sparse(shape, 1, 8, false), shape);
  expectSameValues(nm(4, 8, true, E2M1), nm(4, 8, true, E2M1), sparse(shape, 4, 8, true), shape);
}

TEST(EmbedNM, TakesWhatIsLeftOfPairs) {
  Shape shape{4, 64};
  std::vector<float> values = sparse(shape, 4, 8, true);
  for (size_t begin = 0; begin < values.size(); begin += 8) // the largest of eight leaves
    *std::max_element(&values[begin], &values[begin] + 8, [](float a, float b) { return std::abs(a) < std::abs(b); }) =
        0;
  expectSameValues(nm(3, 8, false, ElementKind::Int4), nm(4, 8, true, ElementKind::Int4), values, shape);
}

TEST(EmbedNM, SaysWhereThereAreTooMany) {
  Shape shape{2, 8};
  std::vector<float> values(16);
  values[8] = values[10] = values[12] = 1;
  NMFormat from = nm(3, 8, false, ElementKind::Int4);
  StoredWeight stored = llvm::cantFail(pack(from, shape, values));
  auto embedded = embed(from, shape, stored.views(), nm(4, 8, true, ElementKind::Int4));
  ASSERT_FALSE(bool(embedded));
  EXPECT_EQ(llvm::toString(embedded.takeError()),
            "pack_c2: row 1, block 0 (columns 0 to 7): expected at most 2 nonzero pairs, got 3");
}

} // namespace
