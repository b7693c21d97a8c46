//===- Reshape.cpp - Reshape, Flatten, Squeeze and Unsqueeze --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopNest.h"
#include "Movement.h"
#include "Scalar.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace sdq::onnx {

/// The extents a Reshape asks for: 0 copies the operand's (unless allowzero), one -1 takes what is left. Values that
/// are known only at run time may be 0 or -1 too, unless they are known to be extents.
static FailureOr<Extents> targetExtents(Node &node, ArrayRef<Extent> source) {
  ImplicitLocOpBuilder &b = node.b;
  RankedTensorType declared = node.resultType();
  bool allowZero = node.integer("allowzero", 0);
  SmallVector<Value> scalars;
  if (node.has(1)) {
    auto shapeType = RankedTensorType::get({declared.getRank()}, node.type(1).getElementType());
    Value shape = node.operand(1);
    if (shape.getType() != shapeType && !tensor::CastOp::areCastCompatible(shape.getType(), shapeType))
      return node.error("the shape operand does not have the " + Twine(declared.getRank()) +
                        " elements of the result's rank");
    if (shape.getType() != shapeType)
      shape = tensor::CastOp::create(b, shapeType, shape);
    scalars = elementsOf(b, shape);
  } else if (auto shape = node.integers("shape")) { // opset 1
    for (int64_t value : *shape)
      scalars.push_back(constantInteger(b, b.getI64Type(), value));
  }
  if (int64_t(scalars.size()) != declared.getRank())
    return node.error("shape has " + Twine(scalars.size()) + " elements, the result rank " + Twine(declared.getRank()));

  Extents target(scalars.size());
  std::optional<size_t> inferred;
  SmallVector<size_t> open;
  for (auto [i, scalar] : llvm::enumerate(scalars)) {
    Extent extent = asExtent(b, scalar);
    if (auto value = staticExtent(extent)) {
      if (*value == -1) {
        if (inferred)
          return node.error("shape has more than one -1");
        inferred = i;
        extent = Extent();
      } else if (*value == 0 && !allowZero) {
        if (i >= source.size())
          return node.error("shape has 0 at position " + Twine(i) + ", beyond the operand's rank " +
                            Twine(source.size()));
        extent = source[i];
      } else if (*value < 0) {
        return node.error("shape has a negative extent " + Twine(*value));
      }
    } else if (!declared.isDynamicDim(i)) {
      extent = fixed(b, declared.getDimSize(i));
    } else if (!isNonNegative(cast<Value>(extent))) {
      open.push_back(i);
    }
    target[i] = extent;
  }
  using P = arith::CmpIPredicate;
  for (size_t i : open) {
    Value value = cast<Value>(target[i]);
    if (allowZero || i >= source.size())
      continue;
    Value isZero = compareEqual(b, value, fixed(b, 0));
    target[i] = Value(arith::SelectOp::create(b, isZero, asIndex(b, source[i]), value));
  }
  if (inferred) {
    Extents others;
    for (auto [i, extent] : llvm::enumerate(target))
      if (i != *inferred)
        others.push_back(extent);
    target[*inferred] =
        declared.isDynamicDim(*inferred) ? ratio(b, source, others) : fixed(b, declared.getDimSize(*inferred));
    if (!target[*inferred])
      return node.error("the operand's elements do not divide into the shape");
  } else if (!open.empty()) {
    // Any of these may be the -1.
    Extent known = fixed(b, 1);
    Value minusOne = arith::ConstantIndexOp::create(b, -1), one = arith::ConstantIndexOp::create(b, 1);
    SmallVector<Value> isInferred;
    for (auto [i, extent] : llvm::enumerate(target)) {
      if (!llvm::is_contained(open, i)) {
        known = multiply(b, known, extent);
        continue;
      }
      isInferred.push_back(arith::CmpIOp::create(b, P::eq, asIndex(b, extent), minusOne));
      known = multiply(b, known, Value(arith::SelectOp::create(b, isInferred.back(), one, asIndex(b, extent))));
    }
    Value divisor = arith::MaxSIOp::create(b, asIndex(b, known), one);
    Value rest = arith::DivSIOp::create(b, asIndex(b, product(b, source)), divisor);
    for (auto [i, flag] : llvm::zip(open, isInferred))
      target[i] = Value(arith::SelectOp::create(b, flag, rest, asIndex(b, target[i])));
  }
  return target;
}

static LogicalResult reshape(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Extents source = extentsOf(b, node.operand(0));
  FailureOr<Extents> target = targetExtents(node, source);
  if (failed(target))
    return failure();
  if (!equalProducts(source, *target)) {
    Value same = compareEqual(b, product(b, source), product(b, *target));
    if (failed(node.require(same, "the shape does not hold the operand's number of elements")))
      return failure();
  }
  return node.replace(reshaped(b, node.operand(0), *target));
}

/// Dimensions before `axis` become one, those from it on another.
static LogicalResult flatten(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  int64_t rank = node.rank(0), axis = node.integer("axis", 1);
  if (axis < -rank || axis > rank)
    return node.error("axis " + Twine(axis) + " is outside [" + Twine(-rank) + ", " + Twine(rank) + "]");
  if (axis < 0)
    axis += rank;
  Extents extents = extentsOf(b, node.operand(0));
  Extents target{product(b, ArrayRef(extents).take_front(axis)), product(b, ArrayRef(extents).drop_front(axis))};
  return node.replace(reshaped(b, node.operand(0), target));
}

static LogicalResult squeeze(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value x = node.operand(0);
  Extents source = extentsOf(b, x), target;
  auto axes = node.axes(1, source.size());
  if (failed(axes))
    return failure();
  llvm::SmallBitVector removed(source.size());
  for (auto [i, extent] : llvm::enumerate(source))
    if (axes->has_value() ? llvm::is_contained(**axes, int64_t(i)) : isStatic(extent, 1))
      removed.set(i);
  if (int64_t(source.size() - removed.count()) != node.resultType().getRank())
    return node.error("which dimensions are 1 is known only at run time; the result's rank is declared " +
                      Twine(node.resultType().getRank()));
  for (auto [i, extent] : llvm::enumerate(source)) {
    if (!removed[i]) {
      target.push_back(extent);
      continue;
    }
    if (failed(node.require(compareEqual(b, extent, fixed(b, 1)), "squeezed dimension " + Twine(i) + " is not 1")))
      return failure();
    extent = fixed(b, 1);
  }
  RankedTensorType known = tensorType(source, node.type(0).getElementType());
  if (known != x.getType())
    x = tensor::CastOp::create(b, known, x);
  return node.replace(reshaped(b, x, target));
}

static LogicalResult unsqueeze(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Extents source = extentsOf(b, node.operand(0));
  int64_t rank = node.resultType().getRank();
  auto axes = node.axes(1, rank);
  if (failed(axes))
    return failure();
  llvm::SmallBitVector inserted(rank);
  for (int64_t axis : axes->value_or(SmallVector<int64_t>()))
    inserted.set(axis);
  if (rank != int64_t(source.size() + inserted.count()))
    return node.error("the axes make rank " + Twine(source.size() + inserted.count()) + ", the result has rank " +
                      Twine(rank));
  Extents target;
  for (int64_t i = 0, next = 0; i < rank; ++i)
    target.push_back(inserted[i] ? fixed(b, 1) : source[next++]);
  return node.replace(reshaped(b, node.operand(0), target));
}

void addReshapeLowerings(LoweringTable &table) {
  table["Reshape"] = reshape;
  table["Flatten"] = flatten;
  table["Squeeze"] = squeeze;
  table["Unsqueeze"] = unsqueeze;
}

} // namespace sdq::onnx
