//===- PointerOps.cpp - Arithmetic of LLVM pointers -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"
#include "Pointer.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"

using namespace mlir;
using namespace sdq::simulator;

/// What a pointer that a memref's base becomes holds.
static FailureOr<Execute> decodeAlignedPointer(Operation *op, Decoder &decoder) {
  auto extract = cast<memref::ExtractAlignedPointerAsIndexOp>(op);
  auto type = dyn_cast<MemRefType>(extract.getSource().getType());
  std::optional<AddressSpace> space = type ? addressSpaceOf(type) : std::nullopt;
  if (!space)
    return op->emitOpError() << "takes the address of " << extract.getSource().getType()
                             << ", which the simulator does not know";
  FailureOr<MemrefSlots> source = memrefSlotsOf(extract.getSource(), decoder);
  FailureOr<Slot> result = decoder.slotOf(extract.getResult());
  if (failed(source) || failed(result))
    return failure();
  return Execute([space = *space, source = *source, result = *result](BlockState &state) {
    state.forEachActive([&](unsigned thread) {
      MemoryObject *object = objectFor(state, source, thread);
      Position at{object, state.lanes(source.base.first)[thread]};
      state.lanes(result.first)[thread] = object ? addressOf(space, at) : 0;
    });
  });
}

/// A number taken for a pointer, or the other way round.
static FailureOr<Execute> decodeSameNumber(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  return elementwise([](uint64_t a) { return a; }, slots->result, slots->operands[0]);
}

static FailureOr<Execute> decodeAddressSpaceCast(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  std::optional<AddressSpace> from = addressSpaceOf(op->getOperand(0).getType()),
                              to = addressSpaceOf(op->getResult(0).getType());
  if (failed(slots))
    return failure();
  if (!from || !to)
    return op->emitOpError() << "changes between address spaces that the simulator does not know";
  return elementwise([=](uint64_t a) { return fromGeneric(*to, toGeneric(*from, a)); }, slots->result,
                     slots->operands[0]);
}

namespace {
/// A byte offset: a constant, and operands times bytes.
struct ByteOffset {
  int64_t constant = 0;
  llvm::SmallVector<std::pair<Slot, int64_t>, 2> scaled;
};
} // namespace

/// Byte offset of a struct's member.
static int64_t memberOffset(LLVM::LLVMStructType type, int64_t member, const DataLayout &layout) {
  uint64_t offset = 0;
  for (auto [index, body] : llvm::enumerate(type.getBody())) {
    if (!type.isPacked())
      offset = llvm::alignTo(offset, layout.getTypeABIAlignment(body));
    if (int64_t(index) == member)
      break;
    offset += layout.getTypeSize(body).getFixedValue();
  }
  return int64_t(offset);
}

static FailureOr<Execute> decodeElementPointer(Operation *op, Decoder &decoder) {
  auto element = cast<LLVM::GEPOp>(op);
  FailureOr<Slot> base = decoder.slotOf(element.getBase()), result = decoder.slotOf(element.getResult());
  if (failed(base) || failed(result))
    return failure();
  if (result->components != 1)
    return op->emitOpError() << "makes a vector of pointers, which the simulator does not know";
  DataLayout layout = DataLayout::closest(op);
  ByteOffset offset;
  Type type = element.getElemType();
  bool first = true;
  for (auto index : element.getIndices()) {
    int64_t pitch;
    if (first) {
      pitch = int64_t(layout.getTypeSize(type).getFixedValue());
    } else if (auto structure = dyn_cast<LLVM::LLVMStructType>(type)) {
      int64_t member = cast<IntegerAttr>(index).getInt();
      offset.constant += memberOffset(structure, member, layout);
      type = structure.getBody()[member];
      continue;
    } else if (auto array = dyn_cast<LLVM::LLVMArrayType>(type)) {
      type = array.getElementType();
      pitch = int64_t(layout.getTypeSize(type).getFixedValue());
    } else if (auto vector = dyn_cast<VectorType>(type)) {
      type = vector.getElementType();
      pitch = int64_t(layout.getTypeSize(type).getFixedValue());
    } else {
      return op->emitOpError() << "steps into " << type << ", which the simulator does not know";
    }
    first = false;
    if (auto constant = dyn_cast<IntegerAttr>(index)) {
      offset.constant += constant.getInt() * pitch;
      continue;
    }
    FailureOr<Slot> slot = decoder.slotOf(cast<Value>(index));
    if (failed(slot))
      return failure();
    offset.scaled.push_back({*slot, pitch});
  }
  return Execute([base = *base, result = *result, offset](BlockState &state) {
    const uint64_t *from = state.lanes(base.first);
    uint64_t *to = state.lanes(result.first);
    for (unsigned thread = 0; thread < state.padded; ++thread) {
      uint64_t address = from[thread] + uint64_t(offset.constant);
      for (const auto &[slot, pitch] : offset.scaled)
        address += uint64_t(signExtend(state.lanes(slot.first)[thread], slot.bits) * pitch);
      to[thread] = address;
    }
  });
}

/// The address of shared memory that an `llvm.mlir.global` declares.
static FailureOr<Execute> decodeAddressOf(Operation *op, Decoder &decoder) {
  auto address = cast<LLVM::AddressOfOp>(op);
  FailureOr<Slot> result = decoder.slotOf(address.getResult());
  if (failed(result))
    return failure();
  auto global = SymbolTable::lookupNearestSymbolFrom<LLVM::GlobalOp>(op, address.getGlobalNameAttr());
  if (!global || global.getAddrSpace() != 3 || global.getValueAttr() || global.getInitializerBlock())
    return op->emitOpError() << "names " << address.getGlobalNameAttr()
                             << ", which is not shared memory without a value, all that the simulator knows of globals";
  size_t size = DataLayout::closest(op).getTypeSize(global.getType()).getFixedValue();
  const void *key = global.getOperation();
  return Execute([=, result = *result](BlockState &state) {
    MemoryObject *&object = state.declared[key];
    if (!object)
      // An array without extents is the launch's dynamic shared memory.
      object = &state.addObject(Space::Shared, size != 0 ? size : state.launch.config.dynamicSharedBytes);
    std::fill_n(state.lanes(result.first), state.padded, object->address);
  });
}

void sdq::simulator::addPointerOps(Decoder &decoder) {
  decoder.add<memref::ExtractAlignedPointerAsIndexOp>(decodeAlignedPointer);
  decoder.add<LLVM::IntToPtrOp, LLVM::PtrToIntOp>(decodeSameNumber);
  decoder.add<LLVM::AddrSpaceCastOp>(decodeAddressSpaceCast);
  decoder.add<LLVM::GEPOp>(decodeElementPointer);
  decoder.add<LLVM::AddressOfOp>(decodeAddressOf);
}
