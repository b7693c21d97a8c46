//===- ErrorMetrics.cpp - How far a decoded weight is off -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/ErrorMetrics.h"

#include <algorithm>
#include <cassert>
#include <cmath>

using namespace sdq;

ErrorMetrics ErrorMetrics::ofRow(llvm::ArrayRef<float> row, llvm::ArrayRef<float> decoded,
                                 llvm::ArrayRef<float> fisher) {
  assert(decoded.size() == row.size() && (fisher.empty() || fisher.size() == row.size()));
  ErrorMetrics sums;
  for (size_t c = 0; c < row.size(); ++c) {
    double w = row[c], error = w - double(decoded[c]), f = fisher.empty() ? 1.0 : double(fisher[c]);
    sums.squaredError += error * error;
    sums.squaredNorm += w * w;
    sums.weightedError += f * error * error;
    sums.weightedNorm += f * w * w;
    sums.maxError = std::max(sums.maxError, std::fabs(error));
  }
  return sums;
}

ErrorMetrics &ErrorMetrics::operator+=(const ErrorMetrics &other) {
  squaredError += other.squaredError;
  squaredNorm += other.squaredNorm;
  weightedError += other.weightedError;
  weightedNorm += other.weightedNorm;
  maxError = std::max(maxError, other.maxError);
  return *this;
}

static double ratio(double error, double norm) { return std::sqrt(norm > 0 ? error / norm : error); }

double ErrorMetrics::relativeError() const { return ratio(squaredError, squaredNorm); }
double ErrorMetrics::relativeWeightedError() const { return ratio(weightedError, weightedNorm); }
