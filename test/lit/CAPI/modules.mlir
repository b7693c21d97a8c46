// A C program runs pipelines over a module; another, on MLIR's own C interface, does so with our dialect and passes.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %capi/modules %s "sdq-decompose{recipe=W8 min-size=0}" %t.mlir | FileCheck %s --check-prefixes=CHECK,SAME
// RUN: %capi/modules %s "builtin.module(sdq-decompose{recipe=W8 min-size=0})" %t.mlirbc | FileCheck %s --check-prefixes=CHECK,SAME
// RUN: sdq-opt %t.mlirbc -o %t.opt && diff %t.opt %t.mlir
// A model file's resources are aligned otherwise, so that it can be mapped.
// RUN: %capi/modules %s "canonicalize,sdq-decompose{recipe=W8 min-size=0},cse" %t.sdq | FileCheck %s
// RUN: sdq-run --describe %t.sdq 2>&1 | FileCheck %s --check-prefix=SDQ
// SDQ: output output0 f32[?, 2]
// RUN: %capi/mlir %s "builtin.module(sdq-decompose{recipe=W8 min-size=0})" | FileCheck %s --check-prefixes=DIALECT,CHECK
// RUN: not %capi/mlir %s "builtin.module(sdq-nothing)" 2>&1 | FileCheck %s --check-prefix=NOTHING

// DIALECT: dialect sdq
// NOTHING: 'sdq-nothing' does not refer to a registered pass or pass pipeline
// CHECK: sdq.parameter @{{.*}} : !sdq.weight<2x3xf32, #sdq.dense<i8, vector = 3, scale = f16>>
// CHECK: sdq.linear
// SAME: reads back the same
func.func @main_graph(%x: tensor<?x3xf32>) -> tensor<?x2xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.5]]> : tensor<3x2xf32>
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %tokens = tensor.dim %x, %c0 : tensor<?x3xf32>
  %empty = tensor.empty(%tokens) : tensor<?x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x2xf32>) -> tensor<?x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x3xf32>, tensor<3x2xf32>) outs(%init : tensor<?x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
