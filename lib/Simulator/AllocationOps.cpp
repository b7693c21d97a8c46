//===- AllocationOps.cpp - A thread's own memory, and shared globals ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Access.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace sdq::simulator;

/// What is allocated must have known extents: a thread's stack is laid out before it starts.
static LogicalResult verify(Operation *op, MemRefType type) {
  if (type.hasStaticShape() && type.getLayout().isIdentity() && bytesOf(type.getElementType()) != 0)
    return success();
  return op->emitOpError() << "allocates " << type << "; expected static extents, whole bytes an element and no layout";
}

void sdq::simulator::allocatePrivate(BlockState &state, const void *key, const MemrefSlots &memref) {
  size_t size = size_t(memref.type.getNumElements()) * memref.elementBytes;
  // The next thread's copy starts as aligned as the first one's.
  size_t pitch = (size + 255) / 256 * 256;
  MemoryObject *&object = state.declared[key];
  if (!object)
    object = &state.addObject(Space::Private, pitch * state.threads);
  state.forEachActive([&](unsigned thread) {
    setFor(state, memref, thread, denseState(object, int64_t(thread * pitch), memref.type.getShape()));
    // A second time around, what it held is gone.
    for (SharedRecord &record : object->shared().of(thread * pitch, unsigned(pitch)))
      record.written = false;
  });
}

static FailureOr<Execute> decodeAlloca(Operation *op, Decoder &decoder) {
  FailureOr<MemrefSlots> memref = memrefSlotsOf(op->getResult(0), decoder);
  if (failed(memref) || failed(verify(op, memref->type)))
    return failure();
  return Execute([op, memref = *memref](BlockState &state) { allocatePrivate(state, op, memref); });
}

static FailureOr<Execute> decodeGetGlobal(Operation *op, Decoder &decoder) {
  auto get = cast<memref::GetGlobalOp>(op);
  MemRefType type = get.getType();
  FailureOr<MemrefSlots> memref = memrefSlotsOf(op->getResult(0), decoder);
  if (failed(memref) || failed(verify(op, type)))
    return failure();
  auto global = SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(op, get.getNameAttr());
  if (!global)
    return op->emitOpError() << "names " << get.getNameAttr() << ", which is not a memref.global";
  auto space = dyn_cast_or_null<gpu::AddressSpaceAttr>(type.getMemorySpace());
  auto number = dyn_cast_or_null<IntegerAttr>(type.getMemorySpace());
  bool shared = space ? space.getValue() == gpu::AddressSpace::Workgroup : number && number.getInt() == 3;
  // Shared memory cannot have a value from the start: its globals are declared, or uninitialized.
  if (!shared || !(global.isExternal() || global.isUninitialized()))
    return op->emitOpError() << "names " << get.getNameAttr()
                             << ", which is not shared memory without a value, all that the simulator knows of globals";
  Operation *key = global;
  size_t size = size_t(type.getNumElements()) * bytesOf(type.getElementType());
  return Execute([=, memref = *memref](BlockState &state) {
    MemoryObject *&object = state.declared[key];
    if (!object)
      object = &state.addObject(Space::Shared, size);
    setForAll(state, memref, denseState(object, 0, memref.type.getShape()));
  });
}

void sdq::simulator::addAllocationOps(Decoder &decoder) {
  decoder.add<memref::AllocaOp>(decodeAlloca);
  decoder.add<memref::GetGlobalOp>(decodeGetGlobal);
}
