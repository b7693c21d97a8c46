// With feedback the outliers are the values that the inliers hold worst, and a dense term makes up for its outliers.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-sparsify="pattern=4:4" --sdq-extract-outliers="pattern=1:4" --sdq-quantize="types=i8,i2 vector=4 scale=f32 scale-choice=mse" --sdq-verify-weights | %decode --terms | FileCheck %s --check-prefix=WITHOUT
// RUN: sdq-opt %s --sdq-sparsify="pattern=4:4" --sdq-extract-outliers="pattern=1:4" --sdq-quantize="types=i8,i2 vector=4 scale=f32 scale-choice=mse feedback=2" --sdq-verify-weights | %decode --terms | FileCheck %s --check-prefix=WITH
// Weights decide what is worst.
// RUN: %safetensors %t.c "w.fisher=[[1, 0.0001, 1, 1]]"
// RUN: sdq-opt %s --sdq-sparsify="pattern=4:4" --sdq-extract-outliers="pattern=1:4" --sdq-quantize="types=i8,i2 vector=4 scale=f32 scale-choice=mse weights=fisher calibration=%t.c feedback=2" --sdq-verify-weights | %decode --terms | FileCheck %s --check-prefix=WEIGHED
// RUN: sdq-opt %s --sdq-extract-outliers="percent=25 unweighted=true" --sdq-quantize="types=bf16,i4 vector=4 scale=f32 feedback=1" --sdq-verify-weights | %decode --terms | FileCheck %s --check-prefix=DENSE

// WITHOUT: w.0[0] = 1.75 0 0 0
// WITH:      w.0[0] = 0 0.5 0 0
// WITH-NEXT: w.1[0] = 1.58{{[0-9]*}} 0 -1.58{{[0-9]*}} 1.58{{[0-9]*}}
// WEIGHED: w.0[0] = 1.75 0 0 0
// 1.75 is a bf16: nothing is left to make up for.
// DENSE: w.0[0] = 1.75 0 0 0
sdq.parameter @w : !sdq.weight<1x4xf32, #sdq.dense<f32>> = {values = dense<[[1.75, 0.5, -1.5, 1.5]]> : tensor<1x4xf32>}
