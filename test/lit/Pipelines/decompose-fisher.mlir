// A calibration reaches every pass of a recipe that wants one; without its weights other numbers would come out.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %safetensors %t "fc.fisher=[[1000, 1000, 1, 1, 1], [1, 1, 1, 1, 5000]]"
// RUN: sdq-opt %s --sdq-decompose="recipe=SqueezeLLM-w2 calibration=%t" | %decode | FileCheck %s --check-prefix=CODEBOOK
// RUN: sdq-opt %s --sdq-decompose="recipe=SqueezeLLM-w2 calibration=%t unweighted=true" | %decode | FileCheck %s --check-prefix=UNWEIGHTED
// RUN: sdq-opt %s --sdq-decompose="recipe=SqueezeLLM-w2-s10 calibration=%t" | %decode --terms | FileCheck %s --check-prefix=OUTLIERS
// RUN: sdq-opt %s --sdq-decompose="recipe=SDQ-W2:5-1:5fp16-1:5fp16 metric=fisher calibration=%t" | %decode --terms | FileCheck %s --check-prefix=METRIC

// Errors of the first two values cost a thousand times those of the others: they do not share an entry.
// CODEBOOK:        fc[0] = 0 1 15 15 31
// UNWEIGHTED:      fc[0] = 0.5 0.5 10 20 31

// 10 % of ten values is one, of which 0.05 % round to none by information: the largest.
// OUTLIERS:      fc.0[0] = 0 0 0 0 0
// OUTLIERS-NEXT: fc.0[1] = {{0 0 0 0 [^0]}}
// OUTLIERS:      fc[1] = {{.*}} 32

// Worth 0 1000 100 400 961 and 0 1 100 400 5120000: of row 0, 1 is an outlier and 31 stays behind.
// METRIC:      fc.0[0] = 0 1 0 0 0
// METRIC-NEXT: fc.0[1] = 0 0 0 0 32
// METRIC-NEXT: fc.1[0] = 0 0 0 0 31
// METRIC-NEXT: fc.1[1] = 0 0 0 20 0
sdq.parameter @fc : !sdq.weight<2x5xf16, #sdq.dense<f16>> =
  {values = dense<[[0.0, 1.0, 10.0, 20.0, 31.0], [0.0, 1.0, 10.0, 20.0, 32.0]]> : tensor<2x5xf16>}
