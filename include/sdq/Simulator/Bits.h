//===- Bits.h - Bit tricks and packed arithmetic of one lane ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Instructions on 32-bit registers that have no counterpart in C, by the text of the PTX ISA.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_SIMULATOR_BITS_H
#define SDQ_SIMULATOR_BITS_H

#include "sdq/Simulator/Numbers.h"

#include <utility>

namespace sdq::simulator {

enum class PermuteMode : uint8_t { Index, Forward4, Backward4, Replicate8, EdgeLeft, EdgeRight, Replicate16 };

/// `prmt.b32`: bytes of {hi, lo}, numbered 7 … 0. Index: nibble i of `selector` picks result byte i, and its top bit
/// asks for that byte's sign, replicated, instead. The other modes read the two low bits of `selector` (PTX: .f4e,
/// .b4e, .rc8, .ecl, .ecr, .rc16).
uint32_t permuteBytes(uint32_t lo, uint32_t hi, uint32_t selector, PermuteMode mode = PermuteMode::Index);

/// `lop3.b32`: bit i of the result is bit (4a + 2b + c) of `table`, for bit i of a, b and c.
uint32_t logicOfThree(uint32_t a, uint32_t b, uint32_t c, uint8_t table);

/// `bfe`: `length` bits from `position`, both taken modulo 256, beyond bit 31 filled with the sign or zeros.
uint32_t extractBits(uint32_t value, uint32_t position, uint32_t length, bool isSigned);
/// `bfi.b32`: the low `length` bits of `field` at `position` of `base`; what lies beyond bit 31 is dropped.
uint32_t insertBits(uint32_t field, uint32_t base, uint32_t position, uint32_t length);

/// `shf.l` and `shf.r`: the upper word of {hi, lo} shifted left, the lower of it shifted right; by `amount` modulo 32,
/// or `clamp`ed to 32.
uint32_t funnelLeft(uint32_t lo, uint32_t hi, uint32_t amount, bool clamp = false);
uint32_t funnelRight(uint32_t lo, uint32_t hi, uint32_t amount, bool clamp = false);

/// `dp4a`: c plus the four products of bytes, modulo 2^32.
uint32_t dotOfBytes(uint32_t a, bool aSigned, uint32_t b, bool bSigned, uint32_t c);
/// `dp2a`: c plus the products of the halves of `a` and the two low (`high`: high) bytes of `b`, modulo 2^32.
uint32_t dotOfHalves(uint32_t a, bool aSigned, uint32_t b, bool bSigned, uint32_t c, bool high);

enum class PackedOperation : uint8_t { Add, Sub, Mul, Fma, Min, Max };

/// `add`, `sub`, `mul`, `fma`, `min` and `max` of `.f16x2` and `.bf16x2`: on each half, rounded once; a NaN loses a min
/// or max unless both are, and −0 < +0. `c` is Fma's.
uint32_t packed(PackedOperation operation, NumberKind kind, uint32_t a, uint32_t b, uint32_t c = 0);

/// `cvt.rn` of two numbers to a packed pair of f16, bf16, e4m3, e5m2 or e2m1, the second in the high half. `relu`:
/// negative numbers become 0.
uint32_t packPair(NumberKind kind, float low, float high, Overflow overflow, bool relu = false);
/// The numbers of a packed pair, the low half's first.
std::pair<float, float> unpackPair(NumberKind kind, uint32_t pair);

} // namespace sdq::simulator

#endif // SDQ_SIMULATOR_BITS_H
