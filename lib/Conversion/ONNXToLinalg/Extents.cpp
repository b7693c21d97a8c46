//===- Extents.cpp - What is known of shapes, statically or not -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extents.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace sdq::onnx {

Value mostStatic(Value tensor) {
  while (auto cast = tensor.getDefiningOp<tensor::CastOp>()) {
    if (!isa<RankedTensorType>(cast.getSource().getType()) ||
        !tensor::preservesStaticInformation(cast.getType(), cast.getSource().getType()))
      break;
    tensor = cast.getSource();
  }
  return tensor;
}

std::optional<int64_t> staticExtent(Extent extent) { return getConstantIntValue(extent); }
bool isStatic(Extent extent, int64_t value) { return staticExtent(extent) == value; }
Extent fixed(ImplicitLocOpBuilder &b, int64_t value) { return b.getIndexAttr(value); }
Value asIndex(ImplicitLocOpBuilder &b, Extent extent) { return getValueOrCreateConstantIndexOp(b, b.getLoc(), extent); }

static Extent simplified(ImplicitLocOpBuilder &b, Value value) {
  if (auto constant = getConstantIntValue(value))
    return fixed(b, *constant);
  return value;
}

Extent asExtent(ImplicitLocOpBuilder &b, Value integer, bool isUnsigned) {
  if (integer.getType().isIndex())
    return simplified(b, integer);
  if (auto cast = integer.getDefiningOp<arith::IndexCastOp>(); cast && cast.getIn().getType().isIndex())
    return simplified(b, cast.getIn());
  if (isUnsigned)
    return simplified(b, b.createOrFold<arith::IndexCastUIOp>(b.getIndexType(), integer));
  return simplified(b, b.createOrFold<arith::IndexCastOp>(b.getIndexType(), integer));
}

Value asInteger(ImplicitLocOpBuilder &b, Extent extent, Type type) {
  if (auto constant = staticExtent(extent))
    return arith::ConstantOp::create(b, b.getIntegerAttr(type, *constant));
  return arith::IndexCastOp::create(b, type, cast<Value>(extent));
}

Extent extentOf(ImplicitLocOpBuilder &b, Value tensor, int64_t dimension) {
  tensor = mostStatic(tensor);
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.isDynamicDim(dimension))
    return fixed(b, type.getDimSize(dimension));
  if (auto result = dyn_cast<OpResult>(tensor)) {
    Operation *op = result.getOwner();
    unsigned number = result.getResultNumber();
    if (auto cast = dyn_cast<tensor::CastOp>(op); cast && isa<RankedTensorType>(cast.getSource().getType()))
      return extentOf(b, cast.getSource(), dimension);
    if (auto empty = dyn_cast<tensor::EmptyOp>(op))
      return simplified(b, empty.getDynamicSize(dimension));
    if (auto destination = dyn_cast<DestinationStyleOpInterface>(op))
      return extentOf(b, destination.getTiedOpOperand(result)->get(), dimension);
    if (auto loop = dyn_cast<scf::ForOp>(op))
      return extentOf(b, loop.getInitArgs()[number], dimension);
    if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
      return expand.getMixedOutputShape()[dimension];
    if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op); slice && slice.getDroppedDims().none())
      return slice.getMixedSizes()[dimension];
    if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
      Extents factors;
      auto groups = collapse.getReassociationIndices();
      for (int64_t source : groups[dimension])
        factors.push_back(extentOf(b, collapse.getSrc(), source));
      return product(b, factors);
    }
    if (auto reshape = dyn_cast<tensor::ReshapeOp>(op))
      if (auto shape = scalarsOf(b, reshape.getShape()))
        return asExtent(b, (*shape)[dimension]);
    if (auto reify = dyn_cast<ReifyRankedShapedTypeOpInterface>(op)) {
      ReifiedRankedShapedTypeDims shapes;
      if (succeeded(reify.reifyResultShapes(b, shapes))) {
        Extent extent = shapes[number][dimension];
        // Follow the tensor.dim such an interface answers with back to where that extent comes from.
        if (auto value = dyn_cast<Value>(extent))
          if (auto dim = value.getDefiningOp<tensor::DimOp>())
            if (auto index = dim.getConstantIndex(); index && dim.getSource() != tensor)
              return extentOf(b, dim.getSource(), *index);
        return extent;
      }
    }
  }
  return Value(tensor::DimOp::create(b, tensor, dimension));
}

Extents extentsOf(ImplicitLocOpBuilder &b, Value tensor) {
  Extents extents;
  for (int64_t i = 0, rank = cast<RankedTensorType>(tensor.getType()).getRank(); i < rank; ++i)
    extents.push_back(extentOf(b, tensor, i));
  return extents;
}

bool computedAlike(Value lhs, Value rhs, unsigned depth) {
  if (lhs == rhs)
    return true;
  Operation *left = lhs.getDefiningOp(), *right = rhs.getDefiningOp();
  if (!left || !right || depth == 0 || left->getName() != right->getName() || left->getNumRegions() != 0 ||
      cast<OpResult>(lhs).getResultNumber() != cast<OpResult>(rhs).getResultNumber() || !isMemoryEffectFree(left))
    return false;
  return OperationEquivalence::isEquivalentTo(
      left, right, [&](Value l, Value r) { return success(computedAlike(l, r, depth - 1)); }, nullptr,
      OperationEquivalence::IgnoreLocations);
}

bool equal(Extent lhs, Extent rhs) {
  auto left = staticExtent(lhs), right = staticExtent(rhs);
  if (left || right)
    return left == right;
  return computedAlike(cast<Value>(lhs), cast<Value>(rhs));
}

bool equal(ArrayRef<Extent> lhs, ArrayRef<Extent> rhs) {
  return lhs.size() == rhs.size() &&
         llvm::all_of(llvm::zip(lhs, rhs), [](auto pair) { return equal(std::get<0>(pair), std::get<1>(pair)); });
}

bool isNonNegative(Value value, unsigned depth) {
  if (auto constant = getConstantIntValue(value))
    return *constant >= 0;
  Operation *op = value.getDefiningOp();
  if (!op || depth == 0)
    return false;
  if (isa<tensor::DimOp>(op))
    return true;
  if (isa<arith::IndexCastOp, arith::AddIOp, arith::MulIOp, arith::DivSIOp, arith::MinSIOp>(op))
    return llvm::all_of(op->getOperands(), [&](Value operand) { return isNonNegative(operand, depth - 1); });
  if (isa<arith::MaxSIOp>(op))
    return llvm::any_of(op->getOperands(), [&](Value operand) { return isNonNegative(operand, depth - 1); });
  return false;
}

Extent add(ImplicitLocOpBuilder &b, Extent lhs, Extent rhs) {
  auto left = staticExtent(lhs), right = staticExtent(rhs);
  if (left && right)
    return fixed(b, *left + *right);
  return simplified(b, b.createOrFold<arith::AddIOp>(asIndex(b, lhs), asIndex(b, rhs)));
}

Extent subtract(ImplicitLocOpBuilder &b, Extent lhs, Extent rhs) {
  auto left = staticExtent(lhs), right = staticExtent(rhs);
  if (left && right)
    return fixed(b, *left - *right);
  return simplified(b, b.createOrFold<arith::SubIOp>(asIndex(b, lhs), asIndex(b, rhs)));
}

Extent multiply(ImplicitLocOpBuilder &b, Extent lhs, Extent rhs) {
  auto left = staticExtent(lhs), right = staticExtent(rhs);
  if (left && right)
    return fixed(b, *left * *right);
  if (left == 1)
    return rhs;
  if (right == 1)
    return lhs;
  if (left == 0 || right == 0)
    return fixed(b, 0);
  return simplified(b, b.createOrFold<arith::MulIOp>(asIndex(b, lhs), asIndex(b, rhs)));
}

Extent product(ImplicitLocOpBuilder &b, ArrayRef<Extent> factors) {
  Extent result = fixed(b, 1);
  for (Extent factor : factors)
    result = multiply(b, result, factor);
  return result;
}

namespace {
/// A product split into its static part and its dynamic factors.
struct Factors {
  int64_t fixed = 1;
  SmallVector<Value> dynamic;

  explicit Factors(ArrayRef<Extent> extents) {
    for (Extent extent : extents)
      insert(extent);
  }
  void insert(Extent extent) {
    if (auto constant = staticExtent(extent)) {
      fixed *= *constant;
      return;
    }
    Value value = cast<Value>(extent);
    if (auto multiply = value.getDefiningOp<arith::MulIOp>()) {
      insert(multiply.getLhs());
      insert(multiply.getRhs());
      return;
    }
    dynamic.push_back(value);
  }
  /// Removes the dynamic factors both have.
  static void cancel(Factors &lhs, Factors &rhs) {
    llvm::erase_if(lhs.dynamic, [&](Value value) {
      auto *found = llvm::find_if(rhs.dynamic, [&](Value other) { return computedAlike(value, other); });
      if (found == rhs.dynamic.end())
        return false;
      rhs.dynamic.erase(found);
      return true;
    });
  }
};
} // namespace

Extent ratio(ImplicitLocOpBuilder &b, ArrayRef<Extent> numerator, ArrayRef<Extent> denominator) {
  Factors top(numerator), bottom(denominator);
  Factors::cancel(top, bottom);
  if (bottom.fixed != 0 && top.fixed % bottom.fixed == 0) {
    top.fixed /= bottom.fixed;
    bottom.fixed = 1;
  } else if (top.dynamic.empty() && bottom.dynamic.empty()) {
    return Extent();
  }
  auto multiplied = [&](Factors &factors) {
    Extents all{fixed(b, factors.fixed)};
    all.append(factors.dynamic.begin(), factors.dynamic.end());
    return product(b, all);
  };
  Extent over = multiplied(top), under = multiplied(bottom);
  if (isStatic(under, 1))
    return over;
  return simplified(b, b.createOrFold<arith::DivSIOp>(asIndex(b, over), asIndex(b, under)));
}

bool equalProducts(ArrayRef<Extent> lhs, ArrayRef<Extent> rhs) {
  Factors left(lhs), right(rhs);
  if (left.fixed != right.fixed)
    return false;
  Factors::cancel(left, right);
  return left.fixed == 0 || (left.dynamic.empty() && right.dynamic.empty());
}

Value compareEqual(ImplicitLocOpBuilder &b, Extent lhs, Extent rhs) {
  if (equal(lhs, rhs))
    return arith::ConstantOp::create(b, b.getBoolAttr(true));
  return b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::eq, asIndex(b, lhs), asIndex(b, rhs));
}

RankedTensorType tensorType(ArrayRef<Extent> extents, Type element) {
  SmallVector<int64_t> shape;
  for (Extent extent : extents)
    shape.push_back(staticExtent(extent).value_or(ShapedType::kDynamic));
  return RankedTensorType::get(shape, element);
}

Value emptyTensor(ImplicitLocOpBuilder &b, ArrayRef<Extent> extents, Type element) {
  Extents folded;
  for (Extent extent : extents) {
    auto constant = staticExtent(extent);
    folded.push_back(constant ? fixed(b, *constant) : extent);
  }
  return tensor::EmptyOp::create(b, folded, element);
}

bool isEmpty(ArrayRef<Extent> extents) {
  return llvm::any_of(extents, [](Extent extent) { return isStatic(extent, 0); });
}

Extents refine(ImplicitLocOpBuilder &b, ArrayRef<Extent> extents, RankedTensorType declared) {
  Extents refined(extents);
  for (auto [i, extent] : llvm::enumerate(refined))
    if (!staticExtent(extent) && !declared.isDynamicDim(i))
      extent = fixed(b, declared.getDimSize(i));
  return refined;
}

bool isSmall(RankedTensorType type) {
  return type.hasStaticShape() && type.getNumElements() >= 1 && type.getNumElements() <= 16;
}

std::optional<SmallVector<Value>> scalarsOf(ImplicitLocOpBuilder &b, Value tensor) {
  tensor = mostStatic(tensor);
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.hasStaticShape() || type.getNumElements() > 16)
    return std::nullopt;
  if (type.getNumElements() == 0)
    return SmallVector<Value>();
  if (auto elements = tensor.getDefiningOp<tensor::FromElementsOp>())
    return SmallVector<Value>(elements.getElements());
  if (auto constant = tensor.getDefiningOp<arith::ConstantOp>())
    if (auto dense = dyn_cast<DenseElementsAttr>(constant.getValue())) {
      SmallVector<Value> scalars;
      for (Attribute value : dense.getValues<Attribute>())
        scalars.push_back(arith::ConstantOp::create(b, cast<TypedAttr>(value)));
      return scalars;
    }
  return std::nullopt;
}

SmallVector<Value> elementsOf(ImplicitLocOpBuilder &b, Value tensor) {
  if (auto scalars = scalarsOf(b, tensor))
    return *scalars;
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<Value> elements;
  for (int64_t flat = 0, count = type.getNumElements(); flat < count; ++flat) {
    SmallVector<Value> indices(type.getRank());
    int64_t rest = flat;
    for (int64_t d = type.getRank() - 1; d >= 0; --d) {
      indices[d] = arith::ConstantIndexOp::create(b, rest % type.getDimSize(d));
      rest /= type.getDimSize(d);
    }
    elements.push_back(tensor::ExtractOp::create(b, tensor, indices));
  }
  return elements;
}

Value fromScalars(ImplicitLocOpBuilder &b, RankedTensorType type, ArrayRef<Value> scalars) {
  return tensor::FromElementsOp::create(b, type, scalars);
}

} // namespace sdq::onnx
