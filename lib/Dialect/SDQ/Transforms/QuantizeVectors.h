//===- QuantizeVectors.h - Numbers under per-vector scales -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_DIALECT_SDQ_TRANSFORMS_QUANTIZEVECTORS_H
#define SDQ_LIB_DIALECT_SDQ_TRANSFORMS_QUANTIZEVECTORS_H

#include "WeightPass.h"

#include "sdq/Core/Scales.h"

namespace sdq {

/// How the terms of a weight become numbers under scales (VS-Quant).
struct VectorQuantization {
  llvm::SmallVector<ElementKind> elements; ///< one a term
  int64_t vector = 0;                      ///< inputs that share a scale; 0: the whole row
  ScaleKind scale = ScaleKind::E4M3;
  ScaleChoice choice = ScaleChoice::Absmax;
  Weighing weights = Weighing::None; ///< of the squared errors that `choice` and `feedback` look at
  unsigned feedback = 0;             ///< rounds of error feedback between terms
};

/// Gives each N:M, dense or CSR term of the weight its element. Rows run in parallel; the result is the same whatever
/// the number of threads. Errors are emitted.
mlir::LogicalResult quantizeVectors(ParameterOp parameter, const VectorQuantization &options,
                                    const Calibration *calibration);

} // namespace sdq

#endif // SDQ_LIB_DIALECT_SDQ_TRANSFORMS_QUANTIZEVECTORS_H
