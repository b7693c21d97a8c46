//===- QuantizeTermsTest.cpp ----------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that error feedback never raises the weighted squared error of a row, that what it decides can be stored, and
// that it finds the outliers that an exhaustive search finds.

#include "sdq/Core/QuantizeTerms.h"
#include "sdq/Core/Pack.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace sdq;

namespace {

class QuantizeTermsTest : public testing::Test {
protected:
  std::mt19937 rng{5};

  /// A row split by magnitude: of every eight values the largest go to the first term, the next to the second. A second
  /// term that is dense takes all the rest.
  std::vector<TermRow> splitRow(int64_t columns, int64_t outliers, int64_t inliers) {
    std::student_t_distribution<float> heavy(4);
    std::vector<TermRow> rows(2);
    for (TermRow &row : rows)
      row.values.resize(columns);
    for (int64_t begin = 0; begin < columns; begin += 8) {
      std::vector<std::pair<float, int64_t>> block;
      for (int64_t c = begin; c < std::min(begin + 8, columns); ++c)
        block.emplace_back(heavy(rng), c);
      std::sort(block.begin(), block.end(), [](auto a, auto b) { return std::fabs(a.first) > std::fabs(b.first); });
      for (size_t i = 0; i < block.size() && int64_t(i) < outliers + inliers; ++i)
        rows[int64_t(i) < outliers ? 0 : 1].values[block[i].second] = block[i].first;
    }
    return rows;
  }

  std::vector<float> randomImportance(int64_t columns, bool weighted) {
    std::lognormal_distribution<float> fisher(-10.0f, 2.0f);
    std::vector<float> importance(weighted ? columns : 0);
    for (float &weight : importance)
      weight = fisher(rng);
    return importance;
  }

  static std::vector<float> sumOfTerms(llvm::ArrayRef<TermRow> rows) {
    std::vector<float> sum(rows.front().values.size());
    for (const TermRow &row : rows)
      for (size_t c = 0; c < sum.size(); ++c)
        sum[c] += row.values[c];
    return sum;
  }

  /// Stores the terms and decodes their sum: the error of what a reader gets.
  static double storedError(llvm::ArrayRef<Format> formats, llvm::ArrayRef<TermRow> rows, llvm::ArrayRef<float> row,
                            llvm::ArrayRef<float> importance) {
    Shape shape{1, int64_t(row.size())};
    std::vector<StoredWeight> terms;
    for (auto [format, term] : llvm::zip_equal(formats, rows)) {
      if (auto *csr = std::get_if<CSRFormat>(&format.variant())) {
        std::vector<SparseEntry> entries;
        for (size_t c = 0; c < row.size(); ++c)
          if (term.values[c] != 0.0f)
            entries.push_back({0, int64_t(c), term.values[c]});
        terms.push_back(llvm::cantFail(pack(*csr, shape, entries)));
        continue;
      }
      terms.push_back(StoredWeight::allocate(format, shape));
      auto store = [&](const auto &leaf) {
        EXPECT_EQ("", llvm::toString(storeRow(leaf, shape, terms.back().parts, 0, term.values, &term.scales)));
      };
      if (auto *nm = std::get_if<NMFormat>(&format.variant()))
        store(*nm);
      else
        store(std::get<DenseFormat>(format.variant()));
    }
    std::vector<float> read = sumOf(std::move(terms)).decode();
    double error = 0;
    for (size_t c = 0; c < row.size(); ++c)
      error += (importance.empty() ? 1.0 : importance[c]) * std::pow(double(row[c]) - double(read[c]), 2);
    return error;
  }
};

double storedTerm(const Format &format, const TermRow &term, llvm::ArrayRef<float> row) {
  Shape shape{1, int64_t(row.size())};
  StoredWeight weight = StoredWeight::allocate(format, shape);
  auto store = [&](const auto &leaf) { return storeRow(leaf, shape, weight.parts, 0, term.values, &term.scales); };
  auto *nm = std::get_if<NMFormat>(&format.variant());
  EXPECT_EQ("", llvm::toString(nm ? store(*nm) : store(std::get<DenseFormat>(format.variant()))));
  std::vector<float> read = weight.decode();
  double error = 0;
  for (size_t c = 0; c < row.size(); ++c)
    error += std::pow(double(row[c]) - double(read[c]), 2);
  return error;
}

TEST_F(QuantizeTermsTest, NoRoundRaisesTheError) {
  const Encoding int8{ElementKind::Int8, 16, ScaleKind::E4M3}, fp4{ElementKind::E2M1, 16, ScaleKind::E4M3};
  const Encoding int4{ElementKind::Int4, 32, ScaleKind::U8}, int3{ElementKind::Int3, 32, ScaleKind::E8M0};
  struct Case {
    std::vector<Format> formats;
    int64_t outliers, inliers;
    double expected; // at most this share of the error is left, over all trials
  };
  const Case cases[] = {
      {{NMFormat{1, 8, false, int8}, NMFormat{6, 8, false, fp4}}, 1, 6, 0.93},
      {{NMFormat{2, 8, false, int4}, NMFormat{4, 8, false, int3}}, 2, 4, 0.8},
      {{NMFormat{1, 8, false, {ElementKind::F16}}, NMFormat{7, 8, false, fp4}}, 1, 7, 0.95},
      {{NMFormat{1, 8, false, int4}, DenseFormat{int3}}, 1, 7, 0.999},
      {{CSRFormat{ElementKind::BF16}, DenseFormat{fp4}}, 1, 7, 1.0},
  };
  for (const Case &each : cases)
    for (ScaleChoice choice : {ScaleChoice::Absmax, ScaleChoice::MeanSquaredError}) {
      double before = 0, after = 0;
      for (int trial = 0; trial < 20; ++trial) {
        int64_t columns = 90 + int64_t(rng() % 20);
        std::vector<TermRow> split = splitRow(columns, each.outliers, each.inliers);
        std::vector<float> row = sumOfTerms(split), importance = randomImportance(columns, trial % 2);
        double last = INFINITY;
        for (unsigned rounds : {0u, 1u, 2u, 5u}) {
          std::vector<TermRow> rows = split;
          TermQuantizer(each.formats, choice, rounds).quantizeRow(rows, importance);
          double error = storedError(each.formats, rows, row, importance);
          ASSERT_LE(error, last * (1 + 1e-9)) << rounds << " rounds";
          last = error;
          if (trial % 2 == 0)
            (rounds == 0 ? before : rounds == 5 ? after : error) += error;
        }
      }
      EXPECT_LE(after, before * each.expected);
    }
}

TEST_F(QuantizeTermsTest, EveryElementUnderEveryScale) {
  // What is left of normal values, relative, with vectors of up to 128: the widest of (vector, scale, pattern).
  const std::pair<ElementKind, double> elements[] = {
      {ElementKind::Int2, 0.85},  {ElementKind::Int3, 0.15},  {ElementKind::Int4, 0.035}, {ElementKind::Int8, 2e-4},
      {ElementKind::E2M1, 0.025}, {ElementKind::E4M3, 0.002}, {ElementKind::E5M2, 0.006}};
  std::normal_distribution<float> normal;
  for (auto [element, bound] : elements)
    for (ScaleKind scale : {ScaleKind::E4M3, ScaleKind::U8, ScaleKind::E8M0, ScaleKind::F16, ScaleKind::F32})
      for (int64_t vector : {16, 32, 64, 128}) {
        Encoding encoding{element, vector, scale};
        for (const Format &format :
             {Format(DenseFormat{encoding}), Format(NMFormat{2, 4, false, encoding}),
              Format(NMFormat{6, 8, false, encoding}), Format(NMFormat{1, 8, false, encoding})}) {
          double before = 0, absmax = 0, searched = 0;
          for (int trial = 0; trial < 8; ++trial) {
            std::vector<TermRow> rows(1);
            rows[0].values.resize(128);
            auto *nm = std::get_if<NMFormat>(&format.variant());
            for (int64_t c = 0; c < 128; ++c)
              rows[0].values[c] = !nm || c % nm->m < nm->n ? normal(rng) : 0.0f;
            std::vector<float> row = rows[0].values;
            for (float value : row)
              before += double(value) * value;
            TermQuantizer({format}, ScaleChoice::Absmax, 0).quantizeRow(rows, {});
            absmax += storedTerm(format, rows[0], row);
            TermQuantizer({format}, ScaleChoice::MeanSquaredError, 0).quantizeRow(rows, {});
            searched += storedTerm(format, rows[0], row);
          }
          EXPECT_LT(absmax, before * bound) << name(element).str() << " " << name(scale).str() << " " << vector;
          EXPECT_LE(searched, absmax) << name(element).str() << " " << name(scale).str() << " " << vector;
        }
      }
}

TEST_F(QuantizeTermsTest, ADenseTermMakesUpForARoundedOutlier) {
  // The outlier 100.3 is 100 in bf16's neighbourhood (spacing 0.5: 100.5); the dense term, scale 0.1, has room for
  // −0.2.
  std::vector<Format> formats = {CSRFormat{ElementKind::BF16}, DenseFormat{{ElementKind::Int4, 4, ScaleKind::F32}}};
  std::vector<TermRow> rows(2);
  rows[0].values = {100.3f, 0, 0, 0};
  rows[1].values = {0, 0.7f, -0.3f, 0.2f};
  std::vector<float> row = sumOfTerms(rows);
  std::vector<TermRow> without = rows;
  TermQuantizer(formats, ScaleChoice::Absmax, 0).quantizeRow(without, {});
  TermQuantizer(formats, ScaleChoice::Absmax, 1).quantizeRow(rows, {});
  EXPECT_NEAR(0.04, storedError(formats, without, row, {}), 1e-3);
  EXPECT_LT(storedError(formats, rows, row, {}), 1e-4);
}

TEST_F(QuantizeTermsTest, OutliersAreThoseOfLeastError) {
  // int2 inliers under the scale 1 hold 0 and ±1. The largest value is one they hold, 1.02; the outlier worth having is
  // 0.5, which they do not.
  std::vector<Format> formats = {NMFormat{1, 4, false, {ElementKind::Int8, 4, ScaleKind::F32}},
                                 NMFormat{3, 4, false, {ElementKind::Int2, 4, ScaleKind::F32}}};
  std::vector<TermRow> rows(2);
  rows[0].values = {1.02f, 0, 0, 0};
  rows[1].values = {0, 0.5f, -1.0f, 0.99f};
  std::vector<float> row = sumOfTerms(rows);
  TermQuantizer(formats, ScaleChoice::MeanSquaredError, 3).quantizeRow(rows, {});
  EXPECT_EQ(0.5f, rows[0].values[1]);
  EXPECT_LT(storedError(formats, rows, row, {}), 0.002);
}

} // namespace
