//===- Reduction.cpp - Reduce*, ArgMax and ArgMin -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reduction.h"
#include "Movement.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace sdq::onnx {

Kept::Kept(ArrayRef<Extent> all, ArrayRef<int64_t> axes) {
  for (int64_t d = 0; d < int64_t(all.size()); ++d)
    if (!llvm::is_contained(axes, d)) {
      extents.push_back(all[d]);
      subscripts.push_back(Subscript::at(d));
    }
}

Value extentAsScalar(ImplicitLocOpBuilder &b, Extent extent, Type type) {
  if (auto known = staticExtent(extent))
    return constant(b, type, *known);
  Value integer = arith::IndexCastOp::create(b, b.getI64Type(), asIndex(b, extent));
  return castScalar(b, integer, type, false, false);
}

Extent countOver(ImplicitLocOpBuilder &b, ArrayRef<Extent> extents, ArrayRef<int64_t> axes) {
  Extents reduced;
  for (int64_t axis : axes)
    reduced.push_back(extents[axis]);
  return product(b, reduced);
}

Value sumOver(ImplicitLocOpBuilder &b, LoopNest nest, ArrayRef<Extent> extents, ArrayRef<int64_t> axes, Type element,
              ScalarBody body) {
  Kept kept(extents, axes);
  Value zero = filled(b, kept.extents, constant(b, wideType(element), 0));
  return nest.reduce(axes).write(zero, kept.subscripts).emit([&](ImplicitLocOpBuilder &inner, ValueRange arguments) {
    Value term = body(inner, arguments.drop_back());
    return SmallVector<Value>{addScalars(inner, arguments.back(), term, reorderable)};
  })[0];
}

Value maxOver(ImplicitLocOpBuilder &b, Value tensor, ArrayRef<int64_t> axes) {
  Extents extents = extentsOf(b, tensor);
  Kept kept(extents, axes);
  Type wide = wideType(cast<RankedTensorType>(tensor.getType()).getElementType());
  return LoopNest(b, extents)
      .reduce(axes)
      .read(tensor)
      .write(filled(b, kept.extents, lowest(b, wide, false)), kept.subscripts)
      .emit([](ImplicitLocOpBuilder &inner, ValueRange x) {
        return SmallVector<Value>{maxScalars(inner, widen(inner, x[0]), x[1], false)};
      })[0];
}

/// The axes of a reduction; all of them where none are given, unless noop_with_empty_axes.
static FailureOr<SmallVector<int64_t>> reducedAxes(Node &node) {
  auto axes = node.axes(1, node.rank(0));
  if (failed(axes))
    return failure();
  if (axes->has_value() && !(*axes)->empty())
    return **axes;
  if (node.integer("noop_with_empty_axes", 0))
    return SmallVector<int64_t>();
  return llvm::to_vector(llvm::seq<int64_t>(0, node.rank(0)));
}

/// Puts the reduced dimensions back as 1.
static Value withKeptDimensions(Node &node, Value reduced, ArrayRef<Extent> extents, ArrayRef<int64_t> axes) {
  if (!node.integer("keepdims", 1))
    return reduced;
  Extents target(extents);
  for (int64_t axis : axes)
    target[axis] = fixed(node.b, 1);
  return reshaped(node.b, reduced, target);
}

namespace {
enum class Kind { Sum, Mean, Max, Min, Prod, L1, L2, SumSquare, LogSum };
} // namespace

template <Kind kind>
static LogicalResult reduce(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value x = node.operand(0);
  FailureOr<SmallVector<int64_t>> axes = reducedAxes(node);
  if (failed(axes))
    return failure();
  Extents extents = extentsOf(b, x);
  Kept kept(extents, *axes);
  Type element = node.type(0).getElementType(), wide = wideType(element);
  bool isUnsigned = node.isUnsigned(0);

  Value initial = kind == Kind::Max    ? lowest(b, wide, isUnsigned)
                  : kind == Kind::Min  ? highest(b, wide, isUnsigned)
                  : kind == Kind::Prod ? constant(b, wide, 1)
                                       : constant(b, wide, 0);
  auto accumulate = [&](ImplicitLocOpBuilder &inner, ValueRange arguments) -> SmallVector<Value> {
    Value value = widen(inner, arguments[0]), total = arguments[1];
    switch (kind) {
    case Kind::Max:
      return {maxScalars(inner, total, value, isUnsigned)};
    case Kind::Min:
      return {minScalars(inner, total, value, isUnsigned)};
    case Kind::Prod:
      return {multiplyScalars(inner, total, value, reorderable)};
    case Kind::L1:
      value = isa<FloatType>(wide) ? Value(math::AbsFOp::create(inner, value))
              : isUnsigned         ? value
                                   : Value(math::AbsIOp::create(inner, value));
      break;
    case Kind::L2:
    case Kind::SumSquare:
      value = multiplyScalars(inner, value, value, reorderable);
      break;
    default:
      break;
    }
    return {addScalars(inner, total, value, reorderable)};
  };
  Value reduced = LoopNest(b, extents)
                      .reduce(*axes)
                      .read(x)
                      .write(filled(b, kept.extents, initial), kept.subscripts)
                      .emit(accumulate)[0];

  Value count = kind == Kind::Mean ? extentAsScalar(b, countOver(b, extents, *axes), wide) : Value();
  auto finish = [&](ImplicitLocOpBuilder &inner, Value total) -> Value {
    if (kind == Kind::Mean)
      return divideScalars(inner, total, count, isUnsigned);
    if (kind == Kind::LogSum)
      return math::LogOp::create(inner, total);
    if (kind == Kind::L2 && isa<FloatType>(wide))
      return math::SqrtOp::create(inner, total);
    if (kind == Kind::L2) {
      Value root = math::SqrtOp::create(inner, castScalar(inner, total, inner.getF64Type(), isUnsigned, false));
      return castScalar(inner, root, wide, false, isUnsigned);
    }
    return total;
  };
  if (kind == Kind::Mean || kind == Kind::LogSum || kind == Kind::L2 || wide != element)
    reduced = LoopNest(b, kept.extents).read(reduced).map(element, [&](ImplicitLocOpBuilder &inner, ValueRange total) {
      return narrow(inner, finish(inner, total[0]), element);
    });
  return node.replace(withKeptDimensions(node, reduced, extents, *axes));
}

/// log Σ exp(x), with the largest x taken out so that nothing overflows.
static LogicalResult reduceLogSumExp(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value x = node.operand(0);
  FailureOr<SmallVector<int64_t>> axes = reducedAxes(node);
  if (failed(axes))
    return failure();
  Type element = node.type(0).getElementType();
  if (!isa<FloatType>(element))
    return node.error("expected floats");
  Extents extents = extentsOf(b, x);
  Kept kept(extents, *axes);
  Value largest = maxOver(b, x, *axes);
  // An infinite maximum is not subtracted: ∞ - ∞ is no number.
  Value shift =
      LoopNest(b, kept.extents).read(largest).map(wideType(element), [](ImplicitLocOpBuilder &inner, ValueRange m) {
        Value finite = arith::CmpFOp::create(inner, arith::CmpFPredicate::OLT, math::AbsFOp::create(inner, m[0]),
                                             highest(inner, m[0].getType(), false));
        return arith::SelectOp::create(inner, finite, m[0], constant(inner, m[0].getType(), 0)).getResult();
      });
  Value sum = sumOver(b, LoopNest(b, extents).read(x).read(shift, kept.subscripts), extents, *axes, element,
                      [](ImplicitLocOpBuilder &inner, ValueRange arguments) -> Value {
                        Value distance = subtractScalars(inner, widen(inner, arguments[0]), arguments[1]);
                        return math::ExpOp::create(inner, distance);
                      });
  Value result = LoopNest(b, kept.extents)
                     .read(sum)
                     .read(shift)
                     .map(element, [&](ImplicitLocOpBuilder &inner, ValueRange arguments) {
                       Value log = math::LogOp::create(inner, arguments[0]);
                       return narrow(inner, addScalars(inner, log, arguments[1]), element);
                     });
  return node.replace(withKeptDimensions(node, result, extents, *axes));
}

/// The position of the largest (smallest) element along an axis: the first, or the last with select_last_index.
template <bool isMax>
static LogicalResult argExtreme(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value x = node.operand(0);
  FailureOr<int64_t> axis = node.axis(node.integer("axis", 0), node.rank(0));
  if (failed(axis))
    return failure();
  Extents extents = extentsOf(b, x);
  Kept kept(extents, *axis);
  Type element = node.type(0).getElementType();
  bool isUnsigned = node.isUnsigned(0), last = node.integer("select_last_index", 0);
  Value worst = isMax ? lowest(b, element, isUnsigned) : highest(b, element, isUnsigned);
  using P = arith::CmpIPredicate;
  P better = isMax ? (last ? P::sge : P::sgt) : (last ? P::sle : P::slt);
  Value index = LoopNest(b, extents)
                    .reduce(*axis)
                    .read(x)
                    .write(filled(b, kept.extents, worst), kept.subscripts)
                    .write(filled(b, kept.extents, constant(b, b.getI64Type(), 0)), kept.subscripts)
                    .emit([&](ImplicitLocOpBuilder &inner, ValueRange arguments) -> SmallVector<Value> {
                      Value isBetter = compareScalars(inner, better, arguments[0], arguments[1], isUnsigned);
                      Value at = arith::IndexCastOp::create(inner, inner.getI64Type(), loopIndex(inner, *axis));
                      return {arith::SelectOp::create(inner, isBetter, arguments[0], arguments[1]),
                              arith::SelectOp::create(inner, isBetter, at, arguments[2])};
                    })[1];
  return node.replace(withKeptDimensions(node, index, extents, *axis));
}

void addReductionLowerings(LoweringTable &table) {
  table["ReduceSum"] = reduce<Kind::Sum>;
  table["ReduceMean"] = reduce<Kind::Mean>;
  table["ReduceMax"] = reduce<Kind::Max>;
  table["ReduceMin"] = reduce<Kind::Min>;
  table["ReduceProd"] = reduce<Kind::Prod>;
  table["ReduceL1"] = reduce<Kind::L1>;
  table["ReduceL2"] = reduce<Kind::L2>;
  table["ReduceSumSquare"] = reduce<Kind::SumSquare>;
  table["ReduceLogSum"] = reduce<Kind::LogSum>;
  table["ReduceLogSumExp"] = reduceLogSumExp;
  table["ArgMax"] = argExtreme<true>;
  table["ArgMin"] = argExtreme<false>;
}

} // namespace sdq::onnx
