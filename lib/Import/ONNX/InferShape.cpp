//===- InferShape.cpp - Shapes as values, and back ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Operators.h"

namespace sdq {

using Kind = AttributeSpec::Kind;
using mlir::failed;
using mlir::failure;
using mlir::LogicalResult;

/// The extents from `start` to before `end`, both clamped, as values.
static LogicalResult inferShape(Inference &op) {
  const Shape &shape = op.input(0).shape;
  int64_t rank = op.input(0).rank();
  auto clamp = [&](int64_t bound) { return std::clamp<int64_t>(bound < 0 ? bound + rank : bound, 0, rank); };
  int64_t start = clamp(*op.integer("start")), end = clamp(op.integer("end").value_or(rank));
  Shape values(shape.begin() + start, shape.begin() + std::max(start, end));
  Extent count = values.size();
  return op.setOutput(op.int64Type(), {count}, std::move(values));
}

static LogicalResult inferSize(Inference &op) {
  return op.setOutput(op.int64Type(), {}, Shape{op.product(op.input(0).shape)});
}

/// A tensor of one repeated value, 0.0 in f32 if none is given.
static LogicalResult inferConstantOfShape(Inference &op) {
  if (failed(op.expectInteger(0)) || failed(op.expectRank(0, 1)))
    return failure();
  mlir::Type elementType = mlir::Float32Type::get(op.int64Type().getContext());
  std::optional<Extent> repeated;
  if (auto value = llvm::dyn_cast_or_null<mlir::DenseElementsAttr>(op.attributes.get("value"))) {
    if (value.getNumElements() != 1)
      return op.error() << "expected one element as value, found " << value.getType();
    elementType = value.getElementType();
    if (elementType.isSignlessInteger())
      repeated = value.getSplatValue<llvm::APInt>().getSExtValue();
    if (elementType.isInteger(1))
      repeated = value.getSplatValue<bool>();
  }
  Shape shape;
  if (op.input(0).values) {
    shape = *op.input(0).values;
  } else {
    Extent rank = op.input(0).shape[0];
    if (!rank.isStatic())
      return op.error() << "cannot tell the rank of the result: input 0 has shape "
                        << op.extents.print(op.input(0).shape);
    shape.resize(rank.getNumber(), Extent(-1));
    for (Extent &extent : shape)
      extent = op.extents.unknown();
  }
  for (Extent &extent : shape) {
    if (extent.isStatic() && extent.getNumber() < 0)
      return op.error() << "expected extents of 0 or more, found " << op.extents.print(shape);
    if (!op.extents.isNonNegative(extent))
      extent = op.extents.unknown();
  }
  Extent count = op.product(shape);
  std::optional<Shape> values;
  if (repeated && count.isStatic() && count.getNumber() <= int64_t(maximumKnownValues))
    values = Shape(count.getNumber(), *repeated);
  return op.setOutput(elementType, shape, values);
}

/// start, start + delta, … before limit.
static LogicalResult inferRange(Inference &op) {
  for (unsigned i : {0, 1, 2})
    if (failed(op.expectNumber(i)) || failed(op.expectRank(i, 0)) || failed(op.expectSameElementType(0, i)))
      return failure();
  auto value = [&](unsigned i) -> Extent {
    return op.input(i).values ? op.input(i).values->front() : op.extents.unknown(/*mayBeNegative=*/true);
  };
  Extents &e = op.extents;
  Extent start = value(0), limit = value(1), delta = value(2);
  if (delta.isStatic(0))
    return op.error() << "expected a delta other than 0";
  if (delta.isStatic(1))
    return op.setOutput(op.input(0).elementType, {e.maximum(e.subtract(limit, start), 0)});
  Extent distance = e.subtract(limit, start);
  if (distance.isStatic() && delta.isStatic()) {
    bool isEmpty = distance.isStatic(0) || (distance.getNumber() < 0) != (delta.getNumber() < 0);
    int64_t step = delta.getNumber(), towards = step > 0 ? -1 : 1;
    int64_t count = isEmpty ? 0 : (distance.getNumber() + towards) / step + 1;
    return op.setOutput(op.input(0).elementType, {count});
  }
  return op.setOutput(op.input(0).elementType, {e.opaque("range", {start, limit, delta})});
}

void addShapeOperators(OperatorTable &table) {
  table.insert(table.end(),
               {
                   {"Shape", {13, 15, 19, 21, 23}, 1, 1, {{"start", 0}, {"end", Kind::Int}}, inferShape},
                   {"Size", {13, 19, 21, 23}, 1, 1, {}, inferSize},
                   {"ConstantOfShape", {9, 20, 21, 23}, 1, 1, {{"value", Kind::Tensor}}, inferConstantOfShape},
                   {"Range", {11}, 3, 1, {}, inferRange},
               });
}

} // namespace sdq
