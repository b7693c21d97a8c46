// Every pass that reads values refuses the first that is not finite, by weight, row and column.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4" 2>&1 | FileCheck %s --implicit-check-not=error:
// RUN: not sdq-opt %s --sdq-extract-outliers="percent=10 unweighted=true" 2>&1 | FileCheck %s --implicit-check-not=error:
// RUN: not sdq-opt %s --sdq-quantize="types=i8" 2>&1 | FileCheck %s --implicit-check-not=error:
// RUN: not sdq-opt %s --sdq-quantize="codebook=2 unweighted=true" 2>&1 | FileCheck %s --implicit-check-not=error:
// CHECK: error: weight 'model.fc': row 1, column 2: expected a finite value, found {{-?(inf|nan)}}

// 0x7C00 is an infinity, 0x7E00 no number.
sdq.parameter @model.fc : !sdq.weight<2x4xf16, #sdq.dense<f16>> =
  {values = dense<[[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 0x7C00, 0x7E00]]> : tensor<2x4xf16>}
