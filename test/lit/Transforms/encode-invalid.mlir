// What sdq-encode refuses: texts that are no format, formats that no values can be stored in, values that do not fit.

// RUN: not sdq-opt %s --sdq-encode 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not sdq-opt %s --sdq-encode="format=#sdq.lot<4>" 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not sdq-opt %s --sdq-encode="format=#nobody.sign<4>" 2>&1 | FileCheck %s --check-prefix=DIALECT
// RUN: not sdq-opt %s --sdq-encode="format=17" 2>&1 | FileCheck %s --check-prefix=NUMBER
// RUN: not sdq-opt %s --sdq-encode="format=#sdq.nm<5:4,f16>" 2>&1 | FileCheck %s --check-prefix=VERIFIED
// RUN: not sdq-opt %s --sdq-encode="format=#sdq.lut<4,f16>" 2>&1 | FileCheck %s --check-prefix=SOLVER
// RUN: not sdq-opt %s --sdq-encode="format=#sdq.nm<1:4,f16>" 2>&1 | FileCheck %s --check-prefix=FULL
// RUN: not sdq-opt %s --sdq-compress="recipe={{recipe: {format: '#sdq.dense<f16>', codebook: {bits: 4}}}}" 2>&1 | FileCheck %s --check-prefix=BOTH
// RUN: not sdq-opt %s --sdq-compress="recipe={{recipe: {format: dense}}}" 2>&1 | FileCheck %s --check-prefix=TEXT

// NONE: error: expected a weight format, found ''
// UNKNOWN: error: expected a weight format, found '#sdq.lot<4>': unknown  attribute `lot` in dialect `sdq`
// DIALECT: error: expected a weight format, found '#nobody.sign<4>'
// NUMBER: error: expected a weight format, found '17'
// VERIFIED: error: expected a weight format, found '#sdq.nm<5:4,f16>': nm_c1: expected 1 <= N <= M <= 32, found N = 5, M = 4
// SOLVER: error: expected a format that says how values become codes, found #sdq.lut<4, f16>: weights get into it by a pass of its own
// FULL: error: weight 'w': pack_c2
// BOTH: expected a format alone, or terms or a codebook without one, found both (recipe_c11)
// TEXT: expected the text of a format, such as #sdq.lut<4, f16>, found 'dense' (recipe_c16)

sdq.parameter @w : !sdq.weight<1x4xf32, #sdq.dense<f32>> = {values = dense<[[3.5, -0.5, 1.0, 0.0]]> : tensor<1x4xf32>}
