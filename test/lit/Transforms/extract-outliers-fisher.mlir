// With metric=fisher the outliers are the values that matter, by F·w², and not the large ones.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %safetensors %t "w.fisher=[[100, 1, 1, 1], [1, 50, 0, 0]]"
// RUN: sdq-opt %s --sdq-sparsify="pattern=4:4" --sdq-extract-outliers="pattern=1:4 metric=fisher calibration=%t" | %decode --terms | FileCheck %s
// CHECK:      w.0[0] = 1 0 0 0
// CHECK-NEXT: w.0[1] = 0 2 0 0
// CHECK-NEXT: w.1[0] = 0 2 3 4
// CHECK-NEXT: w.1[1] = 1 0 3 4
sdq.parameter @w : !sdq.weight<2x4xf16, #sdq.dense<f16>> =
  {values = dense<[[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]]> : tensor<2x4xf16>}
