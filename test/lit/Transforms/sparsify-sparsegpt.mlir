// With metric=sparsegpt what goes moves its right neighbours to where the output changes least; worked out by hand.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %safetensors %t "w.hessian=[[2, 1, 0, 0], [1, 2, 0, 0], [0, 0, 4, 2], [0, 0, 2, 4]]" "ragged.hessian=[[2, 1, 0, 0, 0], [1, 2, 0, 0, 0], [0, 0, 4, 2, 0], [0, 0, 2, 4, 2], [0, 0, 0, 2, 4]]"
// RUN: sdq-opt %s --sdq-sparsify="pattern=2:4 metric=sparsegpt damping=0 calibration=%t" --sdq-verify-weights | %decode | FileCheck %s
// RUN: sdq-opt %s --sdq-sparsify="pattern=2:4 pairwise=true metric=sparsegpt damping=0 calibration=%t" | %decode | FileCheck %s --check-prefix=PAIRS
// RUN: sdq-opt %s --sdq-sparsify="pattern=4:4 metric=sparsegpt calibration=%t" | %decode | FileCheck %s --check-prefix=ALL
// RUN: sdq-opt %s --sdq-sparsify="pattern=2:4 metric=sparsegpt damping=1 calibration=%t" | %decode | FileCheck %s --check-prefix=DAMPED
// RUN: sdq-opt %s --mlir-disable-threading --sdq-sparsify="pattern=2:4 metric=sparsegpt damping=0 calibration=%t" | %decode | FileCheck %s

// 1/U² is 1.5 2 3 4: column k's variance given those to its right. Scores: 1.5 32 12 36; 13.5 2 3 4.
// Of two columns that meet inputs of covariance 1 and variance 2, the right one takes half of what the left one loses.
// CHECK:      w : !sdq.weight<2x4xf16, #sdq.nm<2:4, f16>>
// CHECK-NEXT: w[0] = 0 4.5 0 4
// CHECK-NEXT: w[1] = 3 0 0 1.5

// Pairs: 33.5 and 48; 15.5 and 7. What is lost on the right cannot be repaired.
// PAIRS:      w : !sdq.weight<2x4xf16, #sdq.nm<2:4, pairwise, f16>>
// PAIRS-NEXT: w[0] = 0 0 2 3
// PAIRS-NEXT: w[1] = 3 -1 0 0

// Nothing goes, nothing moves.
// ALL:      w[0] = 1 4 2 3
// ALL-NEXT: w[1] = 3 -1 1 1

// The mean of the diagonal, 3, is added to it: shares of 1/5 and 2/7.
// DAMPED:      w[0] = 0 4.19{{[0-9]*}} 0 3.57{{[0-9]*}}
// DAMPED-NEXT: w[1] = 3 0 0 1.28{{[0-9]*}}
sdq.parameter @w : !sdq.weight<2x4xf16, #sdq.dense<f16>> =
  {values = dense<[[1.0, 4.0, 2.0, 3.0], [3.0, -1.0, 1.0, 1.0]]> : tensor<2x4xf16>}

// The last block has one column: it stays, and takes part. 1/U² is 1.5 2 2.67 3 4; 2 and 0.5 go.
// Half of the first 2 goes to the 8; of the second, two thirds go to the one and minus one third to the other.
// CHECK:      ragged[0] = 0 9 0 5.33{{[0-9]*}} -1.66{{[0-9]*}}
sdq.parameter @ragged : !sdq.weight<1x5xf16, #sdq.dense<f16>> =
  {values = dense<[[2.0, 8.0, 2.0, 4.0, -1.0]]> : tensor<1x5xf16>}
