//===- Decode.cpp - Weights as matrices, in linalg ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Weights.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sdq;

SmallVector<Value> sdq::partConstants(OpBuilder &b, Location at, ParameterOp parameter) {
  return llvm::map_to_vector(parameter.getPartsInOrder(), [&](ElementsAttr part) -> Value {
    return arith::ConstantOp::create(b, at, cast<TypedAttr>(part));
  });
}

std::pair<Value, SmallVector<TermValues>> sdq::emitElements(OpBuilder &b, Location at, Shape shape,
                                                            ArrayRef<TermValues> terms, Value sums, bool transposed) {
  SmallVector<TermValues> others;
  SmallVector<int64_t> extents = {shape.rows, shape.columns};
  if (transposed)
    std::swap(extents[0], extents[1]);
  Value init = sums ? sums : tensor::EmptyOp::create(b, at, extents, b.getF32Type());
  Value result = emitElementwise(b, at, {}, init, [&](OpBuilder &inner, Location place, ValueRange elements) {
    SmallVector<Value> loops = loopIndices(inner, place, 2);
    Value row = loops[transposed], column = loops[!transposed], sum = sums ? elements[0] : Value();
    for (const TermValues &term : terms) {
      Value element = term.format.emitElement(inner, place, shape, term.parts, row, column);
      if (!element)
        others.push_back(term);
      else
        sum = sum ? arith::AddFOp::create(inner, place, sum, element) : element;
    }
    return sum ? sum : elements[0];
  });
  if (others.size() < terms.size())
    return {result, others};
  result.getDefiningOp()->erase();
  if (!sums)
    init.getDefiningOp()->erase();
  return {Value(), others};
}

/// Adds a term to `sums`, outputs × inputs, by visiting its stored elements.
static Value addVisited(OpBuilder &b, Location at, Shape shape, const TermValues &term, Value sums) {
  auto index = [&](int64_t n) -> Value { return arith::ConstantIndexOp::create(b, at, n); };
  Value zero = index(0), one = index(1);
  auto rows = scf::ForOp::create(
      b, at, zero, index(shape.rows), one, sums, [&](OpBuilder &inner, Location place, Value row, ValueRange carried) {
        auto add = [&](OpBuilder &deep, Location where, Value column, Value value, ValueRange matrix) {
          Value sum = tensor::ExtractOp::create(deep, where, matrix[0], ValueRange{row, column});
          sum = arith::AddFOp::create(deep, where, sum, value);
          return SmallVector<Value>{tensor::InsertOp::create(deep, where, sum, matrix[0], ValueRange{row, column})};
        };
        scf::YieldOp::create(inner, place,
                             term.format.emitVisitRow(inner, place, shape, term.parts, row, zero, one, carried, add));
      });
  return rows.getResult(0);
}

Value sdq::emitDecode(OpBuilder &b, Location at, WeightType weight, ValueRange parts, RankedTensorType result) {
  Value sums = emitZeros(b, at, {b.getIndexAttr(weight.getRows()), b.getIndexAttr(weight.getColumns())});
  for (const TermGroup &group : groupTerms(weight, /*activations=*/nullptr, parts))
    for (const TermValues &term : group.terms) {
      Value added = emitElements(b, at, weight.getShape(), term, sums, /*transposed=*/false).first;
      sums = added ? added : addVisited(b, at, weight.getShape(), term, sums);
    }
  return narrowed(b, at, sums, result.getElementType());
}
