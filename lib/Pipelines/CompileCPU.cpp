//===- CompileCPU.cpp - A program's object code for a CPU -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Pipelines/CompileCPU.h"

#include "sdq/Conversion/SDQToCPU/Passes.h"
#include "sdq/Conversion/SDQToNVGPU/Passes.h"
#include "sdq/Dialect/SDQ/IR/Parts.h"
#include "sdq/Pipelines/LowerCPU.h"
#include "sdq/Runtime/Compile.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace sdq;

/// Turns the products by compressed weights into kernels, which `kernels` receives, and calls of the runtime.
static LogicalResult lowerToKernels(ModuleOp program, StringRef chip, bool tensorsOnDevice,
                                    OwningOpRef<ModuleOp> &kernels) {
  LowerNVGPUOptions options;
  options.chip = chip.str();
  options.stopAfter = NVGPUStage::Kernels;
  PassManager manager(program.getContext());
  buildLowerNVGPUPipeline(manager, options);
  if (tensorsOnDevice)
    manager.addPass(createKeepOnDevice());
  manager.addPass(createLaunchThroughRuntime());
  if (failed(manager.run(program)))
    return failure();
  kernels = ModuleOp::create(program.getLoc());
  for (auto kernelModule : llvm::make_early_inc_range(program.getOps<gpu::GPUModuleOp>())) {
    kernelModule->remove();
    kernels->push_back(kernelModule);
  }
  return success();
}

/// Compiles a copy of the program; `toKernels`, if given, rewrites it first.
static FailureOr<ExecutableOp> compile(ModuleOp module, const CPUTarget &target, StringRef name,
                                       function_ref<LogicalResult(ModuleOp)> toKernels) {
  OwningOpRef<ModuleOp> lowered = module.clone();
  for (ExecutableOp other : llvm::make_early_inc_range(lowered->getOps<ExecutableOp>()))
    other.erase();
  for (auto other : llvm::make_early_inc_range(lowered->getOps<gpu::BinaryOp>()))
    other.erase();
  auto entryFunction = lowered->lookupSymbol<func::FuncOp>(programEntry);
  if (!entryFunction || entryFunction.isExternal())
    return module.emitError("expected a function @") << programEntry << " with a body";
  // Names and symbols of arguments describe the program; LLVM has no use for them and would warn.
  for (func::FuncOp function : lowered->getOps<func::FuncOp>()) {
    function.removeArgAttrsAttr();
    function.removeResAttrsAttr();
  }
  // Arguments are the caller's buffers: computing in place would change them. Bufferization reads these and drops them.
  for (unsigned i = 0; i < entryFunction.getNumArguments(); ++i)
    entryFunction.setArgAttr(i, bufferization::BufferizationDialect::kWritableAttrName,
                             BoolAttr::get(module.getContext(), false));
  if (toKernels && failed(toKernels(*lowered)))
    return failure();
  PassManager manager(module.getContext());
  buildLowerCPU(manager);
  if (failed(manager.run(*lowered)))
    return failure();
  auto buffers = lowered->getOperation()->getAttrOfType<ArrayAttr>(bufferListName);

  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> llvmModule = translateModuleToLLVMIR(*lowered, llvmContext, "sdq");
  if (!llvmModule)
    return failure();
  std::string entry = ("_mlir_ciface_" + programEntry).str();
  llvm::Expected<SmallVector<char, 0>> object = compileObject(std::move(llvmModule), entry, target);
  if (!object) {
    module.emitError(llvm::toString(object.takeError()));
    return failure();
  }

  if (auto former = module.lookupSymbol<ExecutableOp>(name))
    former.erase();
  OpBuilder b = OpBuilder::atBlockEnd(module.getBody());
  auto type = RankedTensorType::get({static_cast<int64_t>(object->size())}, b.getI8Type());
  int64_t checksum = static_cast<int64_t>(llvm::xxh3_64bits({object->data(), object->size()}));
  auto code = makeResource(type, ("sdq:code." + name).str(), AlignedBytes(object->begin(), object->end()));
  return ExecutableOp::create(b, module.getLoc(), name, target.triple, target.cpu, target.features, entry, code,
                              buffers, b.getI64IntegerAttr(checksum));
}

FailureOr<ExecutableOp> sdq::compileForCPU(ModuleOp module, const CPUTarget &target, StringRef name) {
  return compile(module, target, name, nullptr);
}

FailureOr<ExecutableOp> sdq::compileForGPU(ModuleOp module, const CPUTarget &host, StringRef chip, StringRef name,
                                           OwningOpRef<ModuleOp> &kernels, bool tensorsOnDevice) {
  return compile(module, host, name,
                 [&](ModuleOp program) { return lowerToKernels(program, chip, tensorsOnDevice, kernels); });
}
