//===- MemoryOps.cpp - Loads and stores -----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Access.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cstring>

using namespace mlir;
using namespace sdq::simulator;

/// One access of every active thread: component i of `value` is element i there. A warp moves `alignment` bytes of a
/// lane at once, at most 16.
template <bool Store>
static void access(BlockState &state, const Locate &locate, const Slot &value, unsigned elementBytes,
                   unsigned alignment) {
  unsigned elements = value.components, size = elements * elementBytes;
  for (unsigned warp = 0; warp < state.warps; ++warp) {
    WarpAccess together;
    for (uint32_t left = state.active[warp]; left != 0; left &= left - 1) {
      unsigned lane = unsigned(llvm::countr_zero(left)), thread = 32 * warp + lane;
      std::optional<Position> at = locate(state, thread, size, alignment, Store ? "writes" : "reads");
      uint8_t bytes[256] = {};
      if (Store)
        for (unsigned element = 0; element < elements; ++element)
          std::memcpy(bytes + element * elementBytes, state.lanes(value.first + element) + thread, elementBytes);
      if (at) {
        together.add(lane, *at);
        if constexpr (Store)
          writeFor(state, *at, size, thread, bytes);
        else
          readFor(state, *at, size, thread, bytes);
      }
      if (!Store)
        for (unsigned element = 0; element < elements; ++element) {
          uint64_t code = 0;
          std::memcpy(&code, bytes + element * elementBytes, elementBytes);
          state.lanes(value.first + element)[thread] = code & value.mask();
        }
    }
    together.count(state, size, std::min({alignment, size, 16u}));
  }
}

/// `alignment`: 0 for that of an element.
template <bool Store>
static FailureOr<Execute> decodeAccess(Operation *op, FailureOr<Locate> locate, Value value, uint64_t alignment,
                                       Decoder &decoder) {
  FailureOr<Slot> slot = decoder.slotOf(value);
  if (failed(locate) || failed(slot))
    return failure();
  unsigned elementBytes = bytesOf(getElementTypeOrSelf(value.getType())), size = slot->components * elementBytes;
  if (elementBytes == 0)
    return op->emitOpError() << "moves " << value.getType() << "; the simulator knows elements of whole bytes";
  if (size > 256)
    return op->emitOpError() << "moves " << size << " bytes a thread, the simulator at most 256";
  unsigned aligned = alignment == 0 ? elementBytes : unsigned(alignment);
  return Execute([=, locate = *locate, slot = *slot](BlockState &state) {
    access<Store>(state, locate, slot, elementBytes, aligned);
  });
}

/// The locator of a memref's elements, of which a vector takes several along the last dimension.
static FailureOr<Locate> elementsOf(Operation *op, Value memref, ValueRange indices, Type value, Decoder &decoder) {
  auto type = cast<MemRefType>(memref.getType());
  if (!type.isLastDimUnitStride() && value != type.getElementType() && cast<VectorType>(value).getNumElements() != 1)
    return op->emitOpError() << "moves a vector along a dimension of stride other than 1";
  return locatorOf(op, memref, indices, decoder);
}

template <typename Op>
static FailureOr<Execute> decodeLoad(Operation *op, Decoder &decoder) {
  auto load = cast<Op>(op);
  auto locate = elementsOf(op, op->getOperand(0), load.getIndices(), op->getResult(0).getType(), decoder);
  return decodeAccess<false>(op, locate, op->getResult(0), load.getAlignment().value_or(0), decoder);
}

template <typename Op>
static FailureOr<Execute> decodeStore(Operation *op, Decoder &decoder) {
  auto store = cast<Op>(op);
  Value value = op->getOperand(0);
  auto locate = elementsOf(op, op->getOperand(1), store.getIndices(), value.getType(), decoder);
  return decodeAccess<true>(op, locate, value, store.getAlignment().value_or(0), decoder);
}

/// Without an alignment, LLVM's is the type's natural one: a vector's is its size.
static uint64_t alignmentOf(Type type, std::optional<uint64_t> given) {
  return given && *given != 0 ? *given : llvm::PowerOf2Ceil(bytesOf(type));
}

static FailureOr<Execute> decodePointerLoad(Operation *op, Decoder &decoder) {
  auto load = cast<LLVM::LoadOp>(op);
  uint64_t alignment = alignmentOf(load.getType(), load.getAlignment());
  return decodeAccess<false>(op, locatorOf(op, load.getAddr(), decoder), load.getResult(), alignment, decoder);
}

static FailureOr<Execute> decodePointerStore(Operation *op, Decoder &decoder) {
  auto store = cast<LLVM::StoreOp>(op);
  uint64_t alignment = alignmentOf(store.getValue().getType(), store.getAlignment());
  return decodeAccess<true>(op, locatorOf(op, store.getAddr(), decoder), store.getValue(), alignment, decoder);
}

void sdq::simulator::addMemoryOps(Decoder &decoder) {
  decoder.add<memref::LoadOp>(decodeLoad<memref::LoadOp>);
  decoder.add<memref::StoreOp>(decodeStore<memref::StoreOp>);
  decoder.add<vector::LoadOp>(decodeLoad<vector::LoadOp>);
  decoder.add<vector::StoreOp>(decodeStore<vector::StoreOp>);
  decoder.add<LLVM::LoadOp>(decodePointerLoad);
  decoder.add<LLVM::StoreOp>(decodePointerStore);
}
