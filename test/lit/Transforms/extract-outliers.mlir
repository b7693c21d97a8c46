// The largest n of every block become a term of their own before the rest; ties to the lower column, zeros last of all.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-sparsify="pattern=3:4" --sdq-extract-outliers="pattern=1:4" --sdq-verify-weights | %decode --terms | FileCheck %s
// RUN: sdq-opt %s --sdq-sparsify="pattern=3:4" --sdq-extract-outliers="pattern=1:4 rest=3:4" | %decode --terms | FileCheck %s --check-prefix=REST
// RUN: sdq-opt %s --sdq-sparsify="pattern=3:4" --sdq-extract-outliers="pattern=3:4" | %decode --terms | FileCheck %s --check-prefix=ALL
// RUN: sdq-opt %s --sdq-sparsify="pattern=4:4" --sdq-extract-outliers="pattern=1:4" --sdq-extract-outliers="pattern=1:4" --sdq-verify-weights | %decode --terms | FileCheck %s --check-prefix=TWICE
// RUN: sdq-opt %s --sdq-sparsify="pattern=1:4" --sdq-extract-outliers="pattern=2:4" --sdq-verify-weights | %decode --terms | FileCheck %s --check-prefix=ROOM
// RUN: sdq-opt %s --sdq-sparsify="pattern=4:4 pairwise=true" --sdq-extract-outliers="pattern=1:4" | %decode --terms | FileCheck %s --check-prefix=PAIRS

// CHECK:      w : !sdq.weight<2x8xf16, #sdq.sum<#sdq.nm<1:4, f16>, #sdq.nm<2:4, f16>>>
// CHECK-NEXT: w.0[0] = 0 -9 0 0 4 0 0 0
// CHECK-NEXT: w.0[1] = 0 0 0 2 0 0 -0.5 0
// CHECK-NEXT: w.1[0] = 2 0 3 0 0 4 -4 0
// CHECK-NEXT: w.1[1] = 1 1 0 0 0 0 0 0
// CHECK-NEXT: w[0] = 2 -9 3 0 4 4 -4 0
// CHECK-NEXT: w[1] = 1 1 0 2 0 0 -0.5 0

// A rest that has more room than it needs.
// REST:      w : !sdq.weight<2x8xf16, #sdq.sum<#sdq.nm<1:4, f16>, #sdq.nm<3:4, f16>>>
// REST-NEXT: w.0[0] = 0 -9 0 0 4 0 0 0
// REST:      w.1[0] = 2 0 3 0 0 4 -4 0

// Where nothing is left, 1:4 of zeros is.
// ALL:      w : !sdq.weight<2x8xf16, #sdq.sum<#sdq.nm<3:4, f16>, #sdq.nm<1:4, f16>>>
// ALL-NEXT: w.0[0] = 2 -9 3 0 4 4 -4 0
// ALL-NEXT: w.0[1] = 1 1 0 2 0 0 -0.5 0
// ALL-NEXT: w.1[0] = 0 0 0 0 0 0 0 0
// ALL-NEXT: w.1[1] = 0 0 0 0 0 0 0 0

// Outliers may have more room than there are values.
// ROOM:      w : !sdq.weight<2x8xf16, #sdq.sum<#sdq.nm<2:4, f16>, #sdq.nm<1:4, f16>>>
// ROOM-NEXT: w.0[0] = 0 -9 0 0 4 0 0 0
// ROOM:      w.1[0] = 0 0 0 0 0 0 0 0

// Again of what was left: the terms before keep their numbers.
// TWICE:      w : !sdq.weight<2x8xf16, #sdq.sum<#sdq.nm<1:4, f16>, #sdq.nm<1:4, f16>, #sdq.nm<2:4, f16>>>
// TWICE-NEXT: w.0[0] = 0 -9 0 0 4 0 0 0
// TWICE-NEXT: w.0[1] = 0 0 0 2 0 0 -0.5 0
// TWICE-NEXT: w.1[0] = 0 0 3 0 0 4 0 0
// TWICE-NEXT: w.1[1] = 1 0 0 0 0 0 0 0
// TWICE-NEXT: w.2[0] = 2 0 0 1 0 0 -4 3
// TWICE-NEXT: w.2[1] = 0 1 1 0 0 0 0 0
// TWICE-NEXT: w[0] = 2 -9 3 1 4 4 -4 3
// TWICE-NEXT: w[1] = 1 1 1 2 0 0 -0.5 0

// An outlier leaves its neighbour behind, so neither term is one of pairs.
// PAIRS:      w : !sdq.weight<2x8xf16, #sdq.sum<#sdq.nm<1:4, f16>, #sdq.nm<3:4, f16>>>
// PAIRS-NEXT: w.0[0] = 0 -9 0 0 4 0 0 0
sdq.parameter @w : !sdq.weight<2x8xf16, #sdq.dense<f16>> =
  {values = dense<[[2.0, -9.0, 3.0, 1.0, 4.0, 4.0, -4.0, 3.0],
                   [1.0, 1.0, 1.0, 2.0, 0.0, 0.0, -0.5, 0.0]]> : tensor<2x8xf16>}

// The last block has two columns.
// CHECK:      partial.0[0] = 0 0 7 0 0 5
// CHECK-NEXT: partial.1[0] = 1 3 0 0 -4 0
sdq.parameter @partial : !sdq.weight<1x6xf16, #sdq.dense<f16>> =
  {values = dense<[[1.0, 3.0, 7.0, 0.5, -4.0, 5.0]]> : tensor<1x6xf16>}
