//===- EmitKernels.cpp - A program's kernels as files ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Compiler/Emit.h"
#include "sdq/Compiler/Placement.h"
#include "sdq/Conversion/SDQToNVGPU/Passes.h"
#include "sdq/Dialect/SDQ/IR/SDQ.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace sdq;

LogicalResult sdq::emitKernels(ModuleOp module, const Chip &chip, EmitKind kind, StringRef folder, StringRef code,
                               StringRef description) {
  OwningOpRef<ModuleOp> program = module.clone();
  for (Operation &op : llvm::make_early_inc_range(*program->getBody()))
    if (isa<ExecutableOp, gpu::BinaryOp>(op))
      op.erase();
  LowerNVGPUOptions options;
  options.chip = chip.name.str();
  options.format = kind == EmitKind::PTX     ? GPUCodeFormat::ISA
                   : kind == EmitKind::Cubin ? GPUCodeFormat::Bin
                                             : GPUCodeFormat::Fatbin;
  options.kernelsDirectory = folder.str();
  PassManager manager(module.getContext());
  buildLowerNVGPUPipeline(manager, options);
  if (failed(manager.run(*program)))
    return failure();
  auto binaries = program->getOps<gpu::BinaryOp>();
  if (binaries.empty())
    return emitError(UnknownLoc::get(module.getContext()))
           << "the program has no kernels: no weight of it was compressed";
  StringRef extension = kind == EmitKind::PTX ? "ptx" : kind == EmitKind::Cubin ? "cubin" : "fatbin";
  std::string stem = (folder + "/" + (*binaries.begin()).getSymName() + "." + chip.name).str();
  llvm::Error error = moveToPlace(stem + "." + extension.str(), code);
  if (!error)
    error = moveToPlace(stem + ".json", description);
  llvm::sys::fs::remove(folder);
  if (error)
    return emitError(UnknownLoc::get(module.getContext())) << llvm::toString(std::move(error));
  return success();
}
