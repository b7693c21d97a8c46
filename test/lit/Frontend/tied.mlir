// RUN: sdq-opt %s --sdq-raise=min-size=1 | FileCheck %s
//
// Proves that a weight is one symbol however often and however it is used, two where it is used as two matrices, and
// that other users keep the constant.

// CHECK-COUNT-4: sdq.parameter
// CHECK-NOT: sdq.parameter

// CHECK-LABEL: @two_and_a_lookup
func.func @two_and_a_lookup(%ids: tensor<?xi64>, %y: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x3xf32>, tensor<?x3xf32>) {
  // CHECK: %[[W:.*]] = "onnx.Constant"() {onnx.name = "embedding", value = dense_resource<e> : tensor<3x2xf32>}
  %w = "onnx.Constant"() {value = dense_resource<e> : tensor<3x2xf32>, onnx.name = "embedding"} : () -> tensor<3x2xf32>
  // CHECK-NEXT: "onnx.Gather"(%[[W]], %arg0)
  %x = "onnx.Gather"(%w, %ids) {axis = 0 : si64} : (tensor<3x2xf32>, tensor<?xi64>) -> tensor<?x2xf32>
  // CHECK-NEXT: sdq.linear %arg1, @embedding : (tensor<?x2xf32>) -> tensor<?x3xf32>
  %t = "onnx.Transpose"(%w) {perm = [1, 0]} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %a = "onnx.MatMul"(%y, %t) : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  // CHECK-NEXT: sdq.linear %arg1, @embedding : (tensor<?x2xf32>) -> tensor<?x3xf32>
  %b = "onnx.Gemm"(%y, %w) {transB = 1 : si64} : (tensor<?x2xf32>, tensor<3x2xf32>) -> tensor<?x3xf32>
  // CHECK-NEXT: return
  return %x, %a, %b : tensor<?x2xf32>, tensor<?x3xf32>, tensor<?x3xf32>
}

// The same resource from another function, and multiplied by its transpose: another matrix of the same bytes.
// CHECK-LABEL: @transpose_of_it
func.func @transpose_of_it(%x: tensor<?x2xf32>, %z: tensor<?x3xf32>) -> (tensor<?x3xf32>, tensor<?x2xf32>) {
  // CHECK-NEXT: sdq.linear %arg0, @embedding : (tensor<?x2xf32>) -> tensor<?x3xf32>
  // CHECK-NEXT: sdq.linear %arg1, @embedding_0 : (tensor<?x3xf32>) -> tensor<?x2xf32>
  %w = "onnx.Constant"() {value = dense_resource<e> : tensor<3x2xf32>, onnx.name = "embedding"} : () -> tensor<3x2xf32>
  %a = "onnx.Gemm"(%x, %w) {transB = 1 : si64} : (tensor<?x2xf32>, tensor<3x2xf32>) -> tensor<?x3xf32>
  %b = "onnx.MatMul"(%z, %w) : (tensor<?x3xf32>, tensor<3x2xf32>) -> tensor<?x2xf32>
  return %a, %b : tensor<?x3xf32>, tensor<?x2xf32>
}

// Constants that merely are equal keep their names, hence their calibration.
// CHECK-LABEL: @equal_by_chance
func.func @equal_by_chance(%x: tensor<?x3xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  // CHECK-NEXT: sdq.linear %arg0, @a
  // CHECK-NEXT: sdq.linear %arg0, @b
  %a = "onnx.Constant"() {value = dense<1.0> : tensor<3x2xf32>, onnx.name = "a"} : () -> tensor<3x2xf32>
  %b = "onnx.Constant"() {value = dense<1.0> : tensor<3x2xf32>, onnx.name = "b"} : () -> tensor<3x2xf32>
  %y = "onnx.MatMul"(%x, %a) : (tensor<?x3xf32>, tensor<3x2xf32>) -> tensor<?x2xf32>
  %z = "onnx.MatMul"(%x, %b) : (tensor<?x3xf32>, tensor<3x2xf32>) -> tensor<?x2xf32>
  return %y, %z : tensor<?x2xf32>, tensor<?x2xf32>
}

{-#
  dialect_resources: { builtin: { e: "0x040000000000803f0000803f0000803f0000803f0000803f0000803f" } }
#-}
