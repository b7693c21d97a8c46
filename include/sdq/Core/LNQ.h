//===- LNQ.h - Codebooks for the output, not for the weight -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Layer-wise non-uniform quantization (GuidedQuant, arXiv 2505.07004 §4). A row w of K weights becomes ŵ_i = c[code_i]
// with a table c of 2^bits values, and what counts is the error of the layer's output, correlations of its inputs
// included:
//
//   minimise  (ŵ − w)ᵀ H (ŵ − w),      H = E[s·x xᵀ],
//
// s = 1 for the plain error, or the mean squared gradient of a group of outputs, which makes it the error of the loss.
// Two steps alternate, neither of which can make it worse:
//
//   table   with P the K×2^bits matrix of codes (P[i,c] = 1 where code_i = c) the best table is a least-squares
//           solution:  c ← c − (PᵀHP + λI)⁻¹ Pᵀ·g,  g = H(ŵ − w). The small λ leaves entries that no code uses alone.
//   codes   cyclic coordinate descent: with all others held, the best ŵ_i is the entry nearest to ŵ_i − g_i/H_ii.
//
// Codes are handled in blocks of columns. Within a block g is kept up to date for its own columns; a finished block
// updates all columns of all rows by one product of matrices. That is the cyclic order exactly, at 2·K² flops a row and
// sweep that run as fast as products do; a table step costs K² additions for PᵀHP, and K² more flops twice for g.
//
// Tables are rounded to their format after the table step, which may cost something, so every row keeps the best
// iterate it has seen, the one it started with included.
//
// **Constraints**
// - (lnq_c1) H is symmetric, its diagonal is not negative.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_LNQ_H
#define SDQ_CORE_LNQ_H

#include "sdq/Core/Format.h"

#include "llvm/Support/Error.h"

#include <vector>

namespace sdq {

/// How long to alternate: table steps, and sweeps over the codes after each (fewer where a sweep changes nothing).
struct LNQEffort {
  unsigned iterations = 3, sweeps = 4;
};

/// Rows of a weight with codebooks to start from, replaced by better ones. R×K and R×2^bits, row-major.
struct LNQRows {
  llvm::ArrayRef<float> weights;
  /// R×K, or empty: nonzero where something else carries the weight exactly, so that its code makes no error. Codes
  /// there stay as they are.
  llvm::ArrayRef<uint8_t> exact;
  /// Ascending; values of the table's format.
  llvm::MutableArrayRef<float> tables;
  llvm::MutableArrayRef<uint8_t> codes;
};

/// All rows of one Hessian.
class LNQ {
public:
  /// `hessian`: K×K, row-major, finite. Its scale does not matter. Errors name the constraint.
  static llvm::Expected<LNQ> prepare(std::vector<float> hessian);

  /// Improves the codebooks of some rows. Rows do not depend on each other: the result is the same however they are
  /// grouped, on one kind of CPU. Thread-safe. Some hundred rows at a time are fastest.
  void improve(const LUTFormat &format, LNQRows rows, LNQEffort effort = {}) const;

  /// (ŵ − w)ᵀ H (ŵ − w) of each row.
  std::vector<double> objective(const LUTFormat &format, LNQRows rows) const;

  /// H_kk: what an error of each column costs by itself, the weights that a starting codebook is best fitted with.
  std::vector<float> diagonal() const;

private:
  explicit LNQ(std::vector<float> hessian, int64_t columns) : hessian(std::move(hessian)), columns(columns) {}

  std::vector<float> hessian;
  int64_t columns;
};

} // namespace sdq

#endif // SDQ_CORE_LNQ_H
