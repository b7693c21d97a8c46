func.func @main_graph(%x: tensor<?x32xf32> {onnx.name = "x"}) -> (tensor<?x16xf32> {onnx.name = "y"}) {
  %w = "onnx.Constant"() {value = dense_resource<fc> : tensor<32x16xf32>} : () -> tensor<32x16xf32>
  %y = "onnx.MatMul"(%x, %w) : (tensor<?x32xf32>, tensor<32x16xf32>) -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}
