//===- Transpose.cpp - Transpose and Trilu --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopNest.h"
#include "Movement.h"
#include "Scalar.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;

namespace sdq::onnx {

static LogicalResult transpose(Node &node) {
  int64_t rank = node.rank(0);
  SmallVector<int64_t> permutation;
  if (auto given = node.integers("perm"))
    permutation = *given;
  else
    permutation = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
  if (int64_t(permutation.size()) != rank || !isPermutationVector(permutation))
    return node.error("perm must be a permutation of the operand's " + Twine(rank) + " dimensions");
  return node.replace(transposed(node.b, node.operand(0), permutation));
}

/// Keeps column j of row i where j - i >= k (upper) or <= k (lower); the rest is 0.
static LogicalResult trilu(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  int64_t rank = node.rank(0);
  if (rank < 2)
    return node.error("the operand must have rank 2 or more, got " + Twine(rank));
  bool upper = node.integer("upper", 1);
  Value diagonal = node.has(1) ? asIndex(b, asExtent(b, elementsOf(b, node.operand(1))[0]))
                               : Value(arith::ConstantIndexOp::create(b, 0));
  Value x = node.operand(0);
  Value result = LoopNest(b, extentsOf(b, x))
                     .read(x)
                     .map(node.type(0).getElementType(), [&](ImplicitLocOpBuilder &inner, ValueRange arguments) {
                       Value row = loopIndex(inner, rank - 2), column = loopIndex(inner, rank - 1);
                       Value distance = arith::SubIOp::create(inner, column, row);
                       auto predicate = upper ? arith::CmpIPredicate::sge : arith::CmpIPredicate::sle;
                       Value kept = arith::CmpIOp::create(inner, predicate, distance, diagonal);
                       Value zero = constant(inner, arguments[0].getType(), 0);
                       return arith::SelectOp::create(inner, kept, arguments[0], zero).getResult();
                     });
  return node.replace(result);
}

void addTransposeLowerings(LoweringTable &table) {
  table["Transpose"] = transpose;
  table["Trilu"] = trilu;
}

} // namespace sdq::onnx
