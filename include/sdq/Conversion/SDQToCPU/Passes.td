// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SDQ_CONVERSION_SDQTOCPU_PASSES
#define SDQ_CONVERSION_SDQTOCPU_PASSES

include "mlir/Pass/PassBase.td"

def LinearToLoops : Pass<"sdq-linear-to-loops", "::mlir::ModuleOp"> {
  let summary = "sdq.linear and sdq.decode to calls of generated kernels";
  let description = [{
    One kernel is generated for each weight type (and element type of the activations), and called with the buffers of
    each weight of that type: compiling 32 equal layers costs one compilation.

    A kernel decodes 16 output channels at a time into a buffer that stays in cache, inputs × 16, and multiplies every
    token by it, eight tokens at a time. The dense weight never exists as a whole.

    ```mlir
    %y = sdq.linear %x, @w : (tensor<?x768xf32>) -> tensor<?x256xf32>
    ```
    becomes
    ```mlir
    %codes = sdq.buffer dense_resource<…> : tensor<256x384xi8> -> memref<256x384xi8>
    %tables = sdq.buffer dense_resource<…> : tensor<256x16xf16> -> memref<256x16xf16>
    %in = bufferization.to_buffer %x read_only : tensor<?x768xf32> to memref<?x768xf32>
    %out = memref.alloc(%tokens) : memref<?x256xf32>
    call @linear_sdq_weight_256x768xf16_sdq_lut_4_f16_of_f32(%in, %codes, %tables, %out) : …
    %y = bufferization.to_tensor %out restrict writable : memref<?x256xf32> to tensor<?x256xf32>
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect", "::mlir::func::FuncDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect", "::mlir::vector::VectorDialect"
  ];
}

def ExternalizeConstants : Pass<"sdq-externalize-constants", "::mlir::ModuleOp"> {
  let summary = "resource constants to buffers that the runtime supplies";
  let description = [{
    `arith.constant dense_resource<…>` becomes an `sdq.buffer` read as a tensor, so that no weight passes through
    LLVM IR. Inline `dense<…>` constants stay.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect", "::sdq::SDQDialect"];
}

def FuseElementwise : Pass<"sdq-fuse-elementwise", "::mlir::ModuleOp"> {
  let summary = "chains of elementwise linalg operations to one";
  let description = [{
    Fuses an elementwise producer into an elementwise consumer that reads each of its elements once. Upstream's
    `linalg-fuse-elementwise-ops` also fuses into reductions, matrix products and broadcasts, which then compute the
    producer once for every time they read it.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def BuffersToLLVM : Pass<"sdq-buffers-to-llvm", "::mlir::ModuleOp"> {
  let summary = "sdq.buffer and sdq.kernel to loads from the table sdq_buffers";
  let description = [{
    Declares `@sdq_buffers`, one pointer a distinct constant or kernel, zero until the runtime fills it, and records
    what they are in the module attribute `sdq.buffers` in the same order (see `sdq.executable`). Parameters, which no code refers to any more,
    are erased.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect"];
}

#endif // SDQ_CONVERSION_SDQTOCPU_PASSES
