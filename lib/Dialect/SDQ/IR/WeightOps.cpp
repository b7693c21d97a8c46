//===- WeightOps.cpp - sdq.load, sdq.decode, sdq.encode -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Dialect/SDQ/IR/SDQ.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace sdq;

namespace {

/// The tensor that holds exactly the numbers of an unquantized dense weight, or null for any other weight.
RankedTensorType exactTensor(WeightType weight) {
  auto dense = dyn_cast<DenseFormatAttr>(Attribute(weight.getFormat()));
  if (!dense || dense.getTransposed() || !isa<FloatType>(dense.getElement()) || dense.getVector())
    return {};
  return RankedTensorType::get({weight.getRows(), weight.getColumns()}, dense.getElement());
}

LogicalResult verifyExtents(Operation *op, StringRef label, WeightType weight, RankedTensorType tensor) {
  if (tensor.getShape() == ArrayRef<int64_t>{weight.getRows(), weight.getColumns()})
    return success();
  return op->emitOpError(label) << ": expected the extents of " << weight << ", found " << tensor;
}

} // namespace

LogicalResult LoadOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto parameter = symbols.lookupNearestSymbolFrom<ParameterOp>(*this, getParameterAttr());
  if (!parameter)
    return emitOpError("load_c1: ") << getParameterAttr() << " names no sdq.parameter";
  if (parameter.getWeightType() != getType())
    return emitOpError("load_c1: ") << getParameterAttr() << " is of type " << parameter.getWeightType()
                                    << ", found " << getType();
  return success();
}

LogicalResult DecodeOp::verify() {
  auto tensor = cast<RankedTensorType>(getType());
  if (!isa<Float16Type, BFloat16Type, Float32Type>(tensor.getElementType()))
    return emitOpError("decode_c1: expected f16, bf16 or f32, found ") << tensor.getElementType();
  return verifyExtents(*this, "decode_c1", getWeight().getType(), tensor);
}

/// decode(encode(t)) = t where nothing is rounded.
OpFoldResult DecodeOp::fold(FoldAdaptor) {
  auto encode = getWeight().getDefiningOp<EncodeOp>();
  if (encode && encode.getTensor().getType() == getType() && exactTensor(getWeight().getType()) == getType())
    return encode.getTensor();
  return {};
}

/// The decoded value of a dense parameter is the constant that the parameter holds; bf16 is stored as i16 and stays.
LogicalResult DecodeOp::canonicalize(DecodeOp op, PatternRewriter &rewriter) {
  auto load = op.getWeight().getDefiningOp<LoadOp>();
  if (!load || exactTensor(op.getWeight().getType()) != op.getType())
    return failure();
  auto parameter = SymbolTable::lookupNearestSymbolFrom<ParameterOp>(op, load.getParameterAttr());
  if (!parameter)
    return failure();
  auto values = dyn_cast_or_null<TypedAttr>(parameter.getParts().get("values"));
  if (!values || values.getType() != op.getType())
    return failure();
  rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, values);
  return success();
}

LogicalResult EncodeOp::verify() {
  WeightType weight = getType();
  auto tensor = cast<RankedTensorType>(getTensor().getType());
  if (!isa<Float16Type, BFloat16Type, Float32Type>(tensor.getElementType()))
    return emitOpError("encode_c1: expected f16, bf16 or f32, found ") << tensor.getElementType();
  if (failed(verifyExtents(*this, "encode_c1", weight, tensor)))
    return failure();
  auto dense = dyn_cast<DenseFormatAttr>(Attribute(weight.getFormat()));
  if (!dense || dense.getVector())
    return emitOpError("encode_c2: expected an unquantized #sdq.dense, found ") << Attribute(weight.getFormat());
  return success();
}
