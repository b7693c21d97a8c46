//===- VectorArrangeOps.cpp - Elements of vectors in another order --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Broadcasts, slices, transposes and interleavings: each element of the result is an element of an operand, known when
// the kernel is decoded.
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq::simulator;

using Coordinates = llvm::SmallVector<int64_t, 4>;

static Coordinates coordinatesOf(VectorType type, int64_t number) {
  Coordinates coordinates(type.getRank(), 0);
  for (int64_t dimension = type.getRank(); dimension-- > 0; number /= type.getDimSize(dimension))
    coordinates[dimension] = number % type.getDimSize(dimension);
  return coordinates;
}

/// Of a mask, whose sizes a vector without dimensions has as well: one.
static Coordinates maskCoordinatesOf(VectorType type, int64_t number) {
  return type.getRank() == 0 ? Coordinates{0} : coordinatesOf(type, number);
}

/// Row-major; of a scalar, 0.
static unsigned numberOf(Type type, llvm::ArrayRef<int64_t> coordinates) {
  int64_t number = 0;
  if (auto vector = dyn_cast<VectorType>(type))
    for (auto [dimension, coordinate] : llvm::enumerate(coordinates))
      number = number * vector.getDimSize(dimension) + coordinate;
  return unsigned(number);
}

/// An op with one result, whose element at `coordinates` is what `from(slots, coordinates)` numbers.
template <typename From>
static FailureOr<Execute> arrange(Operation *op, Decoder &decoder, From from) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  auto type = cast<VectorType>(op->getResult(0).getType());
  std::vector<unsigned> components;
  for (int64_t number = 0; number < type.getNumElements(); ++number)
    components.push_back(from(*slots, coordinatesOf(type, number)));
  return gather(slots->result, components);
}

/// Leading dimensions are new, and extents of 1 are stretched.
static FailureOr<Execute> decodeBroadcast(Operation *op, Decoder &decoder) {
  Type source = op->getOperand(0).getType();
  return arrange(op, decoder, [&](const OpSlots &slots, Coordinates at) {
    auto vector = dyn_cast<VectorType>(source);
    at.erase(at.begin(), at.end() - (vector ? vector.getRank() : 0));
    for (auto [dimension, coordinate] : llvm::enumerate(at))
      coordinate = vector.getDimSize(dimension) == 1 ? 0 : coordinate;
    return slots.operands[0].first + numberOf(source, at);
  });
}

static llvm::SmallVector<int64_t> integersOf(ArrayAttr attribute) {
  llvm::SmallVector<int64_t> integers;
  for (auto value : attribute.getAsValueRange<IntegerAttr>())
    integers.push_back(value.getSExtValue());
  return integers;
}

static FailureOr<Execute> decodeExtractSlice(Operation *op, Decoder &decoder) {
  auto slice = cast<vector::ExtractStridedSliceOp>(op);
  auto offsets = integersOf(slice.getOffsets()), strides = integersOf(slice.getStrides());
  return arrange(op, decoder, [&](const OpSlots &slots, Coordinates at) {
    for (unsigned dimension = 0; dimension < offsets.size(); ++dimension)
      at[dimension] = offsets[dimension] + at[dimension] * strides[dimension];
    return slots.operands[0].first + numberOf(slice.getSourceVectorType(), at);
  });
}

static FailureOr<Execute> decodeInsertSlice(Operation *op, Decoder &decoder) {
  auto slice = cast<vector::InsertStridedSliceOp>(op);
  auto offsets = integersOf(slice.getOffsets()), strides = integersOf(slice.getStrides());
  VectorType source = slice.getSourceVectorType(), dest = slice.getDestVectorType();
  FailureOr<Slot> from = decoder.slotOf(slice.getValueToStore()), into = decoder.slotOf(slice.getDest());
  if (failed(from) || failed(into))
    return failure();
  return arrange(op, decoder, [&](const OpSlots &, const Coordinates &at) {
    // The source's dimensions are the destination's last ones.
    Coordinates inside;
    int64_t lead = dest.getRank() - source.getRank();
    for (int64_t dimension = 0; dimension < dest.getRank(); ++dimension) {
      int64_t stride = dimension < lead ? 1 : strides[dimension - lead],
              size = dimension < lead ? 1 : source.getDimSize(dimension - lead),
              distance = at[dimension] - offsets[dimension];
      if (distance < 0 || distance % stride != 0 || distance / stride >= size)
        return into->first + numberOf(dest, at);
      if (dimension >= lead)
        inside.push_back(distance / stride);
    }
    return from->first + numberOf(source, inside);
  });
}

static FailureOr<Execute> decodeTranspose(Operation *op, Decoder &decoder) {
  auto transpose = cast<vector::TransposeOp>(op);
  return arrange(op, decoder, [&](const OpSlots &slots, const Coordinates &at) {
    Coordinates from(at.size());
    for (auto [position, dimension] : llvm::enumerate(transpose.getPermutation()))
      from[dimension] = at[position];
    return slots.operands[0].first + numberOf(transpose.getSourceVectorType(), from);
  });
}

/// Rows of both operands, one after the other, by number. A position that asks for nothing gets row 0.
static FailureOr<Execute> decodeShuffle(Operation *op, Decoder &decoder) {
  auto shuffle = cast<vector::ShuffleOp>(op);
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  VectorType type = shuffle.getV1VectorType();
  unsigned rows = type.getRank() == 0 ? 1 : unsigned(type.getDimSize(0)), row = unsigned(type.getNumElements()) / rows;
  std::vector<unsigned> from;
  for (int64_t number : shuffle.getMask()) {
    unsigned at = unsigned(std::max<int64_t>(number, 0));
    unsigned first = at < rows ? slots->operands[0].first + at * row : slots->operands[1].first + (at - rows) * row;
    for (unsigned component = 0; component < row; ++component)
      from.push_back(first + component);
  }
  return gather(slots->result, from);
}

/// Elements of the last dimension, from both operands in turn.
static FailureOr<Execute> decodeInterleave(Operation *op, Decoder &decoder) {
  Type source = op->getOperand(0).getType();
  return arrange(op, decoder, [&](const OpSlots &slots, Coordinates at) {
    const Slot &operand = slots.operands[at.back() % 2];
    at.back() /= 2;
    return operand.first + numberOf(source, at);
  });
}

static FailureOr<Execute> decodeDeinterleave(Operation *op, Decoder &decoder) {
  FailureOr<Slot> source = decoder.slotOf(op->getOperand(0)), even = decoder.slotOf(op->getResult(0)),
                  odd = decoder.slotOf(op->getResult(1));
  if (failed(source) || failed(even) || failed(odd))
    return failure();
  std::vector<unsigned> evens, odds;
  for (unsigned component = 0; component < source->components; component += 2) {
    evens.push_back(source->first + component);
    odds.push_back(source->first + component + 1);
  }
  return Execute([first = gather(*even, evens), second = gather(*odd, odds)](BlockState &state) {
    first(state);
    second(state);
  });
}

/// Element i is i.
static FailureOr<Execute> decodeStep(Operation *op, Decoder &decoder) {
  FailureOr<Slot> result = decoder.slotOf(op->getResult(0));
  if (failed(result))
    return failure();
  return Execute([result = *result](BlockState &state) {
    for (unsigned component = 0; component < result.components; ++component)
      std::fill_n(state.lanes(result.first + component), state.padded, component & result.mask());
  });
}

/// The first so many of each dimension are set; operands, or constants.
static FailureOr<Execute> decodeCreateMask(Operation *op, Decoder &decoder) {
  auto sizes = decoder.slotsOf(op->getOperands());
  FailureOr<Slot> result = decoder.slotOf(op->getResult(0));
  if (failed(sizes) || failed(result))
    return failure();
  return Execute(
      [sizes = *sizes, result = *result, type = cast<VectorType>(op->getResult(0).getType())](BlockState &state) {
        for (unsigned component = 0; component < result.components; ++component) {
          Coordinates at = maskCoordinatesOf(type, component);
          uint64_t *to = state.lanes(result.first + component);
          for (unsigned thread = 0; thread < state.padded; ++thread)
            to[thread] = llvm::all_of(llvm::zip_equal(at, sizes), [&](const auto &pair) {
              return std::get<0>(pair) < int64_t(state.lanes(std::get<1>(pair).first)[thread]);
            });
        }
      });
}

static FailureOr<Execute> decodeConstantMask(Operation *op, Decoder &decoder) {
  llvm::ArrayRef<int64_t> sizes = cast<vector::ConstantMaskOp>(op).getMaskDimSizes();
  FailureOr<Slot> result = decoder.slotOf(op->getResult(0));
  if (failed(result))
    return failure();
  auto type = cast<VectorType>(op->getResult(0).getType());
  return Execute([sizes = Coordinates(sizes), result = *result, type](BlockState &state) {
    for (unsigned component = 0; component < result.components; ++component) {
      Coordinates at = maskCoordinatesOf(type, component);
      bool set = llvm::all_of(llvm::zip_equal(at, sizes),
                              [](const auto &pair) { return std::get<0>(pair) < std::get<1>(pair); });
      std::fill_n(state.lanes(result.first + component), state.padded, uint64_t(set));
    }
  });
}

void sdq::simulator::addVectorArrangeOps(Decoder &decoder) {
  decoder.add<vector::BroadcastOp>(decodeBroadcast);
  decoder.add<vector::ExtractStridedSliceOp>(decodeExtractSlice);
  decoder.add<vector::InsertStridedSliceOp>(decodeInsertSlice);
  decoder.add<vector::TransposeOp>(decodeTranspose);
  decoder.add<vector::ShuffleOp>(decodeShuffle);
  decoder.add<vector::InterleaveOp>(decodeInterleave);
  decoder.add<vector::DeinterleaveOp>(decodeDeinterleave);
  decoder.add<vector::StepOp>(decodeStep);
  decoder.add<vector::CreateMaskOp>(decodeCreateMask);
  decoder.add<vector::ConstantMaskOp>(decodeConstantMask);
}
