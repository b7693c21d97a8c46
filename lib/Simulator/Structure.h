//===- Structure.h - Branches between blocks as structured ops --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_SIMULATOR_STRUCTURE_H
#define SDQ_LIB_SIMULATOR_STRUCTURE_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/OwningOpRef.h"

namespace sdq::simulator {

/// A copy of the function's gpu.module in which every function has one block: `cf.br`, `cf.cond_br` and `cf.switch`
/// become scf.if, scf.while and scf.index_switch, so threads that part meet again where all their paths do. Null where
/// there is nothing to change; fails, after an error, for control flow that cannot be structured.
mlir::FailureOr<mlir::OwningOpRef<mlir::gpu::GPUModuleOp>> structured(mlir::gpu::GPUFuncOp function);

} // namespace sdq::simulator

#endif // SDQ_LIB_SIMULATOR_STRUCTURE_H
