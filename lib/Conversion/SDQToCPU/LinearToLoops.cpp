//===- LinearToLoops.cpp - sdq.linear and sdq.decode to calls of kernels -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Kernels.h"

#include "sdq/Conversion/SDQToCPU/Passes.h"
#include "sdq/Dialect/SDQ/IR/Parts.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq;

namespace sdq {
#define GEN_PASS_DEF_LINEARTOLOOPS
#include "sdq/Conversion/SDQToCPU/Passes.h.inc"
} // namespace sdq

namespace {

/// One buffer a part, cast to the extents that a kernel of the weight's type takes.
SmallVector<Value> partBuffers(OpBuilder &b, Location at, ParameterOp parameter) {
  SmallVector<Value> buffers;
  for (auto [part, type] : llvm::zip_equal(parameter.getPartsInOrder(), partMemRefs(parameter.getWeightType()))) {
    auto whole = MemRefType::get(part.getShapedType().getShape(), part.getShapedType().getElementType());
    Value buffer = BufferOp::create(b, at, whole, part);
    buffers.push_back(whole == type ? buffer : memref::CastOp::create(b, at, type, buffer));
  }
  return buffers;
}

Value asTensor(OpBuilder &b, Location at, Value buffer) {
  auto memref = cast<MemRefType>(buffer.getType());
  auto type = RankedTensorType::get(memref.getShape(), memref.getElementType());
  return bufferization::ToTensorOp::create(b, at, type, buffer, /*restrict=*/true, /*writable=*/true);
}

/// Leading extents folded into one, the tokens: x as ?xK.
Value asMatrix(OpBuilder &b, Location at, Value x, int64_t columns) {
  auto type = cast<RankedTensorType>(x.getType());
  SmallVector<int64_t> extents(type.getShape());
  extents.back() = columns;
  if (type.getShape() != ArrayRef(extents))
    x = tensor::CastOp::create(b, at, type = type.clone(extents), x);
  if (type.getRank() == 1) {
    x = tensor::ExpandShapeOp::create(b, at, type.clone(ArrayRef<int64_t>{1, columns}), x,
                                      ArrayRef<ReassociationIndices>{{0, 1}});
  } else if (type.getRank() > 2) {
    ReassociationIndices leading(llvm::to_vector(llvm::seq<int64_t>(0, type.getRank() - 1)));
    x = tensor::CollapseShapeOp::create(b, at, x, ArrayRef<ReassociationIndices>{leading, {type.getRank() - 1}});
  }
  auto matrix = type.clone(ArrayRef<int64_t>{ShapedType::kDynamic, columns});
  return x.getType() == matrix ? x : tensor::CastOp::create(b, at, matrix, x);
}

/// The inverse for the result, whose leading extents are the input's.
Value fromMatrix(OpBuilder &b, Location at, Value y, Value input, RankedTensorType result) {
  int64_t rank = result.getRank(), rows = result.getShape().back();
  if (rank == 1) {
    y = tensor::CastOp::create(b, at, result.clone(ArrayRef<int64_t>{1, rows}), y);
    return tensor::CollapseShapeOp::create(b, at, y, ArrayRef<ReassociationIndices>{{0, 1}});
  }
  if (rank == 2)
    return y.getType() == result ? y : tensor::CastOp::create(b, at, result, y);
  // tensor.reshape, not expand_shape: memref's strided metadata expansion crashes on two dynamic extents in a group.
  SmallVector<Value> extents;
  for (int64_t i = 0; i + 1 < rank; ++i)
    extents.push_back(tensor::DimOp::create(b, at, input, i));
  extents.push_back(arith::ConstantIndexOp::create(b, at, rows));
  Value shape = tensor::FromElementsOp::create(b, at, extents);
  return tensor::ReshapeOp::create(b, at, result, y, shape);
}

void lower(LinearOp op, ParameterOp parameter, ModuleOp module) {
  OpBuilder b(op);
  Location at = op.getLoc();
  WeightType weight = parameter.getWeightType();
  auto result = cast<RankedTensorType>(op.getType());
  Type element = result.getElementType();
  func::FuncOp kernel = linearKernel(module, weight, element, op.getActivationsAttr());

  Value x = asMatrix(b, at, op.getInput(), weight.getColumns());
  auto xType = MemRefType::get({ShapedType::kDynamic, weight.getColumns()}, element);
  auto yType = MemRefType::get({ShapedType::kDynamic, weight.getRows()}, element);
  Value tokens = tensor::DimOp::create(b, at, x, 0);
  Value in = bufferization::ToBufferOp::create(b, at, xType, x, /*readOnly=*/true);
  Value out = memref::AllocOp::create(b, at, yType, tokens);
  SmallVector<Value> arguments = {in};
  llvm::append_range(arguments, partBuffers(b, at, parameter));
  arguments.push_back(out);
  func::CallOp::create(b, at, kernel, arguments);
  op.replaceAllUsesWith(fromMatrix(b, at, asTensor(b, at, out), op.getInput(), result));
  op.erase();
}

LogicalResult lower(DecodeOp op, SymbolTableCollection &symbols) {
  auto load = op.getWeight().getDefiningOp<LoadOp>();
  if (!load)
    return op.emitOpError("expected the weight straight from sdq.load, found ") << op.getWeight();
  auto parameter = symbols.lookupNearestSymbolFrom<ParameterOp>(load, load.getParameterAttr());
  OpBuilder b(op);
  Location at = op.getLoc();
  auto result = cast<RankedTensorType>(op.getType());
  func::FuncOp kernel = decodeKernel(op->getParentOfType<ModuleOp>(), op.getWeight().getType(), result.getElementType());
  SmallVector<Value> arguments = partBuffers(b, at, parameter);
  arguments.push_back(
      memref::AllocOp::create(b, at, MemRefType::get(result.getShape(), result.getElementType())));
  func::CallOp::create(b, at, kernel, arguments);
  op.replaceAllUsesWith(asTensor(b, at, arguments.back()));
  op.erase();
  if (load.use_empty())
    load.erase();
  return success();
}

struct LinearToLoops : sdq::impl::LinearToLoopsBase<LinearToLoops> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    // A kernel goes where its parameter is: into the nearest module.
    SymbolTableCollection symbols;
    SmallVector<LinearOp> linears;
    SmallVector<DecodeOp> decodes;
    module.walk([&](Operation *op) {
      if (auto parameter = dyn_cast<ParameterOp>(op))
        writeOutSplats(parameter);
      else if (auto linear = dyn_cast<LinearOp>(op))
        linears.push_back(linear);
      else if (auto decode = dyn_cast<DecodeOp>(op))
        decodes.push_back(decode);
    });
    for (LinearOp linear : linears)
      lower(linear, symbols.lookupNearestSymbolFrom<ParameterOp>(linear, linear.getWeightAttr()),
            linear->getParentOfType<ModuleOp>());
    for (DecodeOp decode : decodes)
      if (failed(lower(decode, symbols)))
        return signalPassFailure();
  }
};

} // namespace
