// What global outliers leave is a dense term like any other: sparsified and split in its turn, the CSR stays as it is.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %safetensors %t "w.hessian=[[1, 0, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0, 0, 1]]"
// RUN: sdq-opt %s --sdq-extract-outliers="percent=12.5 sensitive=0" --sdq-sparsify="pattern=2:4" --sdq-extract-outliers="pattern=1:4" --sdq-verify-weights | %decode --terms | FileCheck %s
// RUN: sdq-opt %s --sdq-extract-outliers="percent=12.5 unweighted=true" --sdq-sparsify="pattern=2:4 metric=sparsegpt calibration=%t" --sdq-extract-outliers="pattern=1:4" --sdq-verify-weights | %decode --terms | FileCheck %s
// RUN: sdq-opt %s --sdq-extract-outliers="percent=12.5 sensitive=0" --sdq-sparsify="pattern=4:4" --sdq-extract-outliers="pattern=1:4 metric=error types=f16,i4 vector=4 scale=f32" --sdq-verify-weights -o /dev/null

// An eighth of 16 are two: 9 and -8. Their places count as zeros from then on.
// CHECK:      w : !sdq.weight<2x8xf16, #sdq.sum<#sdq.csr<f16>, #sdq.nm<1:4, f16>, #sdq.nm<1:4, f16>>>
// CHECK-NEXT: w.0[0] = 0 9 0 0 0 0 0 -8
// CHECK-NEXT: w.0[1] = 0 0 0 0 0 0 0 0
// CHECK-NEXT: w.1[0] = 0 0 4 0 7 0 0 0
// CHECK-NEXT: w.1[1] = 5 0 0 0 0 0 0 2
// CHECK-NEXT: w.2[0] = 0 0 0 3 0 6 0 0
// CHECK-NEXT: w.2[1] = 0 4 0 0 0 0 1 0
// CHECK-NEXT: w[0] = 0 9 4 3 7 6 0 -8
// CHECK-NEXT: w[1] = 5 4 0 0 0 0 1 2
sdq.parameter @w : !sdq.weight<2x8xf16, #sdq.dense<f16>> =
  {values = dense<[[1.0, 9.0, 4.0, 3.0, 7.0, 6.0, 5.0, -8.0], [5.0, 4.0, 3.0, 2.0, 0.0, 0.5, 1.0, 2.0]]> : tensor<2x8xf16>}
