//===- QuantizeTerms.h - The terms of a sum, quantized together -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A row w of a weight is the sum of what its terms stand for. Each term is rounded to its own numbers; what is left,
// w − Σ ŵ_t, is the error. *Error feedback* lets the terms make up for each other. One round, given scales:
//
//   1. Terms that are N:M of one M trade places: of every block, those columns become outliers that gain most by it,
//      e_last(k) − e_t(k) where e_t(k) is the weighted squared error of w_k in term t. Each term keeps its count of
//      values, so N:M stays satisfied.
//   2. Each term in turn, the last one (the inliers) last, is quantized anew on what the others leave of w: N:M and CSR
//      terms where they store a value, a dense term everywhere. It keeps what it had if that was better.
//
// Neither step raises Σ importance·(w − Σ ŵ_t)². Rounds end early when one changes nothing.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_QUANTIZETERMS_H
#define SDQ_CORE_QUANTIZETERMS_H

#include "sdq/Core/Scales.h"

namespace sdq {

/// One row of one term.
struct TermRow {
  std::vector<float> values; ///< C values that the term is to hold, zero where it stores none
  RoundedScales scales;      ///< what they are rounded under, where the element is quantized
};

class TermQuantizer {
public:
  /// `terms`: dense, N:M or CSR, in the sum's order. `feedback`: rounds at most.
  TermQuantizer(std::vector<Format> terms, ScaleChoice choice, unsigned feedback);

  /// Chooses the scales of a row, and with feedback its values: `rows[t].values`, what term t stands for before
  /// quantization, become what it is to store under `rows[t].scales`. `importance`: C weights of squared errors, finite
  /// and not negative; none: one each. Thread-safe.
  void quantizeRow(llvm::MutableArrayRef<TermRow> rows, llvm::ArrayRef<float> importance) const;

private:
  class Feedback;
  std::vector<Format> terms;
  std::vector<Encoding> encodings;
  ScaleChoice choice;
  unsigned feedback;
};

} // namespace sdq

#endif // SDQ_CORE_QUANTIZETERMS_H
