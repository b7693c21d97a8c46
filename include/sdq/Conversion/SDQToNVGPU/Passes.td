// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SDQ_CONVERSION_SDQTONVGPU_PASSES
#define SDQ_CONVERSION_SDQTONVGPU_PASSES

include "mlir/Pass/PassBase.td"

def EmbedTerms : Pass<"sdq-embed-terms", "::mlir::ModuleOp"> {
  let summary = "stores sparse integer terms in the patterns that a chip multiplies";
  let description = [{
    A term that meets quantized activations can be multiplied as integers where it is 2:4, or for 4-bit types 4:8 by
    pairs. Sparser ones, and those whose values happen to lie so (3:8 that is left of whole pairs), are stored in that
    pattern, zeros included; codes and scales are the same. It is all terms of a weight or none, and a remark says
    what became of each, or why it stays: `sdq/Conversion/SDQToNVGPU`'s IntegerTerms.h lists the patterns.

    On sm_80, with `activations [#sdq.activation<i8, vector = 128>, #sdq.activation<i4, vector = 128>]`,
    ```mlir
    !sdq.weight<64x256xf16, #sdq.sum<#sdq.nm<1:8, i8, vector = 128, scale = f8E4M3FN>,
                                     #sdq.nm<3:8, i4, vector = 128, scale = f8E4M3FN>>>
    ```
    becomes
    ```mlir
    !sdq.weight<64x256xf16, #sdq.sum<#sdq.nm<2:4, i8, vector = 128, scale = f8E4M3FN>,
                                     #sdq.nm<4:8, pairwise, i4, vector = 128, scale = f8E4M3FN>>>
    ```

    **Errors**
    - (nvgpu_e1) the chip is not in the table of `sdq/Target/Chip.h`.
  }];
  let options = [Option<"chip", "chip", "std::string", "\"sm_80\"", "NVIDIA chip: sm_75 … sm_121a">];
  let dependentDialects = ["::sdq::SDQDialect"];
}

def TileWeights : Pass<"sdq-tile-weights", "::mlir::ModuleOp"> {
  let summary = "stores codes in the order in which the GPU's kernels read them";
  let description = [{
    Of a weight that is a codebook of 2, 3 or 4 bits with f16 tables, or dense integers, f4E2M1FN or f8E4M3FN in vectors
    of a multiple of 8 columns, perhaps with CSR terms beside it, and that every `sdq.linear` multiplies by
    activations as they come, the codes are reordered into tiles, from which a lane of a warp loads 16 bytes of a row of
    its own. No number changes.

    ```mlir
    sdq.parameter @w : !sdq.weight<64x64xf16, #sdq.lut<4, f16>> = {…}
    // --sdq-tile-weights
    sdq.parameter @w : !sdq.weight<64x64xf16, #sdq.tiled<#sdq.lut<4, f16>, 4 : [c32:1, r32:1]>> = {…}
    ```
  }];
}

def LinearToGPU : Pass<"sdq-linear-to-gpu", "::mlir::ModuleOp"> {
  let summary = "turns every sdq.linear into a GPU kernel and its launch";
  let description = [{
    One kernel for each weight format, extent and activation type; layers alike share it. The kernel decodes the packed
    parts in registers; no dense weight exists anywhere. Parameters that nothing else uses are gone afterwards: their
    parts live on in `sdq.buffer device`. Where a term meets quantized activations, a kernel of its own rounds them first.

    ```mlir
    sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> = {…}
    func.func @f(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
      %y = sdq.linear %x, @w : (tensor<?x13xf32>) -> tensor<?x5xf32>
      return %y : tensor<?x5xf32>
    }
    ```
    becomes
    ```mlir
    gpu.module @sdq_kernels [#nvvm.target<O = 3, chip = "sm_80", features = "+ptx85">] {
      gpu.func @linear_lut_4_f16_5x13_f32(%codes: memref<5x7xi8>, %tables: memref<5x16xf16>, %x: memref<f32>,
                                          %y: memref<f32>, %tokens: i64) kernel attributes {sdq.kernel = {…}} {…}
    }
    func.func private @linear_lut_4_f16_5x13_f32(%x: tensor<?x13xf32>, %codes: memref<5x7xi8>,
                                                 %tables: memref<5x16xf16>) -> tensor<?x5xf32> {…gpu.launch_func…}
    func.func @f(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
      %codes = sdq.buffer device dense<…> : tensor<5x7xi8> -> memref<5x7xi8>
      %tables = sdq.buffer device dense<…> : tensor<5x16xf16> -> memref<5x16xf16>
      %y = call @linear_lut_4_f16_5x13_f32(%x, %codes, %tables) : …
      return %y : tensor<?x5xf32>
    }
    ```

    **Errors**
    - (nvgpu_e1) the chip is not in the table of `sdq/Target/Chip.h`.
    - (nvgpu_e3) an sdq.linear stands in a symbol table nested in the module.
    - (nvgpu_e4) a format has a part whose dynamic extent is not its first.
  }];
  let options = [Option<"chip", "chip", "std::string", "\"sm_80\"", "NVIDIA chip: sm_75 … sm_121a">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
                           "::mlir::func::FuncDialect", "::mlir::gpu::GPUDialect", "::mlir::LLVM::LLVMDialect",
                           "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect", "::mlir::nvgpu::NVGPUDialect",
                           "::mlir::NVVM::NVVMDialect", "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect", "::mlir::vector::VectorDialect"];
}

def LaunchThroughRuntime : Pass<"sdq-launch-through-runtime", "::mlir::ModuleOp"> {
  let summary = "the host's gpu ops to calls of the runtime";
  let description = [{
    Device memory and streams become i64s on the host, and every gpu op outside a gpu.module a call of the function that
    MLIR's own lowering would call (`mgpuMemAlloc`, `mgpuMemFree`, `mgpuMemcpy`, `mgpuLaunchKernel`,
    `mgpuStreamCreate`, `mgpuStreamSynchronize`, `mgpuStreamDestroy`), on memrefs still, so that bufferization's
    deallocation understands the program. A kernel is named by `sdq.kernel`; its arguments are passed as the driver
    takes them, an array of addresses: of pointers for memrefs, of bits for scalars of up to 64.

    A chain of async tokens is one stream, which a `gpu.wait async` without operands opens and a `gpu.wait` closes.

    **Errors**
    - (runtime_e1) an op waits for several tokens, or for none.
    - (runtime_e2) an op of the gpu dialect that is none of wait, alloc, dealloc, memcpy and launch_func.
    - (runtime_e3) device memory or a token is used by another op, or a kernel takes what is no memref and no scalar.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
                           "::mlir::memref::MemRefDialect", "::sdq::SDQDialect"];
}

def KeepOnDevice : Pass<"sdq-keep-on-device", "::mlir::ModuleOp"> {
  let summary = "the program's tensors are the device's";
  let description = [{
    After `--sdq-linear-to-gpu`: arguments and results of `main_graph`, and what functions allocate, are taken to be in
    the device's memory, so that the copies from and to the host around launches go. The runtime that runs it must
    allocate there.

    ```mlir
    %host = bufferization.to_buffer %x read_only : tensor<?x13xf32> to memref<?x13xf32>
    %t0 = gpu.wait async
    %device, %t1 = gpu.alloc async [%t0] (%tokens) : memref<?x13xf32>
    %t2 = gpu.memcpy async [%t1] %device, %host : memref<?x13xf32>, memref<?x13xf32>
    %t3 = gpu.launch_func async [%t2] @kernels::@k … args(%device : …)
    %t4 = gpu.dealloc async [%t3] %device : memref<?x13xf32>
    gpu.wait [%t4]
    ```
    becomes
    ```mlir
    %host = bufferization.to_buffer %x read_only : tensor<?x13xf32> to memref<?x13xf32>
    %t0 = gpu.wait async
    %t3 = gpu.launch_func async [%t0] @kernels::@k … args(%host : …)
    gpu.wait [%t3]
    ```

    **Errors**
    - (device_e1) an op computes a tensor on the host: anything but launches, casts, arithmetic of sizes, and reshapes
      to at most one unknown extent (of two, the host would write the shape into memory).
  }];
}

def FindCUDATools : Pass<"sdq-find-cuda-tools", "::mlir::ModuleOp"> {
  let summary = "fails early where a CUDA tool is missing";
  let description = [{
    `--sdq-lower-nvgpu` runs this first where its format needs `ptxas` (bin) or `fatbinary` as well (fatbin), so that a
    missing tool is one plain error before any work is done.
  }];
  let options = [Option<"toolkit", "toolkit", "std::string", "", "CUDA toolkit folder to look in first">,
                 ListOption<"tools", "tools", "std::string", "names of the programs">];
}

def WriteKernels : Pass<"sdq-write-kernels", "::mlir::ModuleOp"> {
  let summary = "writes the code of every gpu.binary to files";
  let description = [{
    For each object of each `gpu.binary`: `<directory>/<binary>.<chip>.ptx` (or `.cubin`, `.fatbin`), and beside it
    `<binary>.<chip>.json`, which says of each kernel what its arguments are and how it is launched, so that the file
    can be loaded by any program through the CUDA driver. Files appear whole or not at all.
  }];
  let options = [Option<"directory", "directory", "std::string", "", "where to write; made if missing">];
  let dependentDialects = ["::mlir::gpu::GPUDialect"];
}

#endif // SDQ_CONVERSION_SDQTONVGPU_PASSES
