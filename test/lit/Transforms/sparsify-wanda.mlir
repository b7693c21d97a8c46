// With metric=wanda a value is worth |w|·√E[x²]: what meets large inputs survives, the same columns' worth in each row.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %safetensors %t "w.act_sq=[100, 1, 4, 0]"
// RUN: sdq-opt %s --sdq-sparsify="pattern=2:4 metric=wanda calibration=%t" --sdq-verify-weights | %decode | FileCheck %s
// RUN: sdq-opt %s --sdq-sparsify="pattern=2:4 calibration=%t" | %decode | FileCheck %s --check-prefix=MAGNITUDE
// RUN: sdq-opt %s --sdq-sparsify="pattern=2:4 pairwise=true metric=wanda calibration=%t" | %decode | FileCheck %s --check-prefix=PAIRS

// Scores: 10 2 6 0; 10 5 2 0; 30 3 6 0. By E[x²] itself, row 1 would keep 0 and 2.
// CHECK:      w[0] = 1 0 3 0
// CHECK-NEXT: w[1] = 1 -5 0 0
// CHECK-NEXT: w[2] = -3 0 3 0
// MAGNITUDE:      w[0] = 0 0 3 4
// MAGNITUDE-NEXT: w[1] = 0 -5 0 4
// MAGNITUDE-NEXT: w[2] = -3 3 0 0
// Pairs: 12 and 6; 15 and 2; 33 and 6.
// PAIRS:      w[0] = 1 2 0 0
// PAIRS-NEXT: w[1] = 1 -5 0 0
// PAIRS-NEXT: w[2] = -3 3 0 0
sdq.parameter @w : !sdq.weight<3x4xf16, #sdq.dense<f16>> =
  {values = dense<[[1.0, 2.0, 3.0, 4.0], [1.0, -5.0, 1.0, 4.0], [-3.0, 3.0, 3.0, 3.0]]> : tensor<3x4xf16>}
