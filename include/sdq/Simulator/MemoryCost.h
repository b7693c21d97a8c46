//===- MemoryCost.h - What one warp's memory access costs -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A warp's load or store is one instruction for 32 addresses. What it costs depends only on where the addresses lie.
//
// Global memory is cut into lines of 128 bytes and these into four sectors of 32. A request is one transaction a line
// and moves every sector it touches, whole, once. 32 lanes with 4 bytes each (CUDA C++ Programming Guide, "Device
// Memory Accesses"; Nsight Compute, "Memory Tables"):
//
//   lane i at          transactions  sectors  of 4 needed
//   4·i                           1        4
//   4·i + 4                       2        5
//   8·i                           2        8
//   128·i                        32       32
//   0                             1        1
//
// Shared memory has 32 banks; successive words of 4 bytes lie in successive banks. A bank delivers one word a pass, to
// every lane that wants that word (broadcast). So a pass takes from each bank one word, and the number of passes is the
// largest number of *different* words in one bank. Lanes with 8 bytes go by half warps and with 16 bytes by quarter
// warps, since 32 words are what one pass can deliver:
//
//   lane i at, bytes    phases  passes  conflicts
//   4·i, 4                   1       1          0
//   8·i, 4                   1       2          1
//   128·i, 4                 1      32         31
//   132·i, 4                 1       1          0   (a column of a 32×33 tile)
//   0, 4                     1       1          0   (broadcast)
//   8·i, 8                   2       2          0
//   16·i, 16                 4       4          0
//   128·i, 16                4      32         28
//
// The hardware may merge half warps that broadcast; the model does not, so its passes are an upper bound there.
// `ldmatrix` reads eight rows of 16 bytes per matrix and costs what 16-byte lanes at the row addresses cost.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_SIMULATOR_MEMORYCOST_H
#define SDQ_SIMULATOR_MEMORYCOST_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>

namespace sdq::simulator {

/// Bytes a single instruction moves for one lane, at most; wider accesses count as several instructions.
inline constexpr unsigned kWidestAccess = 16;

struct GlobalCost {
  uint32_t instructions = 0;
  /// 128-byte lines touched, summed over the instructions.
  uint32_t transactions = 0;
  /// 32-byte sectors touched, summed over the instructions.
  uint32_t sectors = 0;

  bool operator==(const GlobalCost &other) const = default;
};

struct SharedCost {
  uint32_t instructions = 0;
  /// Groups of lanes served one after the other whatever their addresses are; groups without an active lane left out.
  uint32_t phases = 0;
  /// Passes over the banks.
  uint32_t passes = 0;

  /// Passes beyond what the width of the access makes necessary.
  uint32_t conflicts() const { return passes - phases; }
  bool operator==(const SharedCost &other) const = default;
};

/// Lines and sectors of a global access: lane i, if bit i of `mask` is set, touches `bytesPerLane` (> 0) bytes from
/// `addresses[i]`. At most 32 addresses. An empty mask costs nothing.
GlobalCost sectorsOf(llvm::ArrayRef<uint64_t> addresses, unsigned bytesPerLane, uint32_t mask);

/// Passes of a shared access, lanes as above. Stores cost what loads cost: lanes that store to one word take one pass.
SharedCost bankConflicts(llvm::ArrayRef<uint64_t> addresses, unsigned bytesPerLane, uint32_t mask);

} // namespace sdq::simulator

#endif // SDQ_SIMULATOR_MEMORYCOST_H
