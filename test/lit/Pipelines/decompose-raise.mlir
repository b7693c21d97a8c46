// From matmuls by constants in linalg and in ONNX to compressed parameters in one go; small and ignored weights stay.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --allow-unregistered-dialect --sdq-decompose="recipe=SDQ-W2:4-2:4int8-q4-a16 min-size=8" -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir
// RUN: %decode < %t.mlir | FileCheck %s --check-prefix=NUMBERS
// RUN: sdq-opt %s --allow-unregistered-dialect --sdq-decompose="recipe=SDQ-W2:4-2:4int8-q4-a16 min-size=8 ignore=onnx_.*" | FileCheck %s --check-prefix=IGNORE
// RUN: sdq-opt %s --allow-unregistered-dialect --sdq-decompose="recipe=SDQ-W2:4-2:4int8-q4-a16" | FileCheck %s --check-prefix=SMALL

// CHECK-DAG: sdq.parameter @linalg_w attributes {{.*}} : !sdq.weight<2x4xf32, #sdq.nm<2:4, i8, vector = 4, scale = f8E4M3FN>>
// CHECK-DAG: sdq.parameter @onnx_w attributes {{.*}} : !sdq.weight<2x4xf32, #sdq.nm<2:4, i8, vector = 4, scale = f8E4M3FN>>
// Both are [[127, 0, 0, -64], [0, 0, 0, 127]], out x in, once the smallest are gone.
// NUMBERS-DAG: linalg_w[0] = 127 0 0 -64
// NUMBERS-DAG: linalg_w[1] = 0 0 1 127
// NUMBERS-DAG: onnx_w[0] = 127 0 0 -64
// NUMBERS-DAG: onnx_w[1] = 0 0 1 127

// IGNORE-DAG: sdq.parameter @linalg_w
// IGNORE-DAG: "onnx.MatMul"
// IGNORE-NOT: sdq.parameter @onnx_w

// SMALL-NOT: sdq.parameter

func.func @linalg(%x: tensor<?x4xf32>, %into: tensor<?x2xf32>) -> tensor<?x2xf32> {
  // CHECK: sdq.linear %{{.*}}, @linalg_w : (tensor<?x4xf32>) -> tensor<?x2xf32>
  %w = arith.constant dense<[[127.0, 0.0], [2.0, -0.5], [3.0, 1.0], [-64.0, 127.0]]> : tensor<4x2xf32> loc("linalg_w")
  %zero = arith.constant 0.0 : f32
  %fill = linalg.fill ins(%zero : f32) outs(%into : tensor<?x2xf32>) -> tensor<?x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x4xf32>, tensor<4x2xf32>) outs(%fill : tensor<?x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

func.func @onnx(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  // CHECK: sdq.linear %{{.*}}, @onnx_w : (tensor<?x4xf32>) -> tensor<?x2xf32>
  %w = "onnx.Constant"() {value = dense<[[127.0, 0.0], [2.0, -0.5], [3.0, 1.0], [-64.0, 127.0]]> : tensor<4x2xf32>, onnx.name = "onnx_w"} : () -> tensor<4x2xf32>
  %y = "onnx.MatMul"(%x, %w) : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
