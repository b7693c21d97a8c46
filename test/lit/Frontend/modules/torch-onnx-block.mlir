// A feed-forward block of a half-precision transformer in torch.operator: weights out × in behind a Transpose, one cast to
// f32 first, SiLU as Sigmoid and Mul; the weight of the last product is on its left.

// RUN: %check_module %t %s --weights 4 --prepare torch --tolerance 4e-3

module {
  func.func @main_graph(%arg0: !torch.vtensor<[?,?,32],f32>, %arg1: !torch.vtensor<[3,16,5],f16>) -> (!torch.vtensor<[?,?,32],f32>, !torch.vtensor<[3,24,5],f16>) attributes {torch.onnx_meta.ir_version = 9 : si64, torch.onnx_meta.opset_version = 18 : si64} {
    %0 = "torch.operator"() <{name = "onnx.Constant"}> {torch.onnx.value = dense_resource<_gate_proj> : tensor<48x32xf32>} : () -> !torch.vtensor<[48,32],f32>
    %1 = "torch.operator"() <{name = "onnx.Constant"}> {torch.onnx.value = dense_resource<_up_proj> : tensor<48x32xf16>} : () -> !torch.vtensor<[48,32],f16>
    %2 = "torch.operator"() <{name = "onnx.Constant"}> {torch.onnx.value = dense_resource<_down_proj> : tensor<32x48xf32>} : () -> !torch.vtensor<[32,48],f32>
    %3 = "torch.operator"() <{name = "onnx.Constant"}> {torch.onnx.value = dense_resource<_left> : tensor<24x16xf16>} : () -> !torch.vtensor<[24,16],f16>
    %4 = "torch.operator"(%0) <{name = "onnx.Transpose"}> {torch.onnx.perm = [1 : si64, 0 : si64]} : (!torch.vtensor<[48,32],f32>) -> !torch.vtensor<[32,48],f32>
    %5 = "torch.operator"(%arg0, %4) <{name = "onnx.MatMul"}> : (!torch.vtensor<[?,?,32],f32>, !torch.vtensor<[32,48],f32>) -> !torch.vtensor<[?,?,48],f32>
    %6 = "torch.operator"(%5) <{name = "onnx.Sigmoid"}> : (!torch.vtensor<[?,?,48],f32>) -> !torch.vtensor<[?,?,48],f32>
    %7 = "torch.operator"(%5, %6) <{name = "onnx.Mul"}> : (!torch.vtensor<[?,?,48],f32>, !torch.vtensor<[?,?,48],f32>) -> !torch.vtensor<[?,?,48],f32>
    %8 = "torch.operator"(%1) <{name = "onnx.Cast"}> {torch.onnx.to = 1 : si64} : (!torch.vtensor<[48,32],f16>) -> !torch.vtensor<[48,32],f32>
    %9 = "torch.operator"(%8) <{name = "onnx.Transpose"}> {torch.onnx.perm = [1 : si64, 0 : si64]} : (!torch.vtensor<[48,32],f32>) -> !torch.vtensor<[32,48],f32>
    %10 = "torch.operator"(%arg0, %9) <{name = "onnx.MatMul"}> : (!torch.vtensor<[?,?,32],f32>, !torch.vtensor<[32,48],f32>) -> !torch.vtensor<[?,?,48],f32>
    %11 = "torch.operator"(%7, %10) <{name = "onnx.Mul"}> : (!torch.vtensor<[?,?,48],f32>, !torch.vtensor<[?,?,48],f32>) -> !torch.vtensor<[?,?,48],f32>
    %12 = "torch.operator"(%2) <{name = "onnx.Transpose"}> {torch.onnx.perm = [1 : si64, 0 : si64]} : (!torch.vtensor<[32,48],f32>) -> !torch.vtensor<[48,32],f32>
    %13 = "torch.operator"(%11, %12) <{name = "onnx.MatMul"}> : (!torch.vtensor<[?,?,48],f32>, !torch.vtensor<[48,32],f32>) -> !torch.vtensor<[?,?,32],f32>
    %14 = "torch.operator"(%3, %arg1) <{name = "onnx.MatMul"}> : (!torch.vtensor<[24,16],f16>, !torch.vtensor<[3,16,5],f16>) -> !torch.vtensor<[3,24,5],f16>
    func.return %13, %14 : !torch.vtensor<[?,?,32],f32>, !torch.vtensor<[3,24,5],f16>
  }
}
