// --sdq-decompose-to=linalg, in every spelling; other targets are refused.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-decompose-to=linalg -o %t.mlir && FileCheck %s --input-file=%t.mlir
// RUN: sdq-opt %s --sdq-decompose-to | diff - %t.mlir
// RUN: sdq-opt %s --sdq-decompose-to="target=linalg" | diff - %t.mlir
// RUN: sdq-opt %s --pass-pipeline="builtin.module(sdq-decompose-to{target=linalg})" | diff - %t.mlir
// RUN: sdq-opt %s --pass-pipeline="builtin.module(sdq-decompose-to{linalg})" | diff - %t.mlir
// RUN: mlir-opt %t.mlir -o /dev/null
// RUN: not sdq-opt %s --sdq-decompose-to=tosa 2>&1 | FileCheck %s --check-prefix=TARGET
// TARGET: error: sdq-decompose-to: expected the target linalg, found 'tosa'

// CHECK-LABEL: func.func @main_graph(%arg0: tensor<?x4xf32>) -> tensor<?x2xf32>
// CHECK: arith.constant dense<{{.*}}> : tensor<2x2xi8>
// CHECK-NOT: onnx
// CHECK: linalg.generic
sdq.parameter @w : !sdq.weight<2x4xf16, #sdq.dense<i4, vector = 4, scale = f16>> =
  {values = dense<[[18, 52], [86, 1]]> : tensor<2x2xi8>, scales = dense<[[1.0], [2.0]]> : tensor<2x1xf16>}
func.func @main_graph(%x: tensor<?x4xf32> {onnx.name = "x"}) -> (tensor<?x2xf32> {onnx.name = "y"}) {
  %y = sdq.linear %x, @w : (tensor<?x4xf32>) -> tensor<?x2xf32>
  %z = "onnx.Relu"(%y) : (tensor<?x2xf32>) -> tensor<?x2xf32>
  return %z : tensor<?x2xf32>
}
