// Codebook formats print as they were written, name their parts, and survive bytecode.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %check_roundtrips

// CHECK: attributes {a = #sdq.lut<2, f16>, b = #sdq.lut<3, bf16>, c = #sdq.lut<8, f32>}
func.func private @formats() attributes {a = #sdq.lut<2, f16>, b = #sdq.lut<3, bf16>, c = #sdq.lut<8, f32>}

// Four codes of two bits make a byte; each row has a table of four.
// CHECK: sdq.parameter @w2 : !sdq.weight<2x5xf16, #sdq.lut<2, f16>>
// CHECK-SAME: {codes = dense<{{.*}}> : tensor<2x2xi8>, tables = dense<{{.*}}> : tensor<2x4xf16>}
sdq.parameter @w2 : !sdq.weight<2x5xf16, #sdq.lut<2, f16>> =
  {codes = dense<[[27, 1], [-28, 2]]> : tensor<2x2xi8>, tables = dense<1.0> : tensor<2x4xf16>}

// Thirteen codes of three bits take 39 bits, five bytes; bf16 tables are stored as bits.
// CHECK: sdq.parameter @w3 : !sdq.weight<1x13xbf16, #sdq.lut<3, bf16>>
// CHECK-SAME: {codes = dense<{{.*}}> : tensor<1x5xi8>, tables = dense<{{.*}}> : tensor<1x8xi16>}
sdq.parameter @w3 : !sdq.weight<1x13xbf16, #sdq.lut<3, bf16>> =
  {codes = dense<[[1, 2, 3, 4, 5]]> : tensor<1x5xi8>, tables = dense<16256> : tensor<1x8xi16>}
