// Bad options, weights and calibrations of --sdq-residual-terms: one error each, with what was expected and found.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Options are refused once, however many weights there are.
// RUN: not sdq-opt %s --sdq-residual-terms 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=NONE
// NONE: error: expected one of types for each of at least one of patterns, found 0 patterns and 0 types
// RUN: not sdq-opt %s --sdq-residual-terms="patterns=1:4,2:4 types=i8" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=FEWER
// FEWER: error: expected one of types for each of at least one of patterns, found 2 patterns and 1 types
// RUN: not sdq-opt %s --sdq-residual-terms="patterns=1:4,5:4 types=i8,i4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=PATTERN
// PATTERN: error: expected patterns=N:M with 1 <= N <= M <= 32, found '5:4'
// RUN: not sdq-opt %s --sdq-residual-terms="patterns=2:4,1:4 pairwise=true types=i8,i4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=ODD
// ODD: error: expected even N and M for pairs of neighbours (nm_c2), found 1:4
// RUN: not sdq-opt %s --sdq-residual-terms="patterns=1:4 types=int8" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=TYPE
// TYPE: error: expected types of i2, i3, i4, i8, f4E2M1FN, f8E4M3FN, f8E5M2, f16 or bf16, found 'int8'
// RUN: not sdq-opt %s --sdq-residual-terms="patterns=1:4 types=i8 scale=bf16" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=SCALE
// SCALE: error: expected a scale in f8E4M3FN, u8, f8E8M0FNU, f16 or f32 (dense_c3), found 'bf16'
// RUN: not sdq-opt %s --sdq-residual-terms="patterns=1:4 types=i8 scale-choice=min" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=CHOICE
// CHOICE: error: expected a scale-choice of absmax or mse, found 'min'
// RUN: not sdq-opt %s --sdq-residual-terms="patterns=1:4 types=i8 vector=-1" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=VECTOR
// VECTOR: error: expected a vector of at least 1, or 0 for the whole row, found -1
// RUN: not sdq-opt %s --sdq-residual-terms="patterns=1:4 types=i8 weights=hessian" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=WEIGHTS
// WEIGHTS: error: expected weights of none, activation or fisher, found 'hessian'
// RUN: not sdq-opt %s --sdq-residual-terms="patterns=1:4 types=i8 calibration=%t.none" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=MISSING
// MISSING: error: {{.*}}residual-terms-invalid.mlir.tmp.none{{.*}}: {{No such file or directory}}

// RUN: not sdq-opt %s --sdq-residual-terms="patterns=1:4 types=i8 weights=fisher" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=UNGIVEN
// UNGIVEN: residual-terms-invalid.mlir:{{[0-9]+}}:{{[0-9]+}}: error: weight 'layers.0.fc': needs Fisher information: no calibration file was given; weights=none needs none
// RUN: %safetensors %t.shape "layers.0.fc.act_sq=[1, 2]"
// RUN: not sdq-opt %s --sdq-residual-terms="patterns=1:4 types=i8 weights=activation calibration=%t.shape" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=SHAPE
// SHAPE: error: weight 'layers.0.fc': '{{.*}}.shape': tensor 'layers.0.fc.act_sq': expected shape [4] for a weight of 1 x 4, found [2] (calibration_c3)
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4" --sdq-residual-terms="patterns=1:4 types=i8" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=SPARSE
// SPARSE: error: weight 'layers.0.fc': expected an unquantized #sdq.dense to decompose, found #sdq.nm<2:4, f16>
sdq.parameter @layers.0.fc : !sdq.weight<1x4xf16, #sdq.dense<f16>> =
  {values = dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf16>}
