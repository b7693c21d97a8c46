//===- WrittenArguments.cpp - Which memory a kernel may write -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every value that a store goes to is followed back through views, casts and arithmetic of addresses. Values that
// control flow passes on, and arguments of functions that are called, may be anything.
//
//===----------------------------------------------------------------------===//

#include "WrittenArguments.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;

static bool isAddress(Type type) { return isa<BaseMemRefType, LLVM::LLVMPointerType>(type); }

/// Whether memory of this type cannot be global.
static bool isLocal(Type type) {
  if (auto pointer = dyn_cast<LLVM::LLVMPointerType>(type))
    return pointer.getAddressSpace() == 3 || pointer.getAddressSpace() == 5;
  auto memref = dyn_cast<MemRefType>(type);
  Attribute space = memref ? memref.getMemorySpace() : Attribute();
  if (auto gpuSpace = dyn_cast_or_null<gpu::AddressSpaceAttr>(space))
    return gpuSpace.getValue() != gpu::AddressSpace::Global;
  auto number = dyn_cast_or_null<IntegerAttr>(space);
  return number && (number.getInt() == 3 || number.getInt() == 5);
}

/// Adds the values that an op stores to.
static void collectTargets(Operation *op, llvm::SmallSetVector<Value, 16> &targets) {
  if (auto effects = dyn_cast<MemoryEffectOpInterface>(op)) {
    llvm::SmallVector<MemoryEffects::EffectInstance> instances;
    effects.getEffects<MemoryEffects::Write>(instances);
    for (const MemoryEffects::EffectInstance &instance : instances)
      if (Value value = instance.getValue())
        targets.insert(value);
    return;
  }
  // An op that does not say what it does to its operands. Those with regions and calls only pass them on.
  if (op->getNumRegions() == 0 && !isa<CallOpInterface>(op) && !op->hasTrait<OpTrait::IsTerminator>())
    for (Value operand : op->getOperands())
      if (isAddress(operand.getType()))
        targets.insert(operand);
}

llvm::BitVector sdq::simulator::writtenArguments(gpu::GPUFuncOp function) {
  llvm::BitVector written(function.getNumArguments());
  llvm::SmallSetVector<Value, 16> sources;
  function->getParentOp()->walk([&](Operation *op) {
    auto kernel = op->getParentOfType<gpu::GPUFuncOp>();
    if (!kernel || kernel == function)
      collectTargets(op, sources);
  });
  // The set grows while values are followed.
  for (size_t i = 0; i < sources.size(); ++i) {
    Value value = sources[i];
    if (isLocal(value.getType()))
      continue;
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      bool isOwn = argument.getOwner() == &function.getBody().front();
      if (isOwn && argument.getArgNumber() < written.size())
        written.set(argument.getArgNumber());
      else if (!isOwn && isAddress(value.getType()))
        return written.set();
      continue;
    }
    Operation *op = value.getDefiningOp();
    if (isa<memref::AllocaOp, LLVM::AllocaOp, memref::GetGlobalOp>(op))
      continue;
    bool isLoad = hasEffect<MemoryEffects::Read>(op);
    if (isAddress(value.getType()) && (op->getNumRegions() != 0 || isLoad || isa<CallOpInterface>(op)))
      return written.set();
    if (!isLoad)
      for (Value operand : op->getOperands())
        sources.insert(operand);
  }
  return written;
}
