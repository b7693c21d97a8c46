// Bad options, weights and calibrations of --sdq-sparsify: one error each, with what was expected and found.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Options are refused once, however many weights there are.
// RUN: not sdq-opt %s --sdq-sparsify="pattern=0:4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=NONE
// NONE: error: expected pattern=N:M with 1 <= N <= M <= 32, found '0:4'
// RUN: not sdq-opt %s --sdq-sparsify="pattern=5:4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=MORE
// MORE: error: expected pattern=N:M with 1 <= N <= M <= 32, found '5:4'
// RUN: not sdq-opt %s --sdq-sparsify="pattern=16:64" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=LONG
// LONG: error: expected pattern=N:M with 1 <= N <= M <= 32, found '16:64'
// RUN: not sdq-opt %s --sdq-sparsify="pattern=two:four" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=WORDS
// WORDS: error: expected pattern=N:M with 1 <= N <= M <= 32, found 'two:four'
// RUN: not sdq-opt %s --sdq-sparsify 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=ABSENT
// ABSENT: error: expected pattern=N:M with 1 <= N <= M <= 32, found ''
// RUN: not sdq-opt %s --sdq-sparsify="pattern=3:8 pairwise=true" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=ODD
// ODD: error: expected even N and M for pairs of neighbours (nm_c2), found pattern=3:8
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4 metric=taylor" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=METRIC
// METRIC: error: expected a metric of magnitude, wanda, sparsegpt or fisher, found 'taylor'

// A calibration is needed, must be there, must be one, must know the weight and fit it.
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4 metric=fisher" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=UNGIVEN
// UNGIVEN: sparsify-invalid.mlir:{{[0-9]+}}:{{[0-9]+}}: error: weight 'layers.0.fc': needs Fisher information: no calibration file was given; metric=magnitude needs none
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4 metric=fisher calibration=%t.none" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=MISSING
// MISSING: error: {{.*}}sparsify-invalid.mlir.tmp.none{{.*}}: {{No such file or directory}}
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4 metric=fisher calibration=%s" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=GARBAGE
// GARBAGE: error: {{.*}}sparsify-invalid.mlir{{.*}}header
// RUN: %safetensors %t.other "layers.1.fc.fisher=[[1, 2, 3, 4]]" "layers.0.fc.act_sq=[1, 2, 3, 4]"
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4 metric=fisher calibration=%t.other" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=OTHER
// OTHER: error: weight 'layers.0.fc': needs Fisher information: the calibration file '{{.*}}.other' has no 'layers.0.fc.fisher' by name or by content; metric=magnitude needs none
// RUN: %safetensors %t.fisher "layers.0.fc.fisher=[[1, 2, 3, 4]]"
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4 metric=wanda calibration=%t.fisher" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=WANDA
// WANDA: error: weight 'layers.0.fc': needs mean squared activations: the calibration file '{{.*}}.fisher' has no 'layers.0.fc.act_sq' by name or by content; metric=magnitude needs none
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4 metric=sparsegpt calibration=%t.fisher" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=SPARSEGPT
// SPARSEGPT: error: weight 'layers.0.fc': needs a Hessian: the calibration file '{{.*}}.fisher' has no 'layers.0.fc.hessian' by name or by content; metric=magnitude needs none
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4 metric=sparsegpt damping=-0.5" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=DAMPING
// DAMPING: error: expected a damping of at least 0, found -0.5
// RUN: %safetensors %t.asymmetric "layers.0.fc.hessian=[[1, 0, 0, 0], [0, 1, 0, 0.5], [0, 0, 1, 0], [0, 0, 0, 1]]"
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4 metric=sparsegpt calibration=%t.asymmetric" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=ASYMMETRIC
// ASYMMETRIC: error: weight 'layers.0.fc': Hessian: expected a symmetric matrix, found 0.000000 at row 3, column 1 and 0.500000 across the diagonal (sparsegpt_c1)
// RUN: %safetensors %t.singular "layers.0.fc.hessian=[4, 4]*1"
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4 metric=sparsegpt damping=0 calibration=%t.singular" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=SINGULAR
// SINGULAR: error: weight 'layers.0.fc': Hessian: expected a positive definite matrix with a damping of 0.000000, found a singular one in columns 0 to 3 (sparsegpt_c2): more damping helps
// RUN: %safetensors %t.square "layers.0.fc.hessian=[[1, 0], [0, 1]]"
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4 metric=sparsegpt calibration=%t.square" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=SQUARE
// SQUARE: error: weight 'layers.0.fc': '{{.*}}.square': tensor 'layers.0.fc.hessian': expected shape [4, 4] for a weight of 1 x 4, found [2, 2] (calibration_c3)
// RUN: %safetensors %t.shape "layers.0.fc.fisher=[[1, 2], [3, 4]]"
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4 metric=fisher calibration=%t.shape" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=SHAPE
// SHAPE: error: weight 'layers.0.fc': '{{.*}}.shape': tensor 'layers.0.fc.fisher': expected shape [1, 4] for a weight of 1 x 4, found [2, 2] (calibration_c3)
// RUN: %safetensors %t.negative "layers.0.fc.fisher=[[1, 2, -3, 4]]"
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4 metric=fisher calibration=%t.negative" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=NEGATIVE
// NEGATIVE: error: weight 'layers.0.fc': '{{.*}}.negative': tensor 'layers.0.fc.fisher': expected a finite value that is not negative at row 0, column 2, found -3.0{{0*}} (calibration_c4)
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4" --sdq-sparsify="pattern=1:4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=TWICE
// TWICE: error: weight 'layers.0.fc': expected an unquantized #sdq.dense to sparsify, found #sdq.nm<2:4, f16>
sdq.parameter @layers.0.fc : !sdq.weight<1x4xf16, #sdq.dense<f16>> =
  {values = dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf16>}
