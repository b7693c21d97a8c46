//===- Codebook.h - SqueezeLLM's codebooks -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_DIALECT_SDQ_TRANSFORMS_CODEBOOK_H
#define SDQ_LIB_DIALECT_SDQ_TRANSFORMS_CODEBOOK_H

#include "WeightPass.h"

namespace sdq {

/// Gives the dense term of `dense` or `sum<csr, dense>` a codebook of 2^bits values a row, minimising Σ F·(w − c)²
/// exactly (SqueezeLLM, arXiv 2306.07629 §4.1). Values that the CSR term holds weigh nothing; that term then holds what
/// the codebook leaves of them, with a code chosen so that the sum reads back as w (sdq/Core/Codebook.h, Residual). Without Fisher
/// information an error, unless `unweighted`.
mlir::LogicalResult quantizeToCodebook(ParameterOp parameter, unsigned bits, const Calibration *calibration,
                                       bool unweighted);

} // namespace sdq

#endif // SDQ_LIB_DIALECT_SDQ_TRANSFORMS_CODEBOOK_H
