//===- Structure.cpp - Branches between blocks as structured ops ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Structure.h"

#include "mlir/Conversion/ControlFlowToSCF/ControlFlowToSCF.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/IR/Dominance.h"

using namespace mlir;
using namespace sdq::simulator;

namespace {
/// MLIR's lifting, with a return that a gpu.func may have.
class Lifting : public ControlFlowToSCFTransformation {
public:
  FailureOr<Operation *> createUnreachableTerminator(Location location, OpBuilder &builder, Region &region) override {
    if (auto kernel = dyn_cast<gpu::GPUFuncOp>(region.getParentOp()); kernel && kernel.getNumResults() == 0)
      return gpu::ReturnOp::create(builder, location).getOperation();
    return ControlFlowToSCFTransformation::createUnreachableTerminator(location, builder, region);
  }
};
} // namespace

FailureOr<OwningOpRef<gpu::GPUModuleOp>> sdq::simulator::structured(gpu::GPUFuncOp function) {
  auto module = function->getParentOfType<gpu::GPUModuleOp>();
  auto branches = [](Region &region) { return !region.empty() && !llvm::hasSingleElement(region); };
  WalkResult found = module.walk([&](Operation *op) {
    return llvm::any_of(op->getRegions(), branches) ? WalkResult::interrupt() : WalkResult::advance();
  });
  if (!found.wasInterrupted())
    return OwningOpRef<gpu::GPUModuleOp>();
  MLIRContext &context = *module.getContext();
  context.loadDialect<scf::SCFDialect, arith::ArithDialect, ub::UBDialect, cf::ControlFlowDialect>();
  OwningOpRef<gpu::GPUModuleOp> copy(cast<gpu::GPUModuleOp>(module->clone()));
  WalkResult lifted = copy->walk([&](FunctionOpInterface op) {
    if (!branches(op.getFunctionBody()))
      return WalkResult::advance();
    Lifting lifting;
    DominanceInfo dominance(op);
    if (failed(transformCFGToSCF(op.getFunctionBody(), lifting, dominance)) || branches(op.getFunctionBody())) {
      op->emitOpError() << "has branches between blocks that do not reduce to structured control flow";
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  if (lifted.wasInterrupted())
    return failure();
  return copy;
}
