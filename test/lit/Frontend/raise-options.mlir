// RUN: sdq-opt %s --sdq-raise 2>&1 | FileCheck %s --check-prefix=DEFAULT
// RUN: sdq-opt %s --sdq-raise="min-size=2048" | FileCheck %s --check-prefix=SMALL
// RUN: sdq-opt %s --pass-pipeline='builtin.module(sdq-raise{min-size=1 ignore=^lm_,/down_proj/})' | FileCheck %s --check-prefix=IGNORE
// RUN: not sdq-opt %s --sdq-raise="ignore=(" 2>&1 | FileCheck %s --check-prefix=INVALID
//
// Proves what min-size and ignore leave alone, in silence unless remarks are asked for. Sizes are 4096, 2048 and 4096 elements.

// DEFAULT-NOT: remark
// DEFAULT: sdq.parameter @lm_head
// DEFAULT: sdq.parameter @"onnx::MatMul_7"
// DEFAULT-NOT: sdq.parameter
// SMALL-COUNT-3: sdq.parameter
// IGNORE: sdq.parameter @small
// IGNORE-NOT: sdq.parameter
// INVALID: error: sdq-raise: ignore: '(' is no regular expression: parentheses not balanced

func.func @f(%x: tensor<?x64xf32>) -> (tensor<?x64xf32>, tensor<?x32xf32>, tensor<?x64xf32>) {
  %a = "onnx.Constant"() {value = dense<1.0> : tensor<64x64xf32>, onnx.name = "lm_head"} : () -> tensor<64x64xf32>
  %b = "onnx.Constant"() {value = dense<1.0> : tensor<64x32xf32>, onnx.name = "small"} : () -> tensor<64x32xf32>
  %c = "onnx.Constant"() {value = dense<1.0> : tensor<64x64xf32>, onnx.name = "onnx::MatMul_7"} : () -> tensor<64x64xf32>
  %p = "onnx.MatMul"(%x, %a) : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  %q = "onnx.MatMul"(%x, %b) : (tensor<?x64xf32>, tensor<64x32xf32>) -> tensor<?x32xf32>
  %r = "onnx.MatMul"(%x, %c) {onnx_node_name = "/layers.0/down_proj/MatMul"} : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  return %p, %q, %r : tensor<?x64xf32>, tensor<?x32xf32>, tensor<?x64xf32>
}
