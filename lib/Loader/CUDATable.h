//===- CUDATable.h - A model's kernels and constants on a GPU ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_LOADER_CUDATABLE_H
#define SDQ_LIB_LOADER_CUDATABLE_H

#include "ChipFit.h"
#include "DeviceTable.h"

#include "sdq/Dialect/SDQ/IR/SDQ.h"
#include "sdq/Runtime/CUDADriver.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace sdq {

/// The gpu.binary that the executable's kernels are in; null where it has none.
mlir::gpu::BinaryOp kernelsOf(ExecutableOp executable);

/// The best of a binary's objects for a GPU; null where none runs on it.
mlir::gpu::ObjectAttr selectObject(mlir::gpu::BinaryOp binary, Capability gpu);

/// The chip that an object of a binary is for, "" where it is for no GPU of NVIDIA's.
llvm::StringRef chipOf(mlir::gpu::ObjectAttr object);

/// "sm_80, sm_90 (machine code only)": what a binary's objects are for.
std::string listChips(mlir::gpu::BinaryOp binary);

/// Loads kernels from `gpu.binary` ops of a module, each binary once.
class CUDATable : public DeviceTable {
public:
  CUDATable(mlir::ModuleOp module, CUDADriver &driver) : module(module), driver(driver) {}

  mlir::FailureOr<void *> load(mlir::SymbolRefAttr kernel) override;
  mlir::FailureOr<const void *> hold(llvm::ArrayRef<char> bytes) override;

private:
  mlir::ModuleOp module;
  CUDADriver &driver;
  llvm::DenseMap<mlir::Attribute, void *> modules;
};

} // namespace sdq

#endif // SDQ_LIB_LOADER_CUDATABLE_H
