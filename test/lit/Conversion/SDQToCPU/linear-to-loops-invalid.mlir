// A weight that is decoded must come from a parameter: anything else has no buffers to read.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics --sdq-linear-to-loops

func.func @argument(%w: !sdq.weight<2x3xf16, #sdq.lut<4, f16>>) -> tensor<2x3xf32> {
  // expected-error @+1 {{expected the weight straight from sdq.load, found <block argument> of type '!sdq.weight<2x3xf16, #sdq.lut<4, f16>>' at index: 0}}
  %t = sdq.decode %w : !sdq.weight<2x3xf16, #sdq.lut<4, f16>> -> tensor<2x3xf32>
  return %t : tensor<2x3xf32>
}

// -----

func.func @encoded(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = sdq.encode %x : tensor<2x3xf32> -> !sdq.weight<2x3xf32, #sdq.dense<f16>>
  // expected-error @+1 {{expected the weight straight from sdq.load, found %0 = "sdq.encode"}}
  %t = sdq.decode %w : !sdq.weight<2x3xf32, #sdq.dense<f16>> -> tensor<2x3xf32>
  return %t : tensor<2x3xf32>
}
