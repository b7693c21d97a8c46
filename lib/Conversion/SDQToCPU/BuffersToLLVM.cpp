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

/// What the table refers to for an op.
Attribute entryOf(Operation *op) {
  if (auto kernel = dyn_cast<KernelOp>(op))
    return kernel.getKernel();
  auto buffer = cast<BufferOp>(op);
  return buffer.getDevice() ? OnDeviceAttr::get(op->getContext(), buffer.getValue()) : Attribute(buffer.getValue());
}

struct BuffersToLLVM : sdq::impl::BuffersToLLVMBase<BuffersToLLVM> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    llvm::MapVector<Attribute, SmallVector<Operation *>> uses;
    module.walk([&](Operation *op) {
      if (isa<BufferOp, KernelOp>(op))
        uses[entryOf(op)].push_back(op);
    });

    auto pointer = LLVM::LLVMPointerType::get(&getContext());
    OpBuilder b = OpBuilder::atBlockBegin(module.getBody());
    auto table = LLVM::LLVMArrayType::get(pointer, std::max<size_t>(uses.size(), 1));
    auto global = LLVM::GlobalOp::create(b, module.getLoc(), table, /*isConstant=*/false, LLVM::Linkage::External,
                                         bufferTableName, LLVM::ZeroAttr::get(&getContext()));
    LLVMTypeConverter converter(&getContext());
    SmallVector<Attribute> order;
    for (auto &[entry, ops] : uses) {
      for (Operation *op : ops) {
        b.setInsertionPoint(op);
        Location at = op->getLoc();
        Value address = LLVM::AddressOfOp::create(b, at, global);
        Value slot = LLVM::GEPOp::create(b, at, pointer, pointer, address,
                                         ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(order.size())});
        Value loaded = LLVM::LoadOp::create(b, at, pointer, slot);
        op->getResult(0).replaceAllUsesWith(asResult(b, at, op, loaded, converter));
        op->erase();
      }
      order.push_back(entry);
    }
    module->setAttr(bufferListName, ArrayAttr::get(&getContext(), order));
    for (ParameterOp parameter : llvm::make_early_inc_range(module.getOps<ParameterOp>()))
      parameter.erase();
  }

  /// The table's entry as what the op gives.
  Value asResult(OpBuilder &b, Location at, Operation *op, Value entry, const LLVMTypeConverter &converter) {
    if (isa<KernelOp>(op))
      return LLVM::PtrToIntOp::create(b, at, b.getI64Type(), entry);
    auto buffer = cast<BufferOp>(op);
    ShapedType shape = buffer.getValue().getShapedType();
    auto whole = MemRefType::get(shape.getShape(), shape.getElementType());
    Value descriptor = MemRefDescriptor::fromStaticShape(b, at, converter, whole, entry);
    Value memref = UnrealizedConversionCastOp::create(b, at, TypeRange{whole}, descriptor).getResult(0);
    return whole == buffer.getType() ? memref : memref::CastOp::create(b, at, buffer.getType(), memref).getResult();
  }
};

} // namespace
