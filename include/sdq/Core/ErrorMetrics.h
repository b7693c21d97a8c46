//===- ErrorMetrics.h - How far a decoded weight is off ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_ERRORMETRICS_H
#define SDQ_CORE_ERRORMETRICS_H

#include "llvm/ADT/ArrayRef.h"

namespace sdq {

/// Sums over the elements of W and its approximation Ŵ, in f64. One row at a time; add the rows' sums up in order of
/// rows, so that the result does not depend on who computed them.
struct ErrorMetrics {
  double squaredError = 0;  ///< Σ (w − ŵ)²
  double squaredNorm = 0;   ///< Σ w²
  double weightedError = 0; ///< Σ F·(w − ŵ)², F = 1 where no Fisher is given
  double weightedNorm = 0;  ///< Σ F·w²
  double maxError = 0;      ///< max |w − ŵ|

  /// `fisher` is empty or as long as the row.
  static ErrorMetrics ofRow(llvm::ArrayRef<float> row, llvm::ArrayRef<float> decoded,
                            llvm::ArrayRef<float> fisher = {});
  ErrorMetrics &operator+=(const ErrorMetrics &other);

  /// ‖W − Ŵ‖ / ‖W‖ (Frobenius); the absolute error where W is all zeros.
  double relativeError() const;
  /// √(Σ F·(w − ŵ)² / Σ F·w²).
  double relativeWeightedError() const;
};

} // namespace sdq

#endif // SDQ_CORE_ERRORMETRICS_H
