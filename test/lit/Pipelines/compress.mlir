// The pass that runs a weight's recipe: formats, what it leaves for activations, and options refused once for all weights.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-compress="recipe=SDQ-W7:8-1:8int8-6:8fp4" -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir
// RUN: sdq-opt %t.mlir --sdq-quantize-activations | FileCheck %s --check-prefix=QUANTIZED
// CHECK: sdq.parameter @v attributes {sdq.activations = {bits = 0 : i64, granularity = "vector"}} : !sdq.weight<1x8xf16, #sdq.sum<#sdq.nm<1:8, i8, vector = 16, scale = f8E4M3FN>, #sdq.nm<6:8, f4E2M1FN, vector = 16, scale = f8E4M3FN>>>
// CHECK: sdq.parameter @w attributes {sdq.activations = {bits = 0 : i64, granularity = "vector"}} : !sdq.weight<1x8xf16, #sdq.sum<
// CHECK: sdq.linear %{{.*}}, @v :
// QUANTIZED: sdq.parameter @v : !sdq.weight
// QUANTIZED: sdq.linear %{{.*}}, @v activations [#sdq.activation<i8, vector = 16>, #sdq.activation<f4E2M1FN, vector = 16>]
//
// RUN: sdq-opt %s --sdq-compress="recipe=W8" | FileCheck %s --check-prefix=ROUND
// ROUND: sdq.parameter @v : !sdq.weight<1x8xf16, #sdq.dense<i8, vector = 8, scale = f16>>
//
// RUN: not sdq-opt %s --sdq-compress="recipe=W5" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=RECIPE
// RECIPE: error: recipe 'W5': expected W2, W3, W4 or W8, found W5 (recipe_c9)
// RUN: not sdq-opt %s --sdq-compress="calibration=%t.none" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=MISSING
// MISSING: error: {{.*}}compress.mlir.tmp.none{{.*}}: {{No such file or directory}}
// RUN: not sdq-opt %s --sdq-compress="metric=size" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=METRIC
// METRIC: error: expected a metric of magnitude, {{.*}} or error, found 'size'
sdq.parameter @v : !sdq.weight<1x8xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<1x8xf16>}
sdq.parameter @w : !sdq.weight<1x8xf16, #sdq.dense<f16>> = {values = dense<2.0> : tensor<1x8xf16>}
func.func @main(%x: tensor<4x8xf32>) -> tensor<4x1xf32> {
  %y = sdq.linear %x, @v : (tensor<4x8xf32>) -> tensor<4x1xf32>
  return %y : tensor<4x1xf32>
}
