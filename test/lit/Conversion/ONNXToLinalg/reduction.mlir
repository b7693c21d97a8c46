// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reductions, softmax and normalizations: float sums may be reordered, f16 accumulates in f32.
// RUN: sdq-opt --sdq-lower-onnx --canonicalize --split-input-file %s | FileCheck %s

// CHECK-LABEL: func.func @mean
// CHECK: linalg.generic {{.*}} ["parallel", "parallel", "reduction"]
// CHECK: arith.addf %{{.*}} fastmath<reassoc,contract> : f32
// CHECK: arith.divf
// CHECK: arith.truncf %{{.*}} : f32 to f16
// CHECK: tensor.expand_shape {{.*}} into tensor<?x?x1xf16>
func.func @mean(%x: tensor<?x?x8xf16>) -> tensor<?x?x1xf16> {
  %axes = "onnx.Constant"() {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %0 = "onnx.ReduceMean"(%x, %axes) {keepdims = 1 : si64} : (tensor<?x?x8xf16>, tensor<1xi64>) -> tensor<?x?x1xf16>
  return %0 : tensor<?x?x1xf16>
}

// -----

// Without axes a reduction runs over everything, unless it says otherwise.
// CHECK-LABEL: func.func @no_axes
// CHECK: linalg.generic {{.*}} ["reduction", "reduction"]
// CHECK: linalg.generic {{.*}} ["parallel", "parallel"]
func.func @no_axes(%x: tensor<4x8xf32>) -> (tensor<f32>, tensor<4x8xf32>) {
  %none = "onnx.NoValue"() : () -> none
  %0 = "onnx.ReduceSum"(%x, %none) {keepdims = 0 : si64} : (tensor<4x8xf32>, none) -> tensor<f32>
  %1 = "onnx.ReduceSum"(%x, %none) {noop_with_empty_axes = 1 : si64} : (tensor<4x8xf32>, none) -> tensor<4x8xf32>
  return %0, %1 : tensor<f32>, tensor<4x8xf32>
}

// -----

// The largest element is taken out before the exponential.
// CHECK-LABEL: func.func @softmax
// CHECK: arith.maximumf
// CHECK: arith.subf
// CHECK: math.exp
// CHECK: arith.divf
func.func @softmax(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = "onnx.Softmax"(%x) {axis = -1 : si64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// -----

// Up to opset 12 softmax flattens: axis 1 and everything after it share one sum.
// CHECK-LABEL: func.func @softmax_v11
// CHECK: linalg.generic {{.*}} ["parallel", "reduction", "reduction"]
func.func @softmax_v11(%x: tensor<2x4x8xf32>) -> tensor<2x4x8xf32> {
  %0 = "onnx.SoftmaxV11"(%x) {axis = 1 : si64} : (tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return %0 : tensor<2x4x8xf32>
}

// -----

// CHECK-LABEL: func.func @layer_norm
// CHECK: math.sqrt
// CHECK: arith.subf
func.func @layer_norm(%x: tensor<?x8xf32>, %s: tensor<8xf32>, %b: tensor<8xf32>) -> (tensor<?x8xf32>, tensor<?x1xf32>) {
  %0:2 = "onnx.LayerNormalization"(%x, %s, %b) {axis = -1 : si64, epsilon = 1.0e-5 : f32}
    : (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>) -> (tensor<?x8xf32>, tensor<?x1xf32>)
  return %0#0, %0#1 : tensor<?x8xf32>, tensor<?x1xf32>
}
