// Bad options, weights and calibrations of --sdq-quantize: one error each, with what was expected and found.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Options are refused once, however many weights there are.
// RUN: not sdq-opt %s --sdq-quantize 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=NEITHER
// NEITHER: error: expected either types=… (vectors) or codebook=… (codebooks), found neither
// RUN: not sdq-opt %s --sdq-quantize="types=i8 codebook=4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=BOTH
// BOTH: error: expected either types=… (vectors) or codebook=… (codebooks), found both
// RUN: not sdq-opt %s --sdq-quantize="types=int8" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=TYPE
// TYPE: error: expected types of i2, i3, i4, i8, f4E2M1FN, f8E4M3FN, f8E5M2, f16 or bf16, found 'int8'
// RUN: not sdq-opt %s --sdq-quantize="types=i8 scale=bf16" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=SCALE
// SCALE: error: expected a scale in f8E4M3FN, u8, f8E8M0FNU, f16 or f32 (dense_c3), found 'bf16'
// RUN: not sdq-opt %s --sdq-quantize="types=i8 vector=-16" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=VECTOR
// VECTOR: error: expected a vector of at least 1, or 0 for the whole row, found -16
// RUN: not sdq-opt %s --sdq-quantize="codebook=9" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=NINE
// NINE: error: expected a codebook of 2 to 8 bits (lut_c1), found 9
// RUN: not sdq-opt %s --sdq-quantize="codebook=1" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=ONE
// ONE: error: expected a codebook of 2 to 8 bits (lut_c1), found 1
// RUN: not sdq-opt %s --sdq-quantize="codebook=4 calibration=%t.none" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=MISSING
// MISSING: error: {{.*}}quantize-invalid.mlir.tmp.none{{.*}}: {{No such file or directory}}

// Terms, types and formats must go together.
// RUN: not sdq-opt %s --sdq-quantize="types=i8,i4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=COUNT
// COUNT: error: weight 'layers.0.fc': expected one of types for each of 1 terms, found 2
// RUN: not sdq-opt %s --sdq-sparsify="pattern=4:4" --sdq-extract-outliers="pattern=1:4" --sdq-quantize="types=i8" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=FEWER
// FEWER: error: weight 'layers.0.fc': expected one of types for each of 2 terms, found 1
// RUN: not sdq-opt %s --sdq-quantize="types=i8" --sdq-quantize="types=i4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=TWICE
// TWICE: error: weight 'layers.0.fc': expected an unquantized #sdq.nm or #sdq.dense term, or #sdq.csr, found #sdq.dense<i8, vector = 16, scale = f8E4M3FN>
// RUN: not sdq-opt %s --sdq-sparsify="pattern=2:4" --sdq-quantize="codebook=4 unweighted=true" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=SPARSE
// SPARSE: error: weight 'layers.0.fc': expected an unquantized #sdq.dense, alone or behind a #sdq.csr, found #sdq.nm<2:4, f16>

// Codebooks without Fisher information are an error that names the layer, unless they are asked for.
// RUN: not sdq-opt %s --sdq-quantize="codebook=4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=UNGIVEN
// UNGIVEN: error: weight 'layers.0.fc': needs Fisher information: no calibration file was given; --unweighted builds the codebooks as if every error weighed the same
// RUN: %safetensors %t.other "layers.1.fc.fisher=[[1, 2, 3, 4]]" "layers.0.fc.act_sq=[1, 2, 3, 4]"
// RUN: not sdq-opt %s --sdq-quantize="codebook=4 calibration=%t.other" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=OTHER
// OTHER: error: weight 'layers.0.fc': needs Fisher information: the calibration file '{{.*}}.other' has no 'layers.0.fc.fisher' by name or by content; --unweighted builds the codebooks as if every error weighed the same
// RUN: %safetensors %t.shape "layers.0.fc.fisher=[[1], [2], [3], [4]]"
// RUN: not sdq-opt %s --sdq-quantize="codebook=4 calibration=%t.shape" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=SHAPE
// SHAPE: error: weight 'layers.0.fc': '{{.*}}.shape': tensor 'layers.0.fc.fisher': expected shape [1, 4] for a weight of 1 x 4, found [4, 1] (calibration_c3)
sdq.parameter @layers.0.fc : !sdq.weight<1x4xf16, #sdq.dense<f16>> =
  {values = dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf16>}
