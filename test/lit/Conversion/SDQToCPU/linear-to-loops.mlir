// Weights of one type share one kernel, whatever the shape of the activations; types and activations tell kernels apart.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-linear-to-loops | FileCheck %s

sdq.parameter @a : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> =
  {codes = dense_resource<a> : tensor<5x7xi8>, tables = dense_resource<t> : tensor<5x16xf16>}
sdq.parameter @b : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> =
  {codes = dense_resource<b> : tensor<5x7xi8>, tables = dense_resource<t> : tensor<5x16xf16>}
// CSR parts have as many elements as they have; the kernel takes any number.
sdq.parameter @three : !sdq.weight<2x13xf16, #sdq.csr<f16>> =
  {row_offsets = dense_resource<o> : tensor<3xi32>, columns = dense_resource<c> : tensor<3xi16>, values = dense_resource<v> : tensor<3xf16>}

// A module within the module gets kernels of its own.
// CHECK: module @inner
module @inner {
  sdq.parameter @a : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> =
    {codes = dense_resource<a> : tensor<5x7xi8>, tables = dense_resource<t> : tensor<5x16xf16>}
  func.func @f(%x: tensor<?x13xf32>) -> (tensor<?x5xf32>, tensor<5x13xf32>) {
    // CHECK: call @linear_sdq_weight_5x13xf16_sdq_lut_4_f16_of_f32
    %0 = sdq.linear %x, @a : (tensor<?x13xf32>) -> tensor<?x5xf32>
    %w = sdq.load @a : !sdq.weight<5x13xf16, #sdq.lut<4, f16>>
    // CHECK: call @decode_sdq_weight_5x13xf16_sdq_lut_4_f16_to_f32
    %1 = sdq.decode %w : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> -> tensor<5x13xf32>
    return %0, %1 : tensor<?x5xf32>, tensor<5x13xf32>
  }
  // CHECK-DAG: func.func private @linear_sdq_weight_5x13xf16_sdq_lut_4_f16_of_f32
  // CHECK-DAG: func.func private @decode_sdq_weight_5x13xf16_sdq_lut_4_f16_to_f32
}

// CHECK-LABEL: func.func @shared(
func.func @shared(%x: tensor<?x13xf32>, %y: tensor<13xf32>, %z: tensor<2x?x13xf32>) -> (tensor<?x5xf32>, tensor<5xf32>, tensor<2x?x5xf32>) {
  // CHECK: sdq.buffer dense_resource<a> : tensor<5x7xi8> -> memref<5x7xi8>
  // CHECK: call @[[$KERNEL:linear_sdq_weight_5x13xf16_sdq_lut_4_f16_of_f32]](
  %0 = sdq.linear %x, @a : (tensor<?x13xf32>) -> tensor<?x5xf32>
  // CHECK: tensor.expand_shape {{.*}} : tensor<13xf32> into tensor<1x13xf32>
  // CHECK: sdq.buffer dense_resource<b> : tensor<5x7xi8> -> memref<5x7xi8>
  // CHECK: call @[[$KERNEL]](
  // CHECK: tensor.collapse_shape {{.*}} : tensor<1x5xf32> into tensor<5xf32>
  %1 = sdq.linear %y, @b : (tensor<13xf32>) -> tensor<5xf32>
  // CHECK: tensor.collapse_shape {{.*}} : tensor<2x?x13xf32> into tensor<?x13xf32>
  // CHECK: call @[[$KERNEL]](
  %2 = sdq.linear %z, @b : (tensor<2x?x13xf32>) -> tensor<2x?x5xf32>
  return %0, %1, %2 : tensor<?x5xf32>, tensor<5xf32>, tensor<2x?x5xf32>
}

// CHECK-LABEL: func.func @different(
func.func @different(%x: tensor<?x13xf32>, %h: tensor<?x13xf16>) -> (tensor<?x5xf16>, tensor<?x5xf32>, tensor<?x2xf32>, tensor<5x13xf32>) {
  // CHECK: call @[[$HALF:linear_sdq_weight_5x13xf16_sdq_lut_4_f16_of_f16]](
  %0 = sdq.linear %h, @a : (tensor<?x13xf16>) -> tensor<?x5xf16>
  // CHECK: call @[[$ROUNDED:linear_sdq_weight_5x13xf16_sdq_lut_4_f16_of_f32_sdq_activation_i8_vector_13]](
  %1 = sdq.linear %x, @a activations [#sdq.activation<i8, vector = 13>] : (tensor<?x13xf32>) -> tensor<?x5xf32>
  // CHECK: memref.cast {{.*}} : memref<3xi16> to memref<?xi16>
  // CHECK: call @[[$CSR:linear_sdq_weight_2x13xf16_sdq_csr_f16_of_f32]]({{.*}}) : (memref<?x13xf32>, memref<3xi32>, memref<?xi16>, memref<?xf16>, memref<?x2xf32>) -> ()
  %2 = sdq.linear %x, @three : (tensor<?x13xf32>) -> tensor<?x2xf32>
  // CHECK: call @[[$DECODE:decode_sdq_weight_5x13xf16_sdq_lut_4_f16_to_f32]]({{.*}}) : (memref<5x7xi8>, memref<5x16xf16>, memref<5x13xf32>) -> ()
  %w = sdq.load @a : !sdq.weight<5x13xf16, #sdq.lut<4, f16>>
  %3 = sdq.decode %w : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> -> tensor<5x13xf32>
  return %0, %1, %2, %3 : tensor<?x5xf16>, tensor<?x5xf32>, tensor<?x2xf32>, tensor<5x13xf32>
}

// Nothing is left of the ops, and there is one kernel each. What rounds activations is a function of its own.
// CHECK-NOT: sdq.{{linear|load|decode}}
// CHECK-DAG: func.func private @[[$KERNEL]](
// CHECK-DAG: func.func private @[[$HALF]](
// CHECK-DAG: func.func private @[[$ROUNDED]](
// CHECK-DAG: func.func private @quantize_{{[a-z0-9_]*}}activation_i8_vector_13(
// CHECK-DAG: func.func private @[[$CSR]](
// CHECK-DAG: func.func private @[[$DECODE]](
// CHECK-NOT: func.func
