// Values in the CSR term weigh nothing in the codebook, and read back exactly as the sum of both terms.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %safetensors %t "w.fisher=[[1000, 1000, 1, 1, 1, 1], [1, 1, 1, 1, 9, 1]]"
// RUN: sdq-opt %s --sdq-extract-outliers="percent=16 sensitive=8 calibration=%t" --sdq-quantize="codebook=2 calibration=%t" --sdq-verify-weights | %decode --parts --terms | FileCheck %s
// RUN: sdq-opt %s --sdq-extract-outliers="percent=16 unweighted=true" --sdq-quantize="codebook=2 unweighted=true" --sdq-verify-weights | %decode --terms | FileCheck %s --check-prefix=UNWEIGHTED

// The most sensitive value, in row 0 the 0 of column 0, leaves, then the largest, 1000. What is left of row 0 is 1,
// 10, 20 and 31: the table has all of them. The CSR holds what the nearest entry leaves: 0 - 1 and 1000 - 31. In row 1
// nothing left, and 0 and 1 share an entry.
// CHECK:      w : !sdq.weight<2x6xf16, #sdq.sum<#sdq.csr<f16>, #sdq.lut<2, f16>>>
// CHECK-NEXT: w.0.columns = 0 5
// CHECK-NEXT: w.0.row_offsets = 0 2 2
// CHECK-NEXT: w.0.values = -1 969
// CHECK:      w.1.tables[0] = 1 10 20 31
// CHECK-NEXT: w.1.tables[1] = 0.5 10 20 31
// CHECK:      w.1[0] = 1 1 10 20 31 31
// CHECK:      w[0] = 0 1 10 20 31 1000
// CHECK-NEXT: w[1] = 0.5 0.5 10 20 31 31

// Without Fisher both are taken by magnitude: 1000 and the first 31.
// UNWEIGHTED:      w.0[0] = 0 0 0 0 11 980
// UNWEIGHTED:      w[0] = 0 1 10 20 31 1000
// UNWEIGHTED-NEXT: w[1] = 0.5 0.5 10 20 31 31
sdq.parameter @w : !sdq.weight<2x6xf16, #sdq.dense<f16>> =
  {values = dense<[[0.0, 1.0, 10.0, 20.0, 31.0, 1000.0], [0.0, 1.0, 10.0, 20.0, 31.0, 31.0]]> : tensor<2x6xf16>}
