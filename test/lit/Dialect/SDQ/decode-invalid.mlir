// sdq.decode gives a static float matrix of the weight's extents.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics

func.func @f(%w: !sdq.weight<5x13xf16, #sdq.lut<4, f16>>) -> tensor<13x5xf32> {
  // expected-error @+1 {{decode_c1: expected the extents of '!sdq.weight<5x13xf16, #sdq.lut<4, f16>>', found 'tensor<13x5xf32>'}}
  %t = sdq.decode %w : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> -> tensor<13x5xf32>
  return %t : tensor<13x5xf32>
}

// -----

func.func @f(%w: !sdq.weight<5x13xf16, #sdq.lut<4, f16>>) -> tensor<65xf32> {
  // expected-error @+1 {{decode_c1: expected the extents of '!sdq.weight<5x13xf16, #sdq.lut<4, f16>>', found 'tensor<65xf32>'}}
  %t = sdq.decode %w : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> -> tensor<65xf32>
  return %t : tensor<65xf32>
}

// -----

func.func @f(%w: !sdq.weight<5x13xf16, #sdq.lut<4, f16>>) -> tensor<5x13xi8> {
  // expected-error @+1 {{decode_c1: expected f16, bf16 or f32, found 'i8'}}
  %t = sdq.decode %w : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> -> tensor<5x13xi8>
  return %t : tensor<5x13xi8>
}

// -----

func.func @f(%w: !sdq.weight<5x13xf16, #sdq.lut<4, f16>>) -> tensor<?x13xf32> {
  // expected-error @+1 {{result #0 must be statically shaped tensor of any type values, but got 'tensor<?x13xf32>'}}
  %t = sdq.decode %w : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> -> tensor<?x13xf32>
  return %t : tensor<?x13xf32>
}
