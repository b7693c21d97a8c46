//===- SparseGPT.h - Pruning that repairs what it breaks --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// SparseGPT (arXiv 2301.00774, Algorithm 1) for N:M. W (N×K) meets inputs x whose second moments are the Hessian
// H = E[x xᵀ] + λ·mean(diag)·I. Every row is pruned from left to right; what is removed from column k moves the columns
// to its right to where the output changes least. With U the upper Cholesky factor of H⁻¹ (H⁻¹ = UᵀU):
//
//   at every M-th column:  of the next M, the M − N with the smallest w²/U_kk² are to go (pairwise: of the next M/2
//                          pairs, by the sum over the pair);
//   column k:              e = (w_k − q_k)/U_kk, q_k = 0 if it goes, else w_k;    w_j ← w_j − e·U_kj for all j > k.
//
// Columns are handled in blocks C, and what blocks before C do to C is applied to all rows at once. U is never formed:
// let H = M·Mᵀ with M upper triangular, so that M⁻¹ = U. With D = W − Q what was removed so far, the errors are E =
// D·M, and from U·M = I follows U[<C,C] = −M[<C,<C]⁻¹·M[<C,C]·M[C,C]⁻¹, so
//
//   W[C] − E[<C]·U[<C,C]  =  W[C] + D[<C]·P[C],      P[C] = M[<C,C]·M[C,C]⁻¹,
//
// and within a block U[C,C] = M[C,C]⁻¹. For blocks of B columns that is K³/3 + O(K²·B) flops for M and P, where
// Cholesky, inverse and Cholesky again are 4/3·K³, and N·K² + N·K·B for the rows, as in the publication.
//
// Scaling H scales U but neither the choice nor the update, so H = XᵀX·(2/n) and the mean over tokens give the same.
// An input that calibration never excited (zero diagonal) is pruned before every other; where there is room it stays as
// it is, and it takes part in no repair. The last block of M may be short; it keeps up to N.
//
// **Constraints**
// - (sparsegpt_c1) H is symmetric, its diagonal is not negative.
// - (sparsegpt_c2) with the damping, H is positive definite in single precision.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_SPARSEGPT_H
#define SDQ_CORE_SPARSEGPT_H

#include "sdq/Core/Selection.h"

#include "llvm/Support/Error.h"

#include <vector>

namespace sdq {

class SparseGPT {
public:
  /// Factors the Hessian of a weight of K inputs (K×K, row-major, finite), once for all rows. `damping` is λ, 0.01 in
  /// the publication. Errors name the constraint.
  static llvm::Expected<SparseGPT> prepare(std::vector<float> hessian, Pattern pattern, double damping = 0.01);

  /// Prunes rows of W in place: R×K, row-major, any R. Rows do not depend on each other: the result is the same however
  /// they are grouped, on one kind of CPU (another rounds in another order). Thread-safe.
  void prune(llvm::MutableArrayRef<float> rows) const;

private:
  SparseGPT() = default;

  Pattern pattern;
  int64_t columns = 0;
  int64_t width = 0;            // of a block: a multiple of M
  std::vector<float> factor;    // K×K: in block columns C, P[C] above the diagonal block and U[C,C] in it
  std::vector<float> closeness; // 1/U_kk², or 0 for an input that was never excited
};

} // namespace sdq

#endif // SDQ_CORE_SPARSEGPT_H
