//===- VectorMemoryOps.cpp - Vectors moved element by element -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Accesses under masks, of scattered elements, or with padding: each element of a vector has a place of its own or
// none. They are counted as their lowering moves them, an element at a time.
//
//===----------------------------------------------------------------------===//

#include "Access.h"
#include "Elementwise.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cstring>

using namespace mlir;
using namespace sdq::simulator;

using Indices = llvm::SmallVector<int64_t, 4>;
/// The indices of a vector's element in the memref, for a thread; none if it is not accessed.
using PlaceOf = std::function<std::optional<Indices>(BlockState &state, unsigned thread, unsigned element)>;

/// Moves the elements of `value` that have a place. Of a load, the others are taken from `other`, whose components
/// repeat.
template <bool Store>
static Execute moveElements(MemrefSlots memref, Slot value, std::optional<Slot> other, PlaceOf placeOf) {
  return [=](BlockState &state) {
    unsigned bytes = memref.elementBytes;
    for (unsigned warp = 0; warp < state.warps; ++warp)
      for (unsigned element = 0; element < value.components; ++element) {
        WarpAccess together;
        for (uint32_t left = state.active[warp]; left != 0; left &= left - 1) {
          unsigned lane = unsigned(llvm::countr_zero(left)), thread = 32 * warp + lane;
          uint64_t *code = state.lanes(value.first + element) + thread;
          std::optional<Indices> place = placeOf(state, thread, element);
          if (!Store)
            *code = other && !place ? state.lanes(other->first + element % other->components)[thread] : 0;
          if (!place)
            continue;
          std::optional<Position> at =
              locateElements(state, memref, *place, thread, 1, bytes, Store ? "writes" : "reads");
          if (!at)
            continue;
          together.add(lane, *at);
          if constexpr (Store) {
            writeFor(state, *at, bytes, thread, reinterpret_cast<const uint8_t *>(code));
          } else {
            readFor(state, *at, bytes, thread, reinterpret_cast<uint8_t *>(code));
            *code &= value.mask();
          }
        }
        together.count(state, bytes, bytes);
      }
  };
}

static Indices indicesFor(BlockState &state, llvm::ArrayRef<Slot> slots, unsigned thread) {
  Indices indices;
  for (const Slot &slot : slots)
    indices.push_back(int64_t(state.lanes(slot.first)[thread]));
  return indices;
}

static bool isSet(BlockState &state, const Slot &mask, unsigned component, unsigned thread) {
  return state.lanes(mask.first + component)[thread] & 1;
}

/// The memref whose scalars `op` moves; an error for tensors and for other elements.
static FailureOr<MemrefSlots> scalarMemref(Operation *op, Value base, Decoder &decoder) {
  auto type = dyn_cast<MemRefType>(base.getType());
  if (!type || isa<VectorType>(type.getElementType()) || bytesOf(type.getElementType()) == 0)
    return op->emitOpError() << "moves elements of " << base.getType()
                             << "; the simulator knows memrefs with scalars of whole bytes";
  return memrefSlotsOf(base, decoder);
}

//===----------------------------------------------------------------------===//
// maskedload, maskedstore, gather, scatter, expandload, compressstore
//===----------------------------------------------------------------------===//

namespace {
/// How far along the last dimension an element under a set mask lies.
enum class Step { Element, Index, SetBefore };
} // namespace

template <bool Store, Step How, typename Op>
static FailureOr<Execute> decodeMasked(Operation *op, Decoder &decoder) {
  auto masked = cast<Op>(op);
  Operation::operand_range starts = [&] {
    if constexpr (How == Step::Index)
      return masked.getOffsets();
    else
      return masked.getIndices();
  }();
  FailureOr<MemrefSlots> memref = scalarMemref(op, masked.getBase(), decoder);
  FailureOr<llvm::SmallVector<Slot, 4>> start = decoder.slotsOf(starts);
  FailureOr<Slot> mask = decoder.slotOf(masked.getMask()), steps = mask, value, other = mask;
  if constexpr (How == Step::Index)
    steps = decoder.slotOf(masked.getIndices());
  if constexpr (Store) {
    value = decoder.slotOf(masked.getValueToStore());
  } else {
    value = decoder.slotOf(masked.getResult());
    other = decoder.slotOf(masked.getPassThru());
  }
  if (failed(memref) || failed(start) || failed(mask) || failed(steps) || failed(value) || failed(other))
    return failure();
  if (start->empty())
    return op->emitOpError() << "moves elements of a memref without dimensions, which the simulator does not know";
  PlaceOf placeOf = [=, start = *start, mask = *mask, steps = *steps](BlockState &state, unsigned thread,
                                                                      unsigned element) -> std::optional<Indices> {
    if (!isSet(state, mask, element, thread))
      return std::nullopt;
    Indices at = indicesFor(state, start, thread);
    if (How == Step::Element)
      at.back() += element;
    if (How == Step::Index)
      at.back() += signExtend(state.lanes(steps.first + element)[thread], steps.bits);
    if (How == Step::SetBefore)
      for (unsigned before = 0; before < element; ++before)
        at.back() += isSet(state, mask, before, thread);
    return at;
  };
  return moveElements<Store>(*memref, *value, Store ? std::nullopt : std::optional<Slot>(*other), placeOf);
}

//===----------------------------------------------------------------------===//
// transfer_read, transfer_write
//===----------------------------------------------------------------------===//

/// The coordinates of element `number` of a vector, row-major.
static Indices coordinatesOf(llvm::ArrayRef<int64_t> shape, int64_t number) {
  Indices coordinates(shape.size(), 0);
  for (size_t dimension = shape.size(); dimension-- > 0; number /= shape[dimension])
    coordinates[dimension] = number % shape[dimension];
  return coordinates;
}

namespace {
/// Where a vector's element goes, as the op's permutation map has it.
struct TransferElement {
  /// What is added to each index.
  Indices steps;
  /// Its component of the mask.
  unsigned mask = 0;
};
} // namespace

template <bool Store, typename Op>
static FailureOr<Execute> decodeTransfer(Operation *op, Decoder &decoder) {
  auto transfer = cast<Op>(op);
  FailureOr<MemrefSlots> memref = scalarMemref(op, transfer.getBase(), decoder);
  FailureOr<llvm::SmallVector<Slot, 4>> start = decoder.slotsOf(transfer.getIndices());
  FailureOr<Slot> value = decoder.slotOf(transfer.getVector());
  if (failed(memref) || failed(start) || failed(value))
    return failure();
  std::optional<Slot> mask, padding;
  if (transfer.getMask()) {
    FailureOr<Slot> slot = decoder.slotOf(transfer.getMask());
    if (failed(slot))
      return failure();
    mask = *slot;
  }
  if constexpr (!Store) {
    FailureOr<Slot> slot = decoder.slotOf(transfer.getPadding());
    if (failed(slot))
      return failure();
    padding = *slot;
  }
  VectorType type = transfer.getVectorType();
  AffineMap map = transfer.getPermutationMap();
  unsigned rank = unsigned(start->size());
  // Dimensions of the memref that may end before the vector does; a broadcast one never does.
  llvm::SmallBitVector open(rank);
  llvm::SmallVector<std::optional<unsigned>, 4> dimensionOf(type.getRank());
  for (auto [position, expression] : llvm::enumerate(map.getResults()))
    if (auto dimension = dyn_cast<AffineDimExpr>(expression)) {
      dimensionOf[position] = dimension.getPosition();
      if (!transfer.isDimInBounds(unsigned(position)))
        open.set(dimension.getPosition());
    }
  auto maskType = mask ? cast<VectorType>(transfer.getMask().getType()) : VectorType();
  std::vector<TransferElement> elements(type.getNumElements());
  for (auto [number, element] : llvm::enumerate(elements)) {
    Indices coordinates = coordinatesOf(type.getShape(), int64_t(number));
    element.steps.assign(rank, 0);
    llvm::SmallVector<std::optional<int64_t>, 4> byDimension(rank);
    for (auto [position, dimension] : llvm::enumerate(dimensionOf))
      if (dimension) {
        element.steps[*dimension] = coordinates[position];
        byDimension[*dimension] = coordinates[position];
      }
    // A mask has the dimensions that are not broadcast, in the memref's order.
    unsigned axis = 0;
    for (const std::optional<int64_t> &coordinate : byDimension)
      if (mask && coordinate)
        element.mask = element.mask * unsigned(maskType.getDimSize(axis++)) + unsigned(*coordinate);
  }
  PlaceOf placeOf = [=, memref = *memref, start = *start](BlockState &state, unsigned thread,
                                                          unsigned number) -> std::optional<Indices> {
    const TransferElement &element = elements[number];
    if (mask && !isSet(state, *mask, element.mask, thread))
      return std::nullopt;
    Indices at = indicesFor(state, start, thread);
    for (unsigned dimension = 0; dimension < rank; ++dimension) {
      at[dimension] += element.steps[dimension];
      if (open[dimension] && (at[dimension] < 0 || at[dimension] >= valueFor(state, memref.sizes[dimension], thread)))
        return std::nullopt;
    }
    return at;
  };
  return moveElements<Store>(*memref, *value, padding, placeOf);
}

void sdq::simulator::addVectorMemoryOps(Decoder &decoder) {
  decoder.add<vector::MaskedLoadOp>(decodeMasked<false, Step::Element, vector::MaskedLoadOp>);
  decoder.add<vector::MaskedStoreOp>(decodeMasked<true, Step::Element, vector::MaskedStoreOp>);
  decoder.add<vector::GatherOp>(decodeMasked<false, Step::Index, vector::GatherOp>);
  decoder.add<vector::ScatterOp>(decodeMasked<true, Step::Index, vector::ScatterOp>);
  decoder.add<vector::ExpandLoadOp>(decodeMasked<false, Step::SetBefore, vector::ExpandLoadOp>);
  decoder.add<vector::CompressStoreOp>(decodeMasked<true, Step::SetBefore, vector::CompressStoreOp>);
  decoder.add<vector::TransferReadOp>(decodeTransfer<false, vector::TransferReadOp>);
  decoder.add<vector::TransferWriteOp>(decodeTransfer<true, vector::TransferWriteOp>);
}
