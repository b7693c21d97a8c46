// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Broadcasting: decided statically where the extents allow it, checked and selected at run time where they do not.
// RUN: sdq-opt --sdq-lower-onnx --canonicalize --cse --split-input-file %s | FileCheck %s

// A static 1 is read at index 0.
// CHECK: #[[$ONE:.*]] = affine_map<(d0, d1) -> (d0, 0)>
// CHECK-LABEL: func.func @static_one
// CHECK-NOT: cf.assert
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$ONE]], #{{.*}}]
func.func @static_one(%a: tensor<?x4xf32>, %b: tensor<1xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  %m = "onnx.ReduceMax"(%a) {axes = [-1], keepdims = 1 : si64} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %0 = "onnx.Sub"(%a, %m) : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %1 = "onnx.Add"(%0, %b) : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  return %0, %1 : tensor<?x4xf32>, tensor<?x4xf32>
}

// -----

// Extents read from one place are equal: a residual connection needs neither check nor select.
// CHECK-LABEL: func.func @residual
// CHECK-NOT: cf.assert
// CHECK-NOT: tensor.extract
func.func @residual(%x: tensor<?x?x8xf32>, %w: tensor<8x8xf32>) -> tensor<?x?x8xf32> {
  %0 = "onnx.MatMul"(%x, %w) : (tensor<?x?x8xf32>, tensor<8x8xf32>) -> tensor<?x?x8xf32>
  %1 = "onnx.Add"(%0, %x) : (tensor<?x?x8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  return %1 : tensor<?x?x8xf32>
}

// -----

// Two open extents: either may be 1. The static inner dimension stays plain.
// CHECK-LABEL: func.func @open
// CHECK-SAME: %[[A:.*]]: tensor<?x8xf32>, %[[B:.*]]: tensor<?x8xf32>
// CHECK-DAG: %[[DA:.*]] = tensor.dim %[[A]]
// CHECK-DAG: %[[DB:.*]] = tensor.dim %[[B]]
// CHECK: cf.assert %{{.*}}, "onnx.Add (node 'sum'): extents of dimension 0 differ and neither is 1"
// CHECK: linalg.generic
// CHECK: %[[I:.*]] = linalg.index 0
// CHECK: %[[AT:.*]] = arith.select %{{.*}}, %c0, %[[I]]
// CHECK: %[[J:.*]] = linalg.index 1
// CHECK: tensor.extract %[[A]][%[[AT]], %[[J]]]
func.func @open(%a: tensor<?x8xf32>, %b: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = "onnx.Add"(%a, %b) {onnx_node_name = "sum"} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}
