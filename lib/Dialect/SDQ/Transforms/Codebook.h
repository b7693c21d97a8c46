//===- Codebook.h - SqueezeLLM's codebooks -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_DIALECT_SDQ_TRANSFORMS_CODEBOOK_H
#define SDQ_LIB_DIALECT_SDQ_TRANSFORMS_CODEBOOK_H

#include "WeightPass.h"

#include "sdq/Core/LNQ.h"

namespace sdq {

/// What a table and the codes of a channel minimise: Σ F·(w − ŵ)², exactly (SqueezeLLM, arXiv 2306.07629 §4.1), or
/// (w − ŵ)ᵀ·H·(w − ŵ) (sdq/Core/LNQ.h).
enum class CodebookSolver : uint8_t { KMeans, LNQ };

struct CodebookQuantization {
  unsigned bits = 0;
  CodebookSolver solver = CodebookSolver::KMeans;
  /// k-means: F = 1.
  bool unweighted = false;
  LNQEffort effort;
};

/// Gives the dense term of `dense` or `sum<csr, dense>` a codebook of 2^bits values a row. Values that the CSR term
/// holds weigh nothing; that term then holds what the codebook leaves of them, with a code chosen so that the sum reads
/// back as w (sdq/Core/Codebook.h, Residual). An error where the calibration lacks the statistic that the solver needs:
/// Fisher information, unless unweighted; the guided or the plain Hessian.
mlir::LogicalResult quantizeToCodebook(ParameterOp parameter, const CodebookQuantization &quantization,
                                       const Calibration *calibration);

} // namespace sdq

#endif // SDQ_LIB_DIALECT_SDQ_TRANSFORMS_CODEBOOK_H
