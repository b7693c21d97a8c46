// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SDQ_FRONTEND_PASSES
#define SDQ_FRONTEND_PASSES

include "mlir/Pass/PassBase.td"

def Raise : Pass<"sdq-raise", "::mlir::ModuleOp"> {
  let summary = "products by constants to sdq.linear on sdq.parameter";
  let description = [{
    Every product of activations and a constant matrix becomes an `sdq.linear`, its constant an `sdq.parameter`:

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

    Products are found through `ProductOpInterface`, constants and what lies in front of them through
    `WeightSourceOpInterface`: linalg's contractions, ONNX nodes (onnx-mlir's, and torch-mlir's `torch.operator`),
    torch.aten, tosa, with weights in constants or globals; docs/frontends.md lists the forms. Transposes, reshapes,
    broadcasts and widening casts between the constant and the product become part of the parameter's type; the resource
    is shared with the module and never copied (inline constants become resources). Scaling, bias and accumulators follow
    as operations of the product's own dialect. A constant used by several products is one parameter for each orientation
    of the matrix, named after the constant: its `onnx.name`, else its symbol, else the name in its location, else
    `weight_<n>`. What is dead afterwards is erased, operations that MLIR knows by name only and private globals too.

    Left alone: products of two activations, and those that `remarks` gives a reason for.
  }];
  let options = [
    Option<"minSize", "min-size", "int64_t", "4096", "elements that a weight has at least">,
    ListOption<"ignore", "ignore", "std::string",
               "regular expressions: a weight is left alone where one is found in its name or its matmul's node name">,
    Option<"remarks", "remarks", "bool", "false", "say of every product that is not raised why not">,
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
    "::sdq::SDQDialect"
  ];
}

#endif // SDQ_FRONTEND_PASSES
