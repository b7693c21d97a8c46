// Every constraint of sdq.linear is enforced, and what was found is named.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics

sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<5x13xf16>}
func.func @f(%x: tensor<2x13xf32>) -> tensor<2x5xf32> {
  // expected-error @+1 {{linear_c1: @f names no sdq.parameter}}
  %y = sdq.linear %x, @f : (tensor<2x13xf32>) -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// -----

sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<5x13xf16>}
func.func @f(%x: tensor<2x13xf32>) -> tensor<2x5xf32> {
  // expected-error @+1 {{linear_c1: @v names no sdq.parameter}}
  %y = sdq.linear %x, @v : (tensor<2x13xf32>) -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// -----

sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<5x13xf16>}
func.func @f(%x: tensor<2x12xf32>) -> tensor<2x5xf32> {
  // expected-error @+1 {{linear_c2: @w maps 13 inputs to 5 outputs, found 'tensor<2x12xf32>' and 'tensor<2x5xf32>'}}
  %y = sdq.linear %x, @w : (tensor<2x12xf32>) -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// -----

sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<5x13xf16>}
func.func @f(%x: tensor<2x13xf32>) -> tensor<2x13xf32> {
  // expected-error @+1 {{linear_c2: @w maps 13 inputs to 5 outputs, found 'tensor<2x13xf32>' and 'tensor<2x13xf32>'}}
  %y = sdq.linear %x, @w : (tensor<2x13xf32>) -> tensor<2x13xf32>
  return %y : tensor<2x13xf32>
}

// -----

sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<5x13xf16>}
func.func @f(%x: tensor<2x13xf32>) -> tensor<2x?xf32> {
  // expected-error @+1 {{linear_c2: @w maps 13 inputs to 5 outputs, found 'tensor<2x13xf32>' and 'tensor<2x?xf32>'}}
  %y = sdq.linear %x, @w : (tensor<2x13xf32>) -> tensor<2x?xf32>
  return %y : tensor<2x?xf32>
}

// -----

sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<5x13xf16>}
func.func @f(%x: tensor<2x13xf32>) -> tensor<5xf32> {
  // expected-error @+1 {{linear_c3: expected input and result of one rank, at least 1, found 'tensor<2x13xf32>' and 'tensor<5xf32>'}}
  %y = sdq.linear %x, @w : (tensor<2x13xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// -----

sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<5x13xf16>}
func.func @f(%x: tensor<f32>) -> tensor<f32> {
  // expected-error @+1 {{linear_c3: expected input and result of one rank, at least 1, found 'tensor<f32>' and 'tensor<f32>'}}
  %y = sdq.linear %x, @w : (tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}

// -----

sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<5x13xf16>}
func.func @f(%x: tensor<2x13xf32>) -> tensor<2x5xf16> {
  // expected-error @+1 {{linear_c3: expected input and result of one element type, found 'f32' and 'f16'}}
  %y = sdq.linear %x, @w : (tensor<2x13xf32>) -> tensor<2x5xf16>
  return %y : tensor<2x5xf16>
}

// -----

sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<5x13xf16>}
func.func @f(%x: tensor<?x2x13xf32>) -> tensor<?x3x5xf32> {
  // expected-error @+1 {{linear_c3: expected equal leading extents, found 'tensor<?x2x13xf32>' and 'tensor<?x3x5xf32>'}}
  %y = sdq.linear %x, @w : (tensor<?x2x13xf32>) -> tensor<?x3x5xf32>
  return %y : tensor<?x3x5xf32>
}

// -----

sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<5x13xf16>}
func.func @f(%x: tensor<2x13xf64>) -> tensor<2x5xf64> {
  // expected-error @+1 {{linear_c4: expected f16, bf16 or f32, found 'f64'}}
  %y = sdq.linear %x, @w : (tensor<2x13xf64>) -> tensor<2x5xf64>
  return %y : tensor<2x5xf64>
}

// -----

sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<5x13xf16>}
func.func @f(%x: tensor<2x13xf32>) -> tensor<2x5xf32> {
  // expected-error @+1 {{linear_c5: expected an activation format for each of 1 terms, found 2}}
  %y = sdq.linear %x, @w activations [#sdq.activation<f32>, #sdq.activation<f32>] : (tensor<2x13xf32>) -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// -----

sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<5x13xf16>}
func.func @f(%x: tensor<2x13xf32>) -> tensor<2x5xf32> {
  // expected-error @+1 {{linear_c5: expected an activation format for each of 1 terms, found 0}}
  %y = sdq.linear %x, @w activations [] : (tensor<2x13xf32>) -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// -----

sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<5x13xf16>}
func.func @f(%x: tensor<2x13xf32>) -> tensor<2x5xf32> {
  // expected-error @+1 {{linear_c5: expected #sdq.activation, found #sdq.dense<f32>}}
  %y = sdq.linear %x, @w activations [#sdq.dense<f32>] : (tensor<2x13xf32>) -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}
