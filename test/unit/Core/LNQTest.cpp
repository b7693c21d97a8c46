//===- LNQTest.cpp --------------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that LNQ never makes the output's error worse, ends where no single code can be improved, finds the best of all
// codes and tables on small problems nearly always and never claims less, and falls back on exact k-means where inputs
// are uncorrelated.

#include "sdq/Core/LNQ.h"

#include "sdq/Core/Codebook.h"

#include <Eigen/Dense>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

using namespace sdq;
using testing::HasSubstr;

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Floats = std::vector<float>;

struct Problem {
  LUTFormat format;
  int64_t rows, columns;
  Floats hessian, weights, tables;
  std::vector<uint8_t> exact, codes;

  LNQRows view() { return {weights, exact, tables, codes}; }
  LNQ solver() const { return llvm::cantFail(LNQ::prepare(hessian)); }

  /// (ŵ − w)ᵀ H (ŵ − w) of a row by its definition, in f64.
  double cost(int64_t row) const {
    Eigen::VectorXd error(columns);
    for (int64_t k = 0; k < columns; ++k) {
      int64_t place = row * columns + k;
      bool free = exact.empty() || !exact[place];
      error[k] = free ? double(tables[(row << format.bits) + codes[place]]) - weights[place] : 0.0;
    }
    Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>> h(hessian.data(), columns, columns);
    return error.dot(h.cast<double>() * error);
  }
};

class LNQTest : public testing::Test {
protected:
  std::mt19937 rng{11};
  double normal() { return std::normal_distribution<double>()(rng); }

  /// Correlated inputs, heavy-tailed weights, the exact codebook for the Hessian's diagonal.
  Problem problem(int64_t rows, int64_t columns, unsigned bits, bool withExact, bool diagonal = false) {
    Problem made{{bits, ElementKind::F16}, rows, columns, {}, {}, {}, {}, {}};
    Matrix inputs(3 * columns, columns), shared(3 * columns, 2), mix(2, columns);
    for (Matrix *matrix : {&inputs, &shared, &mix})
      for (double &value : matrix->reshaped())
        value = normal();
    inputs += 1.5 * shared * mix;
    Matrix h = inputs.transpose() * inputs / double(inputs.rows());
    for (int64_t i = 0; i < columns; ++i)
      for (int64_t j = 0; j < columns; ++j)
        made.hessian.push_back(diagonal && i != j ? 0.0f : float(h(i, j)));
    for (int64_t i = 0; i < rows * columns; ++i) {
      made.weights.push_back(float(0.02 * normal() * std::exp(0.5 * normal())));
      if (withExact)
        made.exact.push_back(rng() % 16 == 0);
    }
    KMeans kmeans;
    for (int64_t r = 0; r < rows; ++r) {
      Floats importance = made.solver().diagonal();
      for (int64_t k = 0; k < columns && withExact; ++k)
        if (made.exact[r * columns + k])
          importance[k] = 0;
      Codebook start =
          fitCodebook(made.format, llvm::ArrayRef(made.weights).slice(r * columns, columns), importance, kmeans);
      made.tables.insert(made.tables.end(), start.table.begin(), start.table.end());
      made.codes.insert(made.codes.end(), start.codes.begin(), start.codes.end());
    }
    return made;
  }
};

TEST_F(LNQTest, NeverEndsWorseAndMostlyMuchBetter) {
  for (auto [rows, columns, bits, withExact] :
       {std::tuple{40, 150, 2u, false}, {7, 130, 3u, true}, {33, 256, 4u, true}, {5, 64, 8u, false}, {1, 1, 2u, false}}) {
    SCOPED_TRACE(testing::Message() << rows << " x " << columns << ", " << bits << " bits");
    Problem p = problem(rows, columns, bits, withExact);
    std::vector<double> before;
    for (int64_t r = 0; r < rows; ++r)
      before.push_back(p.cost(r));
    std::vector<uint8_t> startingCodes = p.codes;
    p.solver().improve(p.format, p.view());
    double sumBefore = 0, sumAfter = 0;
    std::vector<double> reported = p.solver().objective(p.format, p.view());
    for (int64_t r = 0; r < rows; ++r) {
      EXPECT_LE(p.cost(r), before[r] * (1 + 1e-5) + 1e-12);
      EXPECT_NEAR(reported[r], p.cost(r), 1e-4 * before[r] + 1e-12);
      sumBefore += before[r];
      sumAfter += p.cost(r);
      auto table = llvm::ArrayRef(p.tables).slice(r << bits, size_t(1) << bits);
      EXPECT_TRUE(llvm::is_sorted(table));
    }
    if (columns > 100)
      EXPECT_LT(sumAfter, 0.6 * sumBefore);
    for (auto [code, limit] : llvm::zip(p.codes, startingCodes))
      EXPECT_LT(code, 1 << bits);
  }
}

TEST_F(LNQTest, EndsWhereNoSingleCodeCanBeImproved) {
  Problem p = problem(6, 48, 3, true);
  p.solver().improve(p.format, p.view(), {3, 100});
  for (int64_t r = 0; r < p.rows; ++r) {
    double here = p.cost(r);
    for (int64_t k = 0; k < p.columns; ++k) {
      uint8_t &code = p.codes[r * p.columns + k], own = code;
      for (code = 0; code < 8; ++code)
        EXPECT_GE(p.cost(r), here * (1 - 1e-5)) << "row " << r << ", column " << k << ", code " << int(code);
      code = own;
    }
  }
}

/// The least cost of a row of K ≤ 6 weights over all 4^K codes, each with its least-squares table.
double exhaustive(const Problem &p) {
  Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>> h(p.hessian.data(), p.columns, p.columns);
  Eigen::MatrixXd hessian = h.cast<double>();
  Eigen::VectorXd w = Eigen::Map<const Eigen::VectorXf>(p.weights.data(), p.columns).cast<double>();
  double best = INFINITY;
  for (int64_t assignment = 0; assignment < int64_t(1) << (2 * p.columns); ++assignment) {
    Eigen::MatrixXd codes = Eigen::MatrixXd::Zero(p.columns, 4);
    for (int64_t k = 0; k < p.columns; ++k)
      codes(k, (assignment >> (2 * k)) & 3) = 1;
    Eigen::VectorXd table = (codes.transpose() * hessian * codes)
                                .completeOrthogonalDecomposition()
                                .solve(codes.transpose() * hessian * w);
    Eigen::VectorXd error = codes * table - w;
    best = std::min(best, error.dot(hessian * error));
  }
  return best;
}

TEST_F(LNQTest, NearlyAlwaysFindsTheBestOfAll) {
  int found = 0;
  double excess = 0;
  constexpr int kCases = 30;
  for (int i = 0; i < kCases; ++i) {
    Problem p = problem(1, 6, 2, false);
    double optimum = exhaustive(p), start = p.cost(0);
    p.solver().improve(p.format, p.view(), {10, 10});
    // Tables in f16 cannot quite reach it.
    EXPECT_GE(p.cost(0), optimum * (1 - 1e-6) - 1e-12);
    found += p.cost(0) <= optimum * 1.02 + 1e-9;
    excess += (p.cost(0) - optimum) / std::max(start - optimum, 1e-12);
  }
  EXPECT_GE(found, kCases / 2);
  EXPECT_LT(excess / kCases, 0.5);
}

TEST_F(LNQTest, IsExactKMeansWhereInputsAreUncorrelated) {
  Problem p = problem(20, 96, 3, false, /*diagonal=*/true);
  std::vector<double> kmeans;
  for (int64_t r = 0; r < p.rows; ++r)
    kmeans.push_back(p.cost(r));
  p.solver().improve(p.format, p.view());
  for (int64_t r = 0; r < p.rows; ++r) {
    EXPECT_LE(p.cost(r), kmeans[r] * (1 + 1e-6));
    EXPECT_GE(p.cost(r), kmeans[r] * (1 - 1e-2)); // what the rounding of k-means' tables had cost
  }
}

TEST_F(LNQTest, RowsDoNotDependOnEachOther) {
  Problem together = problem(37, 140, 2, true), alone = together;
  LNQ solver = together.solver();
  solver.improve(together.format, together.view());
  for (int64_t r = 0; r < alone.rows; ++r)
    solver.improve(alone.format, {llvm::ArrayRef(alone.weights).slice(r * 140, 140),
                                  llvm::ArrayRef(alone.exact).slice(r * 140, 140),
                                  llvm::MutableArrayRef(alone.tables).slice(r * 4, 4),
                                  llvm::MutableArrayRef(alone.codes).slice(r * 140, 140)});
  EXPECT_EQ(together.tables, alone.tables);
  EXPECT_EQ(together.codes, alone.codes);
}

TEST_F(LNQTest, RefusesWhatIsNoHessian) {
  auto message = [](Floats hessian) {
    llvm::Expected<LNQ> made = LNQ::prepare(std::move(hessian));
    return made ? std::string() : llvm::toString(made.takeError());
  };
  EXPECT_THAT(message({1, 0, 0, -1}), HasSubstr("a diagonal that is not negative, found -1.000000 at 1 (lnq_c1)"));
  EXPECT_THAT(message({1, 0.5, -0.5, 1}), HasSubstr("a symmetric matrix"));
  EXPECT_EQ(message({1, 0, 0, 0}), "");
}

} // namespace
