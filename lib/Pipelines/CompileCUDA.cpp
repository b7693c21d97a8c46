//===- CompileCUDA.cpp - A program's code for an NVIDIA GPU ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Pipelines/CompileCUDA.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace sdq;

GPUCodeFormat sdq::bestCodeFormat(Location location) {
  for (StringRef tool : {"ptxas", "fatbinary"})
    if (!findCUDATool(tool)) {
      emitRemark(location) << "no '" << tool << "' in $PATH, $CUDA_ROOT/bin, $CUDA_HOME/bin or $CUDA_PATH/bin: the "
                           << "model has PTX, which the driver compiles at load";
      return GPUCodeFormat::ISA;
    }
  return GPUCodeFormat::Fatbin;
}

/// Turns the gpu.modules of `kernels` into gpu.binary ops of the same names.
static LogicalResult assemble(ModuleOp kernels, const Chip &chip, GPUCodeFormat format) {
  auto target = NVVM::NVVMTargetAttr::get(kernels.getContext(), /*optLevel=*/3, "nvptx64-nvidia-cuda", chip.name,
                                          chip.ptxFeature);
  for (auto module : kernels.getOps<gpu::GPUModuleOp>())
    if (!module.getTargetsAttr()) // written by hand
      module.setTargetsAttr(ArrayAttr::get(kernels.getContext(), {target}));
  kernels->setAttr(gpu::GPUDialect::getContainerModuleAttrName(), UnitAttr::get(kernels.getContext()));
  LowerNVGPUOptions options;
  options.chip = chip.name.str();
  options.format = format;
  PassManager manager(kernels.getContext());
  buildKernelsToBinary(manager, options);
  return manager.run(kernels);
}

FailureOr<ExecutableOp> sdq::compileForCUDA(ModuleOp module, const CPUTarget &host, const Chip &chip,
                                            GPUCodeFormat format, StringRef name, bool tensorsOnDevice) {
  OwningOpRef<ModuleOp> kernels;
  FailureOr<ExecutableOp> code = compileForGPU(module, host, chip.name, name, kernels, tensorsOnDevice);
  if (failed(code))
    return failure();
  if (failed(assemble(*kernels, chip, format))) {
    code->erase();
    return failure();
  }
  // The kernels' modules are named alike for every chip, their binaries here are not.
  MLIRContext *context = module.getContext();
  llvm::DenseMap<Attribute, StringAttr> renamed;
  for (auto binary : llvm::make_early_inc_range(kernels->getOps<gpu::BinaryOp>())) {
    auto unique = StringAttr::get(context, name + "." + binary.getSymName());
    renamed[binary.getSymNameAttr()] = unique;
    if (Operation *former = module.lookupSymbol(unique))
      former->erase();
    binary->remove();
    binary.setSymNameAttr(unique);
    module.push_back(binary);
  }
  SmallVector<Attribute> buffers;
  for (Attribute entry : code->getBuffers()) {
    if (auto kernel = dyn_cast<SymbolRefAttr>(entry))
      entry = SymbolRefAttr::get(renamed.lookup(kernel.getRootReference()), kernel.getNestedReferences());
    buffers.push_back(entry);
  }
  code->setBuffersAttr(ArrayAttr::get(context, buffers));
  return code;
}
