// A statically quantized export: the weight is int8 behind a DequantizeLinear, one scale and zero point an output channel.
// It is dequantized and compressed anew; the reference has its numbers as floats. The product of integers stays.

// RUN: %check_module %t %s --weights 1 --reference %S/Inputs/onnx-dequantize-float.mlir

module {
  func.func @main_graph(%x: tensor<?x32xf32> {onnx.name = "x"}) -> (tensor<?x16xf32> {onnx.name = "y"}) {
    %w = "onnx.Constant"() {value = dense_resource<fc.weight_quantized> : tensor<32x16xi8>, onnx.name = "fc"} : () -> tensor<32x16xi8>
    %s = "onnx.Constant"() {value = dense_resource<fc.scale> : tensor<16xf32>} : () -> tensor<16xf32>
    %z = "onnx.Constant"() {value = dense_resource<fc.zero> : tensor<16xi8>} : () -> tensor<16xi8>
    %d = "onnx.DequantizeLinear"(%w, %s, %z) {axis = 1 : si64, onnx_node_name = "fc_dq"} : (tensor<32x16xi8>, tensor<16xf32>, tensor<16xi8>) -> tensor<32x16xf32>
    %y = "onnx.MatMul"(%x, %d) : (tensor<?x32xf32>, tensor<32x16xf32>) -> tensor<?x16xf32>
    "onnx.Return"(%y) : (tensor<?x16xf32>) -> ()
  }
  "onnx.EntryPoint"() {func = @main_graph} : () -> ()
}
