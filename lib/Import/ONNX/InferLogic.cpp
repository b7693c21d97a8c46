//===- InferLogic.cpp - Comparisons and choices -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Operators.h"

namespace sdq {

using mlir::failed;
using mlir::failure;
using mlir::LogicalResult;

static LogicalResult inferComparison(Inference &op) {
  if (failed(op.expectNumber(0)) || failed(op.expectSameElementType(0, 1)))
    return failure();
  mlir::FailureOr<Shape> shape = op.broadcastInputs();
  return failed(shape) ? failure() : op.setOutput(op.booleanType(), *shape);
}

/// Exporters write Expand's shape as Where(Equal(shape, -1), …), so equality is followed.
static LogicalResult inferEqual(Inference &op) {
  if (failed(op.expectSameElementType(0, 1)))
    return failure();
  mlir::FailureOr<Shape> shape = op.broadcastInputs();
  if (failed(shape))
    return failure();
  const std::optional<Shape> &a = op.input(0).values, &b = op.input(1).values;
  std::optional<Shape> values;
  if (a && b && op.input(0).shape == op.input(1).shape) {
    values.emplace();
    for (auto [left, right] : llvm::zip_equal(*a, *b)) {
      bool differ = (left.isStatic() && right.isStatic()) ||
                    (left.isStatic() && left.getNumber() < 0 && op.extents.isNonNegative(right)) ||
                    (right.isStatic() && right.getNumber() < 0 && op.extents.isNonNegative(left));
      if (left == right)
        values->push_back(1);
      else if (differ)
        values->push_back(0);
      else
        values->push_back(op.extents.unknown());
    }
  }
  return op.setOutput(op.booleanType(), *shape, values);
}

static LogicalResult inferLogical(Inference &op) {
  for (unsigned i = 0; i < op.inputs.size(); ++i)
    if (failed(op.expectBool(i)))
      return failure();
  mlir::FailureOr<Shape> shape = op.broadcastInputs();
  return failed(shape) ? failure() : op.setOutput(op.booleanType(), *shape);
}

static LogicalResult inferIsNaN(Inference &op) {
  return failed(op.expectFloat(0)) ? failure() : op.setOutput(op.booleanType(), op.input(0).shape);
}

static LogicalResult inferWhere(Inference &op) {
  if (failed(op.expectBool(0)) || failed(op.expectSameElementType(1, 2)))
    return failure();
  mlir::FailureOr<Shape> shape = op.broadcastInputs();
  if (failed(shape))
    return failure();
  std::optional<Shape> values;
  if (op.input(0).values && op.input(1).values && op.input(2).values && op.input(0).shape == op.input(1).shape &&
      op.input(0).shape == op.input(2).shape) {
    values.emplace();
    for (auto [condition, a, b] : llvm::zip_equal(*op.input(0).values, *op.input(1).values, *op.input(2).values))
      values->push_back(condition.isStatic() ? (condition.getNumber() ? a : b)
                        : a == b             ? a
                                             : op.extents.unknown(/*mayBeNegative=*/true));
  }
  return op.setOutput(op.input(1).elementType, *shape, values);
}

void addLogicOperators(OperatorTable &table) {
  table.insert(table.end(), {
                                {"Equal", {13, 19}, 2, 1, {}, inferEqual},
                                {"Less", {13}, 2, 1, {}, inferComparison},
                                {"LessOrEqual", {12, 16}, 2, 1, {}, inferComparison},
                                {"Greater", {13}, 2, 1, {}, inferComparison},
                                {"GreaterOrEqual", {12, 16}, 2, 1, {}, inferComparison},
                                {"And", {7}, 2, 1, {}, inferLogical},
                                {"Or", {7}, 2, 1, {}, inferLogical},
                                {"Not", {1}, 1, 1, {}, inferLogical},
                                {"IsNaN", {13, 20}, 1, 1, {}, inferIsNaN},
                                {"Where", {9, 16}, 3, 1, {}, inferWhere},
                            });
}

} // namespace sdq
