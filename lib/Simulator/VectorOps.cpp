//===- VectorOps.cpp - Components of vectors and structs ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Most ops on vectors and structs only say which component goes where; they all are one gather.
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"
#include "Memref.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "llvm/Support/FormatVariadic.h"

#include <numeric>

using namespace mlir;
using namespace sdq::simulator;

Execute sdq::simulator::gather(Slot result, std::vector<unsigned> from) {
  return [=](BlockState &state) {
    for (unsigned component = 0; component < result.components; ++component)
      std::copy_n(state.lanes(from[component]), state.padded, state.lanes(result.first + component));
  };
}

static std::vector<unsigned> range(unsigned first, unsigned count) {
  std::vector<unsigned> numbers(count);
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

/// Components before position `at` of a vector, and of what lies there.
static std::pair<unsigned, unsigned> partOf(VectorType type, llvm::ArrayRef<int64_t> at) {
  int64_t first = 0, count = type.getNumElements();
  for (auto [dimension, index] : llvm::enumerate(at)) {
    count /= type.getDimSize(dimension);
    first += index * count;
  }
  return {unsigned(first), unsigned(count)};
}

/// Components before a position that is only known when it runs; out of bounds is a finding.
static std::optional<unsigned> partFor(BlockState &state, VectorType type, const Extents &position, unsigned thread) {
  llvm::SmallVector<int64_t, 4> at;
  for (auto [dimension, extent] : llvm::enumerate(position)) {
    at.push_back(valueFor(state, extent, thread));
    if (at.back() >= 0 && at.back() < type.getDimSize(dimension))
      continue;
    state.report(FindingKind::OutOfBounds, thread,
                 llvm::formatv("takes position {0} of dimension {1}, whose size is {2}, of a vector", at.back(),
                               dimension, type.getDimSize(dimension))
                     .str());
    return std::nullopt;
  }
  return partOf(type, at).first;
}

static FailureOr<Execute> decodeExtract(Operation *op, Decoder &decoder) {
  auto extract = cast<vector::ExtractOp>(op);
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  if (extract.hasDynamicPosition()) {
    FailureOr<Extents> position = mixed(extract.getMixedPosition(), decoder);
    if (failed(position))
      return failure();
    Slot from = slots->operands[0], to = slots->result;
    return Execute([=, type = extract.getSourceVectorType(), position = *position](BlockState &state) {
      state.forEachActive([&](unsigned thread) {
        std::optional<unsigned> first = partFor(state, type, position, thread);
        for (unsigned component = 0; component < to.components; ++component)
          state.lanes(to.first + component)[thread] = first ? state.lanes(from.first + *first + component)[thread] : 0;
      });
    });
  }
  auto [first, count] = partOf(extract.getSourceVectorType(), extract.getStaticPosition());
  return gather(slots->result, range(slots->operands[0].first + first, count));
}

static FailureOr<Execute> decodeInsert(Operation *op, Decoder &decoder) {
  auto insert = cast<vector::InsertOp>(op);
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  FailureOr<Slot> value = decoder.slotOf(insert.getValueToStore()), dest = decoder.slotOf(insert.getDest());
  if (insert.hasDynamicPosition()) {
    FailureOr<Extents> position = mixed(insert.getMixedPosition(), decoder);
    if (failed(position))
      return failure();
    return Execute([=, type = insert.getDestVectorType(), position = *position, value = *value, dest = *dest,
                    result = slots->result](BlockState &state) {
      state.copyActive(result, dest);
      state.forEachActive([&](unsigned thread) {
        if (std::optional<unsigned> first = partFor(state, type, position, thread))
          for (unsigned component = 0; component < value.components; ++component)
            state.lanes(result.first + *first + component)[thread] = state.lanes(value.first + component)[thread];
      });
    });
  }
  auto [first, count] = partOf(insert.getDestVectorType(), insert.getStaticPosition());
  std::vector<unsigned> from = range(dest->first, dest->components);
  for (unsigned i = 0; i < count; ++i)
    from[first + i] = value->first + i;
  return gather(slots->result, from);
}

/// The operands' components one after the other: from_elements, shape_cast and what changes nothing.
static FailureOr<Execute> decodeConcatenation(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  std::vector<unsigned> from;
  for (const Slot &operand : slots->operands)
    llvm::append_range(from, range(operand.first, operand.components));
  return gather(slots->result, from);
}

static FailureOr<Execute> decodeToElements(Operation *op, Decoder &decoder) {
  FailureOr<Slot> source = decoder.slotOf(op->getOperand(0));
  FailureOr<llvm::SmallVector<Slot, 4>> results = decoder.slotsOf(op->getResults());
  if (failed(source) || failed(results))
    return failure();
  return Execute([source = *source, results = *results](BlockState &state) {
    for (auto [component, result] : llvm::enumerate(results))
      std::copy_n(state.lanes(source.first + component), state.padded, state.lanes(result.first));
  });
}

/// The same bits in components of another width, the first in the low bits.
static FailureOr<Execute> decodeBitCast(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  Slot from = slots->operands[0], to = slots->result;
  if (from.bits * from.components != to.bits * to.components)
    return op->emitOpError() << "changes the number of bits";
  return Execute([=](BlockState &state) {
    unsigned ratio = to.bits > from.bits ? to.bits / from.bits : from.bits / to.bits;
    for (unsigned component = 0; component < to.components; ++component) {
      uint64_t *target = state.lanes(to.first + component);
      if (to.bits > from.bits) {
        std::fill_n(target, state.padded, 0);
        for (unsigned part = 0; part < ratio; ++part) {
          const uint64_t *source = state.lanes(from.first + component * ratio + part);
          for (unsigned thread = 0; thread < state.padded; ++thread)
            target[thread] |= source[thread] << (part * from.bits);
        }
      } else {
        const uint64_t *source = state.lanes(from.first + component / ratio);
        for (unsigned thread = 0; thread < state.padded; ++thread)
          target[thread] = source[thread] >> (component % ratio * to.bits) & to.mask();
      }
    }
  });
}

/// Components before member `index` of a struct, and the member's.
static std::pair<unsigned, unsigned> memberOf(Type type, llvm::ArrayRef<int64_t> position) {
  auto componentsOf = [](Type member) {
    auto vector = dyn_cast<VectorType>(member);
    return vector ? unsigned(vector.getNumElements()) : 1u;
  };
  unsigned first = 0;
  llvm::ArrayRef<Type> members = cast<LLVM::LLVMStructType>(type).getBody();
  for (int64_t i = 0; i < position.front(); ++i)
    first += componentsOf(members[i]);
  return {first, componentsOf(members[position.front()])};
}

static FailureOr<Execute> decodeExtractValue(Operation *op, Decoder &decoder) {
  auto extract = cast<LLVM::ExtractValueOp>(op);
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  if (extract.getPosition().size() != 1)
    return op->emitOpError() << "reaches into a nested struct, which the simulator does not know";
  auto [first, count] = memberOf(op->getOperand(0).getType(), extract.getPosition());
  return gather(slots->result, range(slots->operands[0].first + first, count));
}

/// Anything will do; of a memref, no memory at all.
static FailureOr<Execute> decodeUndefined(Operation *op, Decoder &decoder) {
  FailureOr<Slot> result = decoder.slotOf(op->getResult(0));
  if (failed(result))
    return failure();
  return Execute([result = *result](BlockState &state) {
    std::fill_n(state.lanes(result.first), size_t(result.components) * state.padded, 0);
  });
}

void sdq::simulator::addVectorOps(Decoder &decoder) {
  decoder.add<vector::ExtractOp>(decodeExtract);
  decoder.add<vector::InsertOp>(decodeInsert);
  decoder.add<vector::FromElementsOp, vector::ShapeCastOp>(decodeConcatenation);
  decoder.add<vector::ToElementsOp>(decodeToElements);
  decoder.add<vector::BitCastOp>(decodeBitCast);
  decoder.add<LLVM::ExtractValueOp>(decodeExtractValue);
  decoder.add<LLVM::UndefOp, LLVM::PoisonOp, ub::PoisonOp>(decodeUndefined);
  decoder.add<LLVM::BitcastOp>(decodeBitCast);
}
