// sdq.buffer's memref has the constant's shape, element type and order.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics

func.func @f() {
  // expected-error @+1 {{buffer_c1: expected a row-major memref of the shape and element type of 'tensor<2x3xi8>', found 'memref<3x2xi8>'}}
  %b = sdq.buffer dense<1> : tensor<2x3xi8> -> memref<3x2xi8>
  return
}

// -----

func.func @f() {
  // expected-error @+1 {{buffer_c1: expected a row-major memref of the shape and element type of 'tensor<2x3xi8>', found 'memref<6xi8>'}}
  %b = sdq.buffer dense<1> : tensor<2x3xi8> -> memref<6xi8>
  return
}

// -----

func.func @f() {
  // expected-error @+1 {{buffer_c1: expected a row-major memref of the shape and element type of 'tensor<2x3xi8>', found 'memref<2x3xi16>'}}
  %b = sdq.buffer dense<1> : tensor<2x3xi8> -> memref<2x3xi16>
  return
}

// -----

func.func @f() {
  // expected-error @+1 {{buffer_c1: expected a row-major memref of the shape and element type of 'tensor<2x3xi8>', found 'memref<2x3xi8, strided<[1, 2]>>'}}
  %b = sdq.buffer dense<1> : tensor<2x3xi8> -> memref<2x3xi8, strided<[1, 2]>>
  return
}

// -----

func.func @f() {
  // expected-error @+1 {{Invalid attribute `value` in property conversion: 1 : i8}}
  %b = "sdq.buffer"() <{value = 1 : i8}> : () -> memref<1xi8>
  return
}
