// Casts that only forget extents fold into sdq.linear, and no others.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --canonicalize | FileCheck %s

sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<5x13xf16>}

// What the cast forgot the result now knows.
// CHECK-LABEL: func.func @forgets_tokens(
// CHECK-SAME:    %[[X:.*]]: tensor<2x13xf32>)
func.func @forgets_tokens(%x: tensor<2x13xf32>) -> tensor<?x5xf32> {
  // CHECK: %[[Y:.*]] = sdq.linear %[[X]], @w activations [#sdq.activation<i8, vector = 13>] : (tensor<2x13xf32>) -> tensor<2x5xf32>
  // CHECK: %[[CAST:.*]] = tensor.cast %[[Y]] : tensor<2x5xf32> to tensor<?x5xf32>
  // CHECK: return %[[CAST]]
  %cast = tensor.cast %x : tensor<2x13xf32> to tensor<?x?xf32>
  %y = sdq.linear %cast, @w activations [#sdq.activation<i8, vector = 13>] : (tensor<?x?xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

// No cast is left where the result knew already.
// CHECK-LABEL: func.func @forgets_inputs(
// CHECK-SAME:    %[[X:.*]]: tensor<?x4x13xf32>)
func.func @forgets_inputs(%x: tensor<?x4x13xf32>) -> tensor<3x4x5xf32> {
  // CHECK-NEXT: %[[Y:.*]] = sdq.linear %[[X]], @w : (tensor<?x4x13xf32>) -> tensor<3x4x5xf32>
  // CHECK-NEXT: return %[[Y]]
  %cast = tensor.cast %x : tensor<?x4x13xf32> to tensor<?x?x?xf32>
  %y = sdq.linear %cast, @w : (tensor<?x?x?xf32>) -> tensor<3x4x5xf32>
  return %y : tensor<3x4x5xf32>
}

// A cast that promises more than its operand says stays.
// CHECK-LABEL: func.func @promises(
func.func @promises(%x: tensor<?x?xf32>) -> tensor<?x5xf32> {
  // CHECK: tensor.cast
  // CHECK: sdq.linear %{{.*}}, @w : (tensor<?x13xf32>) -> tensor<?x5xf32>
  %cast = tensor.cast %x : tensor<?x?xf32> to tensor<?x13xf32>
  %y = sdq.linear %cast, @w : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

// A product that nobody wants is gone: the op is pure.
// CHECK-LABEL: func.func @unused(
func.func @unused(%x: tensor<?x13xf32>) {
  // CHECK-NEXT: return
  %y = sdq.linear %x, @w : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return
}
