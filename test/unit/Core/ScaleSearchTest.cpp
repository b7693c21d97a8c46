//===- ScaleSearchTest.cpp ------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that the search for scales never leaves a larger error than absmax, that it finds what trying every stored
// scale finds, and that it heeds the weights.

#include "sdq/Core/Codec.h"
#include "sdq/Core/VectorQuantization.h"

#include "llvm/Support/MathExtras.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace sdq;

namespace {

constexpr ElementKind kElements[] = {ElementKind::Int2, ElementKind::Int3, ElementKind::Int4, ElementKind::Int8,
                                     ElementKind::E2M1, ElementKind::E4M3, ElementKind::E5M2};
constexpr ScaleKind kScales[] = {ScaleKind::E4M3, ScaleKind::U8, ScaleKind::E8M0, ScaleKind::F16, ScaleKind::F32};

/// Σ importance · (w − ŵ)² of the columns from `begin` on, by the library's own codes and decoder.
double errorUnder(const Encoding &encoding, llvm::ArrayRef<float> row, llvm::ArrayRef<float> scales,
                  llvm::ArrayRef<float> importance) {
  std::vector<uint8_t> codes(row.size());
  quantize(encoding, row, scales, codes);
  double sum = 0;
  for (size_t c = 0; c < row.size(); ++c) {
    float read = decode(encoding.element, codes[c]) * scales[c / encoding.vector];
    sum += (importance.empty() ? 1.0 : importance[c]) * std::pow(double(row[c]) - double(read), 2);
  }
  return sum;
}

class ScaleSearchTest : public testing::Test {
protected:
  std::mt19937 rng{3};

  /// Normal, heavy-tailed, sparse, or tiny.
  std::vector<float> randomRow(int64_t columns, int kind) {
    std::normal_distribution<float> normal;
    std::student_t_distribution<float> heavy(3);
    std::vector<float> row(columns);
    for (float &value : row)
      value = kind == 0   ? normal(rng)
              : kind == 1 ? heavy(rng)
              : kind == 2 ? (rng() % 4 ? 0.0f : normal(rng))
                          : normal(rng) * 1e-6f;
    return row;
  }

  std::vector<float> randomImportance(int64_t columns, int kind) {
    if (kind == 0)
      return {};
    std::vector<float> importance(columns);
    for (float &weight : importance)
      weight = kind == 1 ? std::exp(std::normal_distribution<float>(0, 2)(rng)) * 1e-9f : float(rng() % 3);
    return importance;
  }
};

TEST_F(ScaleSearchTest, NeverLeavesMoreThanAbsmax) {
  int trials = 0, better = 0;
  for (ElementKind element : kElements)
    for (ScaleKind scale : kScales)
      for (int64_t vector : {1, 7, 16, 32, 200})
        for (int trial = 0; trial < 12; ++trial) {
          Encoding encoding{element, vector, scale};
          int64_t columns = 1 + int64_t(rng() % 150);
          std::vector<float> row = randomRow(columns, trial % 4), importance = randomImportance(columns, trial % 3);
          RoundedScales absmax = roundScales(encoding, absmaxScales(encoding, row));
          RoundedScales found = chooseScales(encoding, ScaleChoice::MeanSquaredError, row, importance);
          ASSERT_EQ(absmax.rowScale, found.rowScale);
          double before = errorUnder(encoding, row, absmax.values, importance);
          double after = errorUnder(encoding, row, found.values, importance);
          ASSERT_LE(after, before) << name(element).str() << " " << name(scale).str() << " vector " << vector;
          ++trials;
          better += after < before;
        }
  EXPECT_GT(better, trials / 2);
}

/// The least error of each vector over every scale that the format holds, all of them added.
double exhaustive(const Encoding &encoding, llvm::ArrayRef<float> row, llvm::ArrayRef<float> importance,
                  float rowScale) {
  double sum = 0;
  for (size_t begin = 0; begin < row.size(); begin += encoding.vector) {
    llvm::ArrayRef<float> values = row.drop_front(begin).take_front(encoding.vector);
    llvm::ArrayRef<float> weights =
        importance.empty() ? importance : importance.drop_front(begin).take_front(encoding.vector);
    double best = INFINITY;
    for (uint32_t code = 1; code < (encoding.scale == ScaleKind::E4M3 ? 127u
                                    : encoding.scale == ScaleKind::U8 ? 256u
                                                                      : 255u);
         ++code) {
      float scale = encoding.scale == ScaleKind::E4M3 ? decode(ElementKind::E4M3, code) * rowScale
                    : encoding.scale == ScaleKind::U8 ? float(code) * rowScale
                                                      : std::ldexp(1.0f, int(code) - 127);
      best = std::min(best, errorUnder(encoding, values, scale, weights));
    }
    sum += best;
  }
  return sum;
}

TEST_F(ScaleSearchTest, FindsWhatTryingEveryScaleFinds) {
  for (ElementKind element : kElements)
    for (ScaleKind scale : {ScaleKind::E4M3, ScaleKind::U8, ScaleKind::E8M0})
      for (int64_t vector : {16, 128}) {
        Encoding encoding{element, vector, scale};
        double found = 0, best = 0;
        for (int trial = 0; trial < 6; ++trial) {
          std::vector<float> row = randomRow(256, trial % 2), importance = randomImportance(256, trial % 3);
          RoundedScales scales = chooseScales(encoding, ScaleChoice::MeanSquaredError, row, importance);
          double total = errorUnder(encoding, row, scales.values, importance);
          double least = exhaustive(encoding, row, importance, scales.rowScale);
          ASSERT_GE(total, least * (1 - 1e-12));
          // Weights of 1e-9 and of 1 count alike.
          found += total / least;
          best += 1;
        }
        // Of the 255 codes of u8 it looks at a few, and which of them suits eight bits best is a matter of luck.
        bool fewOfMany = scale == ScaleKind::U8 && bitWidth(element) == 8;
        EXPECT_LT(found, best * (fewOfMany ? 1.35 : 1.02))
            << name(element).str() << " " << name(scale).str() << " vector " << vector;
      }
}

TEST_F(ScaleSearchTest, TheWeightiestValueIsTheNearest) {
  // Of 15 ones and a 10 under int2 one kind is lost: the scale follows the weights.
  std::vector<float> row(16, 1.0f), ones(16, 1.0f), onTheOnes(16, 1.0f);
  row[5] = 10.0f;
  onTheOnes[5] = 1e-4f;
  Encoding encoding{ElementKind::Int2, 16, ScaleKind::F32};
  EXPECT_NEAR(10.0, chooseScales(encoding, ScaleChoice::MeanSquaredError, row, ones).values[0], 0.1);
  EXPECT_NEAR(1.0, chooseScales(encoding, ScaleChoice::MeanSquaredError, row, onTheOnes).values[0], 0.01);
}

TEST_F(ScaleSearchTest, NothingToChoose) {
  Encoding encoding{ElementKind::Int4, 4, ScaleKind::E4M3};
  EXPECT_EQ(roundScales(encoding, {0.0f, 0.0f}).codes,
            chooseScales(encoding, ScaleChoice::MeanSquaredError, std::vector<float>(8)).codes);
  EXPECT_TRUE(chooseScales(encoding, ScaleChoice::MeanSquaredError, {}).codes.empty());
  // Where nothing counts, absmax's scale stays.
  std::vector<float> row = {1, 2, 3, 4, 5, 6, 7, 8}, nothing(8);
  EXPECT_EQ(roundScales(encoding, absmaxScales(encoding, row)).codes,
            chooseScales(encoding, ScaleChoice::MeanSquaredError, row, nothing).codes);
  EXPECT_EQ(roundScales(encoding, absmaxScales(encoding, row)).codes,
            chooseScales(encoding, ScaleChoice::Absmax, row, {}).codes);
}

} // namespace
