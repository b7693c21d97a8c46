//===- ONNXProducts.cpp - MatMul and Gemm as products ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MatMulNBits.h"
#include "ONNXNode.h"

using namespace mlir;
using namespace sdq;

Product sdq::matMulOf(Operation *op, RankedTensorType left, RankedTensorType right) {
  MLIRContext *context = op->getContext();
  bool hasM = left.getRank() > 1, hasN = right.getRank() > 1;
  unsigned leftBatches = left.getRank() - (hasM ? 2 : 1), rightBatches = right.getRank() - (hasN ? 2 : 1);
  unsigned batches = std::max(leftBatches, rightBatches), loops = batches + 3;
  AffineExpr m = getAffineDimExpr(batches, context), n = getAffineDimExpr(batches + 1, context),
             k = getAffineDimExpr(batches + 2, context);
  SmallVector<AffineExpr> leftRead, rightRead, written;
  auto batch = [&](SmallVectorImpl<AffineExpr> &read, RankedTensorType own, unsigned count, RankedTensorType other,
                   unsigned otherCount) {
    for (unsigned i = 0; i < count; ++i) {
      unsigned loop = batches - count + i;
      bool shared = loop + otherCount >= batches;
      bool broadcast = own.getDimSize(i) == 1 && shared && other.getDimSize(loop + otherCount - batches) != 1;
      read.push_back(broadcast ? getAffineConstantExpr(0, context) : getAffineDimExpr(loop, context));
    }
  };
  batch(leftRead, left, leftBatches, right, rightBatches);
  batch(rightRead, right, rightBatches, left, leftBatches);
  for (unsigned i = 0; i < batches; ++i)
    written.push_back(getAffineDimExpr(i, context));
  if (hasM) {
    leftRead.push_back(m);
    written.push_back(m);
  }
  leftRead.push_back(k);
  rightRead.push_back(k);
  if (hasN) {
    rightRead.push_back(n);
    written.push_back(n);
  }
  auto map = [&](ArrayRef<AffineExpr> results) { return AffineMap::get(loops, 0, results, context); };
  return Product{op->getOperand(0), op->getOperand(1), map(leftRead), map(rightRead), map(written)};
}

static FailureOr<Product> gemm(const ONNXNode &node, std::string &reason) {
  auto transA = node.integer("transA", 0), transB = node.integer("transB", 0);
  if (!transA || !transB || !node.real("alpha", 1) || !node.real("beta", 1)) {
    reason = "an attribute is of an unexpected kind";
    return failure();
  }
  auto map = [&](unsigned first, unsigned second) {
    return AffineMap::getMultiDimMapWithTargets(3, {first, second}, node.operation()->getContext());
  };
  return Product{node.operation()->getOperand(0), node.operation()->getOperand(1), *transA ? map(2, 0) : map(0, 2),
                 *transB ? map(1, 2) : map(2, 1), map(0, 1)};
}

FailureOr<Product> sdq::productOf(const ONNXNode &node, std::string &reason) {
  Operation *op = node.operation();
  bool isGemm = node.name() == "Gemm", isMatMul = node.name() == "MatMul";
  if (node.name() == "QLinearMatMul" || node.name() == "MatMulInteger")
    reason = "it multiplies integers: expected floats, behind DequantizeLinear";
  if (node.name() == "MatMulNBits")
    return matMulNBits(node, reason);
  if (!isGemm && !isMatMul)
    return failure();
  if (op->getNumOperands() < 2 || op->getNumOperands() > (isGemm ? 3 : 2) || op->getNumResults() != 1) {
    reason = "unexpected number of operands or results";
    return failure();
  }
  if (isGemm)
    return gemm(node, reason);
  RankedTensorType left = ONNXNode::tensorType(op->getOperand(0).getType());
  RankedTensorType right = ONNXNode::tensorType(op->getOperand(1).getType());
  if (!left || !right || left.getRank() < 1 || right.getRank() < 1) {
    reason = "the operands are not known to be of rank 1 or more";
    return failure();
  }
  return matMulOf(op, left, right);
}
