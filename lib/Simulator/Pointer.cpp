//===- Pointer.cpp - Addresses of LLVM pointers ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Pointer.h"

#include "mlir/Dialect/LLVMIR/LLVMTypes.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace sdq::simulator;

std::optional<AddressSpace> sdq::simulator::addressSpaceOf(Type pointer) {
  auto type = dyn_cast<LLVM::LLVMPointerType>(pointer);
  if (!type)
    return std::nullopt;
  switch (type.getAddressSpace()) {
  case 0:
    return AddressSpace::Generic;
  case 1:
    return AddressSpace::Global;
  case 3:
    return AddressSpace::Shared;
  case 5:
    return AddressSpace::Private;
  default:
    return std::nullopt;
  }
}

std::optional<AddressSpace> sdq::simulator::addressSpaceOf(MemRefType memref) {
  Attribute space = memref.getMemorySpace();
  if (!space)
    return AddressSpace::Generic;
  if (auto gpuSpace = dyn_cast<gpu::AddressSpaceAttr>(space))
    switch (gpuSpace.getValue()) {
    case gpu::AddressSpace::Global:
      return AddressSpace::Global;
    case gpu::AddressSpace::Workgroup:
      return AddressSpace::Shared;
    default:
      // As the lowering to NVVM has it.
      return AddressSpace::Generic;
    }
  if (auto number = dyn_cast<IntegerAttr>(space))
    return addressSpaceOf(LLVM::LLVMPointerType::get(memref.getContext(), unsigned(number.getInt())));
  return std::nullopt;
}

uint64_t sdq::simulator::toGeneric(AddressSpace from, uint64_t address) {
  return from == AddressSpace::Shared    ? address + kSharedWindow
         : from == AddressSpace::Private ? address + kPrivateWindow
                                         : address;
}

uint64_t sdq::simulator::fromGeneric(AddressSpace to, uint64_t address) { return address - toGeneric(to, 0); }

uint64_t sdq::simulator::addressOf(AddressSpace space, const Position &at) {
  static constexpr AddressSpace own[] = {AddressSpace::Global, AddressSpace::Shared, AddressSpace::Private};
  AddressSpace from = own[size_t(at.object->space)];
  return from == space ? at.address() : fromGeneric(space, toGeneric(from, at.address()));
}

/// The object of the list with the largest address up to `address`.
template <typename Objects>
static std::optional<Position> find(const Objects &objects, uint64_t address) {
  auto after = llvm::upper_bound(objects, address,
                                 [](uint64_t address, const auto &object) { return address < object->address; });
  if (after == objects.begin())
    return std::nullopt;
  MemoryObject &object = **std::prev(after);
  return Position{&object, address - object.address};
}

FailureOr<Locate> sdq::simulator::locatorOf(Operation *op, Value pointer, Decoder &decoder) {
  std::optional<AddressSpace> space = addressSpaceOf(pointer.getType());
  if (!space)
    return op->emitOpError() << "accesses " << pointer.getType()
                             << "; the simulator knows address spaces 0 (generic), 1 (global), 3 (shared), 5 (private)";
  FailureOr<Slot> slot = decoder.slotOf(pointer);
  if (failed(slot))
    return failure();
  return Locate([space = *space, slot = *slot](BlockState &state, unsigned thread, unsigned bytes, unsigned alignment,
                                               const char *verb) -> std::optional<Position> {
    uint64_t given = state.lanes(slot.first)[thread], generic = toGeneric(space, given);
    std::optional<Position> at = generic >= kPrivateWindow  ? find(state.privateObjects, generic - kPrivateWindow)
                                 : generic >= kSharedWindow ? find(state.sharedObjects, generic - kSharedWindow)
                                                            : find(state.launch.objects, generic);
    if (!at || at->offset + bytes > at->object->bytes.size()) {
      state.report(FindingKind::OutOfBounds, thread,
                   llvm::formatv("{0} {1} bytes at address {2:x}, which lie in no object", verb, bytes, given).str());
      return std::nullopt;
    }
    if (at->address() % alignment == 0)
      return at;
    state.report(FindingKind::Misaligned, thread,
                 llvm::formatv("{0} at address {1:x}, expected a multiple of {2}", verb, given, alignment).str());
    return std::nullopt;
  });
}
