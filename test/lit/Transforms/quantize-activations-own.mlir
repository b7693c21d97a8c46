// What a parameter says of its activations comes before the pass's option, and is gone afterwards.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: split-file %s %t
// RUN: sdq-opt %t/own.mlir --sdq-quantize-activations="bits=4" | FileCheck %s
// RUN: not sdq-opt %t/width.mlir --sdq-quantize-activations 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=WIDTH
// RUN: not sdq-opt %t/form.mlir --sdq-quantize-activations 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=FORM
// WIDTH: width.mlir:1:1: error: weight 'w': expected sdq.activations = {bits = 0, 4, 8 or 16[, granularity = "vector" or "token"]}, found {bits = 5 : i64}
// FORM: form.mlir:1:1: error: weight 'w': expected sdq.activations = {bits = 0, 4, 8 or 16[, granularity = "vector" or "token"]}, found 8 : i64
// RUN: not sdq-opt %t/granularity.mlir --sdq-quantize-activations 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=GRANULARITY
// GRANULARITY: granularity.mlir:1:1: error: weight 'w': expected sdq.activations = {bits = 0, 4, 8 or 16[, granularity = "vector" or "token"]}, found {bits = 8 : i64, granularity = "channel"}

//--- own.mlir
// CHECK-NOT: sdq.activations
sdq.parameter @eight attributes {sdq.activations = {bits = 8 : i64}} : !sdq.weight<1x2xf16, #sdq.dense<i4, vector = 2, scale = f32>> =
  {values = dense<1> : tensor<1x1xi8>, scales = dense<1.0> : tensor<1x1xf32>}
sdq.parameter @left attributes {sdq.activations = {bits = 16 : i64}} : !sdq.weight<1x2xf16, #sdq.dense<i8, vector = 2, scale = f32>> =
  {values = dense<1> : tensor<1x2xi8>, scales = dense<1.0> : tensor<1x1xf32>}
sdq.parameter @other : !sdq.weight<1x2xf16, #sdq.dense<i8, vector = 2, scale = f32>> =
  {values = dense<1> : tensor<1x2xi8>, scales = dense<1.0> : tensor<1x1xf32>}
sdq.parameter @token attributes {sdq.activations = {bits = 0 : i64, granularity = "token"}} : !sdq.weight<1x2xf16, #sdq.dense<i8, vector = 1, scale = f32>> =
  {values = dense<1> : tensor<1x2xi8>, scales = dense<1.0> : tensor<1x2xf32>}
func.func @f(%x: tensor<2xf16>) -> (tensor<1xf16>, tensor<1xf16>, tensor<1xf16>, tensor<1xf16>, tensor<1xf16>) {
  // CHECK: sdq.linear %{{.*}}, @eight activations [#sdq.activation<i8, vector = 2>]
  // CHECK: sdq.linear %{{.*}}, @left : (tensor<2xf16>)
  // CHECK: sdq.linear %{{.*}}, @other activations [#sdq.activation<i4, vector = 2>]
  // A weight of two matmuls says it to both.
  // CHECK: sdq.linear %{{.*}}, @eight activations [#sdq.activation<i8, vector = 2>]
  // CHECK: sdq.linear %{{.*}}, @token activations [#sdq.activation<i8, vector = 2>]
  %a = sdq.linear %x, @eight : (tensor<2xf16>) -> tensor<1xf16>
  %b = sdq.linear %x, @left : (tensor<2xf16>) -> tensor<1xf16>
  %c = sdq.linear %x, @other : (tensor<2xf16>) -> tensor<1xf16>
  %d = sdq.linear %x, @eight : (tensor<2xf16>) -> tensor<1xf16>
  %e = sdq.linear %x, @token : (tensor<2xf16>) -> tensor<1xf16>
  return %a, %b, %c, %d, %e : tensor<1xf16>, tensor<1xf16>, tensor<1xf16>, tensor<1xf16>, tensor<1xf16>
}

//--- width.mlir
sdq.parameter @w attributes {sdq.activations = {bits = 5 : i64}} : !sdq.weight<1x2xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<1x2xf16>}
func.func @f(%x: tensor<2xf16>) -> tensor<1xf16> {
  %a = sdq.linear %x, @w : (tensor<2xf16>) -> tensor<1xf16>
  return %a : tensor<1xf16>
}

//--- form.mlir
sdq.parameter @w attributes {sdq.activations = 8 : i64} : !sdq.weight<1x2xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<1x2xf16>}
func.func @f(%x: tensor<2xf16>) -> tensor<1xf16> {
  %a = sdq.linear %x, @w : (tensor<2xf16>) -> tensor<1xf16>
  return %a : tensor<1xf16>
}

//--- granularity.mlir
sdq.parameter @w attributes {sdq.activations = {bits = 8 : i64, granularity = "channel"}} : !sdq.weight<1x2xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<1x2xf16>}
func.func @f(%x: tensor<2xf16>) -> tensor<1xf16> {
  %a = sdq.linear %x, @w : (tensor<2xf16>) -> tensor<1xf16>
  return %a : tensor<1xf16>
}
