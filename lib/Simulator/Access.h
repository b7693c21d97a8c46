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

#include "Engine.h"

namespace sdq::simulator {

/// A place in a memref, by indices.
struct Place {
  Slot memref;
  llvm::SmallVector<Slot, 4> indices;
  mlir::MemRefType type;
  /// Of an element in memory.
  unsigned elementBytes = 0;
};

/// Decodes; an error for elements that are not whole bytes.
mlir::FailureOr<Place> placeOf(mlir::Operation *op, mlir::Value memref, mlir::ValueRange indices, Decoder &decoder);

/// Bytes of an element of this type in memory; 0 if it is not a whole number of them.
unsigned bytesOf(mlir::Type element);

/// The thread's byte offset into the memref's object, if `elements` elements along the last dimension are in bounds and
/// start at a multiple of `alignment` bytes. `verb`: "reads", "writes".
std::optional<uint64_t> locate(BlockState &state, const Place &place, unsigned thread, unsigned elements,
                               unsigned alignment, const char *verb);

/// Reads or writes for a thread and reports what that meets.
void readFor(BlockState &state, MemoryObject &object, uint64_t offset, unsigned size, unsigned thread, uint8_t *to);
void writeFor(BlockState &state, MemoryObject &object, uint64_t offset, unsigned size, unsigned thread,
              const uint8_t *from);
/// Reports the fault of an access to `offset`.
void reportFault(BlockState &state, const MemoryObject &object, const AccessFault &fault, uint64_t offset,
                 unsigned thread, const char *verb);

/// A dense row-major memref of all of `object`.
MemrefState denseState(MemoryObject &object, mlir::MemRefType type);
/// Gives each active thread uninitialised memory of its own, the same for each `key` in a block.
void allocatePrivate(BlockState &state, const void *key, const Slot &slot, mlir::MemRefType type);

/// Counts one access of a warp: `lanes` touch `bytes` each at `addresses`.
void countAccess(BlockState &state, Space space, llvm::ArrayRef<uint64_t> addresses, unsigned bytes, uint32_t lanes);

} // namespace sdq::simulator

#endif // SDQ_LIB_SIMULATOR_ACCESS_H
