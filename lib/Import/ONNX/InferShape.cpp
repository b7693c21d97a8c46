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
  if (!op.attributes.get("value")) {
    auto type = mlir::RankedTensorType::get(1, mlir::Float32Type::get(op.int64Type().getContext()));
    op.attributes.set("value", mlir::DenseElementsAttr::get(type, 0.0f));
  }
  auto value = llvm::cast<mlir::ElementsAttr>(op.attributes.get("value"));
  if (value.getNumElements() != 1)
    return op.error() << "expected one element as value, found " << value.getShapedType();
  mlir::Type elementType = value.getElementType();
  std::optional<Extent> repeated;
  if (elementType.isInteger(1))
    repeated = value.getSplatValue<bool>();
  else if (elementType.isSignlessInteger())
    repeated = value.getSplatValue<llvm::APInt>().getSExtValue();
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

static uint64_t magnitude(int64_t number) { return number < 0 ? -uint64_t(number) : number; }

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
  Extent distance = e.subtract(limit, start), count = 0;
  if (distance.isStatic() && delta.isStatic()) {
    bool isEmpty = distance.isStatic(0) || (distance.getNumber() < 0) != (delta.getNumber() < 0);
    uint64_t steps = isEmpty ? 0 : (magnitude(distance.getNumber()) - 1) / magnitude(delta.getNumber()) + 1;
    if (steps > INT64_MAX)
      return op.error() << "expected fewer elements than memory can hold, found " << steps;
    count = int64_t(steps);
  } else if (delta.isStatic(1)) {
    count = e.maximum(distance, 0);
  } else {
    count = e.opaque("range", {start, limit, delta});
  }
  std::optional<Shape> values;
  if (count.isStatic() && count.getNumber() <= int64_t(maximumKnownValues) && delta.isStatic()) {
    values.emplace();
    for (int64_t i = 0; i < count.getNumber(); ++i)
      values->push_back(e.add(start, e.multiply(i, delta)));
  }
  return op.setOutput(op.input(0).elementType, {count}, values);
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
