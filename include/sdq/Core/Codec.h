//===- Codec.h - One number to a code and back ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Conversion between f32 and the codes of every `ElementKind`. Encoding rounds to nearest, ties to even, and
// *saturates*: what is larger than the largest finite magnitude, infinities included, becomes that magnitude with its
// sign (int2 −1…1, int3 −3…3, int4 −7…7, int8 −127…127, e2m1 ±6, e4m3 ±448, e5m2 ±57344, f16 ±65504, bf16 ±0x1.FEp127).
// f32 is its own bits. NaN has no meaning as a weight and is refused before it gets here; were it encoded it would
// saturate to a float's largest magnitude and to integer 0.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_CODEC_H
#define SDQ_CORE_CODEC_H

#include "sdq/Core/Format.h"

namespace sdq {

/// The code nearest to `value`, in the low `bitWidth(kind)` bits. Two's complement for integers.
uint32_t encode(ElementKind kind, float value);

/// What `code` stands for, including infinities and NaNs where the format has them.
float decode(ElementKind kind, uint32_t code);

/// `encode(kind, value)` and back: the nearest value that `kind` can hold.
float roundTo(ElementKind kind, float value);

/// Bulk f16 and bf16 ⇄ f32, element for element equal to `encode` and `decode`. Equal lengths.
void widenF16(llvm::ArrayRef<uint16_t> from, llvm::MutableArrayRef<float> to);
void widenBF16(llvm::ArrayRef<uint16_t> from, llvm::MutableArrayRef<float> to);
void narrowToF16(llvm::ArrayRef<float> from, llvm::MutableArrayRef<uint16_t> to);
void narrowToBF16(llvm::ArrayRef<float> from, llvm::MutableArrayRef<uint16_t> to);

/// `count` floats stored as f16, bf16 or f32 at `data` (aligned to its element), widened into `to`.
void widen(ElementKind kind, const void *data, llvm::MutableArrayRef<float> to);
/// `from` rounded to f16, bf16 or f32 at `data`.
void narrow(ElementKind kind, llvm::ArrayRef<float> from, void *data);

} // namespace sdq

#endif // SDQ_CORE_CODEC_H
