// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Moving elements: slices are views, gathers check their indices once, concatenation writes in place.
// RUN: sdq-opt --sdq-lower-onnx --canonicalize --split-input-file %s | FileCheck %s

// CHECK-LABEL: func.func @half
// CHECK: tensor.extract_slice %{{.*}}[0, 32] [%{{.*}}, 32] [1, 1]
func.func @half(%x: tensor<?x64xf32>) -> tensor<?x32xf32> {
  %start = "onnx.Constant"() {value = dense<32> : tensor<1xi64>} : () -> tensor<1xi64>
  %end = "onnx.Constant"() {value = dense<9223372036854775807> : tensor<1xi64>} : () -> tensor<1xi64>
  %axis = "onnx.Constant"() {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %0 = "onnx.Slice"(%x, %start, %end, %axis)
    : (tensor<?x64xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x32xf32>
  return %0 : tensor<?x32xf32>
}

// -----

// CHECK-LABEL: func.func @reversed
// CHECK: linalg.generic
// CHECK: arith.subi %{{.*}}, %{{.*}} : index
// CHECK: tensor.extract
func.func @reversed(%x: tensor<?xf32>) -> tensor<?xf32> {
  %start = "onnx.Constant"() {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %end = "onnx.Constant"() {value = dense<-9223372036854775808> : tensor<1xi64>} : () -> tensor<1xi64>
  %axis = "onnx.Constant"() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %step = "onnx.Constant"() {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %0 = "onnx.Slice"(%x, %start, %end, %axis, %step)
    : (tensor<?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @embedding
// CHECK: cf.assert %{{.*}}, "onnx.Gather (node 'embed'): an index is outside [-256, 256)"
// CHECK: linalg.generic {{.*}} ["parallel", "parallel", "parallel"]
// CHECK: tensor.extract
func.func @embedding(%table: tensor<256x64xf32>, %ids: tensor<?x?xi64>) -> tensor<?x?x64xf32> {
  %0 = "onnx.Gather"(%table, %ids) {axis = 0 : si64, onnx_node_name = "embed"}
    : (tensor<256x64xf32>, tensor<?x?xi64>) -> tensor<?x?x64xf32>
  return %0 : tensor<?x?x64xf32>
}

// -----

// CHECK-LABEL: func.func @concat
// CHECK: %[[ALL:.*]] = tensor.empty(%{{.*}}) : tensor<?x12xf32>
// CHECK: %[[FIRST:.*]] = tensor.insert_slice %{{.*}} into %[[ALL]][0, 0]
// CHECK: tensor.insert_slice %{{.*}} into %[[FIRST]][0, 8]
func.func @concat(%a: tensor<?x8xf32>, %b: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %0 = "onnx.Concat"(%a, %b) {axis = -1 : si64} : (tensor<?x8xf32>, tensor<?x4xf32>) -> tensor<?x12xf32>
  return %0 : tensor<?x12xf32>
}

// -----

// CHECK: #[[$T:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d2, d1, d3)>
// CHECK-LABEL: func.func @transpose
// CHECK: linalg.generic {indexing_maps = [#[[$T]], #{{.*}}]
func.func @transpose(%x: tensor<?x?x4x64xf32>) -> tensor<?x4x?x64xf32> {
  %0 = "onnx.Transpose"(%x) {perm = [0, 2, 1, 3]} : (tensor<?x?x4x64xf32>) -> tensor<?x4x?x64xf32>
  return %0 : tensor<?x4x?x64xf32>
}

// -----

// Updates are applied one after the other.
// CHECK-LABEL: func.func @scatter
// CHECK: scf.for
// CHECK: arith.addf
// CHECK: tensor.insert
func.func @scatter(%x: tensor<4x4xf32>, %i: tensor<2x1xi64>, %u: tensor<2x4xf32>) -> tensor<4x4xf32> {
  %0 = "onnx.ScatterND"(%x, %i, %u) {reduction = "add"}
    : (tensor<4x4xf32>, tensor<2x1xi64>, tensor<2x4xf32>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}
