// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Shapes that the model computes are followed as scalars: no tensor is read to reshape another.
// RUN: sdq-opt --sdq-lower-onnx --canonicalize --cse --split-input-file %s | FileCheck %s

// The heads of attention: [batch, sequence, -1, 64] is an expand_shape.
// CHECK-LABEL: func.func @split_heads
// CHECK-SAME: %[[X:.*]]: tensor<?x?x256xf32>
// CHECK-DAG: %[[BATCH:.*]] = tensor.dim %[[X]], %c0
// CHECK-DAG: %[[SEQUENCE:.*]] = tensor.dim %[[X]], %c1
// CHECK: tensor.expand_shape %[[X]] {{\[\[}}0], [1], [2, 3]] output_shape [%[[BATCH]], %[[SEQUENCE]], 4, 64]
// CHECK-NOT: tensor.reshape
func.func @split_heads(%x: tensor<?x?x256xf32>) -> tensor<?x?x?x?xf32> {
  %shape = "onnx.Shape"(%x) {end = 2 : si64} : (tensor<?x?x256xf32>) -> tensor<2xi64>
  %heads = "onnx.Constant"() {value = dense<[-1, 64]> : tensor<2xi64>} : () -> tensor<2xi64>
  %all = "onnx.Concat"(%shape, %heads) {axis = 0 : si64} : (tensor<2xi64>, tensor<2xi64>) -> tensor<4xi64>
  %0 = "onnx.Reshape"(%x, %all) : (tensor<?x?x256xf32>, tensor<4xi64>) -> tensor<?x?x?x?xf32>
  return %0 : tensor<?x?x?x?xf32>
}

// -----

// A shape that comes from outside needs both readings of every value, and a check.
// CHECK-LABEL: func.func @open_shape
// CHECK: cf.assert %{{.*}}, "onnx.Reshape: the shape does not hold the operand's number of elements"
// CHECK: tensor.reshape
func.func @open_shape(%x: tensor<?x?xf32>, %shape: tensor<3xi64>) -> tensor<?x?x?xf32> {
  %0 = "onnx.Reshape"(%x, %shape) : (tensor<?x?xf32>, tensor<3xi64>) -> tensor<?x?x?xf32>
  return %0 : tensor<?x?x?xf32>
}

// -----

// Range from 0 to an extent has that extent: comparing it with itself needs no check.
// CHECK-LABEL: func.func @causal
// CHECK-NOT: cf.assert
// CHECK: arith.cmpi sle
func.func @causal(%x: tensor<1x?xi64>) -> tensor<?x?xi1> {
  %zero = "onnx.Constant"() {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = "onnx.Constant"() {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %axis0 = "onnx.Constant"() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %axis1 = "onnx.Constant"() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %shape = "onnx.Shape"(%x) : (tensor<1x?xi64>) -> tensor<2xi64>
  %length = "onnx.Gather"(%shape, %one) {axis = 0 : si64} : (tensor<2xi64>, tensor<i64>) -> tensor<i64>
  %range = "onnx.Range"(%zero, %length, %one) : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %row = "onnx.Unsqueeze"(%range, %axis0) : (tensor<?xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %column = "onnx.Unsqueeze"(%range, %axis1) : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %0 = "onnx.LessOrEqual"(%row, %column) : (tensor<1x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  return %0 : tensor<?x?xi1>
}

// -----

// Large constants are handed on as they are: never copied, never folded.
// CHECK-LABEL: func.func @resource
// CHECK: arith.constant dense_resource<w> : tensor<4xi8>
func.func @resource() -> tensor<4xui8> {
  %0 = "onnx.Constant"() {value = dense_resource<w> : tensor<4xui8>} : () -> tensor<4xui8>
  return %0 : tensor<4xui8>
}
{-#
  dialect_resources: {
    builtin: { w: "0x0100000001020304" }
  }
#-}
