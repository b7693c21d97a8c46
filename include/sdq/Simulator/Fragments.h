//===- Fragments.h - Which lane holds which element of an mma ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// D = A·B + C over a warp: A is M×K, B is K×8, C and D are M×8. No lane holds a matrix; each holds a *fragment*, a few
// 32-bit registers. PTX ISA draws one figure a shape ("Matrix Fragments for mma.m16n8k16 …"); all of them are one rule.
//
// Let g = lane / 4 (the figures' groupID), t = lane mod 4 (threadID_in_group), and P = 32 / bits the elements of a
// register; element e of a register sits in its bits e·bits and up. Then register r, element e is
//
//   A   row g + 8·(r mod M/8)     k  4P·(r / (M/8)) + P·t + e
//   B   k   4P·r + P·t + e        column g
//   C,D row g + 8·(i / 2)         column 2t + i mod 2       with i the i-th value: i = r for s32 and f32, and 2r + e
//                                                           for f16, two of which share a register
//
// Lane 5 (g = 1, t = 1) of m16n8k32 s8 (P = 4), as an example:
//
//   A[0] row 1, k 4–7     A[1] row 9, k 4–7      A[2] row 1, k 20–23    A[3] row 9, k 20–23
//   B[0] k 4–7, column 1  B[1] k 20–23, column 1
//   D[0] (1,2)  D[1] (1,3)  D[2] (9,2)  D[3] (9,3)
//
// Sparse A ("mma.sp", PTX ISA "Sparse matrix storage"). Of each group of consecutive k only half are stored, in order:
// two of four elements, or, for 4-bit types, two of the four *pairs* of eight elements. A holds the stored elements by
// the rule above with k counted among the stored ones, 0 … K/2 − 1; B is dense. Which were kept is told by a code of
// four bits a group, index0 | index1·4, in the metadata register; code b sits in bits 4b and up:
//
//   code        4      8      9      C      D      E
//   positions   0, 1   0, 2   1, 2   0, 3   1, 3   2, 3
//
// These six are legal under `::ordered_metadata`. The plain form takes the indices in either order and so also 1, 2, 3,
// 6, 7, B; equal indices (0, 5, A, F) are illegal in both. Code b of a lane belongs to
//
//   16-bit, k32    row g + 8·(b / 4)      first k 16·(t mod 2) + 4·(b mod 4)   lanes with t / 2 = selector, 0 or 1
//   8-bit, k64     row g + 8·(t mod 2)    first k 32·(t / 2) + 4b              all lanes, selector 0
//   4-bit, k128    row g + 8·(t mod 2)    first k 64·(t / 2) + 8b              all lanes, selector 0
//
// Any other selector is undefined by PTX, though assemblers take it.
//
// Block scales (PTX ISA "Block Scaling for mma.sync"): with scale vector nX, each row of A and each column of B has n
// scales, one for each K/n consecutive (logical) k; they are bytes byteId … byteId + n − 1 of a register of one lane:
// row g + 8h of A is scaled by lane 4g + 2·threadIdA + h, column g of B by lane 4g + threadIdB.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_SIMULATOR_FRAGMENTS_H
#define SDQ_SIMULATOR_FRAGMENTS_H

#include "sdq/Simulator/Numbers.h"

#include "llvm/Support/Error.h"

#include <cassert>

namespace sdq::simulator {

inline constexpr unsigned kLanes = 32;

/// An mma of shape m×8×k (`k` logical, twice what a sparse A stores).
struct MmaShape {
  unsigned m = 16, k = 0;
  NumberKind a = NumberKind::F16, b = NumberKind::F16, accumulator = NumberKind::F32;
  /// A keeps half of its elements and has metadata.
  bool sparse = false;

  /// Elements of A a row stores.
  unsigned storedK() const { return sparse ? k / 2 : k; }
  unsigned elementsPerRegister() const { return 32 / bitsOf(a); }
  unsigned registersOfA() const { return m * storedK() / kLanes / elementsPerRegister(); }
  unsigned registersOfB() const { return 8 * k / kLanes / elementsPerRegister(); }
  unsigned valuesPerAccumulator() const { return accumulator == NumberKind::F16 ? 2 : 1; }
  unsigned registersOfC() const { return m * 8 / kLanes / valuesPerAccumulator(); }
  /// "m16n8k64".
  std::string name() const;
  bool operator==(const MmaShape &other) const = default;
};

/// Fails unless the tensor cores know the shape (`mma_shape`) and its types go together (`mma_types`): dense m16 with
/// 128 or 256 bits of k, dense m8 with 128 bits of integers, sparse m16 with 512 bits of k; A and B of one kind, or
/// both of {s8, u8}, {s4, u4} or {e4m3, e5m2}; s32 for integers, f32 or (A not bf16, tf32 or e2m1) f16 for floats.
llvm::Error verify(const MmaShape &shape);

/// `row` and `column` of A, C and D; `row` is k of B. Of A, `column` counts the stored k.
struct Cell {
  unsigned row, column;
  bool operator==(const Cell &other) const = default;
};

inline Cell cellOfA(const MmaShape &shape, unsigned lane, unsigned reg, unsigned element) {
  assert(lane < kLanes && reg < shape.registersOfA() && element < shape.elementsPerRegister());
  unsigned perRegister = shape.elementsPerRegister(), rowBlocks = shape.m / 8;
  return {lane / 4 + 8 * (reg % rowBlocks), perRegister * (4 * (reg / rowBlocks) + lane % 4) + element};
}

inline Cell cellOfB(const MmaShape &shape, unsigned lane, unsigned reg, unsigned element) {
  assert(lane < kLanes && reg < shape.registersOfB() && element < shape.elementsPerRegister());
  return {shape.elementsPerRegister() * (4 * reg + lane % 4) + element, lane / 4};
}

inline Cell cellOfC(const MmaShape &shape, unsigned lane, unsigned reg, unsigned element) {
  assert(lane < kLanes && reg < shape.registersOfC() && element < shape.valuesPerAccumulator());
  unsigned value = reg * shape.valuesPerAccumulator() + element;
  return {lane / 4 + 8 * (value / 2), 2 * (lane % 4) + value % 2};
}

/// Codes in one metadata register.
inline constexpr unsigned kCodesPerRegister = 8;

/// Elements a metadata index counts as one: 2 for 4-bit types, else 1.
unsigned elementsPerIndex(const MmaShape &shape);
/// Selectors 0 … n − 1 are defined.
unsigned definedSelectors(const MmaShape &shape);
/// Lanes whose metadata register is read, as a mask.
uint32_t metadataLanes(const MmaShape &shape, unsigned selector);
/// The row and the first logical k of the group that code `index` of `lane` describes.
Cell groupOfCode(const MmaShape &shape, unsigned lane, unsigned index);
/// Whether `code` has a meaning; `ordered`: under `::ordered_metadata`.
bool isLegalCode(uint32_t code, bool ordered);

/// Scales of a block-scaled mma: `count` (1, 2 or 4) a row, of `kind` ue8m0 or ue4m3.
struct ScaleVector {
  unsigned count = 1;
  NumberKind kind = NumberKind::UE8M0;
};

/// Which lanes and bytes hold an operand's scales. `byteId` must be a multiple of the count below 4; `threadId` is 0 or
/// 1 for A, 0 to 3 for B.
struct ScaleSelector {
  unsigned byteId = 0, threadId = 0;
};

unsigned laneOfScaleA(unsigned row, ScaleSelector selector);
unsigned laneOfScaleB(unsigned column, ScaleSelector selector);

/// Fails unless PTX defines the scales for the shape (`mma_scale`): e2m1 m16n8k64, or sparse k128, with 2X ue8m0 or 4X
/// ue4m3; e4m3 and e5m2 m16n8k32, or sparse k64, with 1X ue8m0.
llvm::Error verify(const MmaShape &shape, ScaleVector scales);
/// Whether PTX defines the selector; `limit`: 2 thread ids of A, 4 of B.
bool isDefined(ScaleSelector selector, ScaleVector scales, unsigned limit);

} // namespace sdq::simulator

#endif // SDQ_SIMULATOR_FRAGMENTS_H
