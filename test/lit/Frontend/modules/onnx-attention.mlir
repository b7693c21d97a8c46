// One head of attention as torch's dynamo exporter writes it and onnx-mlir prints it: projections are Transpose and a
// MatMul of rank 3; the two products of activations stay.

// RUN: %check_module %t %s --weights 4
// RUN: sdq-opt %t/compressed.mlir | FileCheck %s

// CHECK-COUNT-2: "onnx.MatMul"
// CHECK-NOT: "onnx.MatMul"

module {
  func.func @main_graph(%arg0: tensor<?x?x32xf32> {onnx.dim_params = "0:batch,1:sequence", onnx.name = "hidden"}) -> (tensor<?x?x32xf32> {onnx.name = "out"}) {
    %q_w = "onnx.Constant"() {value = dense_resource<q_proj> : tensor<16x32xf32>} : () -> tensor<16x32xf32> loc("q_proj")
    %k_w = "onnx.Constant"() {value = dense_resource<k_proj> : tensor<16x32xf32>} : () -> tensor<16x32xf32> loc("k_proj")
    %v_w = "onnx.Constant"() {value = dense_resource<v_proj> : tensor<16x32xf32>} : () -> tensor<16x32xf32> loc("v_proj")
    %o_w = "onnx.Constant"() {value = dense_resource<o_proj> : tensor<32x16xf32>} : () -> tensor<32x16xf32> loc("o_proj")
    %scale = "onnx.Constant"() {value = dense<2.500000e-01> : tensor<f32>} : () -> tensor<f32>
    %q_t = "onnx.Transpose"(%q_w) {perm = [1, 0]} : (tensor<16x32xf32>) -> tensor<32x16xf32>
    %q = "onnx.MatMul"(%arg0, %q_t) {onnx_node_name = "q"} : (tensor<?x?x32xf32>, tensor<32x16xf32>) -> tensor<?x?x16xf32>
    %k_t = "onnx.Transpose"(%k_w) {perm = [1, 0]} : (tensor<16x32xf32>) -> tensor<32x16xf32>
    %k = "onnx.MatMul"(%arg0, %k_t) {onnx_node_name = "k"} : (tensor<?x?x32xf32>, tensor<32x16xf32>) -> tensor<?x?x16xf32>
    %v_t = "onnx.Transpose"(%v_w) {perm = [1, 0]} : (tensor<16x32xf32>) -> tensor<32x16xf32>
    %v = "onnx.MatMul"(%arg0, %v_t) {onnx_node_name = "v"} : (tensor<?x?x32xf32>, tensor<32x16xf32>) -> tensor<?x?x16xf32>
    %kt = "onnx.Transpose"(%k) {perm = [0, 2, 1]} : (tensor<?x?x16xf32>) -> tensor<?x16x?xf32>
    %qk = "onnx.MatMul"(%q, %kt) {onnx_node_name = "scores"} : (tensor<?x?x16xf32>, tensor<?x16x?xf32>) -> tensor<?x?x?xf32>
    %scaled = "onnx.Mul"(%qk, %scale) : (tensor<?x?x?xf32>, tensor<f32>) -> tensor<?x?x?xf32>
    %p = "onnx.Softmax"(%scaled) {axis = -1 : si64} : (tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
    %ctx = "onnx.MatMul"(%p, %v) {onnx_node_name = "context"} : (tensor<?x?x?xf32>, tensor<?x?x16xf32>) -> tensor<?x?x16xf32>
    %o_t = "onnx.Transpose"(%o_w) {perm = [1, 0]} : (tensor<32x16xf32>) -> tensor<16x32xf32>
    %o = "onnx.MatMul"(%ctx, %o_t) {onnx_node_name = "o"} : (tensor<?x?x16xf32>, tensor<16x32xf32>) -> tensor<?x?x32xf32>
    "onnx.Return"(%o) : (tensor<?x?x32xf32>) -> ()
  }
  "onnx.EntryPoint"() {func = @main_graph} : () -> ()
}
