//===- KernelEmitter.h - Shorthand for what kernels compute -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_KERNELEMITTER_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_KERNELEMITTER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace sdq {

/// Index arithmetic, guards and loops at a builder's insertion point.
class KernelEmitter {
public:
  KernelEmitter(mlir::OpBuilder &builder, mlir::Location location) : b(builder), at(location) {}

protected:
  template <typename Op, typename... Arguments>
  mlir::Value emit(Arguments... arguments) {
    return Op::create(b, at, arguments...);
  }
  mlir::Value index(int64_t n) { return emit<mlir::arith::ConstantIndexOp>(n); }
  mlir::Value bits(int32_t n) { return emit<mlir::arith::ConstantOp>(b.getI32IntegerAttr(n)); }
  mlir::Value add(mlir::Value a, mlir::Value c) { return emit<mlir::arith::AddIOp>(a, c); }
  mlir::Value add(mlir::Value a, int64_t n) { return n == 0 ? a : add(a, index(n)); }
  mlir::Value mul(mlir::Value a, int64_t n) { return emit<mlir::arith::MulIOp>(a, index(n)); }
  mlir::Value min(mlir::Value a, mlir::Value c) { return emit<mlir::arith::MinUIOp>(a, c); }
  mlir::Value less(mlir::Value a, mlir::Value c) {
    return emit<mlir::arith::CmpIOp>(mlir::arith::CmpIPredicate::ult, a, c);
  }

  /// Emits `body` under a condition.
  void guarded(mlir::Value condition, llvm::function_ref<void()> body) {
    auto guard = mlir::scf::IfOp::create(b, at, condition, /*withElseRegion=*/false);
    mlir::OpBuilder::InsertionGuard restore(b);
    b.setInsertionPointToStart(guard.thenBlock());
    body();
  }

  /// for (i = begin; i < end; i += step) carried = body(i, carried)
  llvm::SmallVector<mlir::Value>
  loop(mlir::Value begin, mlir::Value end, mlir::Value step, mlir::ValueRange carried,
       llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value, mlir::ValueRange)> body) {
    auto loop = mlir::scf::ForOp::create(b, at, begin, end, step, carried);
    mlir::OpBuilder::InsertionGuard restore(b);
    b.setInsertionPointToStart(loop.getBody());
    if (!carried.empty()) {
      mlir::scf::YieldOp::create(b, at, body(loop.getInductionVar(), loop.getRegionIterArgs()));
    } else {
      body(loop.getInductionVar(), {});
    }
    return llvm::SmallVector<mlir::Value>(loop.getResults());
  }

  /// Memory of the block's, aligned for the widest accesses.
  mlir::Value sharedMemory(mlir::gpu::GPUFuncOp kernel, llvm::ArrayRef<int64_t> shape, mlir::Type element) {
    auto space = mlir::gpu::AddressSpaceAttr::get(b.getContext(), mlir::gpu::AddressSpace::Workgroup);
    auto type = mlir::MemRefType::get(shape, element, mlir::MemRefLayoutAttrInterface(), space);
    mlir::Value memory = kernel.addWorkgroupAttribution(type, at);
    kernel.setWorkgroupAttributionAttr(kernel.getNumWorkgroupAttributions() - 1,
                                       mlir::LLVM::LLVMDialect::getAlignAttrName(), b.getI64IntegerAttr(16));
    return memory;
  }

  mlir::OpBuilder &b;
  mlir::Location at;
};

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_KERNELEMITTER_H
