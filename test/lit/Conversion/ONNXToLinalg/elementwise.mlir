// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elementwise operators become one linalg.generic; what is computed depends on element type and signedness.
// RUN: sdq-opt --sdq-lower-onnx --canonicalize --split-input-file %s | FileCheck %s

// CHECK-LABEL: func.func @float_add
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]
// CHECK: arith.addf
// CHECK-NOT: onnx.
func.func @float_add(%a: tensor<?x4xf32>, %b: tensor<4xf32>) -> tensor<?x4xf32> {
  %0 = "onnx.Add"(%a, %b) : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// -----

// Narrow floats are computed in f32.
// CHECK-LABEL: func.func @half_sigmoid
// CHECK: arith.extf %{{.*}} : f16 to f32
// CHECK: math.exp %{{.*}} : f32
// CHECK: arith.truncf %{{.*}} : f32 to f16
func.func @half_sigmoid(%a: tensor<8xf16>) -> tensor<8xf16> {
  %0 = "onnx.Sigmoid"(%a) : (tensor<8xf16>) -> tensor<8xf16>
  return %0 : tensor<8xf16>
}

// -----

// Unsigned tensors become signless, in the signature too; their division and comparison stay unsigned.
// CHECK-LABEL: func.func @unsigned(
// CHECK-SAME: tensor<8xi8>, %{{.*}}: tensor<8xi8>) -> (tensor<8xi8>, tensor<8xi1>)
// CHECK: arith.divui
// CHECK: arith.cmpi ult
// CHECK-NOT: unrealized_conversion_cast
func.func @unsigned(%a: tensor<8xui8>, %b: tensor<8xui8>) -> (tensor<8xui8>, tensor<8xi1>) {
  %0 = "onnx.Div"(%a, %b) : (tensor<8xui8>, tensor<8xui8>) -> tensor<8xui8>
  %1 = "onnx.Less"(%0, %b) : (tensor<8xui8>, tensor<8xui8>) -> tensor<8xi1>
  return %0, %1 : tensor<8xui8>, tensor<8xi1>
}

// -----

// A constant exponent of 2 is a product.
// CHECK-LABEL: func.func @square
// CHECK: arith.mulf
// CHECK-NOT: math.powf
func.func @square(%a: tensor<?xf32>) -> tensor<?xf32> {
  %two = "onnx.Constant"() {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %0 = "onnx.Pow"(%a, %two) : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @cast
// CHECK: arith.fptosi %{{.*}} : f32 to i64
// CHECK: arith.cmpf une
func.func @cast(%a: tensor<8xf32>) -> (tensor<8xi64>, tensor<8xi1>) {
  %0 = "onnx.Cast"(%a) {to = i64} : (tensor<8xf32>) -> tensor<8xi64>
  %1 = "onnx.Cast"(%a) {to = i1} : (tensor<8xf32>) -> tensor<8xi1>
  return %0, %1 : tensor<8xi64>, tensor<8xi1>
}

// -----

// An omitted operand is a none; attributes may be properties.
// CHECK-LABEL: func.func @clip
// CHECK: arith.minimumf
// CHECK-NOT: arith.maximumf
func.func @clip(%a: tensor<8xf32>, %high: tensor<f32>) -> tensor<8xf32> {
  %none = "onnx.NoValue"() : () -> none
  %0 = "onnx.Clip"(%a, %none, %high) : (tensor<8xf32>, none, tensor<f32>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}
