//===- ResidualTermsTest.cpp ----------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that terms are what an exhaustive search takes from what is left, that no term makes a value worse, and that
// the stored terms leave exactly the rest that was reported.

#include "sdq/Core/ResidualTerms.h"
#include "sdq/Core/Pack.h"
#include "sdq/Core/VectorQuantization.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace sdq;

namespace {

using Floats = std::vector<float>;

class ResidualTermsTest : public testing::Test {
protected:
  std::mt19937 rng{11};

  /// Heavy tails: the cube of a normal number.
  Floats values(size_t n) {
    std::normal_distribution<float> normal;
    Floats row(n);
    for (float &value : row)
      value = std::pow(normal(rng), 3.0f);
    return row;
  }
  Floats importance(size_t n) {
    std::lognormal_distribution<float> distribution(0.0f, 2.0f);
    Floats row(n);
    for (float &value : row)
      value = distribution(rng);
    return row;
  }
  Encoding encoding() {
    constexpr ElementKind elements[] = {ElementKind::Int2, ElementKind::Int4, ElementKind::Int8, ElementKind::E2M1,
                                        ElementKind::E4M3, ElementKind::E5M2, ElementKind::F16,  ElementKind::BF16};
    constexpr ScaleKind scales[] = {ScaleKind::E4M3, ScaleKind::U8, ScaleKind::E8M0, ScaleKind::F16, ScaleKind::F32};
    ElementKind element = elements[rng() % 8];
    return isQuantized(element) ? Encoding{element, int64_t(1 + rng() % 9), scales[rng() % 5]} : Encoding{element};
  }
  ScaleChoice choice() { return rng() % 2 ? ScaleChoice::Absmax : ScaleChoice::MeanSquaredError; }
  NMFormat format(bool pairwise) {
    int64_t unit = pairwise ? 2 : 1, m = unit * (1 + rng() % (8 / unit)), n = unit * (1 + rng() % (m / unit));
    return {n, m, pairwise, encoding()};
  }
};

/// Of all ways to take at most N of a block, the one that leaves the smallest Σ f·r²; block by block.
Floats bestTerm(const NMFormat &format, const Floats &importance, const Floats &rest) {
  Floats held(rest.size());
  int64_t columns = rest.size(), unit = format.unit();
  for (int64_t begin = 0; begin < columns; begin += format.m) {
    int64_t end = std::min(begin + format.m, columns), units = (end - begin + unit - 1) / unit;
    double least = INFINITY;
    uint32_t chosen = 0;
    for (uint32_t set = 0; set < (1u << units); ++set) {
      double left = 0;
      for (int64_t c = begin; c < end; ++c)
        if (!(set >> ((c - begin) / unit) & 1))
          left += double(importance[c]) * rest[c] * rest[c];
      if (__builtin_popcount(set) <= format.n / unit && left < least) {
        least = left;
        chosen = set;
      }
    }
    for (int64_t c = begin; c < end; ++c)
      if (chosen >> ((c - begin) / unit) & 1)
        held[c] = rest[c];
  }
  return held;
}

TEST_F(ResidualTermsTest, TakeWhatAnExhaustiveSearchTakes) {
  for (int trial = 0; trial < 400; ++trial) {
    std::vector<NMFormat> formats;
    for (size_t t = 0, count = 1 + rng() % 4; t < count; ++t)
      formats.push_back(format(trial % 2));
    Floats row = values(1 + rng() % 20), factors = importance(row.size()), rest = row, expected = row;
    std::vector<TermRow> held(formats.size());
    ScaleChoice scales = choice();
    decomposeRow(formats, scales, factors, rest, held);
    for (size_t t = 0; t < formats.size(); ++t) {
      Floats best = bestTerm(formats[t], factors, expected), read(row.size());
      EXPECT_EQ(best, held[t].values) << "trial " << trial << ", term " << t;
      RoundedScales chosen;
      if (isQuantized(formats[t].encoding.element))
        chosen = chooseScales(formats[t].encoding, scales, best, factors);
      EXPECT_EQ(chosen.codes, held[t].scales.codes);
      quantizeDequantize(formats[t].encoding, best, chosen.values, read);
      for (size_t c = 0; c < row.size(); ++c)
        expected[c] -= read[c];
    }
    EXPECT_EQ(expected, rest);
  }
}

TEST_F(ResidualTermsTest, NoTermMakesAnyValueWorse) {
  for (int trial = 0; trial < 400; ++trial) {
    NMFormat term = format(trial % 2);
    ScaleChoice scales = choice();
    std::vector<NMFormat> formats;
    Floats row = values(1 + rng() % 70), before = row;
    for (int count = 1; count <= 5; ++count) {
      formats.push_back(count % 2 ? term : format(trial % 2));
      Floats rest = row;
      std::vector<TermRow> held(formats.size());
      decomposeRow(formats, scales, {}, rest, held);
      // Products of codes and scales are rounded to f32: a tie between zero and one step may go either way.
      for (size_t c = 0; c < row.size(); ++c)
        ASSERT_LE(std::fabs(rest[c]), std::fabs(before[c]) * (1 + 1e-6f)) << "trial " << trial << ", term " << count;
      before = rest;
    }
  }
}

TEST_F(ResidualTermsTest, TheStoredTermsLeaveTheRest) {
  Shape shape{1, 53};
  for (int trial = 0; trial < 100; ++trial) {
    std::vector<NMFormat> formats{format(false), format(true), format(false)};
    Floats row = values(shape.columns), rest = row, expected = row;
    std::vector<TermRow> held(formats.size());
    decomposeRow(formats, choice(), importance(shape.columns), rest, held);
    for (size_t t = 0; t < formats.size(); ++t) {
      StoredWeight stored = StoredWeight::allocate(formats[t], shape);
      llvm::cantFail(storeRow(formats[t], shape, stored.parts, 0, held[t].values, &held[t].scales));
      Floats decoded = stored.decode();
      for (size_t c = 0; c < row.size(); ++c)
        expected[c] -= decoded[c];
    }
    EXPECT_EQ(expected, rest);
  }
}

TEST_F(ResidualTermsTest, FloatsThatCoverEverythingLeaveOneRounding) {
  Floats row = values(64), rest = row;
  std::vector<TermRow> held(2);
  decomposeRow({{1, 4, false, {ElementKind::F16}}, {4, 4, false, {ElementKind::F16}}}, ScaleChoice::Absmax, {}, rest,
               held);
  // Half a step of f16, which has 2^-24 between its smallest numbers.
  for (size_t c = 0; c < row.size(); ++c)
    EXPECT_LE(std::fabs(rest[c]), std::max(std::fabs(row[c]) * 0x1p-11f, 0x1p-25f));
}

} // namespace
