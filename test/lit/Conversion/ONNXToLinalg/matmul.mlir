// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Matrix products: the loops are (batch…, m, k, n), n innermost and parallel.
// RUN: sdq-opt --sdq-lower-onnx --canonicalize --split-input-file %s | FileCheck %s

// CHECK-DAG: #[[$A:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
// CHECK-DAG: #[[$B:.*]] = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
// CHECK-DAG: #[[$C:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
// CHECK-LABEL: func.func @batched
// CHECK: linalg.fill
// CHECK: linalg.generic {indexing_maps = [#[[$A]], #[[$B]], #[[$C]]], iterator_types = ["parallel", "parallel", "reduction", "parallel"]}
// CHECK: arith.mulf {{.*}} fastmath<contract>
func.func @batched(%a: tensor<?x?x8xf32>, %b: tensor<8x16xf32>) -> tensor<?x?x16xf32> {
  %0 = "onnx.MatMul"(%a, %b) : (tensor<?x?x8xf32>, tensor<8x16xf32>) -> tensor<?x?x16xf32>
  return %0 : tensor<?x?x16xf32>
}

// -----

// CHECK-LABEL: func.func @vectors
// CHECK: iterator_types = ["reduction"]
// CHECK-NOT: linalg.generic
// CHECK: return %{{.*}} : tensor<f32>
func.func @vectors(%a: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<f32> {
  %0 = "onnx.MatMul"(%a, %b) : (tensor<8xf32>, tensor<8xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// -----

// Inner extents that may differ are checked, by name.
// CHECK-LABEL: func.func @inner
// CHECK: cf.assert %{{.*}}, "onnx.MatMul (node 'scores'): inner extents must be equal, got ? and ?"
func.func @inner(%a: tensor<4x?xf32>, %b: tensor<?x4xf32>) -> tensor<4x4xf32> {
  %0 = "onnx.MatMul"(%a, %b) {onnx_node_name = "scores"} : (tensor<4x?xf32>, tensor<?x4xf32>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}

// -----

// B is transposed once, so that the inner loop stays contiguous; alpha, beta and the bias follow in one pass.
// CHECK-LABEL: func.func @gemm
// CHECK: linalg.generic {{.*}} ["parallel", "parallel"]
// CHECK: linalg.generic {{.*}} ["parallel", "reduction", "parallel"]
// CHECK: linalg.generic {{.*}} ["parallel", "parallel"]
// CHECK: arith.mulf
// CHECK: arith.mulf
// CHECK: arith.addf
func.func @gemm(%a: tensor<?x8xf32>, %b: tensor<16x8xf32>, %c: tensor<16xf32>) -> tensor<?x16xf32> {
  %0 = "onnx.Gemm"(%a, %b, %c) <{alpha = 0.5 : f32, beta = 2.0 : f32, transA = 0 : si64, transB = 1 : si64}>
    : (tensor<?x8xf32>, tensor<16x8xf32>, tensor<16xf32>) -> tensor<?x16xf32>
  return %0 : tensor<?x16xf32>
}
