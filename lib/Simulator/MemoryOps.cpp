//===- MemoryOps.cpp - Loads, stores and views of memory ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Access.h"
#include "Views.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cstring>

using namespace mlir;
using namespace sdq::simulator;

/// One access of every active thread: `elements` neighbours, element i in component i of `value`. `alignment`: in
/// bytes; a warp moves that much of a lane at once, at most 16.
template <bool Store>
static void access(BlockState &state, const Place &place, const Slot &value, unsigned alignment) {
  MemoryObject &object = *state.memrefs[place.memref.first].object;
  unsigned elements = value.components, size = elements * place.elementBytes;
  unsigned piece = std::min({alignment, size, 16u});
  for (unsigned warp = 0; warp < state.warps; ++warp) {
    uint32_t lanes = 0;
    std::array<uint64_t, 32> offsets{};
    for (uint32_t left = state.active[warp]; left != 0; left &= left - 1) {
      unsigned lane = unsigned(llvm::countr_zero(left)), thread = 32 * warp + lane;
      std::optional<uint64_t> offset = locate(state, place, thread, elements, alignment, Store ? "writes" : "reads");
      uint8_t bytes[256] = {};
      if (Store)
        for (unsigned element = 0; element < elements; ++element)
          std::memcpy(bytes + element * place.elementBytes, state.lanes(value.first + element) + thread,
                      place.elementBytes);
      if (offset) {
        lanes |= 1u << lane;
        offsets[lane] = object.address + *offset;
        if constexpr (Store)
          writeFor(state, object, *offset, size, thread, bytes);
        else
          readFor(state, object, *offset, size, thread, bytes);
      }
      if (!Store)
        for (unsigned element = 0; element < elements; ++element) {
          uint64_t code = 0;
          std::memcpy(&code, bytes + element * place.elementBytes, place.elementBytes);
          state.lanes(value.first + element)[thread] = code & value.mask();
        }
    }
    for (unsigned done = 0; done < size; done += piece) {
      countAccess(state, object.space, offsets, piece, lanes);
      for (uint64_t &offset : offsets)
        offset += piece;
    }
  }
}

template <bool Store>
static FailureOr<Execute> decodeAccess(Operation *op, Value memref, ValueRange indices, Value value,
                                       std::optional<uint64_t> alignment, Decoder &decoder) {
  FailureOr<Place> place = placeOf(op, memref, indices, decoder);
  FailureOr<Slot> slot = decoder.slotOf(value);
  if (failed(place) || failed(slot))
    return failure();
  if (slot->components * place->elementBytes > 256)
    return op->emitOpError() << "moves " << slot->components * place->elementBytes
                             << " bytes a thread, the simulator at most 256";
  if (!place->type.isLastDimUnitStride() && slot->components > 1)
    return op->emitOpError() << "moves a vector along a dimension of stride other than 1";
  unsigned aligned = unsigned(alignment.value_or(0));
  aligned = aligned == 0 ? place->elementBytes : aligned;
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

static FailureOr<Execute> decodeSubView(Operation *op, Decoder &decoder) {
  auto view = cast<memref::SubViewOp>(op);
  FailureOr<Slot> source = decoder.slotOf(view.getSource()), result = decoder.slotOf(view.getResult());
  auto offsets = mixed(view.getMixedOffsets(), decoder), sizes = mixed(view.getMixedSizes(), decoder),
       strides = mixed(view.getMixedStrides(), decoder);
  if (failed(source) || failed(result) || failed(offsets) || failed(sizes) || failed(strides))
    return failure();
  llvm::SmallBitVector dropped = view.getDroppedDims();
  return Execute([=, source = *source, result = *result, offsets = *offsets, sizes = *sizes,
                  strides = *strides](BlockState &state) {
    const MemrefState from = state.memrefs[source.first];
    MemrefState to{from.object, from.elementBytes, {}, {}};
    for (unsigned dimension = 0; dimension < offsets.size(); ++dimension)
      if (!dropped[dimension]) {
        to.sizes.push_back(uniform(state, sizes[dimension]));
        to.strides.push_back(uniform(state, strides[dimension]) * from.strides[dimension]);
      }
    state.memrefs[result.first] = to;
    uint64_t *at = state.lanes(result.first);
    const uint64_t *base = state.lanes(source.first);
    state.forEachActive([&](unsigned thread) {
      at[thread] = base[thread];
      for (unsigned dimension = 0; dimension < offsets.size(); ++dimension)
        at[thread] +=
            uint64_t(valueFor(state, offsets[dimension], thread) * from.strides[dimension] * from.elementBytes);
    });
  });
}

/// The same memory under the same extents.
static FailureOr<Execute> decodeSameMemory(Operation *op, Decoder &decoder) {
  FailureOr<Slot> source = decoder.slotOf(op->getOperand(0)), result = decoder.slotOf(op->getResult(0));
  if (failed(source) || failed(result))
    return failure();
  return Execute([source = *source, result = *result](BlockState &state) {
    state.memrefs[result.first] = state.memrefs[source.first];
    state.copyActive(result, source);
  });
}

static FailureOr<Execute> decodeDim(Operation *op, Decoder &decoder) {
  auto dim = cast<memref::DimOp>(op);
  FailureOr<Slot> source = decoder.slotOf(dim.getSource()), result = decoder.slotOf(dim.getResult());
  std::optional<int64_t> index = dim.getConstantIndex();
  if (failed(source) || failed(result))
    return failure();
  if (!index)
    return op->emitOpError() << "asks for a dimension that is not a constant";
  return Execute([source = *source, result = *result, index = *index](BlockState &state) {
    std::fill_n(state.lanes(result.first), state.padded, uint64_t(state.memrefs[source.first].sizes[index]));
  });
}

/// `memref.view` of bytes: a byte offset and extents of another element type.
static FailureOr<Execute> decodeView(Operation *op, Decoder &decoder) {
  auto view = cast<memref::ViewOp>(op);
  MemRefType type = view.getType();
  FailureOr<Slot> source = decoder.slotOf(view.getSource()), result = decoder.slotOf(view.getResult()),
                  shift = decoder.slotOf(view.getByteShift());
  auto sizes = mixed(mlir::getMixedValues(type.getShape(), view.getSizes(), op->getContext()), decoder);
  unsigned bytes = bytesOf(type.getElementType());
  if (failed(source) || failed(result) || failed(shift) || failed(sizes))
    return failure();
  if (bytes == 0)
    return op->emitOpError() << "makes elements of " << type.getElementType() << ", not whole bytes";
  return Execute([=, source = *source, result = *result, shift = *shift, sizes = *sizes](BlockState &state) {
    MemrefState to{state.memrefs[source.first].object, bytes, {}, {}};
    for (const auto &size : sizes)
      to.sizes.push_back(uniform(state, size));
    to.strides.assign(sizes.size(), 1);
    for (size_t dimension = sizes.size(); dimension-- > 1;)
      to.strides[dimension - 1] = to.strides[dimension] * to.sizes[dimension];
    state.memrefs[result.first] = to;
    uint64_t *at = state.lanes(result.first);
    const uint64_t *base = state.lanes(source.first), *by = state.lanes(shift.first);
    state.forEachActive([&](unsigned thread) { at[thread] = base[thread] + by[thread]; });
  });
}

void sdq::simulator::addMemoryOps(Decoder &decoder) {
  decoder.add<memref::LoadOp>(decodeLoad<memref::LoadOp>);
  decoder.add<memref::StoreOp>(decodeStore<memref::StoreOp>);
  decoder.add<vector::LoadOp>(decodeLoad<vector::LoadOp>);
  decoder.add<vector::StoreOp>(decodeStore<vector::StoreOp>);
  decoder.add<memref::SubViewOp>(decodeSubView);
  decoder.add<memref::CastOp, memref::MemorySpaceCastOp>(decodeSameMemory);
  decoder.add<memref::AssumeAlignmentOp>(decodeSameMemory);
  decoder.add<memref::DimOp>(decodeDim);
  decoder.add<memref::ViewOp>(decodeView);
}
