// What has no meaning without sdq is refused: linalg_c1.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-linear-to-linalg --split-input-file --verify-diagnostics

// expected-error @+1 {{linalg_c1: has a type or attribute of sdq, which nothing but sdq's own operations may}}
func.func private @takes(!sdq.weight<2x8xf16, #sdq.dense<f16>>)

// -----

func.func @encodes(%t: tensor<2x8xf16>) -> tensor<2x8xf32> {
  // expected-error @+1 {{linalg_c1: only sdq.linear, and sdq.decode straight from sdq.load, are written as linalg}}
  %w = sdq.encode %t : tensor<2x8xf16> -> !sdq.weight<2x8xf16, #sdq.dense<f16>>
  %d = sdq.decode %w : !sdq.weight<2x8xf16, #sdq.dense<f16>> -> tensor<2x8xf32>
  return %d : tensor<2x8xf32>
}

// -----

// expected-error @+1 {{linalg_c1: has a type or attribute of sdq}}
func.func @mentions() attributes {note = #sdq.dense<f16>} {
  return
}
