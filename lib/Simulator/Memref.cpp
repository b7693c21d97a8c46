//===- Memref.cpp - What memrefs refer to, thread by thread ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Memref.h"

#include "Access.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace sdq::simulator;

FailureOr<Extents> sdq::simulator::mixed(llvm::ArrayRef<OpFoldResult> values, Decoder &decoder) {
  Extents result;
  for (OpFoldResult value : values) {
    if (std::optional<int64_t> constant = getConstantIntValue(value)) {
      result.push_back(*constant);
      continue;
    }
    FailureOr<Slot> slot = decoder.slotOf(cast<Value>(value));
    if (failed(slot))
      return failure();
    result.push_back(*slot);
  }
  return result;
}

unsigned sdq::simulator::componentsOf(MemRefType type) {
  llvm::SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(type.getStridesAndOffset(strides, offset)))
    return 0;
  return 3 + unsigned(type.getNumDynamicDims()) + unsigned(llvm::count(strides, ShapedType::kDynamic));
}

FailureOr<MemrefSlots> sdq::simulator::memrefSlotsOf(Value memref, Decoder &decoder) {
  auto type = cast<MemRefType>(memref.getType());
  FailureOr<Slot> slot = decoder.slotOf(memref);
  if (failed(slot))
    return failure();
  llvm::SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(type.getStridesAndOffset(strides, offset)))
    return failure();
  unsigned next = slot->first;
  auto component = [&] { return Slot{next++, 1, 64}; };
  MemrefSlots result{type, component(), component(), component(), {}, {}, bytesOf(type.getElementType())};
  for (auto [to, extents] : {std::pair(&result.sizes, type.getShape()), {&result.strides, strides}})
    for (int64_t extent : extents)
      to->push_back(extent == ShapedType::kDynamic ? Extent(component()) : Extent(extent));
  return result;
}

MemrefState sdq::simulator::valueFor(BlockState &state, const MemrefSlots &memref, unsigned thread) {
  MemrefState value{objectFor(state, memref, thread),
                    int64_t(state.lanes(memref.base.first)[thread]),
                    int64_t(state.lanes(memref.offset.first)[thread]),
                    {},
                    {}};
  for (const Extent &size : memref.sizes)
    value.sizes.push_back(valueFor(state, size, thread));
  for (const Extent &stride : memref.strides)
    value.strides.push_back(valueFor(state, stride, thread));
  return value;
}

void sdq::simulator::setFor(BlockState &state, const MemrefSlots &memref, unsigned thread, const MemrefState &value) {
  state.lanes(memref.object.first)[thread] = reinterpret_cast<uintptr_t>(value.object);
  state.lanes(memref.base.first)[thread] = uint64_t(value.base);
  state.lanes(memref.offset.first)[thread] = uint64_t(value.offset);
  auto set = [&](const Extent &extent, int64_t number) {
    if (const Slot *slot = std::get_if<Slot>(&extent))
      state.lanes(slot->first)[thread] = uint64_t(number);
  };
  for (auto [extent, number] : llvm::zip_equal(memref.sizes, value.sizes))
    set(extent, number);
  for (auto [extent, number] : llvm::zip_equal(memref.strides, value.strides))
    set(extent, number);
}

void sdq::simulator::setForAll(BlockState &state, const MemrefSlots &memref, const MemrefState &value) {
  for (unsigned thread = 0; thread < state.padded; ++thread)
    setFor(state, memref, thread, value);
}

MemrefState sdq::simulator::denseState(MemoryObject *object, int64_t base, llvm::ArrayRef<int64_t> sizes) {
  MemrefState state{object, base, base, llvm::SmallVector<int64_t, 4>(sizes), {}};
  state.strides.assign(sizes.size(), 1);
  for (size_t dimension = sizes.size(); dimension-- > 1;)
    state.strides[dimension - 1] = state.strides[dimension] * sizes[dimension];
  return state;
}
