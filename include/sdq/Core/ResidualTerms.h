//===- ResidualTerms.h - N:M terms, one after the other ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Structured decomposition of what is left (TASD, arXiv 2403.07953 §3): W ≈ Σ W_t, every W_t N:M. Term t takes, of each
// block of what the earlier terms leave, the N values (pairwise: N/2 pairs) that its weighted square is made of:
//
//   R_1 = W,    W_t = the best N_t:M_t of R_t by f·r²,    R_{t+1} = R_t − Ŵ_t.
//
// Ŵ_t is what W_t reads as once quantized, so that a later term also repairs what an earlier one was too coarse for: a
// value may be in several terms. Choosing by f·r² is the best choice of one term before its quantization. A number is
// rounded to the nearest that its scale allows and zero is always allowed, so no term makes any value's error larger.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_RESIDUALTERMS_H
#define SDQ_CORE_RESIDUALTERMS_H

#include "sdq/Core/QuantizeTerms.h"

namespace sdq {

/// Decomposes a row of C values: `held[t]` becomes what term t is to store, and `rest`, the row on entry, what all
/// terms leave of it. `choice` is how the scales of a term are found once its values are. `importance`: C weights f of
/// squared errors, finite and not negative; none: one each. `held` has as many elements as `terms`.
void decomposeRow(llvm::ArrayRef<NMFormat> terms, ScaleChoice choice, llvm::ArrayRef<float> importance,
                  llvm::MutableArrayRef<float> rest, llvm::MutableArrayRef<TermRow> held);

} // namespace sdq

#endif // SDQ_CORE_RESIDUALTERMS_H
