//===- Chip.h - NVIDIA chips and what they multiply natively ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One row a chip. A format knows nothing of targets; a lowering asks this table which instruction a chip really has,
// and decodes in registers where it has none. "Native" means one tensor-core operation in the machine code: ptxas
// accepts s4 mma.sp for sm_90 too, and expands it into some 240 ALU instructions.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_TARGET_CHIP_H
#define SDQ_TARGET_CHIP_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>

namespace sdq {

/// Tensor-core instructions that a chip may have in hardware. Dense ones of f16 and s8 every chip of the table has, and
/// those of the types of its sparse ones.
enum class Native : uint8_t {
  MmaSpS4 = 1,         // mma.sp m16n8k128, pairwise 4:8 of int4
  MmaSpS8 = 2,         // mma.sp m16n8k64, 2:4 of int8
  MmaSpF16 = 4,        // mma.sp m16n8k32, 2:4 of f16 and bf16
  MmaSpE4M3 = 8,       // mma.sp m16n8k64, 2:4 of e4m3
  WgmmaSp = 16,        // wgmma.sp of s8, e4m3, f16, bf16 (no s4)
  MmaSpBlockE2M1 = 32, // mma.sp m16n8k128 mxf4nvf4, block-scaled e2m1, scale_vec::4X
  PlainMetadata = 64,  // mma.sp without ::ordered_metadata costs no more than with it
  MmaS4 = 128,         // mma of int4, dense
};

/// A chip that we generate code for.
struct Chip {
  llvm::StringRef name;
  /// LLVM's feature for the PTX version we emit: new enough for the chip and for what it has natively. LLVM aborts on a
  /// version too old for an instruction, so no other is ever passed on.
  llvm::StringRef ptxFeature;
  /// Bytes of shared memory that one block may use (opt-in).
  unsigned sharedMemoryPerBlock;
  uint8_t nativeSet;

  bool has(Native instruction) const { return nativeSet & static_cast<uint8_t>(instruction); }
};

/// Every chip of the table has these.
inline constexpr unsigned kRegistersPerMultiprocessor = 65536, kRegistersPerThread = 255, kWarpSize = 32;

/// The table, oldest chip first.
llvm::ArrayRef<Chip> knownChips();

/// The chip of that name, or an error that lists the known ones.
llvm::Expected<const Chip *> findChip(llvm::StringRef name);

} // namespace sdq

#endif // SDQ_TARGET_CHIP_H
