//===- InferElementwise.cpp - Arithmetic --------------------------------===//
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

using FoldFunction = Extent (*)(Extents &, Extent, Extent);

/// The values of an operator on two integer tensors, each of one element or both of the same shape.
static std::optional<Shape> fold(const Inference &op, FoldFunction function) {
  const std::optional<Shape> &a = op.input(0).values, &b = op.input(1).values;
  if (!a || !b || !(a->size() == 1 || b->size() == 1 || op.input(0).shape == op.input(1).shape))
    return std::nullopt;
  Shape result;
  size_t count = a->size() == 1 ? b->size() : a->size();
  for (size_t i = 0; i < count; ++i)
    result.push_back(function(op.extents, (*a)[a->size() == 1 ? 0 : i], (*b)[b->size() == 1 ? 0 : i]));
  return result;
}

static LogicalResult inferBinary(Inference &op, FoldFunction function) {
  if (failed(op.expectNumber(0)) || failed(op.expectSameElementType(0, 1)))
    return failure();
  mlir::FailureOr<Shape> shape = op.broadcastInputs();
  if (failed(shape))
    return failure();
  return op.setOutput(op.input(0).elementType, *shape, function ? fold(op, function) : std::nullopt);
}

static LogicalResult inferAdd(Inference &op) {
  return inferBinary(op, [](Extents &e, Extent a, Extent b) { return e.add(a, b); });
}

static LogicalResult inferSub(Inference &op) {
  return inferBinary(op, [](Extents &e, Extent a, Extent b) { return e.subtract(a, b); });
}

static LogicalResult inferMul(Inference &op) {
  return inferBinary(op, [](Extents &e, Extent a, Extent b) { return e.multiply(a, b); });
}

static LogicalResult inferDiv(Inference &op) {
  return inferBinary(op, [](Extents &e, Extent a, Extent b) {
    return b.isStatic(0) ? e.unknown(/*mayBeNegative=*/true) : e.divide(a, b);
  });
}

/// Integers, remainder with the divisor's sign; with fmod, C's.
static LogicalResult inferMod(Inference &op) {
  if (llvm::isa<mlir::FloatType>(op.input(0).elementType) && op.integer("fmod") != 1)
    return op.error() << "expected fmod = 1 for floats, found " << *op.integer("fmod");
  return inferBinary(op, [](Extents &e, Extent a, Extent b) {
    if (a.isStatic() && b.isStatic() && e.isNonNegative(a) && b.getNumber() > 0)
      return Extent(a.getNumber() % b.getNumber());
    return e.unknown(/*mayBeNegative=*/true);
  });
}

/// The exponent may be of another type.
static LogicalResult inferPow(Inference &op) {
  if (failed(op.expectNumber(0)) || failed(op.expectNumber(1)))
    return failure();
  mlir::FailureOr<Shape> shape = op.broadcastInputs();
  return failed(shape) ? failure() : op.setOutput(op.input(0).elementType, *shape);
}

/// Max and Min of any number of tensors.
static LogicalResult inferExtremum(Inference &op, FoldFunction function) {
  for (unsigned i = 0; i < op.inputs.size(); ++i)
    if (failed(op.expectNumber(i)) || failed(op.expectSameElementType(0, i)))
      return failure();
  mlir::FailureOr<Shape> shape = op.broadcastInputs();
  if (failed(shape))
    return failure();
  return op.setOutput(op.input(0).elementType, *shape, op.inputs.size() == 2 ? fold(op, function) : std::nullopt);
}

static LogicalResult inferMax(Inference &op) {
  return inferExtremum(op, [](Extents &e, Extent a, Extent b) { return e.maximum(a, b); });
}

static LogicalResult inferMin(Inference &op) {
  return inferExtremum(op, [](Extents &e, Extent a, Extent b) { return e.minimum(a, b); });
}

static LogicalResult inferUnaryFloat(Inference &op) {
  return failed(op.expectFloat(0)) ? failure() : op.setOutput(op.input(0).elementType, op.input(0).shape);
}

static LogicalResult inferUnary(Inference &op) {
  return failed(op.expectNumber(0)) ? failure() : op.setOutput(op.input(0).elementType, op.input(0).shape);
}

static LogicalResult inferNeg(Inference &op) {
  if (failed(op.expectNumber(0)))
    return failure();
  std::optional<Shape> values = op.input(0).values;
  if (values)
    for (Extent &value : *values)
      value = op.extents.subtract(0, value);
  return op.setOutput(op.input(0).elementType, op.input(0).shape, values);
}

static LogicalResult inferGelu(Inference &op) {
  llvm::StringRef approximate = op.text("approximate");
  if (approximate != "none" && approximate != "tanh")
    return op.error() << "expected approximate = \"none\" or \"tanh\", found \"" << approximate << "\"";
  return inferUnaryFloat(op);
}

/// Bounds are scalars.
static LogicalResult inferClip(Inference &op) {
  for (unsigned bound : {1, 2})
    if (op.hasInput(bound) && (failed(op.expectSameElementType(0, bound)) || failed(op.expectRank(bound, 0))))
      return failure();
  return inferUnary(op);
}

void addElementwiseOperators(OperatorTable &table) {
  table.insert(table.end(), {
                                {"Add", {13, 14}, 2, 1, {}, inferAdd},
                                {"Sub", {13, 14}, 2, 1, {}, inferSub},
                                {"Mul", {13, 14}, 2, 1, {}, inferMul},
                                {"Div", {13, 14}, 2, 1, {}, inferDiv},
                                {"Mod", {13}, 2, 1, {{"fmod", 0}}, inferMod},
                                {"Pow", {13, 15}, 2, 1, {}, inferPow},
                                {"Max", {13}, {1, Arity::variadic}, 1, {}, inferMax},
                                {"Min", {13}, {1, Arity::variadic}, 1, {}, inferMin},
                                {"Neg", {13}, 1, 1, {}, inferNeg},
                                {"Abs", {13}, 1, 1, {}, inferUnary},
                                {"Relu", {13, 14}, 1, 1, {}, inferUnary},
                                {"Sqrt", {13}, 1, 1, {}, inferUnaryFloat},
                                {"Reciprocal", {13}, 1, 1, {}, inferUnaryFloat},
                                {"Exp", {13}, 1, 1, {}, inferUnaryFloat},
                                {"Log", {13}, 1, 1, {}, inferUnaryFloat},
                                {"Erf", {13}, 1, 1, {}, inferUnary},
                                {"Tanh", {13}, 1, 1, {}, inferUnaryFloat},
                                {"Sigmoid", {13}, 1, 1, {}, inferUnaryFloat},
                                {"Sin", {7, 22}, 1, 1, {}, inferUnaryFloat},
                                {"Cos", {7, 22}, 1, 1, {}, inferUnaryFloat},
                                {"Gelu", {20}, 1, 1, {{"approximate", "none"}}, inferGelu},
                                {"Clip", {13}, {1, 3}, 1, {}, inferClip},
                            });
}

} // namespace sdq
