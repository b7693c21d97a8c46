//===- IntegerTerms.h - Terms multiplied as integers ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A term of integers, or of halves of integers, which e2m1 is, meets activations of the same without decoding either:
// an mma multiplies the codes, exactly, and the sum over a stretch of inputs that share both scales is scaled once:
//
//   y[t, n] += w_scale[n, v] · x_scale[t, v] · Σ_k code(n, k) · code(t, k)        k of vector v
//
//   path     weight stored as         instructions a step            inputs a step   chips
//   -------  -----------------------  -----------------------------  --------------  ---------------------------------
//   s4       4:8 pairwise i4          one s4 m16n8k128               128             with s4 in hardware: sm_80 … 89;
//                                                                                    activations of up to 4 bits
//   s8 × 2   4:8 pairwise i4          two s8 m16n8k64                128             with s8 mma.sp: sm_80 and later
//   s8       2:4 i8 or i4             one s8 m16n8k64                64              the same
//   e2m1     4:8 pairwise e2m1        block-scaled e2m1 m16n8k128    128             sm_120a, sm_121a
//   dense s4 every input, i4          one dense s4 m16n8k64          64              as s4
//   dense s8 every input, i8 or i4    one dense s8 m16n8k32          32              as s8
//
// Every input is stored by dense terms, and by N:M ones for which a grid takes no more than codes and metadata (6:8 of
// i4); others may be stored so at compile time, zeros included (EmbedTerms.cpp).
//
// s4 is sparse by pairs only: of eight inputs it takes two whole pairs. s8 takes two of four single inputs, and a
// pairwise mask may keep four of four. But the *even* inputs of eight, one of each pair, are four inputs of which two
// are kept, the odd ones are four more, and both have the pairs' own indices for metadata. So s8 × 2 reads the very
// weight that s4 reads, and multiplies evens and odds apart. Of i4 codes these are the low and the high nibbles of the
// register that s4 would take: as bytes, (v << 4) & F0F0F0F0h and v & F0F0F0F0h, each 16 times the code, which the
// scale undoes.
//
//   bits of v          31…28  27…24  23…20  19…16  15…12  11…8  7…4  3…0
//   pair, member       3 odd  3 even 2 odd  2 even 1 odd  1 even 0 odd 0 even        of four stored pairs
//   v & F0F0F0F0h      3 odd   ·     2 odd   ·     1 odd   ·    0 odd  ·
//   v << 4 & F0F0…     3 even  ·     2 even  ·     1 even  ·    0 even ·
//
// A dense sum may take the inputs in any order, if both operands take the same one: eight neighbours of i4 are the even
// ones and the odd ones again, the two registers of a lane in one s8 mma.
//
// The scales of both sides must not change within a step: vectors are multiples of it, or all of K. Sums stay below
// 2^24 (kLongestStretch), so that they are f32 without rounding.
//
// The block-scaled instruction multiplies each 32 inputs of a row by a scale of the weight's own kind, e4m3, so the
// weight's vectors are any multiple of 32, or all of K. It would take activations' scales as well, but as e4m3, and
// theirs are f32 that nothing rounds (#sdq.activation): they are 1, and where vectors of activations are shorter than a
// step it is multiplied once for each, with the weight's scales of all others zero. Vectors of 32 cost four
// instructions a step, of 64 two, and from 128 on one; the weight is read once.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_INTEGERTERMS_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_INTEGERTERMS_H

#include "LinearKernel.h"

#include "sdq/Target/Chip.h"

namespace sdq {

enum class IntegerPath : uint8_t { S4, S8Twice, S8, E2M1, DenseS4, DenseS8 };

inline bool isSparse(IntegerPath path) { return path < IntegerPath::DenseS4; }

/// Inputs that the mma of one step cover.
int64_t stepOf(IntegerPath path);

/// The blocks that a term is stored in; a dense one's are 1:1. Nothing for codebooks, CSR and dense floats.
std::optional<NMFormat> storedBlocks(WeightFormat term);
/// Every input stored, zeros included.
inline constexpr NMFormat everyInput(Encoding encoding) { return {1, 1, false, encoding}; }

/// Inputs that share a scale inside the block-scaled instruction.
inline constexpr int64_t kScaledBlock = 32;

/// Inputs summed before scaling. Codes are at most 127 (112 where 16 times a 4-bit one), so a sum is at most
/// 512 · 127² < 2^24.
inline constexpr int64_t kLongestStretch = 512;

/// How a term that is stored so meets such activations, or nothing where the chip cannot multiply them as integers.
std::optional<IntegerPath> integerPath(const NMFormat &stored, ActivationFormatAttr activation, Shape shape,
                                       const Chip &chip);

/// The formats that a term might be stored in to be multiplied as integers, best first: without looking at its values.
llvm::SmallVector<NMFormat> integerCandidates(const NMFormat &term, ActivationFormatAttr activation, Shape shape,
                                              const Chip &chip);

/// Whether all terms of a linear are multiplied as integers, but for CSR ones that meet floats.
bool multipliesIntegers(const LinearKernelSpec &spec, const Chip &chip);
/// Whether some term of a linear that multiplies integers is sparse.
bool multipliesSparseIntegers(const LinearKernelSpec &spec, const Chip &chip);

/// Whether a term is added from the activations as they came, beside integers: what is few.
bool addedBesideIntegers(WeightFormat format, ActivationFormatAttr activation);

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_INTEGERTERMS_H
