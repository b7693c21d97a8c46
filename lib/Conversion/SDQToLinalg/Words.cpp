//===- Words.cpp - Small words of linalg ----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Weights.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sdq;

Value sdq::emitZeros(OpBuilder &b, Location at, ArrayRef<OpFoldResult> extents) {
  Value zero = arith::ConstantOp::create(b, at, b.getF32FloatAttr(0));
  Value empty = tensor::EmptyOp::create(b, at, extents, b.getF32Type());
  return linalg::FillOp::create(b, at, zero, empty).getResult(0);
}

Value sdq::emitGeneric(OpBuilder &b, Location at, ValueRange inputs, Value init, ArrayRef<AffineMap> maps,
                       ElementBody body, std::optional<unsigned> reduction) {
  SmallVector<utils::IteratorType> iterators(maps.back().getNumDims(), utils::IteratorType::parallel);
  if (reduction)
    iterators[*reduction] = utils::IteratorType::reduction;
  return linalg::GenericOp::create(b, at, init.getType(), inputs, init, maps, iterators,
                                   [&](OpBuilder &inner, Location place, ValueRange elements) {
                                     linalg::YieldOp::create(inner, place, body(inner, place, elements));
                                   })
      .getResult(0);
}

Value sdq::emitElementwise(OpBuilder &b, Location at, ValueRange inputs, Value init, ElementBody body) {
  unsigned rank = cast<RankedTensorType>(init.getType()).getRank();
  SmallVector<AffineMap> maps(inputs.size() + 1, b.getMultiDimIdentityMap(rank));
  return emitGeneric(b, at, inputs, init, maps, body);
}

SmallVector<Value> sdq::loopIndices(OpBuilder &b, Location at, unsigned count) {
  SmallVector<Value> indices;
  for (unsigned i = 0; i < count; ++i)
    indices.push_back(linalg::IndexOp::create(b, at, i));
  return indices;
}

Value sdq::widened(OpBuilder &b, Location at, Value value) {
  return value.getType().isF32() ? value : arith::ExtFOp::create(b, at, b.getF32Type(), value);
}

Value sdq::narrowed(OpBuilder &b, Location at, Value tensor, Type element) {
  if (element.isF32())
    return tensor;
  Value init = tensor::EmptyOp::create(b, at, tensor::getMixedSizes(b, at, tensor), element);
  return emitElementwise(b, at, tensor, init, [&](OpBuilder &inner, Location place, ValueRange elements) -> Value {
    return arith::TruncFOp::create(inner, place, element, elements[0]);
  });
}
