// Every attribute of Gemm, as properties and as attributes: the activations transposed, scaled, a scaled bias that is a
// row or a column, and the weight on the left.

// RUN: %check_module %t %s --weights 4

module {
  func.func @main_graph(%x: tensor<32x5xf32> {onnx.name = "x"}, %t: tensor<5x32xf32> {onnx.name = "t"}) -> (tensor<5x16xf32>, tensor<5x24xf32>, tensor<24x5xf32>, tensor<16x5xf32>) {
    %c = "onnx.Constant"() <{value = dense_resource<c> : tensor<16xf32>}> : () -> tensor<16xf32>
    %column = "onnx.Constant"() <{value = dense_resource<column> : tensor<5x1xf32>}> : () -> tensor<5x1xf32>
    %none = "onnx.NoValue"() <{value}> : () -> none
    %kn = "onnx.Constant"() <{value = dense_resource<kn> : tensor<32x16xf32>}> : () -> tensor<32x16xf32>
    %nk = "onnx.Constant"() <{value = dense_resource<nk> : tensor<24x32xf32>}> : () -> tensor<24x32xf32>
    %left = "onnx.Constant"() <{value = dense_resource<left> : tensor<24x32xf32>}> : () -> tensor<24x32xf32>
    %leftT = "onnx.Constant"() <{value = dense_resource<leftT> : tensor<32x16xf32>}> : () -> tensor<32x16xf32>
    %0 = "onnx.Gemm"(%x, %kn, %c) <{alpha = 5.000000e-01 : f32, beta = 2.000000e+00 : f32, transA = 1 : si64, transB = 0 : si64}> : (tensor<32x5xf32>, tensor<32x16xf32>, tensor<16xf32>) -> tensor<5x16xf32>
    %1 = "onnx.Gemm"(%t, %nk, %column) {alpha = 1.000000e+00 : f32, beta = 1.000000e+00 : f32, transB = 1 : si64} : (tensor<5x32xf32>, tensor<24x32xf32>, tensor<5x1xf32>) -> tensor<5x24xf32>
    %2 = "onnx.Gemm"(%left, %t, %none) {transB = 1 : si64} : (tensor<24x32xf32>, tensor<5x32xf32>, none) -> tensor<24x5xf32>
    %3 = "onnx.Gemm"(%leftT, %x) {transA = 1 : si64, beta = 0.0 : f32} : (tensor<32x16xf32>, tensor<32x5xf32>) -> tensor<16x5xf32>
    "onnx.Return"(%0, %1, %2, %3) : (tensor<5x16xf32>, tensor<5x24xf32>, tensor<24x5xf32>, tensor<16x5xf32>) -> ()
  }
  "onnx.EntryPoint"() <{func = @main_graph}> : () -> ()
}
