//===- Scales.h - The scales of vectors, as they are stored -----*- C++ -*-===//
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
// be read with.
//
//   e4m3, u8   to nearest under a row scale that puts the row's largest scale at the largest of the format (448, 255);
//   f16, f32   to nearest;
//   e8m0       as OCP Microscaling 1.0 §6.3 has it: the largest power of two that maps the vector's absmax to a number
//              below the first power of two which the element cannot hold (2^⌊log2 absmax⌋ − ⌊log2 max(element)⌋). Of
//              the element's range that leaves the most in use; what lies above its largest number saturates.
//
// A scale above zero stays above zero: under the smallest one a small vector keeps some of its values, under zero none.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_SCALES_H
#define SDQ_CORE_SCALES_H

#include "sdq/Core/Format.h"

namespace sdq {

/// Scales that map the largest magnitude of each vector of `row` (C values) to the largest of the element:
/// ⌈C / vector⌉ of them, zero where a vector is all zeros.
std::vector<float> absmaxScales(const Encoding &encoding, llvm::ArrayRef<float> row);

/// Scales as they are stored and read back.
struct RoundedScales {
  std::vector<uint32_t> codes; ///< in the scale's format
  float rowScale = 1.0f;       ///< second level, where the format has one
  std::vector<float> values;   ///< what a code is multiplied by
};

/// Rounds `scales`, finite and not negative, to the encoding's scale format.
RoundedScales roundScales(const Encoding &encoding, llvm::ArrayRef<float> scales);

/// What a vector's scale is chosen by: its largest magnitude, or the (weighted) squared error that it leaves.
enum class ScaleChoice : uint8_t { Absmax, MeanSquaredError };

/// The scales of `row`, C finite values. With `MeanSquaredError` each vector has, of the candidates that its format can
/// hold, the scale of least Σ importance·(w − ŵ)², never more than absmax leaves; the row's second level is absmax's.
/// `importance`: C weights, finite and not negative; none: one each. The same result on every machine.
RoundedScales chooseScales(const Encoding &encoding, ScaleChoice choice, llvm::ArrayRef<float> row,
                           llvm::ArrayRef<float> importance = {});

} // namespace sdq

#endif // SDQ_CORE_SCALES_H
