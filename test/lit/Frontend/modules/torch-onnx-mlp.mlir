// torch-mlir's import of an ONNX file, in generic form: nodes in torch.operator, numbers in resources, tensors of torch's
// own type. Products are raised between torch_c's conversions; --sdq-torch-to-onnx then brings all of it to the CPU.

// RUN: %check_module %t %s --weights 2 --prepare torch
// RUN: sdq-opt %t/compressed.mlir --allow-unregistered-dialect | FileCheck %s

// CHECK: %[[X:.*]] = "torch_c.to_builtin_tensor"(%{{.*}}) : (!torch.vtensor<[?,32],f32>) -> tensor<?x32xf32>
// CHECK-NEXT: %[[Y:.*]] = sdq.linear %[[X]], @weight_0 : (tensor<?x32xf32>) -> tensor<?x64xf32>
// CHECK-NEXT: "torch_c.from_builtin_tensor"(%[[Y]]) : (tensor<?x64xf32>) -> !torch.vtensor<[?,64],f32>

module {
  func.func @main_graph(%arg0: !torch.vtensor<[?,32],f32>) -> !torch.vtensor<[?,16],f32> attributes {torch.onnx_meta.ir_version = 8 : si64, torch.onnx_meta.opset_version = 17 : si64, torch.onnx_meta.producer_name = "pytorch", torch.onnx_meta.producer_version = "2.3.0"} {
    %0 = "torch.operator"() <{name = "onnx.Constant"}> {torch.onnx.value = dense_resource<_fc1.weight> : tensor<32x64xf32>} : () -> !torch.vtensor<[32,64],f32>
    %1 = "torch.operator"() <{name = "onnx.Constant"}> {torch.onnx.value = dense_resource<_fc1.bias> : tensor<64xf32>} : () -> !torch.vtensor<[64],f32>
    %2 = "torch.operator"() <{name = "onnx.Constant"}> {torch.onnx.value = dense_resource<_fc2.weight> : tensor<64x16xf32>} : () -> !torch.vtensor<[64,16],f32>
    %none = "torch.constant.none"() : () -> !torch.none
    %3 = "torch.operator"(%arg0, %0) <{name = "onnx.MatMul"}> : (!torch.vtensor<[?,32],f32>, !torch.vtensor<[32,64],f32>) -> !torch.vtensor<[?,64],f32>
    %4 = "torch.operator"(%3, %1) <{name = "onnx.Add"}> : (!torch.vtensor<[?,64],f32>, !torch.vtensor<[64],f32>) -> !torch.vtensor<[?,64],f32>
    %5 = "torch.operator"(%4) <{name = "onnx.LeakyRelu"}> {torch.onnx.alpha = 1.000000e-01 : f32} : (!torch.vtensor<[?,64],f32>) -> !torch.vtensor<[?,64],f32>
    %6 = "torch.operator"(%5, %2) <{name = "onnx.MatMul"}> : (!torch.vtensor<[?,64],f32>, !torch.vtensor<[64,16],f32>) -> !torch.vtensor<[?,16],f32>
    func.return %6 : !torch.vtensor<[?,16],f32>
  }
}
