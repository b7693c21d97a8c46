// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: activations are rounded by a kernel for each format they are met in, shared by all layers of an extent, launched
// before the product, which takes the rounded ones; terms that want floats get them.
// RUN: sdq-opt %s --sdq-lower-nvgpu="stop-after=kernels" | FileCheck %s
// RUN: sdq-opt %s --sdq-lower-nvgpu="chip=sm_90 kernels-dir=%t" > /dev/null && FileCheck %s --check-prefix=JSON < %t/sdq_kernels.sm_90.json
// RUN: %if ptxas %{ ptxas -arch=sm_90 -v %t/sdq_kernels.sm_90.ptx -o /dev/null 2>&1 | FileCheck %s --check-prefix=PTXAS %}

// CHECK: gpu.func @linear_sum_csr_f16_dense_i8_4_f16_activation_i8_4_5x13_f16(
// CHECK: gpu.func @quantize_activation_i8_4_13_f16(%{{.*}}: memref<f16>, %{{.*}}: memref<f32>, %{{.*}}: i64) kernel
// CHECK-SAME: known_block_size = array<i32: 128, 1, 1>
// CHECK-NOT: gpu.func
// CHECK: func.func private @linear_sum
// CHECK: %[[X:.*]] = memref.reinterpret_cast
// CHECK: %[[ROUNDED:.*]], %{{.*}} = gpu.alloc async
// CHECK: %[[PASSED:.*]] = memref.reinterpret_cast %[[ROUNDED]]
// CHECK: gpu.launch_func async {{.*}} @sdq_kernels::@quantize_activation_i8_4_13_f16 blocks {{.*}} args(%{{.*}} : memref<f16>, %[[PASSED]] : memref<f32>, %{{.*}} : i64)
// CHECK: gpu.launch_func async {{.*}} @sdq_kernels::@linear_sum{{.*}}tensor_core blocks {{.*}} memref<f16>, %[[PASSED]] : memref<f32>, %{{.*}} : memref<f16>
// CHECK-NOT: @sdq_kernels::@linear_{{.*}}tensor_core

// JSON-DAG: "activation": "#sdq.activation<i8, vector = 4>"
// JSON-DAG: "name": "quantize_activation_i8_4_13_f16"
// JSON-DAG: "name": "x as #sdq.activation<i8, vector = 4>"
// PTXAS-NOT: {{[1-9][0-9]*}} bytes {{stack|spill}}
// PTXAS: Function properties for
// PTXAS-NOT: {{[1-9][0-9]*}} bytes {{stack|spill}}
sdq.parameter @a : !sdq.weight<5x13xf32, #sdq.sum<#sdq.csr<f16>, #sdq.dense<i8, vector = 4, scale = f16>>> =
  {"0.row_offsets" = dense<0> : tensor<6xi32>, "0.columns" = dense<0> : tensor<1xi16>, "0.values" = dense<0.0> : tensor<1xf16>,
   "1.values" = dense<1> : tensor<5x13xi8>, "1.scales" = dense<1.0> : tensor<5x4xf16>}
sdq.parameter @b : !sdq.weight<5x13xf32, #sdq.sum<#sdq.csr<f16>, #sdq.dense<i8, vector = 4, scale = f16>>> =
  {"0.row_offsets" = dense<0> : tensor<6xi32>, "0.columns" = dense<0> : tensor<1xi16>, "0.values" = dense<0.0> : tensor<1xf16>,
   "1.values" = dense<2> : tensor<5x13xi8>, "1.scales" = dense<1.0> : tensor<5x4xf16>}
func.func @f(%x: tensor<?x13xf16>) -> (tensor<?x5xf16>, tensor<?x5xf16>) {
  %y = sdq.linear %x, @a activations [#sdq.activation<f16>, #sdq.activation<i8, vector = 4>] : (tensor<?x13xf16>) -> tensor<?x5xf16>
  %z = sdq.linear %x, @b activations [#sdq.activation<f16>, #sdq.activation<i8, vector = 4>] : (tensor<?x13xf16>) -> tensor<?x5xf16>
  return %y, %z : tensor<?x5xf16>, tensor<?x5xf16>
}
