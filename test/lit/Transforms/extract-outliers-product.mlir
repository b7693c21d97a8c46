// With metric=product the outliers are the values of the largest |w|·√E[x²]; zeros stay behind whatever they meet.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %safetensors %t "w.act_sq=[100, 1, 4, 10000]"
// RUN: sdq-opt %s --sdq-sparsify="pattern=4:4" --sdq-extract-outliers="pattern=1:4 metric=product calibration=%t" --sdq-verify-weights | %decode --terms | FileCheck %s
// CHECK:      w.0[0] = 1 0 0 0
// CHECK-NEXT: w.0[1] = 0 -11 0 0
// CHECK-NEXT: w.1[0] = 0 2 3 0
// CHECK-NEXT: w.1[1] = 1 0 5 0
sdq.parameter @w : !sdq.weight<2x4xf16, #sdq.dense<f16>> =
  {values = dense<[[1.0, 2.0, 3.0, 0.0], [1.0, -11.0, 5.0, 0.0]]> : tensor<2x4xf16>}
