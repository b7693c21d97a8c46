// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: a program that computes a tensor on the host is refused, at the op, whatever it is made with.
// RUN: sdq-opt %s -split-input-file -verify-diagnostics --sdq-keep-on-device

func.func @elements(%x: tensor<?x5xf32>) -> tensor<?x5xf32> {
  // expected-error @+1 {{device_e1: computes on the host, and the program's tensors are on a device: expected products by compressed weights, and reshapes to at most one unknown extent, only}}
  %y = math.exp %x : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

// -----

func.func @reads(%x: tensor<?x5xf32>, %i: index) -> f32 {
  // expected-error @+1 {{device_e1}}
  %y = tensor.extract %x[%i, %i] : tensor<?x5xf32>
  return %y : f32
}

// -----

func.func @constant() -> tensor<2xf32> {
  // expected-error @+1 {{device_e1}}
  %y = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// A shape of two unknown extents lies in memory, where the host would write it.
func.func @shape(%x: tensor<?x5xf32>, %a: index, %b: index) -> tensor<?x?xf32> {
  // expected-error @+1 {{device_e1}}
  %shape = tensor.from_elements %a, %b : tensor<2xindex>
  %y = tensor.reshape %x(%shape) : (tensor<?x5xf32>, tensor<2xindex>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

func.func @sizes(%x: tensor<?x5xf32>, %c: i1) -> (tensor<?x5xf32>, index) {
  %zero = arith.constant 0 : index
  %n = tensor.dim %x, %zero : tensor<?x5xf32>
  %m = arith.addi %n, %n : index
  %y = scf.if %c -> tensor<?x5xf32> {
    scf.yield %x : tensor<?x5xf32>
  } else {
    scf.yield %x : tensor<?x5xf32>
  }
  return %y, %m : tensor<?x5xf32>, index
}
