//===- Memref.h - What memrefs refer to, thread by thread -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A memref is a value like any other: its components are the object it refers to, the bytes where its base (the buffer
// that views share) and its first element are, and those extents and strides that its type leaves open, each for every
// thread. So control flow carries, chooses and passes on memrefs as it does numbers, and threads may disagree about all
// of it.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_SIMULATOR_MEMREF_H
#define SDQ_LIB_SIMULATOR_MEMREF_H

#include "Engine.h"

namespace sdq::simulator {

/// A constant, or an operand.
using Extent = std::variant<int64_t, Slot>;
using Extents = llvm::SmallVector<Extent, 4>;

/// Offsets, sizes or strides that are partly operands.
mlir::FailureOr<Extents> mixed(llvm::ArrayRef<mlir::OpFoldResult> values, Decoder &decoder);

inline int64_t valueFor(BlockState &state, const Extent &value, unsigned thread) {
  if (const int64_t *constant = std::get_if<int64_t>(&value))
    return *constant;
  return int64_t(state.lanes(std::get<Slot>(value).first)[thread]);
}

/// Components of a memref's slot; none for layouts that are not strided.
unsigned componentsOf(mlir::MemRefType type);

/// Where the parts of a memref's value lie. Strides are in elements.
struct MemrefSlots {
  mlir::MemRefType type;
  Slot object, base, offset;
  Extents sizes, strides;
  /// Of an element in memory; 0 where that is not whole bytes.
  unsigned elementBytes = 0;
};
mlir::FailureOr<MemrefSlots> memrefSlotsOf(mlir::Value memref, Decoder &decoder);

/// One thread's memref.
struct MemrefState {
  MemoryObject *object = nullptr;
  /// Bytes from the object's start to the base, which `memref.reinterpret_cast` counts from, and to the first element.
  int64_t base = 0, offset = 0;
  llvm::SmallVector<int64_t, 4> sizes, strides;
};

inline MemoryObject *objectFor(BlockState &state, const MemrefSlots &memref, unsigned thread) {
  return reinterpret_cast<MemoryObject *>(state.lanes(memref.object.first)[thread]);
}
MemrefState valueFor(BlockState &state, const MemrefSlots &memref, unsigned thread);
void setFor(BlockState &state, const MemrefSlots &memref, unsigned thread, const MemrefState &value);
/// The same for all threads of the block.
void setForAll(BlockState &state, const MemrefSlots &memref, const MemrefState &value);

/// A dense row-major memref that starts at its base.
MemrefState denseState(MemoryObject *object, int64_t base, llvm::ArrayRef<int64_t> sizes);

} // namespace sdq::simulator

#endif // SDQ_LIB_SIMULATOR_MEMREF_H
