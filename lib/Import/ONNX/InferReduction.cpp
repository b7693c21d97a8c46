//===- InferReduction.cpp - Along axes ----------------------------------===//
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

/// `shape` with 1 in place of each of the axes (normalised), or without them.
static Shape reduce(llvm::ArrayRef<Extent> shape, llvm::ArrayRef<int64_t> axes, bool keepDims) {
  Shape result;
  for (auto [i, extent] : llvm::enumerate(shape)) {
    if (!llvm::is_contained(axes, int64_t(i)))
      result.push_back(extent);
    else if (keepDims)
      result.push_back(1);
  }
  return result;
}

/// Axes are an input; none means all, or, with noop_with_empty_axes, that the input is the result.
/// Bools have a maximum and a minimum since version 20.
static LogicalResult inferReduction(Inference &op) {
  const TensorInfo &data = op.input(0);
  if (op.version < 20 && failed(op.expectNumber(0)))
    return failure();
  llvm::SmallVector<int64_t> axes;
  if (op.hasInput(1)) {
    mlir::FailureOr<llvm::SmallVector<int64_t>> given = op.constantInput(1, "axes");
    if (failed(given) || failed(given = op.normalizeAxes(*given, data.rank())))
      return failure();
    axes = *given;
  }
  if (axes.empty()) {
    if (*op.integer("noop_with_empty_axes"))
      return op.setOutput(data.elementType, data.shape);
    axes = llvm::to_vector(llvm::seq<int64_t>(0, data.rank()));
  }
  return op.setOutput(data.elementType, reduce(data.shape, axes, *op.integer("keepdims")));
}

static LogicalResult inferArgMax(Inference &op) {
  mlir::FailureOr<int64_t> axis = op.axisAttribute(op.input(0).rank());
  if (failed(op.expectNumber(0)) || failed(axis))
    return failure();
  return op.setOutput(op.int64Type(), reduce(op.input(0).shape, *axis, *op.integer("keepdims")));
}

static LogicalResult inferSoftmax(Inference &op) {
  if (failed(op.expectFloat(0)) || failed(op.axisAttribute(op.input(0).rank())))
    return failure();
  return op.setOutput(op.input(0).elementType, op.input(0).shape);
}

/// The axis is an input; the shape does not hang on it.
static LogicalResult inferCumSum(Inference &op) {
  if (failed(op.expectNumber(0)) || failed(op.expectRankAtLeast(0, 1)) || failed(op.expectInteger(1)))
    return failure();
  return op.setOutput(op.input(0).elementType, op.input(0).shape);
}

void addReductionOperators(OperatorTable &table) {
  llvm::SmallVector<AttributeSpec, 0> reduction = {{"keepdims", 1}, {"noop_with_empty_axes", 0}};
  // Before version 18 axes are an attribute, which the importer makes an input (promoteAxes).
  llvm::SmallVector<AttributeSpec, 0> reductionWithAxes = reduction;
  reductionWithAxes.push_back({"axes", Kind::Ints});
  table.insert(table.end(),
               {
                   {"ReduceMean", {13, 18}, {1, 2}, 1, reductionWithAxes, inferReduction},
                   {"ReduceSum", {13}, {1, 2}, 1, reduction, inferReduction},
                   {"ReduceMax", {13, 18, 20}, {1, 2}, 1, reductionWithAxes, inferReduction},
                   {"ReduceMin", {13, 18, 20}, {1, 2}, 1, reductionWithAxes, inferReduction},
                   {"ArgMax", {13}, 1, 1, {{"axis", 0}, {"keepdims", 1}, {"select_last_index", 0}}, inferArgMax},
                   {"Softmax", {13}, 1, 1, {{"axis", -1}}, inferSoftmax},
                   {"LogSoftmax", {13}, 1, 1, {{"axis", -1}}, inferSoftmax},
                   {"CumSum", {11, 14}, 2, 1, {{"exclusive", 0}, {"reverse", 0}}, inferCumSum},
               });
}

} // namespace sdq
