//===- InferMovement.cpp - Elements in other places ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Operators.h"

namespace sdq {

using Kind = AttributeSpec::Kind;
using Presence = AttributeSpec::Presence;
using mlir::failed;
using mlir::failure;
using mlir::LogicalResult;

/// Without `perm` the axes are reversed; then it is written out.
static LogicalResult inferTranspose(Inference &op) {
  const TensorInfo &data = op.input(0);
  std::optional<llvm::SmallVector<int64_t>> perm = op.integers("perm");
  if (!perm) {
    perm = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, data.rank())));
    op.setIntegers("perm", *perm);
  }
  mlir::FailureOr<llvm::SmallVector<int64_t>> axes = op.normalizeAxes(*perm, data.rank());
  if (failed(axes))
    return failure();
  if (int64_t(axes->size()) != data.rank())
    return op.error() << "expected a perm of " << data.rank() << " axes, found " << axes->size();
  Shape shape;
  for (int64_t axis : *axes)
    shape.push_back(data.shape[axis]);
  return op.setOutput(data.elementType, shape);
}

static LogicalResult inferConcat(Inference &op) {
  const TensorInfo &first = op.input(0);
  mlir::FailureOr<int64_t> axis = op.axisAttribute(first.rank());
  if (failed(axis))
    return failure();
  Shape shape = first.shape;
  std::optional<Shape> values = first.values;
  for (unsigned i = 1; i < op.inputs.size(); ++i) {
    const TensorInfo &next = op.input(i);
    if (failed(op.expectSameElementType(0, i)) || failed(op.expectRank(i, first.rank())))
      return failure();
    for (int64_t k = 0; k < first.rank(); ++k) {
      if (k == *axis)
        shape[k] = op.extents.add(shape[k], next.shape[k]);
      else if (failed(op.expectEqual(shape[k], next.shape[k], "extents at axis " + llvm::Twine(k))))
        return failure();
      else if (next.shape[k].isStatic())
        shape[k] = next.shape[k];
    }
    if (values && next.values && first.rank() == 1)
      values->append(*next.values);
    else
      values.reset();
  }
  return op.setOutput(first.elementType, shape, values);
}

/// Sizes are an input, or equal but for the last.
static LogicalResult inferSplit(Inference &op) {
  const TensorInfo &data = op.input(0);
  mlir::FailureOr<int64_t> axis = op.axisAttribute(data.rank());
  if (failed(axis))
    return failure();
  int64_t count = op.outputs.size();
  Shape sizes;
  if (op.hasInput(1)) {
    if (failed(op.expectInteger(1)) || failed(op.expectRank(1, 1)) ||
        failed(op.expectEqual(op.input(1).shape[0], count, "numbers of sizes and results")))
      return failure();
    for (int64_t i = 0; i < count; ++i) {
      const std::optional<Shape> &values = op.input(1).values;
      sizes.push_back(values && op.extents.isNonNegative((*values)[i]) ? (*values)[i] : op.extents.unknown());
    }
    Extent sum = 0;
    for (Extent size : sizes)
      sum = op.extents.add(sum, size);
    if (failed(op.expectEqual(sum, data.shape[*axis], "sum of the sizes and extent")))
      return failure();
  } else {
    if (op.version < 18)
      op.attributes.set("num_outputs", mlir::IntegerAttr::get(mlir::IntegerType::get(data.elementType.getContext(), 64,
                                                                                     mlir::IntegerType::Signed),
                                                              count));
    if (op.integer("num_outputs") != count)
      return op.error() << "expected num_outputs = " << count << ", the number of results, or sizes as input 1";
    Extent extent = data.shape[*axis];
    if (op.version < 18 && extent.isStatic() && extent.getNumber() % count)
      return op.error() << "expected an extent divisible by " << count << ", found " << extent.getNumber();
    for (int64_t i = 0; i < count; ++i) {
      if (extent.isStatic()) {
        int64_t size = (extent.getNumber() + count - 1) / count;
        sizes.push_back(std::min(size, std::max<int64_t>(0, extent.getNumber() - i * size)));
      } else {
        sizes.push_back(op.extents.opaque("split", {extent, count, i == count - 1}));
      }
    }
  }
  for (int64_t i = 0; i < count; ++i) {
    Shape shape = data.shape;
    shape[*axis] = sizes[i];
    op.setOutput(i, data.elementType, shape);
  }
  return mlir::success();
}

static LogicalResult inferTile(Inference &op) {
  const TensorInfo &data = op.input(0);
  if (failed(op.expectInteger(1)) || failed(op.expectRank(1, 1)) ||
      failed(op.expectEqual(op.input(1).shape[0], data.rank(), "numbers of repeats and axes")))
    return failure();
  Shape shape = data.shape;
  for (auto [i, extent] : llvm::enumerate(shape)) {
    const std::optional<Shape> &repeats = op.input(1).values;
    extent = repeats && op.extents.isNonNegative((*repeats)[i]) ? op.extents.multiply(extent, (*repeats)[i])
                                                                : op.extents.unknown();
  }
  return op.setOutput(data.elementType, shape);
}

/// pads = [before of each axis…, after of each axis…]; negative ones crop.
static LogicalResult inferPad(Inference &op) {
  const TensorInfo &data = op.input(0);
  llvm::StringRef mode = op.text("mode");
  if (!llvm::is_contained({"constant", "reflect", "edge", "wrap"}, mode))
    return op.error() << "expected mode constant, reflect, edge or wrap, found " << mode;
  if (failed(op.expectInteger(1)) || failed(op.expectRank(1, 1)) ||
      (op.hasInput(2) && failed(op.expectSameElementType(0, 2))))
    return failure();
  llvm::SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, data.rank()));
  if (op.hasInput(3)) {
    mlir::FailureOr<llvm::SmallVector<int64_t>> given = op.constantInput(3, "axes");
    if (failed(given) || failed(given = op.normalizeAxes(*given, data.rank())))
      return failure();
    axes = *given;
  }
  if (failed(op.expectEqual(op.input(1).shape[0], int64_t(2 * axes.size()), "numbers of pads and twice the axes")))
    return failure();
  Shape shape = data.shape;
  const std::optional<Shape> &pads = op.input(1).values;
  for (auto [i, axis] : llvm::enumerate(axes)) {
    Extent padded =
        pads ? op.extents.add(shape[axis], op.extents.add((*pads)[i], (*pads)[i + axes.size()])) : op.extents.unknown();
    if (padded.isStatic() && padded.getNumber() < 0)
      return op.error() << "expected an extent of 0 or more, found " << padded.getNumber() << " at axis " << axis;
    shape[axis] = padded;
  }
  return op.setOutput(data.elementType, shape);
}

static LogicalResult inferTrilu(Inference &op) {
  if (failed(op.expectRankAtLeast(0, 2)) || (op.hasInput(1) && failed(op.expectInteger(1))))
    return failure();
  return op.setOutput(op.input(0).elementType, op.input(0).shape);
}

void addMovementOperators(OperatorTable &table) {
  table.insert(
      table.end(),
      {
          {"Transpose", {13, 21, 23}, 1, 1, {{"perm", Kind::Ints}}, inferTranspose},
          {"Concat", {13}, {1, Arity::variadic}, 1, {{"axis", Kind::Int, Presence::Required}}, inferConcat},
          {"Split", {13, 18}, {1, 2}, {1, Arity::variadic}, {{"axis", 0}, {"num_outputs", Kind::Int}}, inferSplit},
          {"Tile", {13}, 2, 1, {}, inferTile},
          {"Pad", {13, 18, 19, 21, 23}, {2, 4}, 1, {{"mode", "constant"}}, inferPad},
          {"Trilu", {14}, {1, 2}, 1, {{"upper", 1}}, inferTrilu},
      });
}

} // namespace sdq
