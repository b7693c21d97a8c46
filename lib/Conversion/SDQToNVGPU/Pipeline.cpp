//===- Pipeline.cpp - The pipeline sdq-lower-nvgpu -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Conversion/SDQToNVGPU/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/GPU/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace sdq {
#define GEN_PASS_REGISTRATION
#include "sdq/Conversion/SDQToNVGPU/Passes.h.inc"
} // namespace sdq

using namespace mlir;

static StringRef nameOf(sdq::GPUCodeFormat format) {
  switch (format) {
  case sdq::GPUCodeFormat::ISA:
    return "isa";
  case sdq::GPUCodeFormat::Bin:
    return "bin";
  case sdq::GPUCodeFormat::Fatbin:
    return "fatbin";
  }
  llvm_unreachable("every format is listed");
}

void sdq::buildLowerNVGPUPipeline(OpPassManager &manager, const LowerNVGPUOptions &options) {
  FindCUDAToolsOptions needed{options.toolkit, {}};
  if (options.format != GPUCodeFormat::ISA)
    needed.tools.push_back("ptxas");
  if (options.format == GPUCodeFormat::Fatbin)
    needed.tools.push_back("fatbinary");
  if (options.stopAfter == NVGPUStage::Binary && !needed.tools.empty())
    manager.addPass(createFindCUDATools(needed));

  manager.addPass(createEmbedTerms(EmbedTermsOptions{options.chip}));
  if (options.tileWeights)
    manager.addPass(createTileWeights());
  manager.addPass(createLinearToGPU(LinearToGPUOptions{options.chip}));
  OpPassManager &kernels = manager.nest<gpu::GPUModuleOp>();
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  if (options.stopAfter == NVGPUStage::Kernels)
    return;
  buildKernelsToBinary(manager, options);
  if (options.stopAfter == NVGPUStage::Binary && !options.kernelsDirectory.empty())
    manager.addPass(createWriteKernels(WriteKernelsOptions{options.kernelsDirectory}));
}

void sdq::buildKernelsToBinary(OpPassManager &manager, const LowerNVGPUOptions &options) {
  OpPassManager &kernels = manager.nest<gpu::GPUModuleOp>();
  kernels.addPass(createLoopInvariantCodeMotionPass());
  kernels.addPass(createSCFToControlFlowPass());
  // Before the conversion to NVVM, which would call libdevice for a fused multiply-add.
  kernels.addPass(createConvertMathToLLVMPass());
  kernels.addPass(createConvertNVGPUToNVVMPass());
  ConvertGpuOpsToNVVMOpsOptions toNVVM;
  toNVVM.indexBitwidth = 64;
  toNVVM.useBarePtrCallConv = true; // the ABI of LinearKernel.h
  kernels.addPass(createConvertGpuOpsToNVVMOps(toNVVM));
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  kernels.addPass(createReconcileUnrealizedCastsPass());
  if (options.stopAfter == NVGPUStage::NVVM)
    return;

  GpuModuleToBinaryPassOptions toBinary;
  toBinary.toolkitPath = options.toolkit;
  toBinary.compilationTarget = nameOf(options.format).str();
  manager.addPass(createGpuModuleToBinaryPass(toBinary));
}

void sdq::registerNVGPUPasses() {
  registerSDQToNVGPUPasses();
  PassPipelineRegistration<LowerNVGPUOptions>(
      "sdq-lower-nvgpu", "Lower every sdq.linear to an NVIDIA GPU kernel and its launch", buildLowerNVGPUPipeline);
}
