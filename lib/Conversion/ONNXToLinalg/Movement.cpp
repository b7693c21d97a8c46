//===- Movement.cpp - Moving elements without computing -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Movement.h"
#include "LoopNest.h"
#include "Scalar.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace sdq::onnx {

Value transposed(ImplicitLocOpBuilder &b, Value tensor, ArrayRef<int64_t> permutation) {
  Extents extents(permutation.size());
  Subscripts subscripts(permutation.size());
  for (auto [i, dimension] : llvm::enumerate(permutation)) {
    extents[i] = extentOf(b, tensor, dimension);
    subscripts[dimension] = Subscript::at(i);
  }
  Type element = cast<RankedTensorType>(tensor.getType()).getElementType();
  return LoopNest(b, extents).read(tensor, subscripts).map(element, [](ImplicitLocOpBuilder &, ValueRange x) {
    return x[0];
  });
}

namespace {
/// Runs of source and target dimensions that hold the same elements.
struct Group {
  ReassociationIndices source, target;
};
} // namespace

/// The finest groups of equal products, from the front; nullopt when equality is not provable.
static std::optional<SmallVector<Group>> groupDimensions(ArrayRef<Extent> source, ArrayRef<Extent> target) {
  SmallVector<Group> groups;
  size_t s = 0, t = 0;
  while (s < source.size() && t < target.size()) {
    bool found = false;
    for (size_t total = 2; !found && total <= source.size() - s + target.size() - t; ++total)
      for (size_t a = 1; !found && a < total; ++a) {
        size_t c = total - a;
        if (a > source.size() - s || c > target.size() - t || !equalProducts(source.slice(s, a), target.slice(t, c)))
          continue;
        Group &group = groups.emplace_back();
        for (size_t i = 0; i < a; ++i)
          group.source.push_back(s++);
        for (size_t i = 0; i < c; ++i)
          group.target.push_back(t++);
        found = true;
      }
    if (!found)
      break;
  }
  auto isOne = [](Extent extent) { return isStatic(extent, 1); };
  if (llvm::all_of(source.drop_front(s), isOne) && llvm::all_of(target.drop_front(t), isOne)) {
    for (; s < source.size() && !groups.empty(); ++s)
      groups.back().source.push_back(s);
    for (; t < target.size() && !groups.empty(); ++t)
      groups.back().target.push_back(t);
    return groups;
  }
  if (source.empty() || target.empty() || !equalProducts(source, target))
    return std::nullopt;
  Group all;
  for (size_t i = 0; i < source.size(); ++i)
    all.source.push_back(i);
  for (size_t i = 0; i < target.size(); ++i)
    all.target.push_back(i);
  return SmallVector<Group>{all};
}

static Value castToExtents(ImplicitLocOpBuilder &b, Value tensor, ArrayRef<Extent> extents) {
  RankedTensorType type = tensorType(extents, cast<RankedTensorType>(tensor.getType()).getElementType());
  return type == tensor.getType() ? tensor : tensor::CastOp::create(b, type, tensor);
}

Value reshaped(ImplicitLocOpBuilder &b, Value tensor, ArrayRef<Extent> target) {
  Extents source = extentsOf(b, tensor);
  Type element = cast<RankedTensorType>(tensor.getType()).getElementType();
  RankedTensorType type = tensorType(target, element);
  if (equal(source, target))
    return castToExtents(b, tensor, target);
  if (isEmpty(target))
    return emptyTensor(b, target, element);
  if (type.hasStaticShape())
    if (auto scalars = scalarsOf(b, tensor); scalars && type.getNumElements() == int64_t(scalars->size()))
      return fromScalars(b, type, *scalars);

  auto byShape = [&]() -> Value {
    SmallVector<Value> shape;
    for (Extent extent : target)
      shape.push_back(asIndex(b, extent));
    auto shapeType = RankedTensorType::get({int64_t(target.size())}, b.getIndexType());
    return tensor::ReshapeOp::create(b, type, tensor, fromScalars(b, shapeType, shape));
  };
  auto groups = groupDimensions(source, target);
  if (!groups)
    return byShape();
  tensor = castToExtents(b, tensor, source);
  Extents middle;
  SmallVector<ReassociationIndices> collapsed, expanded;
  for (const Group &group : *groups) {
    Extents factors;
    // The side with one dimension names the extent as the others know it.
    bool fromTarget = group.target.size() == 1;
    for (int64_t i : fromTarget ? group.target : group.source)
      factors.push_back(fromTarget ? target[i] : source[i]);
    middle.push_back(product(b, factors));
    collapsed.push_back(group.source);
    expanded.push_back(group.target);
  }
  if (middle.size() != source.size())
    tensor = tensor::CollapseShapeOp::create(b, tensorType(middle, element), tensor, collapsed);
  // LLVM 22's expand-strided-metadata crashes on a memref.expand_shape of one dimension into several dynamic ones.
  if (llvm::any_of(expanded, [&](const ReassociationIndices &group) {
        return llvm::count_if(group, [&](int64_t i) { return type.isDynamicDim(i); }) > 1;
      }))
    return byShape();
  if (middle.size() != target.size())
    tensor = tensor::ExpandShapeOp::create(b, type, tensor, expanded, Extents(target));
  return tensor;
}

Value normalizedIndex(ImplicitLocOpBuilder &b, Value integer, Value extent, bool isUnsigned) {
  Value index = asIndex(b, asExtent(b, integer, isUnsigned));
  if (isUnsigned)
    return index;
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value isNegative = b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::slt, index, zero);
  return b.createOrFold<arith::SelectOp>(isNegative, b.createOrFold<arith::AddIOp>(index, extent), index);
}

static Value isInRange(ImplicitLocOpBuilder &b, Value integer, Value extent, bool isUnsigned) {
  using P = arith::CmpIPredicate;
  Value index = asIndex(b, asExtent(b, integer, isUnsigned));
  Value below = b.createOrFold<arith::CmpIOp>(P::slt, index, extent);
  Value lower = b.createOrFold<arith::SubIOp>(Value(arith::ConstantIndexOp::create(b, 0)), extent);
  return b.createOrFold<arith::AndIOp>(b.createOrFold<arith::CmpIOp>(P::sge, index, lower), below);
}

LogicalResult requireWithin(Node &node, const Extents &shape, const Extents &source, int64_t axis) {
  ImplicitLocOpBuilder &b = node.b;
  for (int64_t d = 0; d < int64_t(source.size()); ++d)
    if (d != axis && !equal(source[d], shape[d])) {
      Value fits =
          b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::sle, asIndex(b, shape[d]), asIndex(b, source[d]));
      if (failed(node.require(fits, "indices reach beyond dimension " + Twine(d) + " of data")))
        return failure();
    }
  return success();
}

LogicalResult requireInRange(Node &node, Value indices, Extent extent, bool isUnsigned) {
  ImplicitLocOpBuilder &b = node.b;
  std::string known = staticExtent(extent) ? std::to_string(*staticExtent(extent)) : "the extent";
  std::string message = "an index is outside [-" + known + ", " + known + ")";
  Value bound = asIndex(b, extent);
  Value ok = constantInteger(b, b.getI1Type(), 1);
  if (auto scalars = scalarsOf(b, indices)) {
    for (Value scalar : *scalars)
      ok = b.createOrFold<arith::AndIOp>(ok, isInRange(b, scalar, bound, isUnsigned));
    return node.require(ok, message);
  }
  Extents extents = extentsOf(b, indices);
  LoopNest nest(b, extents);
  for (unsigned i = 0; i < extents.size(); ++i)
    nest.reduce(i);
  Value all =
      nest.read(indices).write(filled(b, {}, ok), {}).emit([&](ImplicitLocOpBuilder &inner, ValueRange arguments) {
        Value fits = isInRange(inner, arguments[0], bound, isUnsigned);
        return SmallVector<Value>{arith::AndIOp::create(inner, arguments[1], fits)};
      })[0];
  return node.require(tensor::ExtractOp::create(b, all, ValueRange()), message);
}

FailureOr<SmallVector<Value>> requireTuplesInRange(Node &node, Value indices, ArrayRef<Extent> extents) {
  ImplicitLocOpBuilder &b = node.b;
  Extents sizes = extentsOf(b, indices), offsets(sizes.size(), fixed(b, 0)), strides(sizes.size(), fixed(b, 1));
  bool hasTuples = !isEmpty(sizes);
  sizes.back() = fixed(b, 1);
  SmallVector<Value> bounds;
  for (auto [j, extent] : llvm::enumerate(extents)) {
    offsets.back() = fixed(b, j);
    bounds.push_back(asIndex(b, extent));
    if (!hasTuples)
      continue;
    Value column = tensor::ExtractSliceOp::create(b, indices, offsets, sizes, strides);
    if (failed(requireInRange(node, column, extent, /*isUnsigned=*/false)))
      return failure();
  }
  return bounds;
}

SmallVector<Value>
sequentialLoops(ImplicitLocOpBuilder &b, ArrayRef<Extent> extents, ValueRange state,
                function_ref<SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange, ValueRange)> body) {
  SmallVector<Value> lower(extents.size(), arith::ConstantIndexOp::create(b, 0));
  SmallVector<Value> step(extents.size(), arith::ConstantIndexOp::create(b, 1));
  SmallVector<Value> upper;
  for (Extent extent : extents)
    upper.push_back(asIndex(b, extent));
  if (extents.empty())
    return body(b, {}, state);
  scf::LoopNest nest = scf::buildLoopNest(
      b, b.getLoc(), lower, upper, step, state,
      [&](OpBuilder &builder, Location location, ValueRange indices, ValueRange carried) -> scf::ValueVector {
        ImplicitLocOpBuilder inner(location, builder);
        SmallVector<Value> next = body(inner, indices, carried);
        return scf::ValueVector(next.begin(), next.end());
      });
  return SmallVector<Value>(nest.results.begin(), nest.results.end());
}

} // namespace sdq::onnx
