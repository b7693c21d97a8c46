// sdq.encode takes a float matrix of the weight's extents, and makes nothing but unquantized dense weights.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics

func.func @f(%t: tensor<3x2xf16>) {
  // expected-error @+1 {{encode_c1: expected the extents of '!sdq.weight<2x3xf16, #sdq.dense<f16>>', found 'tensor<3x2xf16>'}}
  %w = sdq.encode %t : tensor<3x2xf16> -> !sdq.weight<2x3xf16, #sdq.dense<f16>>
  return
}

// -----

func.func @f(%t: tensor<2x3xi8>) {
  // expected-error @+1 {{encode_c1: expected f16, bf16 or f32, found 'i8'}}
  %w = sdq.encode %t : tensor<2x3xi8> -> !sdq.weight<2x3xf16, #sdq.dense<f16>>
  return
}

// -----

func.func @f(%t: tensor<2x3xf16>) {
  // expected-error @+1 {{encode_c2: expected an unquantized #sdq.dense, found #sdq.dense<i8, vector = 3, scale = f16>}}
  %w = sdq.encode %t : tensor<2x3xf16> -> !sdq.weight<2x3xf16, #sdq.dense<i8, vector = 3, scale = f16>>
  return
}

// -----

func.func @f(%t: tensor<2x3xf16>) {
  // expected-error @+1 {{encode_c2: expected an unquantized #sdq.dense, found #sdq.lut<4, f16>}}
  %w = sdq.encode %t : tensor<2x3xf16> -> !sdq.weight<2x3xf16, #sdq.lut<4, f16>>
  return
}

// -----

func.func @f(%t: tensor<?x3xf16>) {
  // expected-error @+1 {{operand #0 must be statically shaped tensor of any type values, but got 'tensor<?x3xf16>'}}
  %w = sdq.encode %t : tensor<?x3xf16> -> !sdq.weight<2x3xf16, #sdq.dense<f16>>
  return
}
