//===- Access.h - Threads' accesses through memrefs -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where an access of a thread goes, whether it may, and what it meets there. Every fault is reported with block, thread
// and numbers; an access that may not happen does not.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_SIMULATOR_ACCESS_H
#define SDQ_LIB_SIMULATOR_ACCESS_H

#include "Memref.h"

namespace sdq::simulator {

/// A byte of memory.
struct Position {
  MemoryObject *object;
  uint64_t offset;

  uint64_t address() const { return object->address + offset; }
};

/// Where a thread's access goes: `bytes` from there on are in bounds and start at a multiple of `alignment`, or there
/// is a finding and no position. `verb`: "reads", "writes".
using Locate = std::function<std::optional<Position>(BlockState &state, unsigned thread, unsigned bytes,
                                                     unsigned alignment, const char *verb)>;

/// Elements along the last dimension of a memref, from an index on. An error for elements that are not whole bytes.
mlir::FailureOr<Locate> locatorOf(mlir::Operation *op, mlir::Value memref, mlir::ValueRange indices, Decoder &decoder);
/// Bytes from an `!llvm.ptr` on. An error for address spaces that the simulator does not know.
mlir::FailureOr<Locate> locatorOf(mlir::Operation *op, mlir::Value pointer, Decoder &decoder);

/// The position of `elements` elements from `indices` on, as `Locate` has it.
std::optional<Position> locateElements(BlockState &state, const MemrefSlots &memref, llvm::ArrayRef<int64_t> indices,
                                       unsigned thread, int64_t elements, unsigned alignment, const char *verb);

/// Bytes of an element of this type in memory; 0 if it is not a whole number of them.
unsigned bytesOf(mlir::Type element);

/// Reads or writes for a thread and reports what that meets.
void readFor(BlockState &state, const Position &at, unsigned size, unsigned thread, uint8_t *to);
void writeFor(BlockState &state, const Position &at, unsigned size, unsigned thread, const uint8_t *from);
/// Reads and writes at once, atomically.
void updateFor(BlockState &state, const Position &at, unsigned size, unsigned thread,
               llvm::function_ref<void(uint8_t *)> modify);
/// Reports the fault of an access.
void reportFault(BlockState &state, const Position &at, const AccessFault &fault, unsigned thread, const char *verb);

/// Gives each active thread uninitialised memory of its own, the same for each `key` in a block.
void allocatePrivate(BlockState &state, const void *key, const MemrefSlots &memref);

/// What the lanes of a warp access together, to be counted. Lanes may meet different spaces of memory.
class WarpAccess {
public:
  void add(unsigned lane, const Position &at) {
    lanes[size_t(at.object->space)] |= 1u << lane;
    addresses[lane] = at.address();
  }
  /// Counts an access of `bytes` by each lane, in pieces of at most `piece`, as instructions move them.
  void count(BlockState &state, unsigned bytes, unsigned piece) const;

private:
  std::array<uint64_t, 32> addresses{};
  /// By space.
  std::array<uint32_t, 3> lanes{};
};

} // namespace sdq::simulator

#endif // SDQ_LIB_SIMULATOR_ACCESS_H
