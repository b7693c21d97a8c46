// RUN: sdq-opt %s --allow-unregistered-dialect --sdq-torch-to-onnx | FileCheck %s
//
// Proves that every form of torch-mlir's importers becomes onnx on builtin tensors, signatures and regions included.

// CHECK-LABEL: func.func private @callee(tensor<?xi64>) -> tensor<2xui8>
func.func private @callee(!torch.vtensor<[?],si64>) -> !torch.vtensor<[2],ui8>

// CHECK-LABEL: func.func @operators(%arg0: tensor<?x4xf32>, %arg1: tensor<?xi64>) -> (tensor<?x4xf32>, tensor<2xui8>, tensor<i1>)
// CHECK-SAME: attributes {torch.onnx_meta.opset_version = 17 : si64}
func.func @operators(%x: !torch.vtensor<[?,4],f32>, %i: !torch.vtensor<[?],si64>) -> (!torch.vtensor<[?,4],f32>, !torch.vtensor<[2],ui8>, !torch.vtensor<[],i1>) attributes {torch.onnx_meta.opset_version = 17 : si64} {
  // CHECK-NEXT: %[[NONE:.*]] = "onnx.NoValue"() {value} : () -> none
  %none = "torch.constant.none"() : () -> !torch.none
  // CHECK-NEXT: %[[Y:.*]] = "onnx.Softmax"(%arg0) {axis = 1 : si64, other.attribute = "kept"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = "torch.operator"(%x) <{name = "onnx.Softmax"}> {torch.onnx.axis = 1 : si64, other.attribute = "kept"} : (!torch.vtensor<[?,4],f32>) -> !torch.vtensor<[?,4],f32>
  // CHECK-NEXT: %[[C:.*]] = call @callee(%arg1) : (tensor<?xi64>) -> tensor<2xui8>
  %c = func.call @callee(%i) : (!torch.vtensor<[?],si64>) -> !torch.vtensor<[2],ui8>
  // CHECK-NEXT: %[[B:.*]] = "onnx.Constant"() {value = dense<true> : tensor<i1>} : () -> tensor<i1>
  %b = "torch.vtensor.literal"() <{value = dense<true> : tensor<i1>}> : () -> !torch.vtensor<[],i1>
  // CHECK-NEXT: %[[Z:.*]] = "onnx.If"(%[[B]]) ({
  // CHECK-NEXT:   "onnx.Identity"(%[[Y]]) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  // CHECK: }) : (tensor<i1>) -> tensor<?x4xf32>
  %z = "torch.operator"(%b) <{name = "onnx.If"}> ({
    %inner = "torch.operator"(%y) <{name = "onnx.Identity"}> : (!torch.vtensor<[?,4],f32>) -> !torch.vtensor<[?,4],f32>
    "test.yield"(%inner) : (!torch.vtensor<[?,4],f32>) -> ()
  }) : (!torch.vtensor<[],i1>) -> !torch.vtensor<[?,4],f32>
  // CHECK: "onnx.Clip"(%[[Z]], %[[NONE]], %[[NONE]])
  %w = "torch.operator"(%z, %none, %none) <{name = "onnx.Clip"}> : (!torch.vtensor<[?,4],f32>, !torch.none, !torch.none) -> !torch.vtensor<[?,4],f32>
  return %w, %c, %b : !torch.vtensor<[?,4],f32>, !torch.vtensor<[2],ui8>, !torch.vtensor<[],i1>
}

// CHECK-LABEL: func.func @aten
func.func @aten(%x: !torch.vtensor<[?,2,4],f32>, %w: !torch.vtensor<[3,4],f32>, %b: !torch.vtensor<[3],f32>) -> (!torch.vtensor<[?,2,3],f32>, !torch.vtensor<[4,3],f32>) {
  // CHECK-NEXT: %[[T:.*]] = "onnx.Transpose"(%arg1) {perm = [1, 0]} : (tensor<3x4xf32>) -> tensor<4x3xf32>
  // CHECK-NEXT: %[[P:.*]] = "onnx.MatMul"(%arg0, %[[T]]) : (tensor<?x2x4xf32>, tensor<4x3xf32>) -> tensor<?x2x3xf32>
  // CHECK-NEXT: %[[Y:.*]] = "onnx.Add"(%[[P]], %arg2)
  %y = "torch.aten.linear"(%x, %w, %b) : (!torch.vtensor<[?,2,4],f32>, !torch.vtensor<[3,4],f32>, !torch.vtensor<[3],f32>) -> !torch.vtensor<[?,2,3],f32>
  // CHECK-NEXT: %[[U:.*]] = "onnx.Transpose"(%arg1)
  %t = "torch.aten.t"(%w) : (!torch.vtensor<[3,4],f32>) -> !torch.vtensor<[4,3],f32>
  // CHECK-NEXT: %[[Z:.*]] = arith.addf %[[Y]], %[[Y]]
  %0 = "torch_c.to_builtin_tensor"(%y) : (!torch.vtensor<[?,2,3],f32>) -> tensor<?x2x3xf32>
  %1 = arith.addf %0, %0 : tensor<?x2x3xf32>
  %2 = "torch_c.from_builtin_tensor"(%1) : (tensor<?x2x3xf32>) -> !torch.vtensor<[?,2,3],f32>
  // CHECK-NEXT: return %[[Z]], %[[U]] : tensor<?x2x3xf32>, tensor<4x3xf32>
  return %2, %t : !torch.vtensor<[?,2,3],f32>, !torch.vtensor<[4,3],f32>
}
