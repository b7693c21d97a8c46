//===- Linear.cpp - Products with weights, in linalg ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Weights.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sdq;

/// sums[…, n] + Σ_k x[…, k] · matrix[k, n]. The loops are (…, k, n): in this order all but x is read along rows.
static Value addProduct(OpBuilder &b, Location at, Value x, Value matrix, Value sums) {
  unsigned leading = cast<RankedTensorType>(x.getType()).getRank() - 1, k = leading, n = leading + 1;
  SmallVector<AffineExpr> tokens;
  for (unsigned i = 0; i < leading; ++i)
    tokens.push_back(b.getAffineDimExpr(i));
  auto map = [&](ArrayRef<AffineExpr> places) { return AffineMap::get(leading + 2, 0, places, b.getContext()); };
  auto tokensAnd = [&](unsigned last) {
    SmallVector<AffineExpr> places = tokens;
    places.push_back(b.getAffineDimExpr(last));
    return map(places);
  };
  AffineMap maps[] = {tokensAnd(k), map({b.getAffineDimExpr(k), b.getAffineDimExpr(n)}), tokensAnd(n)};
  return emitGeneric(
      b, at, {x, matrix}, sums, maps,
      [](OpBuilder &inner, Location place, ValueRange elements) -> Value {
        Value product = arith::MulFOp::create(inner, place, widened(inner, place, elements[0]), elements[1]);
        return arith::AddFOp::create(inner, place, elements[2], product);
      },
      /*reduction=*/k);
}

/// The same for terms that are visited: sums[…, n] + Σ x[…, column] · value over the stored elements of row n.
static Value addVisited(OpBuilder &b, Location at, Shape shape, ArrayRef<TermValues> terms, Value x, Value sums) {
  unsigned rank = cast<RankedTensorType>(x.getType()).getRank();
  return emitElementwise(b, at, {}, sums, [&](OpBuilder &inner, Location place, ValueRange elements) -> Value {
    SmallVector<Value> loops = loopIndices(inner, place, rank);
    Value row = loops.back();
    Value zero = arith::ConstantIndexOp::create(inner, place, 0), one = arith::ConstantIndexOp::create(inner, place, 1);
    SmallVector<Value> sum = {elements[0]};
    auto add = [&](OpBuilder &deep, Location where, Value column, Value value, ValueRange carried) {
      SmallVector<Value> token(loops);
      token.back() = column;
      Value activation = widened(deep, where, tensor::ExtractOp::create(deep, where, x, token));
      Value product = arith::MulFOp::create(deep, where, activation, value);
      return SmallVector<Value>{arith::AddFOp::create(deep, where, carried[0], product)};
    };
    for (const TermValues &term : terms)
      sum = term.format.emitVisitRow(inner, place, shape, term.parts, row, zero, one, sum, add);
    return sum[0];
  });
}

Value sdq::emitRounded(OpBuilder &b, Location at, ActivationFormatAttr format, Value x) {
  auto type = cast<RankedTensorType>(x.getType());
  int64_t columns = type.getShape().back(), vector = format.getVector();
  ElementKind kind = *elementKindOf(format.getElement());
  SmallVector<OpFoldResult> extents = tensor::getMixedSizes(b, at, x);
  Value rounded = tensor::EmptyOp::create(b, at, extents, b.getF32Type());
  extents.back() = b.getIndexAttr(llvm::divideCeil(columns, vector));
  Value scales = tensor::EmptyOp::create(b, at, extents, b.getF32Type());

  auto extract = [&](OpBuilder &inner, Location place, Value tensor, ArrayRef<Value> token, Value last) {
    SmallVector<Value> indices(token);
    indices.back() = last;
    return widened(inner, place, tensor::ExtractOp::create(inner, place, tensor, indices));
  };
  scales = emitElementwise(b, at, {}, scales, [&](OpBuilder &inner, Location place, ValueRange) -> Value {
    auto index = [&](int64_t n) -> Value { return arith::ConstantIndexOp::create(inner, place, n); };
    SmallVector<Value> token = loopIndices(inner, place, type.getRank());
    Value begin = arith::MulIOp::create(inner, place, token.back(), index(vector));
    Value end = arith::AddIOp::create(inner, place, begin, index(vector));
    end = arith::MinUIOp::create(inner, place, end, index(columns));
    Value zero = arith::ConstantOp::create(inner, place, inner.getF32FloatAttr(0));
    auto largest = scf::ForOp::create(
        inner, place, begin, end, index(1), zero,
        [&](OpBuilder &deep, Location where, Value column, ValueRange carried) {
          Value magnitude = math::AbsFOp::create(deep, where, extract(deep, where, x, token, column));
          scf::YieldOp::create(deep, where, arith::MaximumFOp::create(deep, where, carried[0], magnitude).getResult());
        });
    return emitActivationScale(inner, place, kind, largest.getResult(0));
  });
  return emitElementwise(b, at, x, rounded, [&](OpBuilder &inner, Location place, ValueRange elements) {
    SmallVector<Value> token = loopIndices(inner, place, type.getRank());
    Value number =
        arith::DivUIOp::create(inner, place, token.back(), arith::ConstantIndexOp::create(inner, place, vector));
    return emitRoundActivation(inner, place, kind, widened(inner, place, elements[0]),
                               extract(inner, place, scales, token, number));
  });
}

Value sdq::emitLinear(OpBuilder &b, Location at, WeightType weight, ValueRange parts, ArrayAttr activations, Value x,
                      RankedTensorType result) {
  SmallVector<OpFoldResult> extents = tensor::getMixedSizes(b, at, x);
  extents.back() = b.getIndexAttr(weight.getRows());
  Value sums = emitZeros(b, at, extents);
  for (const TermGroup &group : groupTerms(weight, activations, parts)) {
    Value met = group.activation ? emitRounded(b, at, group.activation, x) : x;
    auto [matrix, others] = emitElements(b, at, weight.getShape(), group.terms, /*sums=*/nullptr, /*transposed=*/true);
    if (matrix)
      sums = addProduct(b, at, met, matrix, sums);
    if (!others.empty())
      sums = addVisited(b, at, weight.getShape(), others, met, sums);
  }
  Value y = narrowed(b, at, sums, result.getElementType());
  return y.getType() == result ? y : tensor::CastOp::create(b, at, result, y);
}
