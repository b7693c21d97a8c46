//===- KeepOnDevice.cpp - The pass sdq-keep-on-device ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Conversion/SDQToNVGPU/Passes.h"
#include "sdq/Dialect/SDQ/IR/SDQ.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace sdq {
#define GEN_PASS_DEF_KEEPONDEVICE
#include "sdq/Conversion/SDQToNVGPU/Passes.h.inc"
} // namespace sdq

using namespace mlir;
using namespace sdq;

namespace {

/// Removes an async op: whoever waits for it waits for what it waited for.
void bypass(gpu::AsyncOpInterface op) {
  if (Value token = op.getAsyncToken())
    token.replaceAllUsesWith(op.getAsyncDependencies().front());
  op->erase();
}

/// Whether the op leaves tensors' elements alone.
bool keepsOffElements(Operation *op) {
  if (isa<gpu::GPUDialect>(op->getDialect()))
    return true;
  if (isa<func::FuncOp, func::CallOp, func::ReturnOp, BufferOp, tensor::DimOp, tensor::CastOp, tensor::ExpandShapeOp,
          tensor::CollapseShapeOp, cf::AssertOp, scf::IfOp, scf::YieldOp, bufferization::ToBufferOp,
          bufferization::ToTensorOp, memref::AllocOp, memref::DimOp, memref::CastOp, memref::ReinterpretCastOp>(op))
    return true;
  // Arithmetic of sizes; dead constants may be left over.
  return op->use_empty() || (op->getNumRegions() == 0 && isMemoryEffectFree(op) &&
                             llvm::all_of(op->getResultTypes(), [](Type type) { return type.isIntOrIndex(); }) &&
                             llvm::all_of(op->getOperandTypes(), [](Type type) { return type.isIntOrIndex(); }));
}

class KeepOnDevicePass : public sdq::impl::KeepOnDeviceBase<KeepOnDevicePass> {
public:
  void runOnOperation() override {
    SmallVector<gpu::MemcpyOp> copies;
    WalkResult walk = getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (isa<gpu::GPUModuleOp>(op))
        return WalkResult::skip();
      if (auto copy = dyn_cast<gpu::MemcpyOp>(op))
        copies.push_back(copy);
      if (isa<ModuleOp>(op) || op->hasTrait<OpTrait::SymbolTable>() || keepsOffElements(op) ||
          isa<SymbolOpInterface>(op))
        return WalkResult::advance();
      op->emitOpError("device_e1: computes on the host, and the program's tensors are on a device: expected products by "
                      "compressed weights, and reshapes to at most one unknown extent, only");
      return WalkResult::interrupt();
    });
    if (walk.wasInterrupted())
      return signalPassFailure();
    for (gpu::MemcpyOp copy : copies)
      share(copy);
  }

private:
  /// One buffer where one was copied to the other.
  void share(gpu::MemcpyOp copy) {
    for (auto [device, host] : {std::pair(copy.getDst(), copy.getSrc()), std::pair(copy.getSrc(), copy.getDst())}) {
      auto allocation = device.getDefiningOp<gpu::AllocOp>();
      if (!allocation || host.getDefiningOp<gpu::AllocOp>() || device.getType() != host.getType())
        continue;
      for (Operation *user : llvm::make_early_inc_range(device.getUsers()))
        if (auto release = dyn_cast<gpu::DeallocOp>(user))
          bypass(release);
      bypass(copy);
      device.replaceAllUsesWith(host);
      bypass(allocation);
      return;
    }
  }
};

} // namespace
