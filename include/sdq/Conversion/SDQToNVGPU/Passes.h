//===- Passes.h - From sdq.linear to NVIDIA GPU code ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CONVERSION_SDQTONVGPU_PASSES_H
#define SDQ_CONVERSION_SDQTONVGPU_PASSES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace sdq {

#define GEN_PASS_DECL
#include "sdq/Conversion/SDQToNVGPU/Passes.h.inc"

/// How far the pipeline goes, each including what comes before.
enum class NVGPUStage {
  Kernels, // gpu.func kernels and their launches
  NVVM,    // kernels in the llvm and nvvm dialects
  Binary,  // gpu.binary with PTX, a cubin or a fatbin
};

/// The representation that `gpu.binary` holds.
enum class GPUCodeFormat { ISA, Bin, Fatbin };

/// Options of `--sdq-lower-nvgpu`.
struct LowerNVGPUOptions : mlir::PassPipelineOptions<LowerNVGPUOptions> {
  Option<std::string> chip{*this, "chip", llvm::cl::desc("NVIDIA chip: sm_75 … sm_121a"), llvm::cl::init("sm_80")};
  Option<GPUCodeFormat> format{
      *this, "format", llvm::cl::desc("What gpu.binary holds"), llvm::cl::init(GPUCodeFormat::ISA),
      llvm::cl::values(clEnumValN(GPUCodeFormat::ISA, "isa", "PTX text; needs no CUDA toolkit"),
                       clEnumValN(GPUCodeFormat::Bin, "bin", "a cubin, assembled by ptxas"),
                       clEnumValN(GPUCodeFormat::Fatbin, "fatbin", "a fatbin: the cubin and the PTX"))};
  Option<std::string> toolkit{*this, "toolkit",
                              llvm::cl::desc("CUDA toolkit with bin/ptxas; by default ptxas is looked for in $PATH")};
  Option<bool> tileWeights{*this, "tile-weights",
                           llvm::cl::desc("Store codes in the order in which kernels read them"),
                           llvm::cl::init(true)};
  Option<NVGPUStage> stopAfter{*this, "stop-after", llvm::cl::desc("The last stage to run"),
                               llvm::cl::init(NVGPUStage::Binary),
                               llvm::cl::values(clEnumValN(NVGPUStage::Kernels, "kernels", "gpu.func and launches"),
                                                clEnumValN(NVGPUStage::NVVM, "nvvm", "llvm and nvvm dialects"),
                                                clEnumValN(NVGPUStage::Binary, "binary", "gpu.binary"))};
  Option<std::string> kernelsDirectory{
      *this, "kernels-dir", llvm::cl::desc("Also write the code and a description of each kernel into this folder")};
};

/// Appends the passes of `--sdq-lower-nvgpu`.
void buildLowerNVGPUPipeline(mlir::OpPassManager &manager, const LowerNVGPUOptions &options);

/// The part of it that comes after the kernels: gpu.modules with targets become gpu.binary ops.
void buildKernelsToBinary(mlir::OpPassManager &manager, const LowerNVGPUOptions &options);

/// Whether gpu-module-to-binary will find a program of CUDA: in `<toolkit>/bin`, $PATH, or below $CUDA_ROOT, $CUDA_HOME
/// or $CUDA_PATH.
bool findCUDATool(llvm::StringRef tool, llvm::StringRef toolkit = "");

/// Registers the passes above and the pipeline.
void registerNVGPUPasses();

} // namespace sdq

#endif // SDQ_CONVERSION_SDQTONVGPU_PASSES_H
