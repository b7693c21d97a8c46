//===- Tokens.cpp - sdq.linear of any rank as a product of matrices -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Dialect/SDQ/IR/Tokens.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sdq;

/// The leading extents, each known where the input's type or the result's type knows it.
static SmallVector<int64_t> leadingExtents(LinearOp op) {
  ArrayRef<int64_t> input = cast<RankedTensorType>(op.getInput().getType()).getShape().drop_back();
  ArrayRef<int64_t> result = cast<RankedTensorType>(op.getType()).getShape().drop_back();
  return llvm::map_to_vector(llvm::zip_equal(input, result), [](auto pair) {
    auto [in, out] = pair;
    return ShapedType::isDynamic(in) ? out : in;
  });
}

static RankedTensorType withLeading(LinearOp op, Type like, int64_t last) {
  SmallVector<int64_t> shape = leadingExtents(op);
  shape.push_back(last);
  return cast<RankedTensorType>(like).clone(shape);
}

static Value castTo(OpBuilder &b, Location at, Value value, RankedTensorType type) {
  return value.getType() == type ? value : tensor::CastOp::create(b, at, type, value).getResult();
}

/// [[0 … rank-2], [rank-1]]
static SmallVector<ReassociationIndices> allButLast(int64_t rank) {
  return {llvm::to_vector(llvm::seq<int64_t>(0, rank - 1)), {rank - 1}};
}

Value sdq::inputAsTokens(OpBuilder &b, LinearOp op, int64_t columns) {
  Location at = op.getLoc();
  auto type = withLeading(op, op.getInput().getType(), columns);
  Value x = castTo(b, at, op.getInput(), type);
  if (type.getRank() == 1)
    x = tensor::ExpandShapeOp::create(b, at, type.clone(ArrayRef<int64_t>{1, columns}), x,
                                      ArrayRef<ReassociationIndices>{{0, 1}});
  else if (type.getRank() > 2)
    x = tensor::CollapseShapeOp::create(b, at, x, allButLast(type.getRank()));
  return castTo(b, at, x, type.clone(ArrayRef<int64_t>{ShapedType::kDynamic, columns}));
}

Value sdq::resultFromTokens(OpBuilder &b, LinearOp op, Value product) {
  Location at = op.getLoc();
  auto result = cast<RankedTensorType>(op.getType());
  auto matrix = cast<RankedTensorType>(product.getType());
  int64_t rank = result.getRank(), rows = matrix.getDimSize(1);
  SmallVector<int64_t> leading = leadingExtents(op);
  auto type = withLeading(op, matrix, rows);
  if (rank == 1) {
    product = castTo(b, at, product, matrix.clone(ArrayRef<int64_t>{1, rows}));
    product = tensor::CollapseShapeOp::create(b, at, product, ArrayRef<ReassociationIndices>{{0, 1}});
    return castTo(b, at, product, result);
  }
  if (rank == 2)
    return castTo(b, at, product, result);
  if (llvm::count_if(leading, ShapedType::isDynamic) > 1) {
    // Not expand_shape: memref's expansion of strided metadata crashes on two dynamic extents in a group.
    SmallVector<Value> extents;
    for (int64_t i = 0; i + 1 < rank; ++i)
      extents.push_back(tensor::DimOp::create(b, at, op.getInput(), i));
    extents.push_back(arith::ConstantIndexOp::create(b, at, rows));
    product = tensor::ReshapeOp::create(b, at, type, product, tensor::FromElementsOp::create(b, at, extents));
    return castTo(b, at, product, result);
  }
  SmallVector<OpFoldResult> extents;
  int64_t tokens = 1;
  for (auto [i, extent] : llvm::enumerate(leading)) {
    bool known = !ShapedType::isDynamic(extent);
    tokens = known && tokens != ShapedType::kDynamic ? tokens * extent : ShapedType::kDynamic;
    extents.push_back(known ? OpFoldResult(b.getIndexAttr(extent))
                            : OpFoldResult(tensor::DimOp::create(b, at, op.getInput(), int64_t(i)).getResult()));
  }
  extents.push_back(b.getIndexAttr(rows));
  product = castTo(b, at, product, matrix.clone(ArrayRef<int64_t>{tokens, rows}));
  return castTo(b, at, tensor::ExpandShapeOp::create(b, at, type, product, allButLast(rank), extents), result);
}
