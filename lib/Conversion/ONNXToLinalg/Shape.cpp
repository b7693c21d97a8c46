//===- Shape.cpp - Shape, Size, ConstantOfShape and Range -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopNest.h"
#include "Movement.h"
#include "Scalar.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace sdq::onnx {

/// The extents from dimension `start` up to `end`, both clamped to [0, rank].
static LogicalResult shape(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  int64_t rank = node.rank(0);
  auto bound = [&](StringRef name, int64_t fallback) {
    int64_t value = node.integer(name, fallback);
    return std::clamp<int64_t>(value < 0 ? value + rank : value, 0, rank);
  };
  int64_t start = bound("start", 0), end = std::max(start, bound("end", rank));
  SmallVector<Value> scalars;
  for (int64_t i = start; i < end; ++i)
    scalars.push_back(asInteger(b, extentOf(b, node.operand(0), i), b.getI64Type()));
  return node.replace(fromScalars(b, RankedTensorType::get({end - start}, b.getI64Type()), scalars));
}

static LogicalResult size(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value count = asInteger(b, product(b, extentsOf(b, node.operand(0))), b.getI64Type());
  return node.replace(fromScalars(b, RankedTensorType::get({}, b.getI64Type()), count));
}

static LogicalResult constantOfShape(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Type element = node.resultType().getElementType();
  Value value = constant(b, element, 0);
  if (auto given = node.op->getAttrOfType<DenseElementsAttr>("value")) {
    if (given.getNumElements() != 1)
      return node.error("value must have one element, got " + Twine(given.getNumElements()));
    if (signless(given.getElementType()) != element)
      return node.error("value and result differ in element type");
    if (auto integer = dyn_cast<IntegerAttr>(*given.getValues<Attribute>().begin()))
      value = arith::ConstantOp::create(b, b.getIntegerAttr(element, integer.getValue()));
    else
      value = arith::ConstantOp::create(b, cast<TypedAttr>(*given.getValues<Attribute>().begin()));
  } else if (node.hasAttribute("value")) {
    return node.error("value must be a dense tensor of one element");
  }
  Value shape = node.operand(0);
  auto shapeType = RankedTensorType::get({node.resultType().getRank()}, node.type(0).getElementType());
  if (shape.getType() != shapeType)
    shape = tensor::CastOp::create(b, shapeType, shape);
  Extents extents;
  for (Value scalar : elementsOf(b, shape))
    extents.push_back(asExtent(b, scalar));
  for (auto [d, extent] : llvm::enumerate(extents)) {
    Value zero = arith::ConstantIndexOp::create(b, 0);
    Value fits = b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::sge, asIndex(b, extent), zero);
    if (auto dynamic = dyn_cast<Value>(extent); dynamic && isNonNegative(dynamic))
      continue;
    if (failed(node.require(fits, "extent " + Twine(d) + " is negative")))
      return failure();
  }
  RankedTensorType type = tensorType(extents, element);
  if (isSmall(type))
    return node.replace(fromScalars(b, type, SmallVector<Value>(type.getNumElements(), value)));
  return node.replace(filled(b, refine(b, extents, node.resultType()), value));
}

/// max(0, ⌈(limit - start) / delta⌉) elements start + i·delta.
static LogicalResult range(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  using P = arith::CmpIPredicate;
  for (unsigned i : {0, 1, 2})
    if (node.rank(i) != 0 && !(node.rank(i) == 1 && node.type(i).getDimSize(0) == 1))
      return node.error("operand " + Twine(i) + " must be a scalar");
  Value start = elementsOf(b, node.operand(0))[0], limit = elementsOf(b, node.operand(1))[0],
        delta = elementsOf(b, node.operand(2))[0];
  Type element = start.getType();
  Value one = arith::ConstantIndexOp::create(b, 1), zero = arith::ConstantIndexOp::create(b, 0);
  Extent count;
  if (isa<FloatType>(element)) {
    Value steps = divideScalars(b, subtractScalars(b, widen(b, limit), widen(b, start)), widen(b, delta), false);
    Value whole = arith::FPToSIOp::create(b, b.getI64Type(), math::CeilOp::create(b, steps));
    count = asExtent(b, b.createOrFold<arith::MaxSIOp>(asIndex(b, asExtent(b, whole)), zero));
  } else {
    Extent from = asExtent(b, start), to = asExtent(b, limit), by = asExtent(b, delta);
    if (failed(node.require(b.createOrFold<arith::CmpIOp>(P::ne, asIndex(b, by), zero), "delta is 0")))
      return failure();
    Extent distance = subtract(b, to, from);
    if (isStatic(by, 1)) {
      count = distance;
      if (auto dynamic = dyn_cast<Value>(count); !dynamic || !isNonNegative(dynamic))
        count = asExtent(b, b.createOrFold<arith::MaxSIOp>(asIndex(b, count), zero));
    } else {
      // Rounded up: the truncated quotient, one more where a rest of the divisor's sign is left.
      Value total = asIndex(b, distance), step = asIndex(b, by);
      Value quotient = b.createOrFold<arith::DivSIOp>(total, step), rest = b.createOrFold<arith::RemSIOp>(total, step);
      Value isRest = b.createOrFold<arith::CmpIOp>(P::ne, rest, zero);
      Value sameSign = b.createOrFold<arith::CmpIOp>(P::sge, b.createOrFold<arith::XOrIOp>(rest, step), zero);
      Value more = b.createOrFold<arith::SelectOp>(b.createOrFold<arith::AndIOp>(isRest, sameSign), one, zero);
      quotient = b.createOrFold<arith::AddIOp>(quotient, more);
      count = asExtent(b, b.createOrFold<arith::MaxSIOp>(quotient, zero));
    }
  }
  Extents extents = refine(b, {count}, node.resultType());
  return node.replace(LoopNest(b, extents).map(element, [&](ImplicitLocOpBuilder &inner, ValueRange) {
    Type wide = wideType(element);
    Value position = arith::IndexCastOp::create(inner, inner.getI64Type(), loopIndex(inner, 0));
    Value distance = multiplyScalars(inner, castScalar(inner, position, wide, false, false), widen(inner, delta));
    return narrow(inner, addScalars(inner, widen(inner, start), distance), element);
  }));
}

void addShapeLowerings(LoweringTable &table) {
  table["Shape"] = shape;
  table["Size"] = size;
  table["ConstantOfShape"] = constantOfShape;
  table["Range"] = range;
}

} // namespace sdq::onnx
