//===- MatMul.cpp - MatMul and Gemm ---------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loops are ordered (batch…, m, k, n): the innermost is parallel and reads B and writes C contiguously, which LLVM
// vectorises without reordering a single addition. Narrow floats accumulate in f32.
//
//===----------------------------------------------------------------------===//

#include "LoopNest.h"
#include "Movement.h"
#include "Scalar.h"

using namespace mlir;

namespace sdq::onnx {

static SmallVector<Value> multiplyAccumulate(ImplicitLocOpBuilder &b, ValueRange arguments) {
  constexpr auto contract = arith::FastMathFlags::contract;
  Value product = multiplyScalars(b, widen(b, arguments[0]), widen(b, arguments[1]), contract);
  return {addScalars(b, arguments[2], product, contract)};
}

/// Rounds an f32 accumulator to the narrower element type.
static Value rounded(ImplicitLocOpBuilder &b, Value tensor, Type element) {
  if (cast<RankedTensorType>(tensor.getType()).getElementType() == element)
    return tensor;
  return LoopNest(b, extentsOf(b, tensor)).read(tensor).map(element, [&](ImplicitLocOpBuilder &inner, ValueRange x) {
    return narrow(inner, x[0], element);
  });
}

static LogicalResult requireEqualInner(Node &node, Extent left, Extent right) {
  auto text = [](Extent extent) { return staticExtent(extent) ? std::to_string(*staticExtent(extent)) : "?"; };
  return node.require(compareEqual(node.b, left, right),
                      "inner extents must be equal, got " + text(left) + " and " + text(right));
}

/// C[batch…, m, n] = Σ_k A[batch…, m, k]·B[batch…, k, n]; a rank-1 A has no m, a rank-1 B no n.
static LogicalResult matMul(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value lhs = node.operand(0), rhs = node.operand(1);
  Extents left = extentsOf(b, lhs), right = extentsOf(b, rhs);
  if (left.empty() || right.empty())
    return node.error("operands must have rank 1 or more");
  bool hasM = left.size() > 1, hasN = right.size() > 1;
  Extent inner = left.back(), innerRight = right[hasN ? right.size() - 2 : 0];
  if (failed(requireEqualInner(node, inner, innerRight)))
    return failure();
  if (!staticExtent(inner))
    inner = innerRight;

  FailureOr<Broadcast> batch = broadcast(
      node, {Extents(ArrayRef(left).drop_back(hasM ? 2 : 1)), Extents(ArrayRef(right).drop_back(hasN ? 2 : 1))});
  if (failed(batch))
    return failure();
  Extents loops = batch->extents;
  Subscripts a = batch->subscripts[0], c = batch->subscripts[1], result;
  for (unsigned i = 0; i < loops.size(); ++i)
    result.push_back(Subscript::at(i));
  auto addLoop = [&](Extent extent, std::initializer_list<Subscripts *> users) {
    for (Subscripts *user : users)
      user->push_back(Subscript::at(loops.size()));
    loops.push_back(extent);
  };
  if (hasM)
    addLoop(left[left.size() - 2], {&a, &result});
  unsigned k = loops.size();
  addLoop(inner, {&a, &c});
  if (hasN)
    addLoop(right.back(), {&c, &result});

  Extents shape;
  for (Subscript subscript : result)
    shape.push_back(loops[*subscript.loop]);
  Type element = node.type(0).getElementType();
  Value zero = filled(b, shape, constant(b, wideType(element), 0));
  Value sum = LoopNest(b, loops).reduce(k).read(lhs, a).read(rhs, c).write(zero, result).emit(multiplyAccumulate)[0];
  return node.replace(rounded(b, sum, element));
}

/// alpha·A'·B' + beta·C, A' and B' transposed if the attributes say so, C broadcast to the result.
static LogicalResult gemm(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value lhs = node.operand(0), rhs = node.operand(1);
  if (node.rank(0) != 2 || node.rank(1) != 2)
    return node.error("A and B must have rank 2");
  bool transposesA = node.integer("transA", 0), transposesB = node.integer("transB", 0);
  if (transposesB)
    rhs = transposed(b, rhs, {1, 0});
  Extents left = extentsOf(b, lhs), right = extentsOf(b, rhs);
  if (transposesA)
    std::swap(left[0], left[1]);
  if (failed(requireEqualInner(node, left[1], right[0])))
    return failure();

  Extents loops{left[0], staticExtent(left[1]) ? left[1] : right[0], right[1]};
  Subscript m = Subscript::at(0), k = Subscript::at(1), n = Subscript::at(2);
  Type element = node.type(0).getElementType(), wide = wideType(element);
  Value zero = filled(b, {loops[0], loops[2]}, constant(b, wide, 0));
  Value sum = LoopNest(b, loops)
                  .reduce(1)
                  .read(lhs, transposesA ? Subscripts{k, m} : Subscripts{m, k})
                  .read(rhs, {k, n})
                  .write(zero, {m, n})
                  .emit(multiplyAccumulate)[0];

  double alpha = node.real("alpha", 1.0), beta = node.real("beta", 1.0);
  bool hasBias = node.has(2) && beta != 0;
  if (!isa<FloatType>(element) && (alpha != std::trunc(alpha) || beta != std::trunc(beta)))
    return node.error("alpha and beta must be whole numbers for an integer product");
  SmallVector<Value> operands{sum};
  if (hasBias)
    operands.push_back(node.operand(2));
  if (alpha == 1.0 && !hasBias)
    return node.replace(rounded(b, sum, element));
  FailureOr<Value> result =
      elementwise(node, operands, element, [&](ImplicitLocOpBuilder &inner, ValueRange arguments) {
        Value value = arguments[0];
        if (alpha != 1.0)
          value = multiplyScalars(inner, constant(inner, wide, alpha), value);
        if (!hasBias)
          return value;
        Value bias = arguments[1];
        return addScalars(inner, value, beta == 1.0 ? bias : multiplyScalars(inner, constant(inner, wide, beta), bias));
      });
  return failed(result) ? failure() : node.replace(*result);
}

void addMatMulLowerings(LoweringTable &table) {
  table["MatMul"] = matMul;
  table["Gemm"] = gemm;
}

} // namespace sdq::onnx
