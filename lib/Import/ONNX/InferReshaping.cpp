//===- InferReshaping.cpp - The same elements in another shape ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Operators.h"

namespace sdq {

using mlir::failed;
using mlir::failure;
using mlir::LogicalResult;

/// The requested extents of Reshape or Expand; unknown ones if they are computed from data. Their number, the rank
/// of the result, must be known.
static mlir::FailureOr<Shape> requestedShape(Inference &op, unsigned i) {
  if (failed(op.expectInteger(i)) || failed(op.expectRank(i, 1)))
    return failure();
  if (op.input(i).values)
    return *op.input(i).values;
  Extent rank = op.input(i).shape[0];
  if (!rank.isStatic())
    return op.error() << "cannot tell the rank of the result: input " << i << " has shape "
                      << op.extents.print(op.input(i).shape);
  Shape result;
  for (int64_t k = 0; k < rank.getNumber(); ++k)
    result.push_back(op.extents.unknown(/*mayBeNegative=*/true));
  return result;
}

/// The extent -1 stands for: all elements over the other extents. Equal ones are cancelled first, so that sums and
/// products divide as well.
static mlir::FailureOr<Extent> inferredExtent(Inference &op, llvm::ArrayRef<Extent> from,
                                              llvm::ArrayRef<Extent> others) {
  llvm::SmallVector<Extent> dividend(from), divisor;
  for (Extent extent : others) {
    auto same = llvm::find(dividend, extent);
    if (same == dividend.end())
      divisor.push_back(extent);
    else if (!extent.isStatic(0))
      dividend.erase(same);
  }
  Extent all = op.product(dividend), rest = op.product(divisor);
  if (rest.isStatic(0) || llvm::is_contained(others, Extent(0)))
    return op.error() << "expected extents other than 0 beside -1";
  if (all.isStatic() && rest.isStatic() && all.getNumber() % rest.getNumber() != 0)
    return op.error() << "expected a multiple of " << op.extents.print(op.product(others)) << " elements, found "
                      << op.extents.print(op.product(from)) << " in shape " << op.extents.print(from);
  return op.extents.divide(all, rest);
}

static LogicalResult inferReshape(Inference &op) {
  const TensorInfo &data = op.input(0);
  mlir::FailureOr<Shape> shape = requestedShape(op, 1);
  if (failed(shape))
    return failure();
  bool allowZero = *op.integer("allowzero");
  std::optional<size_t> inferred;
  bool isKnown = true;
  for (auto [i, extent] : llvm::enumerate(*shape)) {
    if (extent.isStatic(0) && !allowZero) {
      if (i >= data.shape.size())
        return op.error() << "expected an extent at " << i << " to copy (0 in the requested shape), found shape "
                          << op.extents.print(data.shape);
      extent = data.shape[i];
    } else if (extent.isStatic(-1)) {
      if (inferred)
        return op.error() << "expected at most one -1 in the requested shape, found " << op.extents.print(*shape);
      inferred = i;
    } else if (extent.isStatic() && extent.getNumber() < 0) {
      return op.error() << "expected extents of -1 or more, found " << extent.getNumber();
    } else if (!op.extents.isNonNegative(extent)) {
      extent = op.extents.unknown(); // might turn out to be -1
      isKnown = false;
    }
  }
  if (inferred) {
    Shape others = *shape;
    others.erase(others.begin() + *inferred);
    mlir::FailureOr<Extent> extent = inferredExtent(op, data.shape, others);
    if (failed(extent))
      return failure();
    (*shape)[*inferred] = *extent;
  } else if (isKnown) {
    Extent before = op.product(data.shape), after = op.product(*shape);
    if (before.isStatic() && after.isStatic() && !(before == after))
      return op.error() << "expected as many elements as before, found shapes " << op.extents.print(data.shape)
                        << " and " << op.extents.print(*shape);
  }
  return op.setOutput(data.elementType, *shape, data.values);
}

static LogicalResult inferExpand(Inference &op) {
  mlir::FailureOr<Shape> shape = requestedShape(op, 1);
  if (failed(shape))
    return failure();
  for (Extent &extent : *shape) {
    if (extent.isStatic() && extent.getNumber() < 0)
      return op.error() << "expected extents of 0 or more, found " << op.extents.print(*shape);
    if (!op.extents.isNonNegative(extent))
      extent = op.extents.unknown();
  }
  mlir::FailureOr<Shape> result = op.broadcast(op.input(0).shape, *shape);
  return failed(result) ? failure() : op.setOutput(op.input(0).elementType, *result);
}

/// Without axes, every extent of 1 goes; whether a dynamic one is 1 cannot be known, so then axes must be given.
static LogicalResult inferSqueeze(Inference &op) {
  const TensorInfo &data = op.input(0);
  llvm::SmallVector<int64_t> axes;
  if (op.hasInput(1)) {
    mlir::FailureOr<llvm::SmallVector<int64_t>> given = op.constantInput(1, "axes");
    if (failed(given) || failed(given = op.normalizeAxes(*given, data.rank())))
      return failure();
    axes = *given;
  } else {
    for (auto [i, extent] : llvm::enumerate(data.shape)) {
      if (!extent.isStatic())
        return op.error() << "cannot tell the rank of the result: no axes are given, and the input's shape is "
                          << op.extents.print(data.shape);
      if (extent.isStatic(1))
        axes.push_back(i);
    }
  }
  Shape shape;
  for (auto [i, extent] : llvm::enumerate(data.shape)) {
    if (!llvm::is_contained(axes, int64_t(i)))
      shape.push_back(extent);
    else if (extent.isStatic() && !extent.isStatic(1))
      return op.error() << "expected an extent of 1 at axis " << i << ", found shape " << op.extents.print(data.shape);
  }
  return op.setOutput(data.elementType, shape, data.values);
}

static LogicalResult inferUnsqueeze(Inference &op) {
  const TensorInfo &data = op.input(0);
  mlir::FailureOr<llvm::SmallVector<int64_t>> axes = op.constantInput(1, "axes");
  if (failed(axes))
    return failure();
  int64_t rank = data.rank() + axes->size();
  if (failed(axes = op.normalizeAxes(*axes, rank)))
    return failure();
  Shape shape;
  const Extent *next = data.shape.begin();
  for (int64_t i = 0; i < rank; ++i)
    shape.push_back(llvm::is_contained(*axes, i) ? Extent(1) : *next++);
  return op.setOutput(data.elementType, shape, data.values);
}

/// To a matrix: the extents before `axis` (which may be the rank) by those from it on.
static LogicalResult inferFlatten(Inference &op) {
  const TensorInfo &data = op.input(0);
  int64_t axis = *op.integer("axis"), rank = data.rank();
  if (axis < -rank || axis > rank)
    return op.error() << "expected an axis in [" << -rank << ", " << rank << "], found " << axis;
  llvm::ArrayRef<Extent> shape = data.shape;
  size_t split = axis < 0 ? axis + rank : axis;
  return op.setOutput(data.elementType, {op.product(shape.take_front(split)), op.product(shape.drop_front(split))},
                      data.values);
}

void addReshapingOperators(OperatorTable &table) {
  table.insert(table.end(), {
                                {"Reshape", {13, 14, 19, 21, 23}, 2, 1, {{"allowzero", 0}}, inferReshape},
                                {"Expand", {13}, 2, 1, {}, inferExpand},
                                {"Squeeze", {13, 21, 23}, {1, 2}, 1, {}, inferSqueeze},
                                {"Unsqueeze", {13, 21, 23}, 2, 1, {}, inferUnsqueeze},
                                {"Flatten", {13, 21, 23}, 1, 1, {{"axis", 1}}, inferFlatten},
                            });
}

} // namespace sdq
