// Of a whole matrix first the values of most Fisher information, then the largest leave for a CSR term (SqueezeLLM).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %safetensors %t "w.fisher=[[0, 0, 0, 0, 0], [0, 9, 0, 8, 0], [0, 0, 0, 0, 0], [7, 0, 0, 0, 9]]" "none.fisher=[[1, 1]]" "bf16.fisher=[[1, 2], [3, 4]]"
// RUN: sdq-opt %s --sdq-extract-outliers="percent=25 sensitive=15 calibration=%t" --sdq-verify-weights | %decode --terms --parts | FileCheck %s
// RUN: sdq-opt %s --sdq-extract-outliers="percent=25 unweighted=true" --sdq-verify-weights | %decode --terms | FileCheck %s --check-prefix=LARGEST
// RUN: sdq-opt %s --sdq-extract-outliers="percent=25 sensitive=0" | %decode --terms | FileCheck %s --check-prefix=LARGEST

// 15 % of 20 by information: 9, 9, 8. 10 % of the rest by magnitude: -9 and, of the two 8s, the first.
// CHECK:      w : !sdq.weight<4x5xf16, #sdq.sum<#sdq.csr<f16>, #sdq.dense<f16>>>
// CHECK-NEXT: w.0.columns = 0 2 1 3 4
// CHECK-NEXT: w.0.row_offsets = 0 2 4 4 5
// CHECK-NEXT: w.0.values = -9 8 0.125 0.25 0
// CHECK:      w.1[0] = 0 1 0 1 1
// CHECK-NEXT: w.1[1] = 1 0 1 0 1
// CHECK-NEXT: w.1[2] = 1 1 1 8 1
// CHECK-NEXT: w.1[3] = 1 1 1 1 0
// CHECK-NEXT: w[0] = -9 1 8 1 1
// CHECK-NEXT: w[1] = 1 0.125 1 0.25 1
// CHECK-NEXT: w[2] = 1 1 1 8 1
// CHECK-NEXT: w[3] = 1 1 1 1 0

// Magnitude alone: 9, both 8s, and then the first two of the many ones.
// LARGEST:      w.0[0] = -9 1 8 1 0
// LARGEST-NEXT: w.0[1] = 0 0 0 0 0
// LARGEST-NEXT: w.0[2] = 0 0 0 8 0
// LARGEST-NEXT: w.0[3] = 0 0 0 0 0
// LARGEST-NEXT: w.1[0] = 0 0 0 0 1
sdq.parameter @w : !sdq.weight<4x5xf16, #sdq.dense<f16>> =
  {values = dense<[[-9.0, 1.0, 8.0, 1.0, 1.0], [1.0, 0.125, 1.0, 0.25, 1.0],
                   [1.0, 1.0, 1.0, 8.0, 1.0], [1.0, 1.0, 1.0, 1.0, 0.0]]> : tensor<4x5xf16>}

// A share that rounds to no value leaves an empty CSR: one zero that the offsets leave out.
// CHECK:      none.0.columns = 0
// CHECK-NEXT: none.0.row_offsets = 0 0
// CHECK-NEXT: none.0.values = 0
// CHECK:      none[0] = 1 2
sdq.parameter @none : !sdq.weight<1x2xf16, #sdq.dense<f16>> = {values = dense<[[1.0, 2.0]]> : tensor<1x2xf16>}

// bf16 stays bf16 in both terms: 2, 1, 0.5, -1; one of them leaves.
// CHECK:      bf16 : !sdq.weight<2x2xbf16, #sdq.sum<#sdq.csr<bf16>, #sdq.dense<bf16>>>
// CHECK:      bf16.0[1] = 0 -1
// CHECK:      bf16.1[1] = 0.5 0
sdq.parameter @bf16 : !sdq.weight<2x2xbf16, #sdq.dense<bf16>> = {values = dense<[[16384, 16256], [16128, 49024]]> : tensor<2x2xi16>}
