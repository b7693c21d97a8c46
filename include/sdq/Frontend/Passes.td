// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SDQ_FRONTEND_PASSES
#define SDQ_FRONTEND_PASSES

include "mlir/Pass/PassBase.td"

def Raise : Pass<"sdq-raise", "::mlir::ModuleOp"> {
  let summary = "matmuls by constants to sdq.linear on sdq.parameter";
  let description = [{
    Every matmul with a constant 2-D side becomes an `sdq.linear`, its constant an `sdq.parameter`:

    ```mlir
    %w = "onnx.Constant"() {value = dense_resource<w> : tensor<768x256xf16>, onnx.name = "up_proj"} : () -> …
    %c = "onnx.Cast"(%w) {to = f32} : (tensor<768x256xf16>) -> tensor<768x256xf32>
    %y = "onnx.MatMul"(%x, %c) : (tensor<?x768xf32>, tensor<768x256xf32>) -> tensor<?x256xf32>
    ```
    becomes
    ```mlir
    sdq.parameter @up_proj attributes {sdq.origin = "up_proj", sdq.origin_transposed}
      : !sdq.weight<256x768xf16, #sdq.dense<f16, transposed>> = {values = dense_resource<w> : tensor<768x256xf16>}
    …
    %y = sdq.linear %x, @up_proj : (tensor<?x768xf32>) -> tensor<?x256xf32>
    ```

    Understood are `onnx.MatMul`, `onnx.Gemm` and `linalg.matmul` on tensors, in every transposition, with the weight on
    either side. Transposes, reshapes and widening casts between the constant and the matmul become part of the
    parameter's type; the resource is shared with the module and never copied (inline constants become resources).
    Scaling, bias and accumulators follow as operations of the matmul's own dialect. A constant used by several matmuls
    is one parameter for each orientation of the matrix, named after the constant: its `onnx.name`, else the name in its
    location, else `weight_<n>`. What is dead afterwards is erased, `onnx` operations too, which MLIR itself would keep.

    Left alone: matmuls of two activations, and those that `remarks` gives a reason for.
  }];
  let options = [
    Option<"minSize", "min-size", "int64_t", "4096", "elements that a weight has at least">,
    ListOption<"ignore", "ignore", "std::string",
               "regular expressions: a weight is left alone where one is found in its name or its matmul's node name">,
    Option<"remarks", "remarks", "bool", "false", "say of every matmul that is not raised why not">,
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
    "::sdq::SDQDialect"
  ];
}

#endif // SDQ_FRONTEND_PASSES
