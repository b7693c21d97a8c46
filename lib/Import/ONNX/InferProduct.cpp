//===- InferProduct.cpp - MatMul and Gemm -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Operators.h"

namespace sdq {

using mlir::failed;
using mlir::failure;
using mlir::LogicalResult;

/// numpy.matmul: a vector is a row on the left, a column on the right, and leaves no extent.
static LogicalResult inferMatMul(Inference &op) {
  if (failed(op.expectNumber(0)) || failed(op.expectSameElementType(0, 1)) || failed(op.expectRankAtLeast(0, 1)) ||
      failed(op.expectRankAtLeast(1, 1)))
    return failure();
  llvm::ArrayRef<Extent> a = op.input(0).shape, b = op.input(1).shape;
  Extent inner = b.size() == 1 ? b[0] : b[b.size() - 2];
  if (a.back().isStatic() && inner.isStatic() && !(a.back() == inner))
    return op.error() << "expected equal inner extents, found " << a.back().getNumber() << " and " << inner.getNumber()
                      << " in shapes " << op.extents.print(a) << " and " << op.extents.print(b);
  mlir::FailureOr<Shape> shape =
      op.broadcast(a.drop_back(std::min<size_t>(a.size(), 2)), b.drop_back(std::min<size_t>(b.size(), 2)));
  if (failed(shape))
    return failure();
  if (a.size() > 1)
    shape->push_back(a[a.size() - 2]);
  if (b.size() > 1)
    shape->push_back(b.back());
  return op.setOutput(op.input(0).elementType, *shape);
}

/// alpha · op(A) · op(B) + beta · C, C broadcast to the result.
static LogicalResult inferGemm(Inference &op) {
  if (failed(op.expectNumber(0)) || failed(op.expectSameElementType(0, 1)) || failed(op.expectRank(0, 2)) ||
      failed(op.expectRank(1, 2)))
    return failure();
  bool transA = *op.integer("transA"), transB = *op.integer("transB");
  const Shape &a = op.input(0).shape, &b = op.input(1).shape;
  if (failed(op.expectEqual(a[transA ? 0 : 1], b[transB ? 1 : 0], "inner extents")))
    return failure();
  Shape shape = {a[transA ? 1 : 0], b[transB ? 0 : 1]};
  if (op.hasInput(2)) {
    if (failed(op.expectSameElementType(0, 2)))
      return failure();
    mlir::FailureOr<Shape> withC = op.broadcast(shape, op.input(2).shape);
    if (failed(withC))
      return failure();
    if (withC->size() > 2 || failed(op.expectEqual((*withC)[0], shape[0], "extents of C and the product")) ||
        failed(op.expectEqual((*withC)[1], shape[1], "extents of C and the product")))
      return withC->size() > 2 ? LogicalResult(op.expectRank(2, 2)) : failure();
  }
  return op.setOutput(op.input(0).elementType, shape);
}

void addProductOperators(OperatorTable &table) {
  table.insert(
      table.end(),
      {
          {"MatMul", {13}, 2, 1, {}, inferMatMul},
          {"Gemm", {13}, {2, 3}, 1, {{"alpha", 1.0f}, {"beta", 1.0f}, {"transA", 0}, {"transB", 0}}, inferGemm},
      });
}

} // namespace sdq
