// A recipe that does not add up, or lacks what it needs, is refused with one error that says why.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: not sdq-opt %s --sdq-decompose=recipe=GPTQ-w4 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=UNKNOWN
// UNKNOWN: error: recipe 'GPTQ-w4': unknown recipe; known are SDQ (SDQ-W7:8-1:8int8-6:8fp4), SqueezeLLM (SqueezeLLM-w4-s0.45), LNQ (LNQ-w2-s0.45), W (W4-g128), dense{{.*}}(recipe_c1)
// RUN: not sdq-opt %s --sdq-decompose=recipe=SDQ-W7:8-1:8int8-6:8fp4-z3 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=FIELD
// FIELD: error: recipe 'SDQ-W7:8-1:8int8-6:8fp4-z3': unexpected field 'z3' (recipe_c2)
// RUN: not sdq-opt %s --sdq-decompose=recipe=SDQ-W9:8-1:8int8-6:8fp4 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=MORE
// MORE: error: recipe 'SDQ-W9:8-1:8int8-6:8fp4': expected 1 ≤ N ≤ M ≤ 32, found N = 9 and M = 8 in 'W9:8' (recipe_c3)
// RUN: not sdq-opt %s --sdq-decompose=recipe=SDQ-W7:8-0:8int8-7:8fp4 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=NONE
// NONE: error: recipe 'SDQ-W7:8-0:8int8-7:8fp4': expected 1 ≤ N ≤ M ≤ 32, found N = 0 and M = 8 in '0:8int8' (recipe_c3)
// RUN: not sdq-opt %s --sdq-decompose=recipe=SDQ-W7:8-1:4int8-6:8fp4 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=BLOCK
// BLOCK: error: recipe 'SDQ-W7:8-1:4int8-6:8fp4': expected M = 8 as in the sparsification, found M = 4 in '1:4int8' (recipe_c4)
// RUN: not sdq-opt %s --sdq-decompose=recipe=SDQ-W7:8-1:8int8-5:8fp4 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=ROOM
// ROOM: error: recipe 'SDQ-W7:8-1:8int8-5:8fp4': sparsification keeps N = 7 of every 8, the terms have room for Σn = 6 (recipe_c5)
// RUN: not sdq-opt %s --sdq-decompose=recipe=SDQ-W7:8p-1:8int8-6:8fp4 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=PAIRS
// PAIRS: error: recipe 'SDQ-W7:8p-1:8int8-6:8fp4': pairs of neighbours need an even N, found 7 in 'W7:8p' (recipe_c6)
// RUN: not sdq-opt %s --sdq-decompose=recipe=SDQ-W7:8-1:8int9-6:8fp4 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=TYPE
// TYPE: error: recipe 'SDQ-W7:8-1:8int9-6:8fp4': expected one of the types int2, {{.*}} or bf16 in '1:8int9', found 'int9' (recipe_c7)
// RUN: not sdq-opt %s --sdq-decompose=recipe=W4-g0 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=GROUP
// GROUP: error: recipe 'W4-g0': expected 1 to 2147483647 inputs a scale, found '0' (recipe_c8)
// RUN: not sdq-opt %s --sdq-decompose=recipe=W5 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=BITS
// BITS: error: recipe 'W5': expected W2, W3, W4 or W8, found W5 (recipe_c9)
// RUN: not sdq-opt %s --sdq-decompose=recipe=SqueezeLLM-w4-s100 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=PERCENT
// PERCENT: error: recipe 'SqueezeLLM-w4-s100': expected more than 0 and less than 100 percent of exact values, found 100 in 's100' (recipe_c10)

// RUN: not sdq-opt %s --sdq-decompose=metric=hessian 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=METRIC
// METRIC: error: expected a metric of magnitude, wanda, sparsegpt, fisher, product or error, found 'hessian'
// RUN: not sdq-opt %s --sdq-decompose="recipe=SqueezeLLM-w4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=FISHER
// FISHER: error: weight 'model.fc': needs Fisher information: no calibration file was given
// RUN: not sdq-opt %s --sdq-decompose="recipe=SqueezeLLM-w4 calibration=%t.none" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=MISSING
// MISSING: error: {{.*}}decompose-invalid.mlir.tmp.none{{.*}}: {{No such file or directory}}

// Weights that were compressed before are not compressed again.
// RUN: not sdq-opt %s --sdq-decompose=recipe=W4 --sdq-decompose=recipe=W8 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=TWICE
// TWICE: error: weight 'model.fc': expected an unquantized #sdq.nm or #sdq.dense term, or #sdq.csr, found #sdq.dense<i4, vector = 4, scale = f16>
sdq.parameter @model.fc : !sdq.weight<1x4xf16, #sdq.dense<f16>> =
  {values = dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf16>}
