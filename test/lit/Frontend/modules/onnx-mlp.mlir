// onnx-mlir's --EmitONNXIR of a two-layer perceptron: arguments and results named, a Gemm whose weight is out × in as
// torch exports it, one without bias, and the entry point.

// RUN: %check_module %t %s --weights 2
// RUN: sdq-opt %t/compressed.mlir | FileCheck %s

// CHECK: sdq.parameter @fc1.weight
// CHECK: sdq.parameter @fc2.weight
// CHECK: func.func @main_graph(%{{.*}}: tensor<?x32xf32> {onnx.dim_params = "0:batch", onnx.name = "input"})
// CHECK: "onnx.EntryPoint"() {func = @main_graph}

module attributes {llvm.data_layout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128", llvm.target_triple = "x86_64-unknown-linux-gnu", "onnx-mlir.symbol-postfix" = "mlp"} {
  func.func @main_graph(%arg0: tensor<?x32xf32> {onnx.dim_params = "0:batch", onnx.name = "input"}) -> (tensor<?x16xf32> {onnx.dim_params = "0:batch", onnx.name = "output"}) {
    %0 = "onnx.NoValue"() {value} : () -> none
    %1 = "onnx.Constant"() {value = dense_resource<fc1.weight> : tensor<64x32xf32>, onnx.name = "fc1.weight"} : () -> tensor<64x32xf32>
    %2 = "onnx.Constant"() {value = dense_resource<fc1.bias> : tensor<64xf32>, onnx.name = "fc1.bias"} : () -> tensor<64xf32>
    %3 = "onnx.Gemm"(%arg0, %1, %2) {alpha = 1.000000e+00 : f32, beta = 1.000000e+00 : f32, onnx_node_name = "/fc1/Gemm", transA = 0 : si64, transB = 1 : si64} : (tensor<?x32xf32>, tensor<64x32xf32>, tensor<64xf32>) -> tensor<?x64xf32>
    %4 = "onnx.Relu"(%3) {onnx_node_name = "/act/Relu"} : (tensor<?x64xf32>) -> tensor<?x64xf32>
    %5 = "onnx.Constant"() {value = dense_resource<fc2.weight> : tensor<16x64xf32>, onnx.name = "fc2.weight"} : () -> tensor<16x64xf32>
    %6 = "onnx.Gemm"(%4, %5, %0) {alpha = 1.000000e+00 : f32, beta = 1.000000e+00 : f32, onnx_node_name = "/fc2/Gemm", transA = 0 : si64, transB = 1 : si64} : (tensor<?x64xf32>, tensor<16x64xf32>, none) -> tensor<?x16xf32>
    "onnx.Return"(%6) : (tensor<?x16xf32>) -> ()
  }
  "onnx.EntryPoint"() {func = @main_graph} : () -> ()
}
