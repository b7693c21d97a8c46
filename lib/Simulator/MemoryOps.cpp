//===- MemoryOps.cpp - Loads and stores -----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Access.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cstring>

using namespace mlir;
using namespace sdq::simulator;

/// One access of every active thread: `elements` neighbours, element i in component i of `value`. `alignment`: in
/// bytes; a warp moves that much of a lane at once, at most 16.
template <bool Store>
static void access(BlockState &state, const Place &place, const Slot &value, unsigned alignment) {
  unsigned elements = value.components, elementBytes = place.memref.elementBytes, size = elements * elementBytes;
  for (unsigned warp = 0; warp < state.warps; ++warp) {
    WarpAccess together;
    for (uint32_t left = state.active[warp]; left != 0; left &= left - 1) {
      unsigned lane = unsigned(llvm::countr_zero(left)), thread = 32 * warp + lane;
      std::optional<Position> at = locate(state, place, thread, elements, alignment, Store ? "writes" : "reads");
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

template <bool Store>
static FailureOr<Execute> decodeAccess(Operation *op, Value memref, ValueRange indices, Value value,
                                       std::optional<uint64_t> alignment, Decoder &decoder) {
  FailureOr<Place> place = placeOf(op, memref, indices, decoder);
  FailureOr<Slot> slot = decoder.slotOf(value);
  if (failed(place) || failed(slot))
    return failure();
  unsigned elementBytes = place->memref.elementBytes;
  if (slot->components * elementBytes > 256)
    return op->emitOpError() << "moves " << slot->components * elementBytes
                             << " bytes a thread, the simulator at most 256";
  if (!place->memref.type.isLastDimUnitStride() && slot->components > 1)
    return op->emitOpError() << "moves a vector along a dimension of stride other than 1";
  unsigned aligned = unsigned(alignment.value_or(0));
  aligned = aligned == 0 ? elementBytes : aligned;
  return Execute([=, place = *place, slot = *slot](BlockState &state) { access<Store>(state, place, slot, aligned); });
}

template <typename Op>
static FailureOr<Execute> decodeLoad(Operation *op, Decoder &decoder) {
  auto load = cast<Op>(op);
  Value memref;
  if constexpr (std::is_same_v<Op, vector::LoadOp>)
    memref = load.getBase();
  else
    memref = load.getMemRef();
  return decodeAccess<false>(op, memref, load.getIndices(), load.getResult(), load.getAlignment(), decoder);
}

template <typename Op>
static FailureOr<Execute> decodeStore(Operation *op, Decoder &decoder) {
  auto store = cast<Op>(op);
  Value memref;
  if constexpr (std::is_same_v<Op, vector::StoreOp>)
    memref = store.getBase();
  else
    memref = store.getMemRef();
  return decodeAccess<true>(op, memref, store.getIndices(), op->getOperand(0), store.getAlignment(), decoder);
}

void sdq::simulator::addMemoryOps(Decoder &decoder) {
  decoder.add<memref::LoadOp>(decodeLoad<memref::LoadOp>);
  decoder.add<memref::StoreOp>(decodeStore<memref::StoreOp>);
  decoder.add<vector::LoadOp>(decodeLoad<vector::LoadOp>);
  decoder.add<vector::StoreOp>(decodeStore<vector::StoreOp>);
}
