// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: codebooks of 2, 3 and 4 bits with f16 tables, and dense codes of which f16 can be made, are tiled where every
// sdq.linear meets them with activations as they come, of whatever type, and nothing else is.
// RUN: sdq-opt %s --sdq-tile-weights --sdq-verify-weights | FileCheck %s

// CHECK: @four : !sdq.weight<3x5xf16, #sdq.tiled<#sdq.lut<4, f16>, 4 : [c32:1, r32:1]>>
// CHECK-SAME: codes = dense_resource<{{.*}}> : tensor<1x512xi8>
sdq.parameter @four : !sdq.weight<3x5xf16, #sdq.lut<4, f16>> =
  {codes = dense<17> : tensor<3x3xi8>, tables = dense<1.0> : tensor<3x16xf16>}
// The terms around it keep their parts.
// CHECK: @three : !sdq.weight<3x5xf16, #sdq.sum<#sdq.csr<f16>, #sdq.tiled<#sdq.lut<3, f16>, 2 : [c64:1, r32:1, c2:64], 1 : [c128:1, r32:1]>, #sdq.csr<bf16>>>
// CHECK-SAME: "0.columns" = dense<1> : tensor<2xi16>
// CHECK-SAME: "1.codes0" = {{.*}} : tensor<1x1024xi8>, "1.codes1" = {{.*}} : tensor<1x512xi8>
// CHECK-SAME: "2.columns" = dense<2> : tensor<3xi16>
sdq.parameter @three : !sdq.weight<3x5xf16, #sdq.sum<#sdq.csr<f16>, #sdq.lut<3, f16>, #sdq.csr<bf16>>> =
  {"0.row_offsets" = dense<[0, 1, 2, 2]> : tensor<4xi32>, "0.columns" = dense<1> : tensor<2xi16>, "0.values" = dense<1.0> : tensor<2xf16>,
   "1.codes" = dense<1> : tensor<3x2xi8>, "1.tables" = dense<1.0> : tensor<3x8xf16>,
   "2.row_offsets" = dense<[0, 1, 2, 3]> : tensor<4xi32>, "2.columns" = dense<2> : tensor<3xi16>, "2.values" = dense<1> : tensor<3xi16>}
// CHECK: @two : !sdq.weight<3x5xf16, #sdq.tiled<#sdq.lut<2, f16>, 2 : [c64:1, r32:1]>>
sdq.parameter @two : !sdq.weight<3x5xf16, #sdq.lut<2, f16>> =
  {codes = dense<17> : tensor<3x2xi8>, tables = dense<1.0> : tensor<3x4xf16>}
// A pair of neighbouring columns is 16 bits apart; scales stay.
// CHECK: @dense_four : !sdq.weight<3x16xf16, #sdq.tiled<#sdq.dense<i4, vector = 8, scale = f16>, 4 : [c4:2, c2:1, c4:8, r32:1]>>
// CHECK-SAME: codes = {{.*}} : tensor<1x512xi8>, scales = {{.*}} : tensor<3x2xf16>
sdq.parameter @dense_four : !sdq.weight<3x16xf16, #sdq.dense<i4, vector = 8, scale = f16>> =
  {values = dense<17> : tensor<3x8xi8>, scales = dense<1.0> : tensor<3x2xf16>}
// CHECK: @dense_three : {{.*}}#sdq.tiled<#sdq.dense<i3, vector = 16, scale = ui8>, 2 : [c8:2, c2:1, c4:16, r32:1, c2:64], 1 : [c16:2, c2:1, c4:32, r32:1]>>
sdq.parameter @dense_three : !sdq.weight<3x16xf16, #sdq.dense<i3, vector = 16, scale = ui8>> =
  {values = dense<17> : tensor<3x6xi8>, scales = dense<1> : tensor<3x1xi8>, row_scale = dense<1.0> : tensor<3xf32>}
// CHECK: @dense_eight : {{.*}}#sdq.tiled<#sdq.dense<f8E4M3FN, vector = 16, scale = f32>, 8 : [c2:2, c2:1, c4:4, r32:1, c2:16]>>
sdq.parameter @dense_eight : !sdq.weight<3x16xf16, #sdq.dense<f8E4M3FN, vector = 16, scale = f32>> =
  {values = dense<17> : tensor<3x16xi8>, scales = dense<1.0> : tensor<3x1xf32>}
// CHECK: @wide_exponent : !sdq.weight<3x16xf16, #sdq.dense<f8E5M2, vector = 16, scale = f32>>
sdq.parameter @wide_exponent : !sdq.weight<3x16xf16, #sdq.dense<f8E5M2, vector = 16, scale = f32>> =
  {values = dense<17> : tensor<3x16xi8>, scales = dense<1.0> : tensor<3x1xf32>}
// CHECK: @odd_vectors : !sdq.weight<3x16xf16, #sdq.dense<i4, vector = 12, scale = f16>>
sdq.parameter @odd_vectors : !sdq.weight<3x16xf16, #sdq.dense<i4, vector = 12, scale = f16>> =
  {values = dense<17> : tensor<3x8xi8>, scales = dense<1.0> : tensor<3x2xf16>}
// CHECK: @five : !sdq.weight<3x5xf16, #sdq.lut<5, f16>>
sdq.parameter @five : !sdq.weight<3x5xf16, #sdq.lut<5, f16>> =
  {codes = dense<17> : tensor<3x4xi8>, tables = dense<1.0> : tensor<3x32xf16>}
// CHECK: @wide_table : !sdq.weight<3x5xf16, #sdq.lut<4, f32>>
sdq.parameter @wide_table : !sdq.weight<3x5xf16, #sdq.lut<4, f32>> =
  {codes = dense<17> : tensor<3x3xi8>, tables = dense<1.0> : tensor<3x16xf32>}
// CHECK: @twice : !sdq.weight<3x5xf16, #sdq.sum<#sdq.lut<2, f16>, #sdq.lut<2, f16>>>
sdq.parameter @twice : !sdq.weight<3x5xf16, #sdq.sum<#sdq.lut<2, f16>, #sdq.lut<2, f16>>> =
  {"0.codes" = dense<17> : tensor<3x2xi8>, "0.tables" = dense<1.0> : tensor<3x4xf16>,
   "1.codes" = dense<17> : tensor<3x2xi8>, "1.tables" = dense<1.0> : tensor<3x4xf16>}
// CHECK: @also_by_f32 : !sdq.weight<3x5xf16, #sdq.tiled<#sdq.lut<4, f16>, 4 : [c32:1, r32:1]>>
sdq.parameter @also_by_f32 : !sdq.weight<3x5xf16, #sdq.lut<4, f16>> =
  {codes = dense<17> : tensor<3x3xi8>, tables = dense<1.0> : tensor<3x16xf16>}
// CHECK: @by_bf16 : !sdq.weight<3x5xf16, #sdq.tiled<#sdq.lut<4, f16>, 4 : [c32:1, r32:1]>>
sdq.parameter @by_bf16 : !sdq.weight<3x5xf16, #sdq.lut<4, f16>> =
  {codes = dense<17> : tensor<3x3xi8>, tables = dense<1.0> : tensor<3x16xf16>}
// CHECK: @rounded : !sdq.weight<3x5xf16, #sdq.lut<4, f16>>
sdq.parameter @rounded : !sdq.weight<3x5xf16, #sdq.lut<4, f16>> =
  {codes = dense<17> : tensor<3x3xi8>, tables = dense<1.0> : tensor<3x16xf16>}
// CHECK: @unused : !sdq.weight<3x5xf16, #sdq.lut<4, f16>>
sdq.parameter @unused : !sdq.weight<3x5xf16, #sdq.lut<4, f16>> =
  {codes = dense<17> : tensor<3x3xi8>, tables = dense<1.0> : tensor<3x16xf16>}

func.func @products(%x: tensor<?x5xf16>, %wide: tensor<?x5xf32>, %brain: tensor<?x5xbf16>, %long: tensor<?x16xf16>) {
  sdq.linear %long, @dense_four : (tensor<?x16xf16>) -> tensor<?x3xf16>
  sdq.linear %long, @dense_three : (tensor<?x16xf16>) -> tensor<?x3xf16>
  sdq.linear %long, @dense_eight : (tensor<?x16xf16>) -> tensor<?x3xf16>
  sdq.linear %long, @wide_exponent : (tensor<?x16xf16>) -> tensor<?x3xf16>
  sdq.linear %long, @odd_vectors : (tensor<?x16xf16>) -> tensor<?x3xf16>
  sdq.linear %x, @four : (tensor<?x5xf16>) -> tensor<?x3xf16>
  sdq.linear %x, @three : (tensor<?x5xf16>) -> tensor<?x3xf16>
  sdq.linear %x, @two : (tensor<?x5xf16>) -> tensor<?x3xf16>
  sdq.linear %x, @five : (tensor<?x5xf16>) -> tensor<?x3xf16>
  sdq.linear %x, @wide_table : (tensor<?x5xf16>) -> tensor<?x3xf16>
  sdq.linear %x, @twice : (tensor<?x5xf16>) -> tensor<?x3xf16>
  sdq.linear %x, @also_by_f32 : (tensor<?x5xf16>) -> tensor<?x3xf16>
  sdq.linear %wide, @also_by_f32 : (tensor<?x5xf32>) -> tensor<?x3xf32>
  sdq.linear %brain, @by_bf16 : (tensor<?x5xbf16>) -> tensor<?x3xbf16>
  sdq.linear %x, @rounded activations [#sdq.activation<i8, vector = 5>] : (tensor<?x5xf16>) -> tensor<?x3xf16>
  return
}
