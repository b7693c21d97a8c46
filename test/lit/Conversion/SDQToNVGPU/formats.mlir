// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: every format becomes PTX, which ptxas takes without spilling a register.
// RUN: sdq-opt %s --sdq-lower-nvgpu="chip=sm_80 tile-weights=false kernels-dir=%t" | FileCheck %s -DCHIP=sm_80
// RUN: sdq-opt %s --sdq-lower-nvgpu="chip=sm_90 tile-weights=false kernels-dir=%t" | FileCheck %s -DCHIP=sm_90
// RUN: %if ptxas %{ ptxas -arch=sm_80 -v %t/sdq_kernels.sm_80.ptx -o /dev/null 2>&1 | FileCheck %s --check-prefix=PTXAS %}
// RUN: %if ptxas %{ ptxas -arch=sm_90 -v %t/sdq_kernels.sm_90.ptx -o /dev/null 2>&1 | FileCheck %s --check-prefix=PTXAS %}

// CHECK: gpu.binary @sdq_kernels
// CHECK-SAME: .target [[CHIP]]
// CHECK-SAME: .entry linear_dense_f32_5x13_f32(
// CHECK-SAME: .entry linear_dense_f16_5x13_f32(
// CHECK-SAME: .entry linear_dense_bf16_5x13_f32(
// CHECK-SAME: .entry linear_dense_f16_transposed_5x13_f32(
// CHECK-SAME: .entry linear_dense_bf16_transposed_5x13_f32(
// CHECK-SAME: .entry linear_dense_i4_128_f16_5x13_f32(
// CHECK-SAME: .entry linear_dense_i8_32_f32_5x13_f32(
// CHECK-SAME: .entry linear_dense_f4E2M1FN_16_f8E4M3FN_5x13_f32(
// CHECK-SAME: .entry linear_dense_f8E4M3FN_16_f8E4M3FN_5x13_f32(
// CHECK-SAME: .entry linear_dense_f8E5M2_16_f8E4M3FN_5x13_f32(
// CHECK-SAME: .entry linear_dense_i2_16_ui8_5x13_f32(
// CHECK-SAME: .entry linear_dense_i3_16_f8E8M0FNU_5x13_f32(
// CHECK-SAME: .entry linear_nm_7_8_i4_16_f8E4M3FN_5x13_f32(
// CHECK-SAME: .entry linear_nm_4_8_i4_16_f8E4M3FN_5x13_f32(
// CHECK-SAME: .entry linear_nm_7_16_f16_5x13_f32(
// CHECK-SAME: .entry linear_nm_12_32_bf16_5x13_f32(
// CHECK-SAME: .entry linear_nm_2_4_f16_5x13_f32(
// CHECK-SAME: .entry linear_nm_1_8_i8_16_f8E4M3FN_5x13_f32(
// CHECK-SAME: .entry linear_nm_2_8_i3_16_ui8_5x13_f32(
// CHECK-SAME: .entry linear_nm_4_8_pairwise_i4_32_f16_5x13_f32(
// CHECK-SAME: .entry linear_nm_10_16_pairwise_i4_32_f16_5x13_f32(
// CHECK-SAME: .entry linear_lut_2_f16_5x13_f32(
// CHECK-SAME: .entry linear_lut_3_f16_5x13_f32(
// CHECK-SAME: .entry linear_lut_4_f16_5x13_f32(
// CHECK-SAME: .entry linear_lut_5_bf16_5x13_f32(
// CHECK-SAME: .entry linear_lut_8_f32_5x13_f32(
// CHECK-SAME: .entry linear_csr_f16_5x13_f32_csr_spmm_1(
// CHECK-SAME: .entry linear_csr_f16_5x13_f32_csr_spmm_8(
// CHECK-SAME: .entry linear_csr_bf16_5x13_f32_csr_spmm_1(
// CHECK-SAME: .entry linear_csr_bf16_5x13_f32_csr_spmm_8(
// CHECK-SAME: .entry linear_csr_f32_5x13_f32_csr_spmm_1(
// CHECK-SAME: .entry linear_csr_f32_5x13_f32_csr_spmm_8(
// CHECK-SAME: .entry linear_sum_nm_1_8_i8_16_f8E4M3FN_nm_6_8_f4E2M1FN_16_f8E4M3FN_5x13_f32(
// CHECK-SAME: .entry linear_sum_csr_f16_lut_4_f16_5x13_f32(
// CHECK-SAME: .entry linear_sum_csr_f16_lut_3_f16_5x13_f32(
// CHECK-NOT: gpu.binary
// CHECK-NOT: sdq.linear
// CHECK-NOT: sdq.parameter

// PTXAS-COUNT-35: 0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
// PTXAS-NOT: spill

sdq.parameter @dense_f32 : !sdq.weight<5x13xf32, #sdq.dense<f32>> =
  {"values" = dense<0.0> : tensor<5x13xf32>}
func.func @use_dense_f32(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @dense_f32 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @dense_f16 : !sdq.weight<5x13xf32, #sdq.dense<f16>> =
  {"values" = dense<0.0> : tensor<5x13xf16>}
func.func @use_dense_f16(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @dense_f16 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @dense_bf16 : !sdq.weight<5x13xf32, #sdq.dense<bf16>> =
  {"values" = dense<0> : tensor<5x13xi16>}
func.func @use_dense_bf16(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @dense_bf16 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @dense_f16_transposed : !sdq.weight<5x13xf32, #sdq.dense<f16, transposed>> =
  {"values" = dense<0.0> : tensor<13x5xf16>}
func.func @use_dense_f16_transposed(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @dense_f16_transposed : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @dense_bf16_transposed : !sdq.weight<5x13xf32, #sdq.dense<bf16, transposed>> =
  {"values" = dense<0> : tensor<13x5xi16>}
func.func @use_dense_bf16_transposed(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @dense_bf16_transposed : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @dense_i4_g128 : !sdq.weight<5x13xf32, #sdq.dense<i4, vector = 128, scale = f16>> =
  {"values" = dense<0> : tensor<5x7xi8>, "scales" = dense<0.0> : tensor<5x1xf16>}
func.func @use_dense_i4_g128(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @dense_i4_g128 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @dense_i8_f32_scale : !sdq.weight<5x13xf32, #sdq.dense<i8, vector = 32, scale = f32>> =
  {"values" = dense<0> : tensor<5x13xi8>, "scales" = dense<0.0> : tensor<5x1xf32>}
func.func @use_dense_i8_f32_scale(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @dense_i8_f32_scale : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @dense_e2m1 : !sdq.weight<5x13xf32, #sdq.dense<f4E2M1FN, vector = 16, scale = f8E4M3FN>> =
  {"values" = dense<0> : tensor<5x7xi8>, "scales" = dense<0> : tensor<5x1xi8>, "row_scale" = dense<0.0> : tensor<5xf32>}
func.func @use_dense_e2m1(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @dense_e2m1 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @dense_e4m3 : !sdq.weight<5x13xf32, #sdq.dense<f8E4M3FN, vector = 16, scale = f8E4M3FN>> =
  {"values" = dense<0> : tensor<5x13xi8>, "scales" = dense<0> : tensor<5x1xi8>, "row_scale" = dense<0.0> : tensor<5xf32>}
func.func @use_dense_e4m3(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @dense_e4m3 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @dense_e5m2 : !sdq.weight<5x13xf32, #sdq.dense<f8E5M2, vector = 16, scale = f8E4M3FN>> =
  {"values" = dense<0> : tensor<5x13xi8>, "scales" = dense<0> : tensor<5x1xi8>, "row_scale" = dense<0.0> : tensor<5xf32>}
func.func @use_dense_e5m2(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @dense_e5m2 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @dense_i2 : !sdq.weight<5x13xf32, #sdq.dense<i2, vector = 16, scale = ui8>> =
  {"values" = dense<0> : tensor<5x4xi8>, "scales" = dense<0> : tensor<5x1xi8>, "row_scale" = dense<0.0> : tensor<5xf32>}
func.func @use_dense_i2(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @dense_i2 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @dense_i3 : !sdq.weight<5x13xf32, #sdq.dense<i3, vector = 16, scale = f8E8M0FNU>> =
  {"values" = dense<0> : tensor<5x5xi8>, "scales" = dense<127> : tensor<5x1xi8>}
func.func @use_dense_i3(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @dense_i3 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @nm_grid : !sdq.weight<5x13xf32, #sdq.nm<7:8, i4, vector = 16, scale = f8E4M3FN>> =
  {"values" = dense<0> : tensor<5x7xi8>, "scales" = dense<0> : tensor<5x1xi8>, "row_scale" = dense<0.0> : tensor<5xf32>}
func.func @use_nm_grid(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @nm_grid : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @nm_mask : !sdq.weight<5x13xf32, #sdq.nm<4:8, i4, vector = 16, scale = f8E4M3FN>> =
  {"values" = dense<0> : tensor<5x4xi8>, "scales" = dense<0> : tensor<5x1xi8>, "row_scale" = dense<0.0> : tensor<5xf32>, "mask" = dense<0> : tensor<5x2xi8>}
func.func @use_nm_mask(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @nm_mask : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @nm_mask16 : !sdq.weight<5x13xf32, #sdq.nm<7:16, f16>> =
  {"values" = dense<0.0> : tensor<5x7xf16>, "mask" = dense<0> : tensor<5x1xi16>}
func.func @use_nm_mask16(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @nm_mask16 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @nm_mask32 : !sdq.weight<5x13xf32, #sdq.nm<12:32, bf16>> =
  {"values" = dense<0> : tensor<5x12xi16>, "mask" = dense<0> : tensor<5x1xi32>}
func.func @use_nm_mask32(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @nm_mask32 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @nm_indices : !sdq.weight<5x13xf32, #sdq.nm<2:4, f16>> =
  {"values" = dense<0.0> : tensor<5x8xf16>, "indices" = dense<0> : tensor<5x2xi8>}
func.func @use_nm_indices(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @nm_indices : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @nm_indices_3bit : !sdq.weight<5x13xf32, #sdq.nm<1:8, i8, vector = 16, scale = f8E4M3FN>> =
  {"values" = dense<0> : tensor<5x2xi8>, "scales" = dense<0> : tensor<5x1xi8>, "row_scale" = dense<0.0> : tensor<5xf32>, "indices" = dense<0> : tensor<5x1xi8>}
func.func @use_nm_indices_3bit(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @nm_indices_3bit : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @nm_i3 : !sdq.weight<5x13xf32, #sdq.nm<2:8, i3, vector = 16, scale = ui8>> =
  {"values" = dense<0> : tensor<5x2xi8>, "scales" = dense<0> : tensor<5x1xi8>, "row_scale" = dense<0.0> : tensor<5xf32>, "indices" = dense<0> : tensor<5x2xi8>}
func.func @use_nm_i3(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @nm_i3 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @nm_pairwise_indices : !sdq.weight<5x13xf32, #sdq.nm<4:8, pairwise, i4, vector = 32, scale = f16>> =
  {"values" = dense<0> : tensor<5x4xi8>, "scales" = dense<0.0> : tensor<5x1xf16>, "indices" = dense<0> : tensor<5x1xi8>}
func.func @use_nm_pairwise_indices(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @nm_pairwise_indices : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @nm_pairwise_mask : !sdq.weight<5x13xf32, #sdq.nm<10:16, pairwise, i4, vector = 32, scale = f16>> =
  {"values" = dense<0> : tensor<5x5xi8>, "scales" = dense<0.0> : tensor<5x1xf16>, "mask" = dense<0> : tensor<5x1xi8>}
func.func @use_nm_pairwise_mask(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @nm_pairwise_mask : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @lut2 : !sdq.weight<5x13xf32, #sdq.lut<2, f16>> =
  {"codes" = dense<0> : tensor<5x4xi8>, "tables" = dense<0.0> : tensor<5x4xf16>}
func.func @use_lut2(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @lut2 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @lut3 : !sdq.weight<5x13xf32, #sdq.lut<3, f16>> =
  {"codes" = dense<0> : tensor<5x5xi8>, "tables" = dense<0.0> : tensor<5x8xf16>}
func.func @use_lut3(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @lut3 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @lut4 : !sdq.weight<5x13xf32, #sdq.lut<4, f16>> =
  {"codes" = dense<0> : tensor<5x7xi8>, "tables" = dense<0.0> : tensor<5x16xf16>}
func.func @use_lut4(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @lut4 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @lut5_bf16 : !sdq.weight<5x13xf32, #sdq.lut<5, bf16>> =
  {"codes" = dense<0> : tensor<5x9xi8>, "tables" = dense<0> : tensor<5x32xi16>}
func.func @use_lut5_bf16(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @lut5_bf16 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @lut8_f32 : !sdq.weight<5x13xf32, #sdq.lut<8, f32>> =
  {"codes" = dense<0> : tensor<5x13xi8>, "tables" = dense<0.0> : tensor<5x256xf32>}
func.func @use_lut8_f32(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @lut8_f32 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @csr_f16 : !sdq.weight<5x13xf32, #sdq.csr<f16>> =
  {"row_offsets" = dense<0> : tensor<6xi32>, "columns" = dense<0> : tensor<1xi16>, "values" = dense<0.0> : tensor<1xf16>}
func.func @use_csr_f16(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @csr_f16 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @csr_bf16 : !sdq.weight<5x13xf32, #sdq.csr<bf16>> =
  {"row_offsets" = dense<0> : tensor<6xi32>, "columns" = dense<0> : tensor<1xi16>, "values" = dense<0> : tensor<1xi16>}
func.func @use_csr_bf16(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @csr_bf16 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @csr_empty : !sdq.weight<5x13xf32, #sdq.csr<f32>> =
  {"row_offsets" = dense<0> : tensor<6xi32>, "columns" = dense<0> : tensor<1xi16>, "values" = dense<0.0> : tensor<1xf32>}
func.func @use_csr_empty(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @csr_empty : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @sum_sdq : !sdq.weight<5x13xf32, #sdq.sum<#sdq.nm<1:8, i8, vector = 16, scale = f8E4M3FN>, #sdq.nm<6:8, f4E2M1FN, vector = 16, scale = f8E4M3FN>>> =
  {"0.values" = dense<0> : tensor<5x2xi8>, "0.scales" = dense<0> : tensor<5x1xi8>, "0.row_scale" = dense<0.0> : tensor<5xf32>, "0.indices" = dense<0> : tensor<5x1xi8>, "1.values" = dense<0> : tensor<5x7xi8>, "1.scales" = dense<0> : tensor<5x1xi8>, "1.row_scale" = dense<0.0> : tensor<5xf32>}
func.func @use_sum_sdq(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @sum_sdq : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @sum_squeezellm_w4 : !sdq.weight<5x13xf32, #sdq.sum<#sdq.csr<f16>, #sdq.lut<4, f16>>> =
  {"0.row_offsets" = dense<0> : tensor<6xi32>, "0.columns" = dense<0> : tensor<1xi16>, "0.values" = dense<0.0> : tensor<1xf16>, "1.codes" = dense<0> : tensor<5x7xi8>, "1.tables" = dense<0.0> : tensor<5x16xf16>}
func.func @use_sum_squeezellm_w4(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @sum_squeezellm_w4 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

sdq.parameter @sum_squeezellm_w3 : !sdq.weight<5x13xf32, #sdq.sum<#sdq.csr<f16>, #sdq.lut<3, f16>>> =
  {"0.row_offsets" = dense<0> : tensor<6xi32>, "0.columns" = dense<0> : tensor<1xi16>, "0.values" = dense<0.0> : tensor<1xf16>, "1.codes" = dense<0> : tensor<5x5xi8>, "1.tables" = dense<0.0> : tensor<5x8xf16>}
func.func @use_sum_squeezellm_w3(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @sum_squeezellm_w3 : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}
