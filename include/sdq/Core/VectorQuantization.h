//===- VectorQuantization.h - Numbers under per-vector scales ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// VS-Quant (arXiv 2102.04503 §4): every `encoding.vector` consecutive columns of a row share a scale,
//
//   w[c] ≈ code[c] · s[c / vector],        s = scale, or scale · row_scale under a second level,
//
// where the scale is itself rounded to its stored format. Codes are chosen for the *rounded* scale, the one they will
// be read with. With e4m3 scales the row's second level is f32 and puts the row's largest scale at 448, the largest
// e4m3; scales more than 2^18 smaller than that round to zero, and so does their vector.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_VECTORQUANTIZATION_H
#define SDQ_CORE_VECTORQUANTIZATION_H

#include "sdq/Core/Format.h"

namespace sdq {

/// Scales that map the largest magnitude of each vector of `row` (C values) to the largest of the element:
/// ⌈C / vector⌉ of them, zero where a vector is all zeros.
std::vector<float> absmaxScales(const Encoding &encoding, llvm::ArrayRef<float> row);

/// Scales as they are stored and read back.
struct RoundedScales {
  std::vector<uint32_t> codes; ///< in the scale's format
  float rowScale = 1.0f;       ///< second level, e4m3 only
  std::vector<float> values;   ///< what a code is multiplied by
};

/// Rounds `scales`, finite and not negative, to `kind`.
RoundedScales roundScales(ScaleKind kind, llvm::ArrayRef<float> scales);

/// codes[c] = nearest code to row[c] / scales[c / vector], saturating; 0 under a zero scale.
void quantize(const Encoding &encoding, llvm::ArrayRef<float> row, llvm::ArrayRef<float> scales,
              llvm::MutableArrayRef<uint8_t> codes);

/// out[c] = what row[c] reads as once stored in `encoding` with absmax scales (or just rounded, if not quantized).
void quantizeDequantize(const Encoding &encoding, llvm::ArrayRef<float> row, llvm::MutableArrayRef<float> out);

} // namespace sdq

#endif // SDQ_CORE_VECTORQUANTIZATION_H
