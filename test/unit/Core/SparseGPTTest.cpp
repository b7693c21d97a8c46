//===- SparseGPTTest.cpp --------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that SparseGPT does what the optimal brain surgeon does column by column (with an explicit inverse at every
// step), that its output error is below that of choosing without repair, and that the product it rests on is one.

#include "sdq/Core/SparseGPT.h"

#include "../../../lib/Core/MatrixProduct.h"

#include <Eigen/Dense>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

using namespace sdq;
using testing::HasSubstr;

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Floats = std::vector<float>;

Matrix toMatrix(const Floats &values, int64_t columns) {
  return Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>>(values.data(), values.size() / columns,
                                                                         columns)
      .cast<double>();
}
Floats toFloats(const Matrix &matrix) {
  Floats values(matrix.size());
  for (int64_t i = 0; i < matrix.size(); ++i)
    values[i] = float(matrix.data()[i]);
  return values;
}

class SparseGPTTest : public testing::Test {
protected:
  std::mt19937 rng{5};
  Matrix normal(int64_t rows, int64_t columns) {
    std::normal_distribution<double> distribution;
    Matrix values(rows, columns);
    for (double &value : values.reshaped())
      value = distribution(rng);
    return values;
  }
  /// Second moments of inputs that share directions and differ in size.
  Matrix correlated(int64_t columns) {
    Matrix inputs = normal(4 * columns, columns) + 2.0 * normal(4 * columns, 3) * normal(3, columns);
    for (int64_t k = 0; k < columns; ++k)
      inputs.col(k) *= std::exp(0.7 * normal(1, 1)(0, 0));
    return inputs.transpose() * inputs / double(inputs.rows());
  }
};

/// By the definition: before every column the inverse of the Hessian of the columns from there on.
Matrix bySurgery(Matrix weights, Matrix hessian, Pattern pattern, double damping) {
  int64_t n = hessian.cols(), unit = pattern.pairwise ? 2 : 1;
  hessian += damping * hessian.diagonal().mean() * Matrix::Identity(n, n);
  std::vector<Matrix> inverse;
  for (int64_t k = 0; k < n; ++k)
    inverse.push_back(hessian.bottomRightCorner(n - k, n - k).inverse());
  for (int64_t row = 0; row < weights.rows(); ++row) {
    auto w = weights.row(row);
    std::vector<bool> goes(n);
    for (int64_t k = 0; k < n; ++k) {
      if (k % pattern.m == 0) {
        int64_t end = std::min(k + pattern.m, n);
        std::vector<std::pair<double, int64_t>> units;
        for (int64_t u = k; u < end; u += unit) {
          double score = 0;
          for (int64_t j = u; j < std::min(u + unit, end); ++j)
            score += w[j] * w[j] / inverse[j](0, 0);
          units.push_back({score, u});
        }
        std::sort(units.begin(), units.end());
        for (int64_t i = 0; i + pattern.n / unit < int64_t(units.size()); ++i)
          for (int64_t j = units[i].second; j < std::min(units[i].second + unit, end); ++j)
            goes[j] = true;
      }
      if (!goes[k])
        continue;
      w.tail(n - k) -= (w[k] / inverse[k](0, 0) * inverse[k].row(0)).eval();
      w[k] = 0;
    }
  }
  return weights;
}

Matrix bySparseGPT(const Matrix &weights, const Matrix &hessian, Pattern pattern, double damping) {
  SparseGPT solver = llvm::cantFail(SparseGPT::prepare(toFloats(hessian), pattern, damping));
  Floats values = toFloats(weights);
  solver.prune(values);
  return toMatrix(values, weights.cols());
}

TEST_F(SparseGPTTest, IsTheSurgeonColumnByColumn) {
  struct Case {
    int64_t rows, columns;
    Pattern pattern;
  };
  // Ragged last blocks of M, more rows than lanes, several blocks of columns, odd last pairs.
  for (auto [rows, columns, pattern] :
       {Case{3, 8, {2, 4}}, Case{5, 11, {7, 8}}, Case{40, 33, {4, 8, true}}, Case{4, 45, {16, 32}},
        Case{3, 64, {6, 32, true}}, Case{2, 7, {1, 3}}, Case{1, 1, {1, 2}}, Case{3, 20, {0, 4}}, Case{3, 20, {4, 4}},
        Case{2, 150, {3, 7}}, Case{2, 260, {2, 4}}}) {
    SCOPED_TRACE(testing::Message() << rows << " x " << columns << ", " << pattern.n << ":" << pattern.m);
    Matrix weights = normal(rows, columns), hessian = correlated(columns);
    Matrix expected = bySurgery(weights, hessian, pattern, 0.01);
    Matrix found = bySparseGPT(weights, hessian, pattern, 0.01);
    EXPECT_LT((found - expected).cwiseAbs().maxCoeff(), 2e-4);
    EXPECT_TRUE(((found.array() == 0) == (expected.array() == 0)).all());
  }
}

TEST_F(SparseGPTTest, LeavesLessErrorThanChoosingAlone) {
  constexpr int64_t kRows = 24, kColumns = 192;
  Matrix weights = normal(kRows, kColumns), hessian = correlated(kColumns);
  auto error = [&](const Matrix &pruned) {
    Matrix difference = weights - pruned;
    return (difference * hessian * difference.transpose()).trace();
  };
  auto choosing = [&](Pattern pattern, bool byActivation) {
    Matrix pruned = weights;
    for (int64_t r = 0; r < kRows; ++r) {
      Floats row = toFloats(weights.row(r)), scores(kColumns);
      for (int64_t k = 0; k < kColumns; ++k)
        scores[k] = std::fabs(row[k]) * (byActivation ? float(std::sqrt(hessian(k, k))) : 1.0f);
      sparsify(pattern, scores, row);
      pruned.row(r) = toMatrix(row, kColumns);
    }
    return error(pruned);
  };
  for (Pattern pattern : {Pattern{2, 4}, Pattern{4, 8, true}, Pattern{16, 32}, Pattern{7, 8}}) {
    double repaired = error(bySparseGPT(weights, hessian, pattern, 0.01));
    double wanda = choosing(pattern, true), magnitude = choosing(pattern, false);
    EXPECT_LT(repaired, 0.7 * wanda) << pattern.n << ":" << pattern.m;
    EXPECT_LT(wanda, magnitude) << pattern.n << ":" << pattern.m;
  }
}

TEST_F(SparseGPTTest, IsWandaWhereInputsAreNotCorrelated) {
  Matrix weights = normal(9, 37), hessian = correlated(37).diagonal().asDiagonal();
  Matrix found = bySparseGPT(weights, hessian, {3, 8}, 0);
  for (int64_t r = 0; r < weights.rows(); ++r) {
    Floats row = toFloats(weights.row(r)), scores(row.size());
    for (size_t k = 0; k < row.size(); ++k)
      scores[k] = std::fabs(row[k]) * float(std::sqrt(hessian(k, k)));
    sparsify({3, 8}, scores, row);
    EXPECT_EQ(row, toFloats(found.row(r)));
  }
}

TEST_F(SparseGPTTest, InputsThatNeverCameGoFirstAndRepairNothing) {
  Matrix weights = normal(6, 16), hessian = correlated(16);
  for (int64_t dead : {2, 3, 9}) {
    hessian.row(dead).setZero();
    hessian.col(dead).setZero();
    weights.col(dead).setConstant(100);
  }
  Matrix found = bySparseGPT(weights, hessian, {2, 4}, 0.01), all = bySparseGPT(weights, hessian, {4, 4}, 0.01);
  for (int64_t dead : {2, 3, 9})
    EXPECT_TRUE((found.col(dead).array() == 0).all());
  // The other two of their block stay, as they are but for repairs; there is nothing to repair.
  EXPECT_LT((found.leftCols(2) - weights.leftCols(2)).cwiseAbs().maxCoeff(), 1e-6);
  EXPECT_LT((all - weights).cwiseAbs().maxCoeff(), 1e-5);
  // No input at all.
  Matrix none = bySparseGPT(weights, Matrix::Zero(16, 16), {2, 4}, 0.01);
  EXPECT_EQ(none.leftCols(2), toMatrix(toFloats(weights.leftCols(2)), 2));
}

TEST_F(SparseGPTTest, RowsMayBeTakenInAnyGroups) {
  Matrix weights = normal(71, 300);
  SparseGPT solver = llvm::cantFail(SparseGPT::prepare(toFloats(correlated(300)), {6, 8}));
  Floats whole = toFloats(weights), pieces = whole;
  solver.prune(whole);
  for (int64_t row = 0, step = 1; row < 71; row += step, step += 3) {
    int64_t end = std::min<int64_t>(row + step, 71);
    solver.prune(llvm::MutableArrayRef(pieces).slice(row * 300, (end - row) * 300));
  }
  EXPECT_EQ(whole, pieces);
}

TEST_F(SparseGPTTest, RefusesWhatIsNoHessian) {
  auto error = [](Floats hessian, double damping = 0.01) {
    auto solver = SparseGPT::prepare(hessian, {2, 4}, damping);
    return solver ? "accepted" : llvm::toString(solver.takeError());
  };
  EXPECT_THAT(error({1, 2, 0, 4}), HasSubstr("expected a symmetric matrix, found 0.000000 at row 1, column 0 and "
                                             "2.000000 across the diagonal (sparsegpt_c1)"));
  EXPECT_THAT(error({1, 0, 0, -4}),
              HasSubstr("expected a diagonal that is not negative, found -4.000000 at 1 (sparsegpt_c1)"));
  EXPECT_THAT(error({1, 1, 1, 1}, 0), HasSubstr("found a singular one in columns 0 to 1 (sparsegpt_c2)"));
  EXPECT_THAT(error({1, 2, 2, 1}), HasSubstr("sparsegpt_c2"));
  EXPECT_EQ("accepted", error({1, 1, 1, 1}));
}

TEST_F(SparseGPTTest, AProductIsAProductInEveryVariant) {
  for (auto *product : subtractProductVariants())
    for (auto [rows, inner, columns] :
         {std::array<int64_t, 3>{1, 1, 1}, {7, 3, 5}, {8, 256, 32}, {17, 300, 33}, {300, 40, 70}, {6, 0, 9}}) {
      Floats a = toFloats(normal(rows, inner)), b = toFloats(normal(inner, columns)),
             start = toFloats(normal(rows, columns));
      Matrix expected = toMatrix(start, columns);
      if (inner)
        expected -= toMatrix(a, inner) * toMatrix(b, columns);
      Floats transposed = inner ? toFloats(toMatrix(b, columns).transpose()) : b;
      Floats plain = start, turned = start;
      product(rows, inner, columns, {a.data(), inner}, {b.data(), columns}, plain.data(), columns);
      product(rows, inner, columns, {a.data(), inner}, {transposed.data(), 1, inner}, turned.data(), columns);
      EXPECT_LT((toMatrix(plain, columns) - expected).cwiseAbs().maxCoeff(), 1e-4);
      EXPECT_EQ(plain, turned);
    }
}

} // namespace
