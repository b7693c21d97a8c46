// A file of recipes gives each weight its own; what matches no weight is warned of, what is wrong refused with its place.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: split-file %s %t
// RUN: sdq-opt %t/model.mlir --sdq-decompose=recipe=%t/mixed.yaml 2>%t/warnings | FileCheck %t/model.mlir
// RUN: FileCheck %s --check-prefix=WARN --input-file=%t/warnings --implicit-check-not=warning:
// WARN: warning: the recipe ignores 'lm_heat', which matches none of the 4 weights
// WARN: warning: the recipe overrides 're:.*\.mlp\.gate', which matches none of the 4 weights
// RUN: sdq-opt %t/model.mlir --sdq-check-recipe=recipe=%t/mixed.yaml 2>&1 >/dev/null | FileCheck %s --check-prefix=WARN

// RUN: not sdq-opt %t/model.mlir --sdq-decompose=recipe=%t/wrong.yaml 2>&1 | FileCheck %s --check-prefix=WRONG --implicit-check-not=error:
// WRONG: error: {{.*}}wrong.yaml:4:13: recipe 'W5': expected W2, W3, W4 or W8, found W5 (recipe_c9)
// RUN: not sdq-opt %t/model.mlir --sdq-decompose=recipe=%t/none.yaml 2>&1 | FileCheck %s --check-prefix=NONE --implicit-check-not=error:
// NONE: error: cannot read the recipe '{{.*}}none.yaml': No such file or directory

//--- mixed.yaml
recipe: W4-g8
ignore: [head, lm_heat]
overrides:
  - targets: ['re:.*\.mlp\.gate', 're:.*layers\.0\..*']
    recipe:
      name: SDQ-W7:8-1:8int8-6:8fp4
      sparsify: {metric: magnitude}
      quantize: {group_size: 8, scale: f16}
      activations: {bits: 8, granularity: token}
  - targets: [down_proj]
    recipe: {codebook: {bits: 2}, unweighted: true}

//--- wrong.yaml
recipe: W4
overrides:
  - targets: [a]
    recipe: W5

//--- model.mlir
// CHECK: sdq.parameter @layers.0.down_proj : !sdq.weight<1x16xf16, #sdq.sum<#sdq.nm<1:8, i8, vector = 8, scale = f16>, #sdq.nm<6:8, f4E2M1FN, vector = 8, scale = f16>>>
sdq.parameter @layers.0.down_proj : !sdq.weight<1x16xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<1x16xf16>}
// CHECK: sdq.parameter @layers.1.down_proj : !sdq.weight<1x16xf16, #sdq.lut<2, f16>>
sdq.parameter @layers.1.down_proj : !sdq.weight<1x16xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<1x16xf16>}
// CHECK: sdq.parameter @layers.1.up_proj : !sdq.weight<1x16xf16, #sdq.dense<i4, vector = 8, scale = f16>>
sdq.parameter @layers.1.up_proj : !sdq.weight<1x16xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<1x16xf16>}
// CHECK: sdq.parameter @head : !sdq.weight<1x16xf16, #sdq.dense<f16>>
sdq.parameter @head : !sdq.weight<1x16xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<1x16xf16>}

func.func @main(%x: tensor<2x16xf32>) -> (tensor<2x1xf32>, tensor<2x1xf32>) {
  // CHECK: sdq.linear %{{.*}}, @layers.0.down_proj activations [#sdq.activation<i8, vector = 16>, #sdq.activation<i8, vector = 16>]
  %a = sdq.linear %x, @layers.0.down_proj : (tensor<2x16xf32>) -> tensor<2x1xf32>
  // CHECK: sdq.linear %{{.*}}, @layers.1.up_proj : (tensor<2x16xf32>)
  %b = sdq.linear %x, @layers.1.up_proj : (tensor<2x16xf32>) -> tensor<2x1xf32>
  return %a, %b : tensor<2x1xf32>, tensor<2x1xf32>
}
