// Sparse formats print as they were written, take any number of entries, and survive bytecode.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %check_roundtrips

// CHECK: attributes {a = #sdq.csr<f16>, b = #sdq.csr<bf16>, c = #sdq.csr<f32>}
func.func private @formats() attributes {a = #sdq.csr<f16>, b = #sdq.csr<bf16>, c = #sdq.csr<f32>}

// CHECK: sdq.parameter @three : !sdq.weight<2x8xf16, #sdq.csr<f16>>
// CHECK-SAME: {columns = dense<{{.*}}> : tensor<3xi16>, row_offsets = dense<{{.*}}> : tensor<3xi32>, values = dense<{{.*}}> : tensor<3xf16>}
sdq.parameter @three : !sdq.weight<2x8xf16, #sdq.csr<f16>> =
  {row_offsets = dense<[0, 1, 3]> : tensor<3xi32>, columns = dense<[7, 0, 3]> : tensor<3xi16>,
   values = dense<[1.0, 2.0, 3.0]> : tensor<3xf16>}

// No entry at all is stored as one zero, which the offsets leave out.
// CHECK: sdq.parameter @none : !sdq.weight<1x8xbf16, #sdq.csr<bf16>>
// CHECK-SAME: {columns = dense<0> : tensor<1xi16>, row_offsets = dense<0> : tensor<2xi32>, values = dense<0> : tensor<1xi16>}
sdq.parameter @none : !sdq.weight<1x8xbf16, #sdq.csr<bf16>> =
  {row_offsets = dense<0> : tensor<2xi32>, columns = dense<0> : tensor<1xi16>, values = dense<0> : tensor<1xi16>}

// More than 65536 inputs need columns of 32 bits.
// CHECK: sdq.parameter @wide : !sdq.weight<1x65537xf32, #sdq.csr<f32>>
// CHECK-SAME: {columns = dense<65536> : tensor<1xi32>, row_offsets = dense<[0, 1]> : tensor<2xi32>, values = dense<1.000000e+00> : tensor<1xf32>}
sdq.parameter @wide : !sdq.weight<1x65537xf32, #sdq.csr<f32>> =
  {row_offsets = dense<[0, 1]> : tensor<2xi32>, columns = dense<[65536]> : tensor<1xi32>,
   values = dense<[1.0]> : tensor<1xf32>}
