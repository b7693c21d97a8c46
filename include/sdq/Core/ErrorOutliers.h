//===- ErrorOutliers.h - Outliers by the error they save --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which N values of every M should be outliers, when it is known how either term will be stored? Those without which
// the least error is left. For one row, a_c the weight of the error at column c, S the chosen columns:
//
//   minimise   Σ_{c ∉ S} a_c·(w_c − inlier(w_c; s_v))²  +  Σ_{c ∈ S} a_c·(w_c − outlier(w_c; t_v))²
//   subject to |S ∩ block| = min(N, nonzeros of the block) for every block
//
// where s_v = scale(max of |w_c| over the inliers of vector v), by absmax as `storeRow` does: taking the largest away
// makes the others finer. That couples the blocks of a vector, but only by that one number, so it is enough to try what
// it can be. Let the largest inlier of v be x: everything larger is in S, at least one value of magnitude x is not, and
// with s_v known every error is known, so each block takes what saves most. Candidates for x end where a block would
// have to give more than N: about as many as it takes until two of the largest meet in one block.
//
//   M divides the vector     the above, over all blocks of the vector at once
//   the vector divides M     the above for each vector and each number of outliers in it; how many go where is the
//                            shortest path over the vectors of the block
//
// **What is exact.** The set is a minimum over all sets (found against exhaustive search in the tests) under scales
// f32, f16 and f8E8M0FNU. Under f8E4M3FN and u8 it is one given the row's second level, which depends on all vectors;
// that is iterated, from the level that outliers by magnitude leave, and the best row met is kept: never worse than by
// magnitude. t_v is the scale that the vector's largest value sets: exact where that value is an outlier, else a little
// pessimistic. A search of scales instead of absmax, and error feedback, are not foreseen by this choice.
//
// **Constraints**
// - (error_c1) M divides the inliers' vector or the vector divides M.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_ERROROUTLIERS_H
#define SDQ_CORE_ERROROUTLIERS_H

#include "sdq/Core/Format.h"
#include "sdq/Core/Selection.h"

namespace sdq {

/// Where outliers go and what they leave.
struct SplitEncoding {
  Encoding outliers, inliers;
};

/// error_c1.
bool blocksNest(int64_t m, const SplitEncoding &encoding);

/// Splits a row as `splitOutliers` does, by the error that is left. `pattern`: outliers, element-wise. `weights`: C
/// values, not negative, or none: every error weighs the same.
void splitByError(Pattern pattern, const SplitEncoding &encoding, llvm::ArrayRef<float> weights,
                  llvm::ArrayRef<float> row, llvm::MutableArrayRef<float> outliers,
                  llvm::MutableArrayRef<float> inliers);

} // namespace sdq

#endif // SDQ_CORE_ERROROUTLIERS_H
