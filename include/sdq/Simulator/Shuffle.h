//===- Shuffle.h - Values exchanged between the lanes of a warp -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA, "shfl.sync". Operand c packs a clamp (bits 0–4) and a mask (bits 8–12) that cuts the warp into segments: the
// lanes of a segment agree in the bits of the mask. With b the offset or lane number (its low 5 bits):
//
//   maxLane = (lane & mask) | (clamp & ~mask)        minLane = lane & mask
//   up     j = lane − b                     valid if j ≥ maxLane     (clamp is 0)
//   down   j = lane + b                     valid if j ≤ maxLane     (clamp is the last lane of a segment)
//   xor    j = lane ^ b                     valid if j ≤ maxLane     (PTX: bfly)
//   index  j = minLane | (b & ~mask)        valid if j ≤ maxLane
//
// A lane reads j where that is valid and itself elsewhere. With segments of 8 (mask 24, clamp 7; up: clamp 0), by hand:
//
//   lane          0  1  2 …  7   8  9 … 15
//   up 1          0* 0  1 …  6   8* 8 … 14        * not valid: the lane's own value
//   down 1        1  2  3 …  7*  9 10 … 15*
//   xor 4         4  5  6 …  3  12 13 … 11
//   index 2       2  2  2 …  2  10 10 … 10
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_SIMULATOR_SHUFFLE_H
#define SDQ_SIMULATOR_SHUFFLE_H

#include <array>
#include <cstdint>

namespace sdq::simulator {

enum class ShuffleMode : uint8_t { Up, Down, Xor, Index };

/// Where each active lane's value comes from.
struct ShuffleSources {
  std::array<uint8_t, 32> lane;
  /// Lanes whose source was in range (the predicate of `shfl.sync`).
  uint32_t valid = 0;
  /// Active lanes that read from an inactive one, whose value PTX leaves undefined.
  uint32_t fromInactive = 0;
};

/// Sources under PTX's rules; `offset` and `maskAndClamp` are each lane's operands b and c. Lanes that are not in
/// `active` get themselves as source and no bit.
ShuffleSources shuffleSources(ShuffleMode mode, const std::array<uint32_t, 32> &offset,
                              const std::array<uint32_t, 32> &maskAndClamp, uint32_t active);

/// Operand c for segments of `width` lanes, a power of two up to 32, as CUDA's `__shfl_*_sync(…, width)` passes it.
uint32_t maskAndClampOf(ShuffleMode mode, unsigned width);

/// Sources of MLIR's `gpu.shuffle`: the first `width` lanes (1 to 32, not only powers of two) take part, in one
/// segment; the others keep their value and are not valid.
ShuffleSources shuffleSources(ShuffleMode mode, const std::array<uint32_t, 32> &offset, unsigned width,
                              uint32_t active);

} // namespace sdq::simulator

#endif // SDQ_SIMULATOR_SHUFFLE_H
