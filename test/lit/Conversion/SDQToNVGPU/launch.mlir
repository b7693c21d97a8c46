// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: layers of one format, extent and type share a kernel; any rank and any known or unknown extent is served;
// a CSR hands over its number of entries; a parameter that something else uses stays.
// RUN: sdq-opt %s -allow-unregistered-dialect --sdq-lower-nvgpu="stop-after=kernels" | FileCheck %s
// RUN: sdq-opt %s -allow-unregistered-dialect --sdq-lower-nvgpu="stop-after=kernels" -emit-bytecode -o %t.mlirbc && sdq-opt -allow-unregistered-dialect %t.mlirbc | FileCheck %s

sdq.parameter @a : !sdq.weight<5x13xf32, #sdq.lut<2, f32>> =
  {codes = dense<0> : tensor<5x4xi8>, tables = dense<0.0> : tensor<5x4xf32>}
sdq.parameter @b : !sdq.weight<5x13xf16, #sdq.lut<2, f32>> =
  {codes = dense<1> : tensor<5x4xi8>, tables = dense<1.0> : tensor<5x4xf32>}
sdq.parameter @sparse : !sdq.weight<5x13xf16, #sdq.csr<f16>> =
  {row_offsets = dense<[0, 0, 2, 2, 2, 3]> : tensor<6xi32>, columns = dense<[1, 12, 0]> : tensor<3xi16>,
   values = dense<[1.0, 2.0, 3.0]> : tensor<3xf16>}
sdq.parameter @kept : !sdq.weight<13x13xf32, #sdq.dense<f32>> = {values = dense<0.0> : tensor<13x13xf32>}

// Formats whose names come out alike are still two kernels.
sdq.parameter @left : !sdq.weight<2x2xf32, #sdq.sum<#sdq.sum<#sdq.dense<f32>, #sdq.dense<f32>>, #sdq.dense<f32>, #sdq.dense<f16>>> =
  {"0.0.values" = dense<0.0> : tensor<2x2xf32>, "0.1.values" = dense<0.0> : tensor<2x2xf32>,
   "1.values" = dense<0.0> : tensor<2x2xf32>, "2.values" = dense<0.0> : tensor<2x2xf16>}
sdq.parameter @right : !sdq.weight<2x2xf32, #sdq.sum<#sdq.sum<#sdq.dense<f32>, #sdq.dense<f32>, #sdq.dense<f32>>, #sdq.dense<f16>>> =
  {"0.0.values" = dense<0.0> : tensor<2x2xf32>, "0.1.values" = dense<0.0> : tensor<2x2xf32>,
   "0.2.values" = dense<0.0> : tensor<2x2xf32>, "1.values" = dense<0.0> : tensor<2x2xf16>}

// CHECK: gpu.module
// CHECK-COUNT-3: gpu.func @
// CHECK: gpu.func @[[LEFT:linear_sum_sum_dense_f32_dense_f32_dense_f32_dense_f16_2x2_f32]](
// CHECK: gpu.func @[[RIGHT:linear_sum_sum_dense_f32_dense_f32_dense_f32_dense_f16_2x2_f32_0]](
// CHECK-NOT: gpu.func @
// CHECK: gpu.launch_func {{.*}} args({{.*}} : memref<6xi32>, %{{.*}} : memref<i16>, %{{.*}} : memref<f16>, %{{.*}} : memref<f32>, %{{.*}} : memref<f32>, %{{.*}} : i64, %{{.*}} : i64, %{{.*}} : i64)
// CHECK-NOT: sdq.parameter @a
// CHECK-NOT: sdq.parameter @sparse
// CHECK: sdq.parameter @kept

// CHECK-LABEL: func.func @two_layers
// Equal elements, which MLIR keeps as one, are written out: a device needs the bytes.
// CHECK: %[[A0:.*]] = sdq.buffer device dense_resource<"sdq:a.codes">
// CHECK: %[[A1:.*]] = sdq.buffer device dense_resource<"sdq:a.tables">
// CHECK: call @linear_lut_2_f32_5x13_f32(%{{.*}}, %[[A0]], %[[A1]])
// CHECK: %[[B0:.*]] = sdq.buffer device dense_resource<"sdq:b.codes">
// CHECK: %[[B1:.*]] = sdq.buffer device dense_resource<"sdq:b.tables">
// CHECK: call @linear_lut_2_f32_5x13_f32(%{{.*}}, %[[B0]], %[[B1]])
func.func @two_layers(%x: tensor<?x13xf32>) -> (tensor<?x5xf32>, tensor<?x5xf32>) {
  %y = sdq.linear %x, @a : (tensor<?x13xf32>) -> tensor<?x5xf32>
  %z = sdq.linear %x, @b : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y, %z : tensor<?x5xf32>, tensor<?x5xf32>
}

// CHECK-LABEL: func.func @three_dimensions
// CHECK: %[[COLLAPSED:.*]] = tensor.collapse_shape %[[X:.*]] {{\[\[}}0, 1], [2]] : tensor<?x?x13xf32> into tensor<?x13xf32>
// CHECK: %[[Y:.*]] = call @linear_lut_2_f32_5x13_f32(%[[COLLAPSED]]
// CHECK-DAG: %[[D0:.*]] = tensor.dim %[[X]], %c0
// CHECK-DAG: %[[D1:.*]] = tensor.dim %[[X]], %c1
// CHECK: %[[SHAPE:.*]] = tensor.from_elements %[[D0]], %[[D1]], %c5
// CHECK: tensor.reshape %[[Y]](%[[SHAPE]]) : (tensor<?x5xf32>, tensor<3xindex>) -> tensor<?x?x5xf32>
func.func @three_dimensions(%x: tensor<?x?x13xf32>) -> tensor<?x?x5xf32> {
  %y = sdq.linear %x, @a : (tensor<?x?x13xf32>) -> tensor<?x?x5xf32>
  return %y : tensor<?x?x5xf32>
}

// What either side of the op knows of an extent is used.
// CHECK-LABEL: func.func @static_extents
// CHECK: tensor.cast %{{.*}} : tensor<2x?x?xf32> to tensor<2x3x13xf32>
// CHECK: tensor.collapse_shape {{.*}} : tensor<2x3x13xf32> into tensor<6x13xf32>
// CHECK: tensor.cast {{.*}} : tensor<6x13xf32> to tensor<?x13xf32>
// CHECK: %[[Y:.*]] = call
// CHECK: tensor.cast %[[Y]] : tensor<?x5xf32> to tensor<6x5xf32>
// CHECK: tensor.expand_shape {{.*}} output_shape [2, 3, 5] : tensor<6x5xf32> into tensor<2x3x5xf32>
// CHECK: tensor.cast {{.*}} : tensor<2x3x5xf32> to tensor<?x3x5xf32>
func.func @static_extents(%x: tensor<2x?x?xf32>) -> tensor<?x3x5xf32> {
  %y = sdq.linear %x, @a : (tensor<2x?x?xf32>) -> tensor<?x3x5xf32>
  return %y : tensor<?x3x5xf32>
}

// CHECK-LABEL: func.func @one_token
// CHECK: tensor.expand_shape {{.*}} : tensor<13xf32> into tensor<1x13xf32>
// CHECK: tensor.collapse_shape {{.*}} : tensor<1x5xf32> into tensor<5xf32>
func.func @one_token(%x: tensor<13xf32>) -> tensor<5xf32> {
  %y = sdq.linear %x, @a : (tensor<13xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// CHECK-LABEL: func.func @csr
// CHECK: sdq.buffer device {{.*}} : tensor<3xi16> -> memref<?xi16>
// CHECK: sdq.buffer device {{.*}} : tensor<3xf16> -> memref<?xf16>
func.func @csr(%x: tensor<4x13xf32>) -> tensor<4x5xf32> {
  %y = sdq.linear %x, @sparse : (tensor<4x13xf32>) -> tensor<4x5xf32>
  return %y : tensor<4x5xf32>
}

// Float activation formats quantize nothing. The operations around a multiplication are left alone.
// CHECK-LABEL: func.func @tied
// CHECK: "onnx.Relu"
// CHECK: call @linear_dense_f32_13x13_f32
// CHECK: sdq.load @kept
func.func @tied(%x: tensor<?x13xf32>) -> (tensor<?x13xf32>, tensor<13x13xf32>) {
  %r = "onnx.Relu"(%x) : (tensor<?x13xf32>) -> tensor<?x13xf32>
  %y = sdq.linear %r, @kept activations [#sdq.activation<f16>] : (tensor<?x13xf32>) -> tensor<?x13xf32>
  %w = sdq.load @kept : !sdq.weight<13x13xf32, #sdq.dense<f32>>
  %t = sdq.decode %w : !sdq.weight<13x13xf32, #sdq.dense<f32>> -> tensor<13x13xf32>
  return %y, %t : tensor<?x13xf32>, tensor<13x13xf32>
}

// CHECK-LABEL: func.func @alike
// CHECK: call @[[LAUNCH:linear_sum_sum_[a-z0-9_]*_f32]](
// CHECK: call @[[LAUNCH]]_0(
func.func @alike(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %y = sdq.linear %x, @left : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %z = sdq.linear %y, @right : (tensor<?x2xf32>) -> tensor<?x2xf32>
  return %z : tensor<?x2xf32>
}
