//===- Access.cpp - Threads' accesses through memrefs ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Access.h"

#include "sdq/Simulator/MemoryCost.h"

#include "mlir/Dialect/LLVMIR/LLVMTypes.h"

#include "llvm/Support/FormatVariadic.h"

#include <cstring>

using namespace mlir;
using namespace sdq::simulator;

unsigned sdq::simulator::bytesOf(Type element) {
  if (auto vector = dyn_cast<VectorType>(element))
    return unsigned(vector.getNumElements()) * bytesOf(vector.getElementType());
  if (element.isIndex() || isa<LLVM::LLVMPointerType>(element))
    return 8;
  if (element.isInteger(1))
    return 1;
  if (!element.isIntOrFloat() || element.getIntOrFloatBitWidth() % 8 != 0)
    return 0;
  return element.getIntOrFloatBitWidth() / 8;
}

static std::string describe(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

std::optional<Position> sdq::simulator::locateElements(BlockState &state, const MemrefSlots &memref,
                                                       llvm::ArrayRef<int64_t> indices, unsigned thread,
                                                       int64_t elements, unsigned alignment, const char *verb) {
  int64_t offset = int64_t(state.lanes(memref.offset.first)[thread]), bytes = memref.elementBytes;
  for (unsigned dimension = 0; dimension < indices.size(); ++dimension) {
    int64_t index = indices[dimension], size = valueFor(state, memref.sizes[dimension], thread);
    int64_t last = dimension + 1 == indices.size() ? index + elements - 1 : index;
    if (index < 0 || last >= size) {
      state.report(FindingKind::OutOfBounds, thread,
                   llvm::formatv("{0} at index {1} of dimension {2}, whose size is {3}, of {4}", verb,
                                 index < 0 ? index : last, dimension, size, describe(memref.type))
                       .str());
      return std::nullopt;
    }
    offset += index * valueFor(state, memref.strides[dimension], thread) * bytes;
  }
  MemoryObject *object = objectFor(state, memref, thread);
  int64_t end = offset + elements * bytes, size = object ? int64_t(object->bytes.size()) : 0;
  if (offset < 0 || end > size) {
    state.report(FindingKind::OutOfBounds, thread,
                 llvm::formatv("{0} at bytes {1} to {2} of the {3} that {4} has", verb, offset, end - 1, size,
                               describe(memref.type))
                     .str());
    return std::nullopt;
  }
  Position at{object, uint64_t(offset)};
  if (at.address() % alignment == 0)
    return at;
  state.report(FindingKind::Misaligned, thread,
               llvm::formatv("{0} at byte {1} of {2}, expected a multiple of {3}", verb, offset, describe(memref.type),
                             alignment)
                   .str());
  return std::nullopt;
}

FailureOr<Locate> sdq::simulator::locatorOf(Operation *op, Value memref, ValueRange indices, Decoder &decoder) {
  auto type = dyn_cast<MemRefType>(memref.getType());
  if (!type || bytesOf(type.getElementType()) == 0)
    return op->emitOpError() << "accesses " << memref.getType()
                             << "; the simulator knows memrefs with elements of whole bytes";
  FailureOr<MemrefSlots> slots = memrefSlotsOf(memref, decoder);
  FailureOr<llvm::SmallVector<Slot, 4>> at = decoder.slotsOf(indices);
  if (failed(slots) || failed(at))
    return failure();
  return Locate([slots = *slots, at = *at](BlockState &state, unsigned thread, unsigned bytes, unsigned alignment,
                                           const char *verb) {
    llvm::SmallVector<int64_t, 4> indices;
    for (const Slot &slot : at)
      indices.push_back(int64_t(state.lanes(slot.first)[thread]));
    return locateElements(state, slots, indices, thread, bytes / slots.elementBytes, alignment, verb);
  });
}

void sdq::simulator::reportFault(BlockState &state, const Position &at, const AccessFault &fault, unsigned thread,
                                 const char *verb) {
  static constexpr const char *spaces[] = {"global", "shared", "private"};
  const char *space = spaces[size_t(at.object->space)];
  uint64_t offset = at.offset;
  bool isOther = fault.otherBlock != kNobody && fault.otherBlock != state.block;
  std::string other = fault.other == kNobody ? "" : state.nameOf(fault.other, isOther ? fault.otherBlock : state.block);
  switch (fault.kind) {
  case AccessFault::None:
    return;
  case AccessFault::Uninitialized:
    return state.report(FindingKind::UninitializedRead, thread,
                        llvm::formatv("reads {0} memory at byte {1} that nobody wrote", space, offset).str());
  case AccessFault::RaceWithWrite:
  case AccessFault::RaceWithRead:
    return state.report(isOther ? FindingKind::CrossBlockRace : FindingKind::Race, thread,
                        llvm::formatv("{0} {1} memory at byte {2} that {3} {4}, {5}", verb, space, offset, other,
                                      fault.kind == AccessFault::RaceWithWrite ? "writes" : "reads",
                                      isOther ? "and blocks are in no order" : "with no barrier between")
                            .str());
  case AccessFault::Unwaited:
    return state.report(
        FindingKind::UnwaitedCopy, thread,
        llvm::formatv("{0} {1} memory at byte {2} that an asynchronous copy of {3} {4}, before its group is waited for",
                      verb, space, offset, other, at.object->space == Space::Global ? "reads" : "fills")
            .str());
  case AccessFault::Conflict:
    return state.report(
        FindingKind::ConflictingWrite, thread,
        llvm::formatv("writes another value to global memory at byte {0} than {1}, in no order", offset, other).str());
  }
}

void sdq::simulator::readFor(BlockState &state, const Position &at, unsigned size, unsigned thread, uint8_t *to) {
  if (!state.launch.watchesMemory()) {
    std::memcpy(to, at.object->bytes.data() + at.offset, size);
    return;
  }
  AccessFault fault = readBytes(*at.object, at.offset, size, state.stamp(thread), state.block, to);
  reportFault(state, at, fault, thread, "reads");
}

void sdq::simulator::writeFor(BlockState &state, const Position &at, unsigned size, unsigned thread,
                              const uint8_t *from) {
  if (!state.launch.watchesMemory()) {
    std::memcpy(at.object->bytes.data() + at.offset, from, size);
    return;
  }
  AccessFault fault = writeBytes(*at.object, at.offset, size, state.stamp(thread), state.block, from);
  reportFault(state, at, fault, thread, "writes");
}

void sdq::simulator::updateFor(BlockState &state, const Position &at, unsigned size, unsigned thread,
                               llvm::function_ref<void(uint8_t *)> modify) {
  AccessFault fault = updateBytes(*at.object, at.offset, size, state.stamp(thread), state.block, modify);
  reportFault(state, at, fault, thread, "updates");
}

void WarpAccess::count(BlockState &state, unsigned bytes, unsigned piece) const {
  OpCounts &counts = state.counter();
  std::array<uint64_t, 32> at = addresses;
  for (unsigned done = 0; done < bytes; done += piece) {
    if (uint32_t global = lanes[size_t(Space::Global)]) {
      GlobalCost cost = sectorsOf(at, piece, global);
      counts.transactions += cost.transactions;
      counts.sectors += cost.sectors;
    }
    if (uint32_t shared = lanes[size_t(Space::Shared)]) {
      SharedCost cost = bankConflicts(at, piece, shared);
      counts.sharedPasses += cost.passes;
      counts.bankConflicts += cost.conflicts();
    }
    for (uint64_t &address : at)
      address += piece;
  }
}
