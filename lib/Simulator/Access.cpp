//===- Access.cpp - Threads' accesses through memrefs ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Access.h"

#include "sdq/Simulator/MemoryCost.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace sdq::simulator;

unsigned sdq::simulator::bytesOf(Type element) {
  if (element.isIndex())
    return 8;
  if (element.isInteger(1))
    return 1;
  if (!element.isIntOrFloat() || element.getIntOrFloatBitWidth() % 8 != 0)
    return 0;
  return element.getIntOrFloatBitWidth() / 8;
}

FailureOr<Place> sdq::simulator::placeOf(Operation *op, Value memref, ValueRange indices, Decoder &decoder) {
  auto type = dyn_cast<MemRefType>(memref.getType());
  if (!type || bytesOf(type.getElementType()) == 0)
    return op->emitOpError() << "accesses " << memref.getType()
                             << "; the simulator knows memrefs with elements of whole bytes";
  FailureOr<Slot> slot = decoder.slotOf(memref);
  FailureOr<llvm::SmallVector<Slot, 4>> slots = decoder.slotsOf(indices);
  if (failed(slot) || failed(slots))
    return failure();
  return Place{*slot, *slots, type, bytesOf(type.getElementType())};
}

static std::string describe(const Place &place) {
  std::string text;
  llvm::raw_string_ostream(text) << place.type;
  return text;
}

std::optional<uint64_t> sdq::simulator::locate(BlockState &state, const Place &place, unsigned thread,
                                               unsigned elements, unsigned alignment, const char *verb) {
  const MemrefState &memref = state.memrefs[place.memref.first];
  int64_t offset = int64_t(state.lanes(place.memref.first)[thread]);
  for (unsigned dimension = 0; dimension < place.indices.size(); ++dimension) {
    int64_t index = int64_t(state.lanes(place.indices[dimension].first)[thread]), size = memref.sizes[dimension];
    int64_t last = dimension + 1 == place.indices.size() ? index + int64_t(elements) - 1 : index;
    if (index < 0 || last >= size) {
      state.report(FindingKind::OutOfBounds, thread,
                   llvm::formatv("{0} at index {1} of dimension {2}, whose size is {3}, of {4}", verb,
                                 index < 0 ? index : last, dimension, size, describe(place))
                       .str());
      return std::nullopt;
    }
    offset += index * memref.strides[dimension] * int64_t(place.elementBytes);
  }
  int64_t end = offset + int64_t(elements * place.elementBytes);
  if (offset < 0 || end > int64_t(memref.object->bytes.size())) {
    state.report(FindingKind::OutOfBounds, thread,
                 llvm::formatv("{0} at bytes {1} to {2} of the {3} that {4} has", verb, offset, end - 1,
                               memref.object->bytes.size(), describe(place))
                     .str());
    return std::nullopt;
  }
  if ((memref.object->address + uint64_t(offset)) % alignment != 0) {
    state.report(
        FindingKind::Misaligned, thread,
        llvm::formatv("{0} at byte {1} of {2}, expected a multiple of {3}", verb, offset, describe(place), alignment)
            .str());
    return std::nullopt;
  }
  return uint64_t(offset);
}

void sdq::simulator::reportFault(BlockState &state, const MemoryObject &object, const AccessFault &fault,
                                 uint64_t offset, unsigned thread, const char *verb) {
  static constexpr const char *spaces[] = {"global", "shared", "private"};
  const char *space = spaces[size_t(object.space)];
  switch (fault.kind) {
  case AccessFault::None:
    return;
  case AccessFault::Uninitialized:
    return state.report(FindingKind::UninitializedRead, thread,
                        llvm::formatv("reads {0} memory at byte {1} that nobody wrote", space, offset).str());
  case AccessFault::RaceWithWrite:
  case AccessFault::RaceWithRead:
    return state.report(FindingKind::Race, thread,
                        llvm::formatv("{0} {1} memory at byte {2} that {3} {4}, with no barrier between", verb, space,
                                      offset, state.nameOf(fault.other),
                                      fault.kind == AccessFault::RaceWithWrite ? "writes" : "reads")
                            .str());
  case AccessFault::Unwaited:
    return state.report(
        FindingKind::UnwaitedCopy, thread,
        llvm::formatv("{0} shared memory at byte {1} that an asynchronous copy of {2} fills, before its "
                      "group is waited for",
                      verb, offset, state.nameOf(fault.other))
            .str());
  case AccessFault::Conflict:
    return state.report(FindingKind::ConflictingWrite, thread,
                        llvm::formatv("writes another value to global memory at byte {0} than thread {1} of block "
                                      "number {2}, in no order",
                                      offset, fault.other, fault.otherBlock)
                            .str());
  }
}

void sdq::simulator::readFor(BlockState &state, MemoryObject &object, uint64_t offset, unsigned size, unsigned thread,
                             uint8_t *to) {
  AccessFault fault = readBytes(object, offset, size, state.stamp(thread), state.block, to);
  reportFault(state, object, fault, offset, thread, "reads");
}

void sdq::simulator::writeFor(BlockState &state, MemoryObject &object, uint64_t offset, unsigned size, unsigned thread,
                              const uint8_t *from) {
  AccessFault fault = writeBytes(object, offset, size, state.stamp(thread), state.block, from);
  reportFault(state, object, fault, offset, thread, "writes");
}

void sdq::simulator::countAccess(BlockState &state, Space space, llvm::ArrayRef<uint64_t> addresses, unsigned bytes,
                                 uint32_t lanes) {
  OpCounts &counts = state.counter();
  if (space == Space::Global) {
    GlobalCost cost = sectorsOf(addresses, bytes, lanes);
    counts.transactions += cost.transactions;
    counts.sectors += cost.sectors;
  } else if (space == Space::Shared) {
    SharedCost cost = bankConflicts(addresses, bytes, lanes);
    counts.sharedPasses += cost.passes;
    counts.bankConflicts += cost.conflicts();
  }
}
