// Bad options and weights of --sdq-extract-outliers: one error each, with what was expected and found.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Options are refused once, however many weights there are.
// RUN: not sdq-opt %s --sdq-extract-outliers 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=NEITHER
// NEITHER: error: expected either pattern=n:M (local outliers) or percent=… (global ones), found neither
// RUN: not sdq-opt %s --sdq-extract-outliers="pattern=1:4 percent=1" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=BOTH
// BOTH: error: expected either pattern=n:M (local outliers) or percent=… (global ones), found both
// RUN: not sdq-opt %s --sdq-extract-outliers="pattern=0:4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=NONE
// NONE: error: expected pattern=N:M with 1 <= N <= M <= 32, found '0:4'
// RUN: not sdq-opt %s --sdq-extract-outliers="pattern=5:4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=MORE
// MORE: error: expected pattern=N:M with 1 <= N <= M <= 32, found '5:4'
// RUN: not sdq-opt %s --sdq-extract-outliers="pattern=1:4 rest=two" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=WORD
// WORD: error: expected rest=N:M with 1 <= N <= M <= 32, found 'two'
// RUN: not sdq-opt %s --sdq-extract-outliers="pattern=1:4 metric=size" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=METRIC
// METRIC: error: expected a metric of magnitude, product, fisher or error, found 'size'
// RUN: not sdq-opt %s --sdq-extract-outliers="pattern=1:4 metric=error" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=TYPES
// TYPES: error: expected types=<of outliers>,<of the rest> with metric=error, found 0 types
// RUN: not sdq-opt %s --sdq-extract-outliers="pattern=1:4 types=i8,i4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=UNUSED
// UNUSED: error: expected types and weights with metric=error only, found metric=magnitude
// RUN: not sdq-opt %s --sdq-extract-outliers="pattern=1:4 metric=error types=i8,i5" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=TYPE
// TYPE: error: expected types of i2, i3, i4, i8, f4E2M1FN, f8E4M3FN, f8E5M2, f16 or bf16, found 'i5'
// RUN: not sdq-opt %s --sdq-extract-outliers="pattern=1:4 metric=error types=i8,i4 scale=f64" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=SCALE
// SCALE: error: expected a scale in f8E4M3FN, u8, f8E8M0FNU, f16 or f32 (dense_c3), found 'f64'
// RUN: not sdq-opt %s --sdq-extract-outliers="pattern=1:4 metric=error types=i8,i4 weights=hessian" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=WEIGHTS
// WEIGHTS: error: expected weights of none, activation or fisher, found 'hessian'
// RUN: not sdq-opt %s --sdq-extract-outliers="pattern=1:12 metric=error types=i8,i4 vector=16" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=NEST
// NEST: error: expected M to divide the vector or the vector to divide M (error_c1), found M = 12, vector = 16
// RUN: not sdq-opt %s --sdq-extract-outliers="percent=1 metric=product" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=GLOBAL
// GLOBAL: error: expected metric=product with pattern=n:M only: global outliers leave by Fisher information and magnitude
// RUN: not sdq-opt %s --sdq-extract-outliers="percent=100 sensitive=0" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=PERCENT
// PERCENT: error: expected 0 <= sensitive <= percent and 0 < percent < 100, found sensitive = 0.000000, percent = 100.000000
// RUN: not sdq-opt %s --sdq-extract-outliers="percent=0.45 sensitive=0.5" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=SENSITIVE
// SENSITIVE: error: expected 0 <= sensitive <= percent and 0 < percent < 100, found sensitive = 0.500000, percent = 0.450000
// RUN: not sdq-opt %s --sdq-extract-outliers="percent=1 calibration=%t.none" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=MISSING
// MISSING: error: {{.*}}extract-outliers-invalid.mlir.tmp.none{{.*}}: {{No such file or directory}}

// The weight must be of the kind that is extracted from, and have what is asked for.
// RUN: not sdq-opt %s --sdq-extract-outliers="pattern=1:4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=DENSE
// DENSE: error: weight 'fc': expected an unquantized #sdq.nm as the last term, found #sdq.dense<f16>
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4" --sdq-extract-outliers="pattern=1:8" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=BLOCK
// BLOCK: error: weight 'fc': expected outliers of n:4, found 1:8
// RUN: not sdq-opt %s --sdq-sparsify="pattern=3:4" --sdq-extract-outliers="pattern=1:4 rest=1:4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=ROOM
// ROOM: error: weight 'fc': expected the rest of #sdq.nm<3:4, f16> without 1:4 to fit N:4 with N >= 2, found 1:4
// RUN: not sdq-opt %s --sdq-sparsify="pattern=3:4" --sdq-extract-outliers="pattern=1:4 rest=4:8" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=RESTBLOCK
// RESTBLOCK: error: weight 'fc': expected the rest of #sdq.nm<3:4, f16> without 1:4 to fit N:4 with N >= 2, found 4:8
// RUN: not sdq-opt %s --sdq-sparsify="pattern=3:4" --sdq-quantize="types=i8" --sdq-extract-outliers="pattern=1:4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=QUANTIZED
// QUANTIZED: error: weight 'fc': expected an unquantized #sdq.nm as the last term, found #sdq.nm<3:4, i8, vector = 16, scale = f8E4M3FN>
// RUN: not sdq-opt %s --sdq-sparsify="pattern=3:4" --sdq-extract-outliers="percent=1 unweighted=true" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=SPARSE
// SPARSE: error: weight 'fc': expected an unquantized #sdq.dense to extract from, found #sdq.nm<3:4, f16>
// RUN: not sdq-opt %s --sdq-extract-outliers="percent=1" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=FISHER
// FISHER: error: weight 'fc': needs Fisher information: no calibration file was given; --unweighted takes the outliers by magnitude alone
// RUN: %safetensors %t.other "fc.act_sq=[1, 2, 3, 4]"
// RUN: not sdq-opt %s --sdq-extract-outliers="percent=1 calibration=%t.other" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=OTHER
// OTHER: error: weight 'fc': needs Fisher information: the calibration file '{{.*}}.other' has no 'fc.fisher' by name or by content; --unweighted takes the outliers by magnitude alone
// RUN: not sdq-opt %s --sdq-sparsify="pattern=4:4" --sdq-extract-outliers="pattern=1:4 metric=product" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=PRODUCT
// PRODUCT: error: weight 'fc': needs mean squared activations: no calibration file was given; metric=magnitude needs none
// RUN: not sdq-opt %s --sdq-sparsify="pattern=4:4" --sdq-extract-outliers="pattern=1:4 metric=error types=i8,i4 weights=activation" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=ACTIVATION
// ACTIVATION: error: weight 'fc': needs mean squared activations: no calibration file was given; weights=none needs none
sdq.parameter @fc : !sdq.weight<1x4xf16, #sdq.dense<f16>> =
  {values = dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf16>}
