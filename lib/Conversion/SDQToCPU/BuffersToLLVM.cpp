//===- BuffersToLLVM.cpp - sdq.buffer to loads from a table -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Conversion/SDQToCPU/Passes.h"
#include "sdq/Dialect/SDQ/IR/SDQ.h"

#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace sdq;

namespace sdq {
#define GEN_PASS_DEF_BUFFERSTOLLVM
#include "sdq/Conversion/SDQToCPU/Passes.h.inc"
} // namespace sdq

namespace {

struct BuffersToLLVM : sdq::impl::BuffersToLLVMBase<BuffersToLLVM> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    llvm::MapVector<Attribute, SmallVector<BufferOp>> uses;
    bool onDevice = false;
    module.walk([&](BufferOp op) {
      if (op.getDevice()) {
        op.emitOpError("lies in a device's memory: the table of a program for a CPU holds host addresses only");
        onDevice = true;
      }
      uses[op.getValue()].push_back(op);
    });
    if (onDevice)
      return signalPassFailure();

    auto pointer = LLVM::LLVMPointerType::get(&getContext());
    OpBuilder b = OpBuilder::atBlockBegin(module.getBody());
    auto table = LLVM::LLVMArrayType::get(pointer, std::max<size_t>(uses.size(), 1));
    auto global = LLVM::GlobalOp::create(b, module.getLoc(), table, /*isConstant=*/false, LLVM::Linkage::External,
                                         bufferTableName, LLVM::ZeroAttr::get(&getContext()));
    LLVMTypeConverter converter(&getContext());
    SmallVector<Attribute> order;
    for (auto &[value, ops] : uses) {
      for (BufferOp op : ops) {
        b.setInsertionPoint(op);
        Location at = op.getLoc();
        Value address = LLVM::AddressOfOp::create(b, at, global);
        Value slot = LLVM::GEPOp::create(b, at, pointer, pointer, address,
                                         ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(order.size())});
        Value bytes = LLVM::LoadOp::create(b, at, pointer, slot);
        ShapedType shape = op.getValue().getShapedType();
        auto whole = MemRefType::get(shape.getShape(), shape.getElementType());
        Value descriptor = MemRefDescriptor::fromStaticShape(b, at, converter, whole, bytes);
        Value memref = UnrealizedConversionCastOp::create(b, at, TypeRange{whole}, descriptor).getResult(0);
        if (whole != op.getType())
          memref = memref::CastOp::create(b, at, op.getType(), memref);
        op.replaceAllUsesWith(memref);
        op.erase();
      }
      order.push_back(value);
    }
    module->setAttr(bufferListName, ArrayAttr::get(&getContext(), order));
    for (ParameterOp parameter : llvm::make_early_inc_range(module.getOps<ParameterOp>()))
      parameter.erase();
  }
};

} // namespace
