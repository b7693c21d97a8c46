//===- Numbers.h - Codes of the numbers a GPU computes with -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a code of 4 to 32 bits stands for, and the code nearest to a number. All conversions are exact or round once, to
// nearest with ties to even (PTX ISA "cvt", `.rn`):
//
//   kind    bits  sign exponent mantissa  bias  largest        infinity  NaN
//   e2m1       4     1        2        1     1  6              no        no
//   e4m3       8     1        4        3     7  448            no        S.1111.111
//   e5m2       8     1        5        2    15  57344          yes       yes
//   ue4m3      8     –        4        3     7  448            no        .1111.111 (bit 7 is ignored)
//   ue8m0      8     –        8        0   127  2^127          no        1111.1111 (no zero either: code 0 is 2^-127)
//   f16       16     1        5       10    15  65504          yes       yes
//   bf16      16     1        8        7   127  0x1.FEp127     yes       yes
//   tf32      32     1        8       10   127  0x1.FFCp127    yes       yes; the low 13 of its 32 bits are not read
//   f32       32     1        8       23   127                 yes       yes
//   s4 u4 s8 u8 s32: two's complement or unsigned integers.
//
// NaN encodes as the canonical NaN of the kind (PTX: 0x7F for both 8-bit floats, 0x7FFF for f16 and bf16, 0x7FFFFFFF
// for tf32 and f32); e2m1, which has none, takes its largest magnitude, as `cvt.satfinite.e2m1x2` does.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_SIMULATOR_NUMBERS_H
#define SDQ_SIMULATOR_NUMBERS_H

#include "llvm/ADT/StringRef.h"

#include <cassert>
#include <cstdint>
#include <optional>

namespace sdq::simulator {

enum class NumberKind : uint8_t { S4, U4, S8, U8, S32, E2M1, E4M3, E5M2, UE4M3, UE8M0, F16, BF16, TF32, F32 };

/// What a magnitude beyond the largest finite one becomes.
enum class Overflow {
  /// Infinity; NaN where there is none; the largest magnitude where there is neither (`cvt.rn` of f16 and bf16).
  NonFinite,
  /// The largest finite magnitude, infinities included (`cvt.rn.satfinite`).
  Saturate
};

/// As PTX spells it: "s4", "e4m3", "bf16".
llvm::StringRef nameOf(NumberKind kind);
std::optional<NumberKind> findNumberKind(llvm::StringRef name);
/// Width of a code in a register.
constexpr unsigned bitsOf(NumberKind kind) {
  using enum NumberKind;
  bool isByte = kind == S8 || kind == U8 || (kind >= E4M3 && kind <= UE8M0);
  return kind == S4 || kind == U4 || kind == E2M1 ? 4 : isByte ? 8 : kind == F16 || kind == BF16 ? 16 : 32;
}
constexpr bool isInteger(NumberKind kind) { return kind <= NumberKind::S32; }

/// The integer that the low bits of `code` hold. Integer kinds.
inline int32_t decodeInteger(NumberKind kind, uint32_t code) {
  switch (kind) {
  case NumberKind::S4:
    return int32_t(code << 28) >> 28;
  case NumberKind::U4:
    return int32_t(code & 0xF);
  case NumberKind::S8:
    return int8_t(code);
  case NumberKind::U8:
    return uint8_t(code);
  default:
    assert(kind == NumberKind::S32 && "not an integer kind");
    return int32_t(code);
  }
}

/// The number that the low bits of `code` hold, exactly; every kind but s32 fits.
float decode(NumberKind kind, uint32_t code);

/// The code nearest to `value`, in the low bits. Float kinds. `ue4m3` and `ue8m0` hold no negative number: a negative
/// `value` becomes NaN, or under `Saturate` the smallest number of the kind.
uint32_t encode(NumberKind kind, float value, Overflow overflow = Overflow::NonFinite);
/// The same from a double, rounded once.
uint32_t encode(NumberKind kind, double value, Overflow overflow = Overflow::NonFinite);

/// a·b + c in f16 or bf16, rounded once (`fma.rn.f16`, `fma.rn.bf16`). Operands and result are codes.
uint32_t fma(NumberKind kind, uint32_t a, uint32_t b, uint32_t c);

} // namespace sdq::simulator

#endif // SDQ_SIMULATOR_NUMBERS_H
