// Each term of a sum gets its own type; vectors count inputs of the dense grid, whatever a term stores of it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-sparsify="pattern=4:4" --sdq-extract-outliers="pattern=1:4" --sdq-quantize="types=i8,f4E2M1FN vector=4 scale=f32" --sdq-verify-weights | %decode --parts --terms | FileCheck %s
// RUN: sdq-opt %s --sdq-sparsify="pattern=4:4" --sdq-extract-outliers="pattern=1:4" --sdq-quantize="types=f16,i4 vector=4 scale=f16" --sdq-verify-weights | %decode --parts --terms | FileCheck %s --check-prefix=MIXED
// RUN: sdq-opt %s --sdq-sparsify="pattern=2:8 pairwise=true" --sdq-quantize="types=i4 vector=8 scale=f16" --sdq-verify-weights | %decode --parts | FileCheck %s --check-prefix=PAIRS

// Outliers 254 and -127, one in each block, at columns 1 and 7: bits 01 11. The rest of each has a scale of 1.
// CHECK:      w : !sdq.weight<1x8xf16, #sdq.sum<#sdq.nm<1:4, i8, vector = 4, scale = f32>, #sdq.nm<3:4, f4E2M1FN, vector = 4, scale = f32>>>
// CHECK-NEXT: w.0.indices[0] = 0D
// CHECK-NEXT: w.0.scales[0] = 2 1
// CHECK-NEXT: w.0.values[0] = 7F 81
// CHECK-NEXT: w.1.scales[0] = 1 0.5
// CHECK-NEXT: w.1.values[0] = 07 9D F1 05
// CHECK-NEXT: w.0[0] = 0 254 0 0 0 0 0 -127
// CHECK-NEXT: w.1[0] = 6 0 -3 -0.5 0.25 -3 1.5 0
// CHECK-NEXT: w[0] = 6 254 -3 -0.5 0.25 -3 1.5 -127

// MIXED:      w : !sdq.weight<1x8xf16, #sdq.sum<#sdq.nm<1:4, f16>, #sdq.nm<3:4, i4, vector = 4, scale = f16>>>
// MIXED-NEXT: w.0.indices[0] = 0D
// MIXED-NEXT: w.0.values[0] = 254 -127

// Two neighbours of eight; the pair 3 has index 3.
// PAIRS:      w : !sdq.weight<1x8xf16, #sdq.nm<2:8, pairwise, i4, vector = 8, scale = f16>>
// PAIRS-NEXT: w.indices[0] = 00
// PAIRS-NEXT: w.scales[0] = 36.28125
// PAIRS-NEXT: w.values[0] = 70
// PAIRS-NEXT: w[0] = 0 253.96875 0 0 0 0 0 0
sdq.parameter @w : !sdq.weight<1x8xf16, #sdq.dense<f16>> =
  {values = dense<[[6.0, 254.0, -3.0, -0.5, 0.25, -3.0, 1.5, -127.0]]> : tensor<1x8xf16>}
