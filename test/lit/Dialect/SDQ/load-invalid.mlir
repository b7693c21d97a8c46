// sdq.load names a parameter and gives it the type it has.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics

func.func @f() {
  // expected-error @+1 {{load_c1: @w names no sdq.parameter}}
  %w = sdq.load @w : !sdq.weight<2x2xf16, #sdq.dense<f16>>
  return
}

// -----

func.func @f() {
  // expected-error @+1 {{load_c1: @f names no sdq.parameter}}
  %w = sdq.load @f : !sdq.weight<2x2xf16, #sdq.dense<f16>>
  return
}

// -----

sdq.parameter @w : !sdq.weight<2x2xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<2x2xf16>}
func.func @f() {
  // expected-error @+1 {{load_c1: @w is of type '!sdq.weight<2x2xf16, #sdq.dense<f16>>', found '!sdq.weight<2x2xf16, #sdq.dense<f32>>'}}
  %w = sdq.load @w : !sdq.weight<2x2xf16, #sdq.dense<f32>>
  return
}
