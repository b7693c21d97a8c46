// Gemm in torch.operator, with every attribute it has, and a bias that is left out by a torch.constant.none.

// RUN: %check_module %t %s --weights 3 --prepare torch

module {
  func.func @main_graph(%x: !torch.vtensor<[32,5],f32>, %t: !torch.vtensor<[5,32],f32>) -> (!torch.vtensor<[5,16],f32>, !torch.vtensor<[5,24],f32>, !torch.vtensor<[24,5],f32>) attributes {torch.onnx_meta.opset_version = 17 : si64} {
    %none = "torch.constant.none"() : () -> !torch.none
    %w0 = "torch.operator"() <{name = "onnx.Constant"}> {torch.onnx.value = dense_resource<w0> : tensor<32x16xf32>} : () -> !torch.vtensor<[32,16],f32>
    %b0 = "torch.operator"() <{name = "onnx.Constant"}> {torch.onnx.value = dense_resource<b0> : tensor<16xf32>} : () -> !torch.vtensor<[16],f32>
    %0 = "torch.operator"(%x, %w0, %b0) <{name = "onnx.Gemm"}> {torch.onnx.alpha = 5.000000e-01 : f32, torch.onnx.beta = 2.500000e-01 : f32, torch.onnx.transA = 1 : si64} : (!torch.vtensor<[32,5],f32>, !torch.vtensor<[32,16],f32>, !torch.vtensor<[16],f32>) -> !torch.vtensor<[5,16],f32>
    %w1 = "torch.operator"() <{name = "onnx.Constant"}> {torch.onnx.value = dense_resource<w1> : tensor<24x32xf32>} : () -> !torch.vtensor<[24,32],f32>
    %b1 = "torch.operator"() <{name = "onnx.Constant"}> {torch.onnx.value = dense_resource<b1> : tensor<5x1xf32>} : () -> !torch.vtensor<[5,1],f32>
    %1 = "torch.operator"(%t, %w1, %b1) <{name = "onnx.Gemm"}> {torch.onnx.transB = 1 : si64} : (!torch.vtensor<[5,32],f32>, !torch.vtensor<[24,32],f32>, !torch.vtensor<[5,1],f32>) -> !torch.vtensor<[5,24],f32>
    %w2 = "torch.operator"() <{name = "onnx.Constant"}> {torch.onnx.value = dense_resource<w2> : tensor<24x32xf32>} : () -> !torch.vtensor<[24,32],f32>
    %2 = "torch.operator"(%w2, %x, %none) <{name = "onnx.Gemm"}> : (!torch.vtensor<[24,32],f32>, !torch.vtensor<[32,5],f32>, !torch.none) -> !torch.vtensor<[24,5],f32>
    func.return %0, %1, %2 : !torch.vtensor<[5,16],f32>, !torch.vtensor<[5,24],f32>, !torch.vtensor<[24,5],f32>
  }
}
