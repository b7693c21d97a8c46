//===- LinearToLoops.cpp - sdq.linear and sdq.decode to calls of kernels -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Kernels.h"

#include "sdq/Conversion/SDQToCPU/Passes.h"
#include "sdq/Dialect/SDQ/IR/Parts.h"
#include "sdq/Dialect/SDQ/IR/Tokens.h"

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

void lower(LinearOp op, ParameterOp parameter, ModuleOp module) {
  OpBuilder b(op);
  Location at = op.getLoc();
  WeightType weight = parameter.getWeightType();
  Type element = cast<RankedTensorType>(op.getType()).getElementType();
  func::FuncOp kernel = linearKernel(module, weight, element, op.getActivationsAttr());

  Value x = inputAsTokens(b, op, weight.getColumns());
  auto xType = MemRefType::get({ShapedType::kDynamic, weight.getColumns()}, element);
  auto yType = MemRefType::get({ShapedType::kDynamic, weight.getRows()}, element);
  Value tokens = tensor::DimOp::create(b, at, x, 0);
  Value in = bufferization::ToBufferOp::create(b, at, xType, x, /*readOnly=*/true);
  Value out = memref::AllocOp::create(b, at, yType, tokens);
  SmallVector<Value> arguments = {in};
  llvm::append_range(arguments, partBuffers(b, at, parameter));
  arguments.push_back(out);
  func::CallOp::create(b, at, kernel, arguments);
  op.replaceAllUsesWith(resultFromTokens(b, op, asTensor(b, at, out)));
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
