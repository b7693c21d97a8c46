//===- LinearOp.cpp - sdq.linear -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Dialect/SDQ/IR/SDQ.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sdq;

LogicalResult LinearOp::verify() {
  auto input = cast<RankedTensorType>(getInput().getType()), result = cast<RankedTensorType>(getType());
  if (input.getRank() < 1 || input.getRank() != result.getRank())
    return emitOpError("linear_c3: expected input and result of one rank, at least 1, found ")
           << input << " and " << result;
  if (input.getElementType() != result.getElementType())
    return emitOpError("linear_c3: expected input and result of one element type, found ")
           << input.getElementType() << " and " << result.getElementType();
  if (failed(verifyCompatibleShape(input.getShape().drop_back(), result.getShape().drop_back())))
    return emitOpError("linear_c3: expected equal leading extents, found ") << input << " and " << result;
  if (!isa<Float16Type, BFloat16Type, Float32Type>(input.getElementType()))
    return emitOpError("linear_c4: expected f16, bf16 or f32, found ") << input.getElementType();
  return success();
}

LogicalResult LinearOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto parameter = symbols.lookupNearestSymbolFrom<ParameterOp>(*this, getWeightAttr());
  if (!parameter)
    return emitOpError("linear_c1: ") << getWeightAttr() << " names no sdq.parameter";
  WeightType weight = parameter.getWeightType();
  int64_t inputs = cast<ShapedType>(getInput().getType()).getShape().back();
  int64_t outputs = cast<ShapedType>(getType()).getShape().back();
  if ((!ShapedType::isDynamic(inputs) && inputs != weight.getColumns()) || outputs != weight.getRows())
    return emitOpError("linear_c2: ") << getWeightAttr() << " maps " << weight.getColumns() << " inputs to "
                                      << weight.getRows() << " outputs, found " << getInput().getType() << " and "
                                      << getType();
  if (ArrayAttr activations = getActivationsAttr()) {
    size_t terms = termsOf(weight.getFormat()).size();
    if (activations.size() != terms)
      return emitOpError("linear_c5: expected an activation format for each of ")
             << terms << " terms, found " << activations.size();
    for (Attribute activation : activations)
      if (!isa<ActivationFormatAttr>(activation))
        return emitOpError("linear_c5: expected #sdq.activation, found ") << activation;
  }
  return success();
}

/// The leading extents are the input's (linear_c3), so that x and W·x are known to have the same ones.
LogicalResult LinearOp::reifyResultShapes(OpBuilder &b, ReifiedRankedShapedTypeDims &shapes) {
  auto type = cast<RankedTensorType>(getType());
  SmallVector<OpFoldResult> extents;
  for (int64_t i = 0; i < type.getRank(); ++i) {
    if (type.isDynamicDim(i))
      extents.push_back(b.createOrFold<tensor::DimOp>(getLoc(), getInput(), i));
    else
      extents.push_back(b.getIndexAttr(type.getDimSize(i)));
  }
  shapes.push_back(extents);
  return success();
}

/// linear(cast(x)) → linear(x) where the cast only forgets extents.
LogicalResult LinearOp::canonicalize(LinearOp op, PatternRewriter &rewriter) {
  auto cast = op.getInput().getDefiningOp<tensor::CastOp>();
  if (!cast || !tensor::canFoldIntoConsumerOp(cast))
    return failure();
  auto source = mlir::cast<RankedTensorType>(cast.getSource().getType());
  auto result = mlir::cast<RankedTensorType>(op.getType());
  SmallVector<int64_t> extents(source.getShape());
  extents.back() = result.getShape().back();
  for (auto [extent, known] : llvm::zip_equal(extents, result.getShape()))
    if (ShapedType::isDynamic(extent))
      extent = known;
  auto refined = result.clone(extents);
  auto linear = LinearOp::create(rewriter, op.getLoc(), refined, cast.getSource(), op.getWeightAttr(),
                                 op.getActivationsAttr());
  if (refined == result)
    rewriter.replaceOp(op, linear);
  else
    rewriter.replaceOpWithNewOp<tensor::CastOp>(op, result, linear);
  return success();
}
