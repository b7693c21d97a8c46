// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A residual connection around a compressed weight: sdq.linear says that its result has its input's extents.
// RUN: sdq-opt --sdq-lower-onnx --canonicalize --cse %s | FileCheck %s

sdq.parameter @w : !sdq.weight<8x8xf32, #sdq.dense<f32>> = {values = dense<0.5> : tensor<8x8xf32>}

// CHECK-LABEL: func.func @residual
// CHECK-NOT: cf.assert
// CHECK-NOT: tensor.extract
// CHECK: return
func.func @residual(%x: tensor<?x?x8xf32>) -> tensor<?x?x8xf32> {
  %0 = sdq.linear %x, @w : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %1 = "onnx.Add"(%0, %x) : (tensor<?x?x8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  return %1 : tensor<?x?x8xf32>
}
