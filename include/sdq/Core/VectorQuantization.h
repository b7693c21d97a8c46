//===- VectorQuantization.h - Numbers under per-vector scales ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// From values to codes under scales (Scales.h) and back.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_VECTORQUANTIZATION_H
#define SDQ_CORE_VECTORQUANTIZATION_H

#include "sdq/Core/Scales.h"

namespace sdq {

/// codes[c] = nearest code to row[c] / scales[c / vector], saturating; 0 under a zero scale.
void quantize(const Encoding &encoding, llvm::ArrayRef<float> row, llvm::ArrayRef<float> scales,
              llvm::MutableArrayRef<uint8_t> codes);

/// out[c] = what row[c] reads as once stored under `scales`, one a vector (or just rounded, if not quantized).
void quantizeDequantize(const Encoding &encoding, llvm::ArrayRef<float> row, llvm::ArrayRef<float> scales,
                        llvm::MutableArrayRef<float> out);

/// The same with absmax scales.
void quantizeDequantize(const Encoding &encoding, llvm::ArrayRef<float> row, llvm::MutableArrayRef<float> out);

} // namespace sdq

#endif // SDQ_CORE_VECTORQUANTIZATION_H
