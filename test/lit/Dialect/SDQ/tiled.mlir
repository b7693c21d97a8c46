// Tiled codes print as they were written, name their parts, and survive bytecode.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %check_roundtrips

// CHECK: #sdq.tiled<#sdq.lut<3, bf16>, 2 : [c64:1, r32:1, c2:64], 1 : [c128:1, r32:1]>
func.func private @formats() attributes {a = #sdq.tiled<#sdq.lut<3, bf16>, 2 : [c64:1, r32:1, c2:64], 1 : [c128:1, r32:1]>}

// A tile is 4 x 2 codes of four bits; three rows and five columns take 1 x 3 of them.
// CHECK: sdq.parameter @w4 : !sdq.weight<3x5xf16, #sdq.tiled<#sdq.lut<4, f16>, 4 : [c2:1, r4:1]>>
// CHECK-SAME: {codes = dense<0> : tensor<1x12xi8>, tables = dense<{{.*}}> : tensor<3x16xf16>}
sdq.parameter @w4 : !sdq.weight<3x5xf16, #sdq.tiled<#sdq.lut<4, f16>, 4 : [c2:1, r4:1]>> =
  {codes = dense<0> : tensor<1x12xi8>, tables = dense<1.0> : tensor<3x16xf16>}

// Two planes have two parts, each with tiles of its own.
// CHECK: sdq.parameter @w3 : !sdq.weight<1x9xf16, #sdq.tiled<#sdq.lut<3, f16>, 2 : [c4:1], 1 : [c8:1]>>
// CHECK-SAME: {codes0 = dense<0> : tensor<1x3xi8>, codes1 = dense<0> : tensor<1x2xi8>, tables = dense<{{.*}}> : tensor<1x8xf16>}
sdq.parameter @w3 : !sdq.weight<1x9xf16, #sdq.tiled<#sdq.lut<3, f16>, 2 : [c4:1], 1 : [c8:1]>> =
  {codes0 = dense<0> : tensor<1x3xi8>, codes1 = dense<0> : tensor<1x2xi8>, tables = dense<1.0> : tensor<1x8xf16>}

// Of a dense format, scales follow the codes.
// CHECK: sdq.parameter @dense : !sdq.weight<2x9xf16, #sdq.tiled<#sdq.dense<i4, vector = 8, scale = f8E4M3FN>, 4 : [c4:2, c2:1]>>
// CHECK-SAME: {codes = dense<0> : tensor<2x8xi8>, row_scale = dense<{{.*}}> : tensor<2xf32>, scales = dense<56> : tensor<2x2xi8>}
sdq.parameter @dense : !sdq.weight<2x9xf16, #sdq.tiled<#sdq.dense<i4, vector = 8, scale = f8E4M3FN>, 4 : [c4:2, c2:1]>> =
  {codes = dense<0> : tensor<2x8xi8>, scales = dense<56> : tensor<2x2xi8>, row_scale = dense<1.0> : tensor<2xf32>}
