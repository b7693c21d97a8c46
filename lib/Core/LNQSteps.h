//===- LNQSteps.h - The two steps of LNQ ------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CORE_LNQSTEPS_H
#define SDQ_LIB_CORE_LNQSTEPS_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <vector>

namespace sdq {

/// Rows of weights and what LNQ makes of them: R×K, tables R×entries.
struct LNQState {
  int64_t rows, columns, entries;
  llvm::ArrayRef<float> hessian;
  llvm::ArrayRef<float> weights;
  llvm::ArrayRef<uint8_t> exact; ///< or empty
  std::vector<float> tables;
  std::vector<uint8_t> codes;
  std::vector<float> gradient; ///< H(ŵ − w)

  bool isExact(int64_t place) const { return !exact.empty() && exact[place]; }
  /// ŵ − w at a place.
  float error(int64_t place) const {
    return isExact(place) ? 0.0f : tables[place / columns * entries + codes[place]] - weights[place];
  }
  /// Computes the gradient afresh.
  void refreshGradient();
  /// (ŵ − w)ᵀ H (ŵ − w) of a row, from the gradient.
  double objective(int64_t row) const;
};

/// Moves each table to the best one for its codes, less λ times the way; entries in order, codes with them. The gradient
/// is stale afterwards.
void refitTables(LNQState &state);

/// One cyclic sweep over the codes; the gradient follows. False where no code changed.
bool sweepCodes(LNQState &state);

} // namespace sdq

#endif // SDQ_LIB_CORE_LNQSTEPS_H
