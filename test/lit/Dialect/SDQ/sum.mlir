// Sums print as they were written, nest, number their parts by term, and survive bytecode.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %check_roundtrips

// CHECK: attributes {a = #sdq.sum<#sdq.nm<1:8, i8, vector = 16, scale = f8E4M3FN>, #sdq.nm<6:8, f4E2M1FN, vector = 16, scale = f8E4M3FN>>, b = #sdq.sum<#sdq.csr<f16>, #sdq.sum<#sdq.csr<f32>, #sdq.lut<3, f16>>>, c = #sdq.sum<#sdq.dense<f16>, #sdq.dense<f16, transposed>, #sdq.dense<f32>>}
func.func private @formats() attributes {
  a = #sdq.sum<#sdq.nm<1:8, i8, vector = 16, scale = f8E4M3FN>, #sdq.nm<6:8, f4E2M1FN, vector = 16, scale = f8E4M3FN>>,
  b = #sdq.sum<#sdq.csr<f16>, #sdq.sum<#sdq.csr<f32>, #sdq.lut<3, f16>>>,
  c = #sdq.sum<#sdq.dense<f16>, #sdq.dense<f16, transposed>, #sdq.dense<f32>>
}

// CHECK: sdq.parameter @squeeze : !sdq.weight<1x4xf16, #sdq.sum<#sdq.csr<f16>, #sdq.lut<2, f16>>>
// CHECK-SAME: {"0.columns" = dense<{{.*}}> : tensor<1xi16>, "0.row_offsets" = dense<{{.*}}> : tensor<2xi32>, "0.values" = dense<{{.*}}> : tensor<1xf16>,
// CHECK-SAME: "1.codes" = dense<{{.*}}> : tensor<1x1xi8>, "1.tables" = dense<{{.*}}> : tensor<1x4xf16>}
sdq.parameter @squeeze : !sdq.weight<1x4xf16, #sdq.sum<#sdq.csr<f16>, #sdq.lut<2, f16>>> =
  {"0.row_offsets" = dense<[0, 1]> : tensor<2xi32>, "0.columns" = dense<2> : tensor<1xi16>,
   "0.values" = dense<1.0> : tensor<1xf16>, "1.codes" = dense<27> : tensor<1x1xi8>,
   "1.tables" = dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf16>}

// CHECK: sdq.parameter @nested
// CHECK-SAME: {"0.values" = dense<{{.*}}> : tensor<1x2xf16>, "1.0.values" = dense<{{.*}}> : tensor<1x2xf32>, "1.1.values" = dense<{{.*}}> : tensor<2x1xf16>}
sdq.parameter @nested : !sdq.weight<1x2xf16, #sdq.sum<#sdq.dense<f16>, #sdq.sum<#sdq.dense<f32>, #sdq.dense<f16, transposed>>>> =
  {"0.values" = dense<1.0> : tensor<1x2xf16>, "1.0.values" = dense<1.0> : tensor<1x2xf32>,
   "1.1.values" = dense<1.0> : tensor<2x1xf16>}
