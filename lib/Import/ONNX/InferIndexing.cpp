//===- InferIndexing.cpp - Parts of tensors -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Operators.h"

namespace sdq {

using mlir::failed;
using mlir::failure;
using mlir::LogicalResult;

/// Bounds this large mean "to the end", however long the axis is.
static constexpr int64_t beyondAnyExtent = int64_t(1) << 31;

/// Number of elements from `start` to before `end` in steps of `step`, all static.
static int64_t sliceLength(int64_t extent, int64_t start, int64_t end, int64_t step) {
  auto clamp = [&](int64_t bound, int64_t low, int64_t high) {
    if (bound < 0)
      bound += extent;
    return std::clamp(bound, low, high);
  };
  if (extent == 0)
    return 0;
  start = step > 0 ? clamp(start, 0, extent) : clamp(start, 0, extent - 1);
  end = step > 0 ? clamp(end, 0, extent) : clamp(end, -1, extent - 1);
  int64_t distance = step > 0 ? end - start : start - end;
  int64_t stride = step > 0 ? step : (step == INT64_MIN ? INT64_MAX : -step);
  return distance <= 0 ? 0 : (distance - 1) / stride + 1;
}

/// The extent left of `extent` by a slice. Followed symbolically where a slice starts at the front and ends at a known
/// place, or starts at a known place and takes the rest; what it cannot follow has a name of its own.
static Extent slicedExtent(Extents &e, Extent extent, Extent start, Extent end, Extent step) {
  if (extent.isStatic() && start.isStatic() && end.isStatic() && step.isStatic())
    return sliceLength(extent.getNumber(), start.getNumber(), end.getNumber(), step.getNumber());
  auto fromFront = [&](Extent bound) {
    return bound.isStatic() && bound.getNumber() < 0 ? e.maximum(e.add(extent, bound), 0) : bound;
  };
  bool takesRest = end == extent || (end.isStatic() && end.getNumber() >= beyondAnyExtent);
  if (step.isStatic(1) && start.isStatic()) {
    Extent first = fromFront(start);
    Extent last = takesRest ? extent : fromFront(end);
    if (e.isNonNegative(last)) {
      last = e.minimum(last, extent);
      first = e.minimum(first, extent);
      return e.maximum(e.subtract(last, first), 0);
    }
  }
  return e.opaque("slice", {extent, start, end, step});
}

static LogicalResult inferSlice(Inference &op) {
  const TensorInfo &data = op.input(0);
  for (unsigned i = 1; i < op.inputs.size(); ++i)
    if (op.hasInput(i) && (failed(op.expectInteger(i)) || failed(op.expectRank(i, 1))))
      return failure();
  Extent count = op.input(1).shape[0];
  llvm::SmallVector<int64_t> axes;
  if (op.hasInput(3)) {
    mlir::FailureOr<llvm::SmallVector<int64_t>> given = op.constantInput(3, "axes");
    if (failed(given) || failed(given = op.normalizeAxes(*given, data.rank())))
      return failure();
    axes = *given;
  } else {
    if (!count.isStatic() || count.getNumber() > data.rank())
      return op.error() << "expected at most " << data.rank() << " starts, found shape "
                        << op.extents.print(op.input(1).shape);
    axes = llvm::to_vector(llvm::seq<int64_t>(0, count.getNumber()));
  }
  for (unsigned i : {1, 2, 4})
    if (op.hasInput(i) && failed(op.expectEqual(op.input(i).shape[0], int64_t(axes.size()),
                                                "numbers of axes and values of input " + llvm::Twine(i))))
      return failure();

  auto bound = [&](unsigned input, size_t i) -> Extent {
    return op.input(input).values ? (*op.input(input).values)[i] : op.extents.unknown(/*mayBeNegative=*/true);
  };
  Shape shape = data.shape;
  for (auto [i, axis] : llvm::enumerate(axes)) {
    Extent step = op.hasInput(4) ? bound(4, i) : Extent(1);
    if (step.isStatic(0))
      return op.error() << "expected steps other than 0, found 0 for axis " << axis;
    shape[axis] = slicedExtent(op.extents, shape[axis], bound(1, i), bound(2, i), step);
  }

  std::optional<Shape> values;
  if (data.values && data.rank() == 1 && axes.size() == 1 && shape[0].isStatic()) {
    Extent start = bound(1, 0), step = op.hasInput(4) ? bound(4, 0) : Extent(1);
    if (start.isStatic() && step.isStatic()) {
      int64_t extent = data.values->size();
      int64_t first = start.getNumber() < 0 ? start.getNumber() + extent : start.getNumber();
      first = std::clamp<int64_t>(first, 0, step.getNumber() < 0 ? extent - 1 : extent);
      values.emplace();
      for (int64_t i = 0; i < shape[0].getNumber(); ++i)
        values->push_back((*data.values)[first + i * step.getNumber()]);
    }
  }
  return op.setOutput(data.elementType, shape, values);
}

static LogicalResult inferGather(Inference &op) {
  const TensorInfo &data = op.input(0), &indices = op.input(1);
  mlir::FailureOr<int64_t> axis = op.axisAttribute(data.rank());
  if (failed(axis) || failed(op.expectInteger(1)))
    return failure();
  Shape shape(data.shape.begin(), data.shape.begin() + *axis);
  shape.append(indices.shape);
  shape.append(data.shape.begin() + *axis + 1, data.shape.end());

  std::optional<Shape> values;
  if (indices.values && data.shape[*axis].isStatic()) {
    int64_t extent = data.shape[*axis].getNumber();
    bool isFollowed = data.values && data.rank() == 1;
    if (isFollowed)
      values.emplace();
    for (Extent index : *indices.values) {
      if (!index.isStatic()) {
        values.reset();
        break;
      }
      if (index.getNumber() < -extent || index.getNumber() >= extent)
        return op.error() << "expected indices in [" << -extent << ", " << extent << "), found " << index.getNumber();
      if (isFollowed)
        values->push_back((*data.values)[index.getNumber() < 0 ? index.getNumber() + extent : index.getNumber()]);
    }
  }
  return op.setOutput(data.elementType, shape, values);
}

static LogicalResult inferGatherElements(Inference &op) {
  if (failed(op.axisAttribute(op.input(0).rank())) || failed(op.expectInteger(1)) ||
      failed(op.expectRank(1, op.input(0).rank())))
    return failure();
  return op.setOutput(op.input(0).elementType, op.input(1).shape);
}

/// The last extent of the indices says how many axes, after the batch axes, they index.
static mlir::FailureOr<int64_t> indexedAxes(Inference &op, int64_t batchDims) {
  const TensorInfo &data = op.input(0), &indices = op.input(1);
  if (failed(op.expectInteger(1)) || failed(op.expectRankAtLeast(1, batchDims + 1)))
    return failure();
  Extent length = indices.shape.back();
  if (!length.isStatic() || length.getNumber() < 1 || length.getNumber() > data.rank() - batchDims)
    return op.error() << "expected a last extent of the indices in [1, " << data.rank() - batchDims << "], found "
                      << op.extents.print(length);
  return length.getNumber();
}

static LogicalResult inferGatherND(Inference &op) {
  const TensorInfo &data = op.input(0);
  int64_t batchDims = *op.integer("batch_dims");
  if (batchDims < 0 || batchDims >= data.rank())
    return op.error() << "expected batch_dims in [0, " << data.rank() << "), found " << batchDims;
  mlir::FailureOr<int64_t> axes = indexedAxes(op, batchDims);
  if (failed(axes))
    return failure();
  for (int64_t i = 0; i < batchDims; ++i)
    if (failed(op.expectEqual(data.shape[i], op.input(1).shape[i], "batch extents at axis " + llvm::Twine(i))))
      return failure();
  Shape shape = op.input(1).shape;
  shape.pop_back();
  shape.append(data.shape.begin() + batchDims + *axes, data.shape.end());
  return op.setOutput(data.elementType, shape);
}

static LogicalResult inferScatterND(Inference &op) {
  const TensorInfo &data = op.input(0);
  llvm::StringRef reduction = op.text("reduction");
  if (!llvm::is_contained({"none", "add", "mul", "max", "min"}, reduction))
    return op.error() << "expected reduction none, add, mul, max or min, found " << reduction;
  mlir::FailureOr<int64_t> axes = indexedAxes(op, 0);
  if (failed(axes) || failed(op.expectSameElementType(0, 2)))
    return failure();
  Shape updates = op.input(1).shape;
  updates.pop_back();
  updates.append(data.shape.begin() + *axes, data.shape.end());
  if (failed(op.expectRank(2, updates.size())))
    return failure();
  for (auto [expected, found] : llvm::zip_equal(updates, op.input(2).shape))
    if (failed(op.expectEqual(expected, found, "extents of the indexed part and the updates")))
      return failure();
  return op.setOutput(data.elementType, data.shape);
}

void addIndexingOperators(OperatorTable &table) {
  table.insert(table.end(), {
                                {"Slice", {13}, {3, 5}, 1, {}, inferSlice},
                                {"Gather", {13}, 2, 1, {{"axis", 0}}, inferGather},
                                {"GatherElements", {13}, 2, 1, {{"axis", 0}}, inferGatherElements},
                                {"GatherND", {13}, 2, 1, {{"batch_dims", 0}}, inferGatherND},
                                {"ScatterND", {13, 16, 18}, 3, 1, {{"reduction", "none"}}, inferScatterND},
                            });
}

} // namespace sdq
