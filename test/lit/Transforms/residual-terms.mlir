// Each term takes the best of what the earlier ones leave, rounding errors included; worked out by hand.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-residual-terms="patterns=1:4,1:4,1:4 types=i4,i4,f16 vector=8 scale=f32" --sdq-verify-weights | %decode --terms | FileCheck %s
// RUN: sdq-opt %s --sdq-residual-terms="patterns=2:4 pairwise=true types=f16" --sdq-verify-weights | %decode | FileCheck %s --check-prefix=PAIRS
// RUN: %safetensors %t "w.fisher=[[1, 1, 1, 100, 1, 1, 1, 1]]" "w.act_sq=[1, 1, 1, 1, 1, 400, 1, 1]"
// RUN: sdq-opt %s --sdq-residual-terms="patterns=1:4 types=f16 weights=fisher calibration=%t" | %decode | FileCheck %s --check-prefix=FISHER
// RUN: sdq-opt %s --sdq-residual-terms="patterns=1:4 types=f16 weights=activation calibration=%t" | %decode | FileCheck %s --check-prefix=ACTIVATION
// RUN: sdq-opt %s --sdq-residual-terms="patterns=8:8 types=i4 vector=0 scale=f32" | %decode | FileCheck %s --check-prefix=ROW

// The first term takes 14 and 5 under a scale of 2: the 5 reads as 4. The second takes 7 and 2 under a scale of 1. The
// third takes 3 and, of the 5 once more, the 1 that the first left, which is more than the -0.5.
// CHECK:      w : !sdq.weight<1x8xf16, #sdq.sum<#sdq.nm<1:4, i4, vector = 8, scale = f32>, #sdq.nm<1:4, i4, vector = 8, scale = f32>, #sdq.nm<1:4, f16>>>
// CHECK-NEXT: w.0[0] = 14 0 0 0 4 0 0 0
// CHECK-NEXT: w.1[0] = 0 7 0 0 0 0 2 0
// CHECK-NEXT: w.2[0] = 0 0 0 3 1 0 0 0
// CHECK-NEXT: w[0] = 14 7 0 3 5 0 2 0

// PAIRS:      w : !sdq.weight<1x8xf16, #sdq.nm<2:4, pairwise, f16>>
// PAIRS-NEXT: w[0] = 14 7 0 0 5 -0.5 0 0

// 100·3² is more than 14², and 400·0.5² more than 5².
// FISHER:      w : !sdq.weight<1x8xf16, #sdq.nm<1:4, f16>>
// FISHER-NEXT: w[0] = 0 0 0 3 5 0 0 0
// ACTIVATION:      w[0] = 14 0 0 0 0 -0.5 0 0

// A vector of the whole row.
// ROW:      w : !sdq.weight<1x8xf16, #sdq.nm<8:8, i4, vector = 8, scale = f32>>
// ROW-NEXT: w[0] = 14 8 0 4 4 0 2 0
sdq.parameter @w : !sdq.weight<1x8xf16, #sdq.dense<f16>> =
  {values = dense<[[14.0, 7.0, 0.0, 3.0, 5.0, -0.5, 2.0, 0.0]]> : tensor<1x8xf16>}
