// Decoding folds where it rounds nothing: of an encoded tensor, and of a dense parameter.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --canonicalize | FileCheck %s

sdq.parameter @dense : !sdq.weight<2x3xf16, #sdq.dense<f16>> = {values = dense_resource<values> : tensor<2x3xf16>}
sdq.parameter @widened : !sdq.weight<2x3xf16, #sdq.dense<f32>> = {values = dense<1.0> : tensor<2x3xf32>}
sdq.parameter @transposed : !sdq.weight<2x3xf16, #sdq.dense<f16, transposed>> = {values = dense<1.0> : tensor<3x2xf16>}
sdq.parameter @square : !sdq.weight<2x2xf16, #sdq.dense<f16, transposed>> = {values = dense<1.0> : tensor<2x2xf16>}
sdq.parameter @bf16 : !sdq.weight<2x3xbf16, #sdq.dense<bf16>> = {values = dense<0> : tensor<2x3xi16>}
sdq.parameter @sparse : !sdq.weight<2x4xf16, #sdq.nm<4:4, f16>> = {values = dense<1.0> : tensor<2x4xf16>}

// CHECK-LABEL: func.func @decode_encode(
// CHECK-SAME:    %[[T:.*]]: tensor<2x3xf16>)
func.func @decode_encode(%t: tensor<2x3xf16>) -> tensor<2x3xf16> {
  // CHECK-NEXT: return %[[T]]
  %w = sdq.encode %t : tensor<2x3xf16> -> !sdq.weight<2x3xf16, #sdq.dense<f16>>
  %d = sdq.decode %w : !sdq.weight<2x3xf16, #sdq.dense<f16>> -> tensor<2x3xf16>
  return %d : tensor<2x3xf16>
}

// Rounding to the format is not undone.
// CHECK-LABEL: func.func @rounded(
func.func @rounded(%t: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK: sdq.encode
  // CHECK: sdq.decode
  %w = sdq.encode %t : tensor<2x3xf32> -> !sdq.weight<2x3xf32, #sdq.dense<f16>>
  %d = sdq.decode %w : !sdq.weight<2x3xf32, #sdq.dense<f16>> -> tensor<2x3xf32>
  return %d : tensor<2x3xf32>
}

// The constant is the parameter's own attribute, and the load is gone.
// CHECK-LABEL: func.func @decode_load(
func.func @decode_load() -> (tensor<2x3xf16>, tensor<2x3xf32>) {
  // CHECK-DAG: arith.constant dense_resource<values> : tensor<2x3xf16>
  // CHECK-DAG: arith.constant dense<1.000000e+00> : tensor<2x3xf32>
  // CHECK-NOT: sdq.
  // CHECK: return
  %v = sdq.load @dense : !sdq.weight<2x3xf16, #sdq.dense<f16>>
  %w = sdq.load @widened : !sdq.weight<2x3xf16, #sdq.dense<f32>>
  %c = sdq.decode %v : !sdq.weight<2x3xf16, #sdq.dense<f16>> -> tensor<2x3xf16>
  %d = sdq.decode %w : !sdq.weight<2x3xf16, #sdq.dense<f32>> -> tensor<2x3xf32>
  return %c, %d : tensor<2x3xf16>, tensor<2x3xf32>
}

// What needs work stays: transposing (even of a square), widening, reading bf16 from bits, any other format.
// CHECK-LABEL: func.func @stays(
func.func @stays() -> (tensor<2x3xf16>, tensor<2x2xf16>, tensor<2x3xf32>, tensor<2x3xbf16>, tensor<2x4xf16>) {
  // CHECK-COUNT-5: sdq.decode
  %0 = sdq.load @transposed : !sdq.weight<2x3xf16, #sdq.dense<f16, transposed>>
  %1 = sdq.load @square : !sdq.weight<2x2xf16, #sdq.dense<f16, transposed>>
  %2 = sdq.load @dense : !sdq.weight<2x3xf16, #sdq.dense<f16>>
  %3 = sdq.load @bf16 : !sdq.weight<2x3xbf16, #sdq.dense<bf16>>
  %4 = sdq.load @sparse : !sdq.weight<2x4xf16, #sdq.nm<4:4, f16>>
  %a = sdq.decode %0 : !sdq.weight<2x3xf16, #sdq.dense<f16, transposed>> -> tensor<2x3xf16>
  %b = sdq.decode %1 : !sdq.weight<2x2xf16, #sdq.dense<f16, transposed>> -> tensor<2x2xf16>
  %c = sdq.decode %2 : !sdq.weight<2x3xf16, #sdq.dense<f16>> -> tensor<2x3xf32>
  %d = sdq.decode %3 : !sdq.weight<2x3xbf16, #sdq.dense<bf16>> -> tensor<2x3xbf16>
  %e = sdq.decode %4 : !sdq.weight<2x4xf16, #sdq.nm<4:4, f16>> -> tensor<2x4xf16>
  return %a, %b, %c, %d, %e : tensor<2x3xf16>, tensor<2x2xf16>, tensor<2x3xf32>, tensor<2x3xbf16>, tensor<2x4xf16>
}

{-#
  dialect_resources: {
    builtin: {
      values: "0x10000000003C00400042004400450046"
    }
  }
#-}
