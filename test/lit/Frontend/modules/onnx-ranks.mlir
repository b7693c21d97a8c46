// MatMul of all ranks: a vector, a stack whose weight has batch extents of 1, the weight on the left of a stack, and one
// that is unsqueezed and expanded along the batch first. Inline numbers.

// RUN: %check_module %t %s --weights 4

module {
  func.func @main_graph(%v: tensor<32xf32> {onnx.name = "v"}, %s: tensor<2x3x5x32xf32> {onnx.name = "s"}, %l: tensor<3x32x5xf32> {onnx.name = "l"}) -> (tensor<16xf32>, tensor<2x3x5x16xf32>, tensor<3x8x5xf32>, tensor<2x3x5x8xf32>) {
    %w0 = "onnx.Constant"() {value = dense<"0x${w0}"> : tensor<32x16xf32>} : () -> tensor<32x16xf32>
    %0 = "onnx.MatMul"(%v, %w0) : (tensor<32xf32>, tensor<32x16xf32>) -> tensor<16xf32>
    %w1 = "onnx.Constant"() {value = dense<"0x${w1}"> : tensor<1x1x32x16xf32>} : () -> tensor<1x1x32x16xf32>
    %1 = "onnx.MatMul"(%s, %w1) : (tensor<2x3x5x32xf32>, tensor<1x1x32x16xf32>) -> tensor<2x3x5x16xf32>
    %w2 = "onnx.Constant"() {value = dense<"0x${w2}"> : tensor<8x32xf32>} : () -> tensor<8x32xf32>
    %2 = "onnx.MatMul"(%w2, %l) : (tensor<8x32xf32>, tensor<3x32x5xf32>) -> tensor<3x8x5xf32>
    %w3 = "onnx.Constant"() {value = dense<"0x${w3}"> : tensor<32x8xf32>} : () -> tensor<32x8xf32>
    %axes = "onnx.Constant"() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
    %u = "onnx.Unsqueeze"(%w3, %axes) : (tensor<32x8xf32>, tensor<1xi64>) -> tensor<1x32x8xf32>
    %shape = "onnx.Constant"() {value = dense<[3, 32, 8]> : tensor<3xi64>} : () -> tensor<3xi64>
    %e = "onnx.Expand"(%u, %shape) : (tensor<1x32x8xf32>, tensor<3xi64>) -> tensor<3x32x8xf32>
    %3 = "onnx.MatMul"(%s, %e) : (tensor<2x3x5x32xf32>, tensor<3x32x8xf32>) -> tensor<2x3x5x8xf32>
    "onnx.Return"(%0, %1, %2, %3) : (tensor<16xf32>, tensor<2x3x5x16xf32>, tensor<3x8x5xf32>, tensor<2x3x5x8xf32>) -> ()
  }
  "onnx.EntryPoint"() {func = @main_graph} : () -> ()
}
