// With metric=fisher a value is worth F·w²: small values of large information survive, each row by its own.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %safetensors %t "w.fisher=[[100, 1, 1, 1], [1, 0, 0, 100], [0, 0, 0, 0]]"
// RUN: sdq-opt %s --sdq-sparsify="pattern=2:4 metric=fisher calibration=%t" | %decode | FileCheck %s
// RUN: sdq-opt %s --sdq-sparsify="pattern=2:4 calibration=%t" | %decode | FileCheck %s --check-prefix=MAGNITUDE

// Worth 100 4 9 16, then 1 0 0 1600, then nothing at all: ties go to the lower column.
// CHECK:      w[0] = 1 0 0 4
// CHECK-NEXT: w[1] = 1 0 0 4
// CHECK-NEXT: w[2] = 1 2 0 0

// Magnitude looks at no calibration.
// MAGNITUDE:      w[0] = 0 0 3 4
// MAGNITUDE-NEXT: w[1] = 0 0 3 4
// MAGNITUDE-NEXT: w[2] = 0 0 3 4
sdq.parameter @w : !sdq.weight<3x4xf16, #sdq.dense<f16>> =
  {values = dense<[[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]]> : tensor<3x4xf16>}
