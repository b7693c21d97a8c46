//===- GlobalOutliers.h - The few values kept exactly -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Unstructured extraction over a whole matrix (SqueezeLLM, arXiv 2306.07629 §4.2):
//
//   sensitive  the values with the largest Fisher information leave first;
//   outliers   of the rest, those with |w| ≥ T, T = max(|q1 − r·IQR|, |q3 + r·IQR|) with q1, q3 the matrix' quartiles
//              and r such that a given share leaves.
//
// T grows with r, so whatever search finds r ends at the k-th largest magnitude of the rest; that is what is computed,
// by two counting passes. Many values of an f16 matrix may equal T: as many of them leave, in row-major order, as the
// share asks for. Shares are of all elements and rounded to the nearest count.
//
// A matrix and its Fisher information as f32 would take four times the memory of the matrix in f16, so both are read
// by rows, three times each; what is kept is a bit an element.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_GLOBALOUTLIERS_H
#define SDQ_CORE_GLOBALOUTLIERS_H

#include "sdq/Core/Format.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/LogicalResult.h"

#include <cstdint>
#include <vector>

namespace sdq {

struct GlobalOutliers {
  std::vector<int64_t> places; ///< r·C + c, ascending
  int64_t sensitive = 0;       ///< how many left by Fisher information
  int64_t outliers = 0;        ///< how many left by magnitude
  float threshold = 0.0f;      ///< T; 0 if none left by magnitude
};

/// Reads a row of C finite values; who reads reports its failures.
using ReadRow = llvm::function_ref<llvm::LogicalResult(int64_t row, llvm::MutableArrayRef<float> out)>;

/// `fisher` is not negative; it may be null if sensitivePercent is 0. Percents are within [0, 100]; together they take
/// at most everything. Fails where a row cannot be read.
llvm::FailureOr<GlobalOutliers> findGlobalOutliers(Shape shape, ReadRow weights, ReadRow fisher,
                                                   double sensitivePercent, double outlierPercent);

/// The r that belongs to the threshold T of `weights`: the paper's knob, for reports. Quartiles interpolate linearly;
/// equal ones leave no r, which is then infinite.
double interquartileMultiple(llvm::ArrayRef<float> weights, float threshold);

} // namespace sdq

#endif // SDQ_CORE_GLOBALOUTLIERS_H
