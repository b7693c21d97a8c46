// sdq.linear takes any rank, static or dynamic, and an activation format for each term.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %check_roundtrips

sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<5x13xf16>}
sdq.parameter @sum : !sdq.weight<1x2xf16, #sdq.sum<#sdq.dense<f16>, #sdq.sum<#sdq.dense<f16>, #sdq.dense<f32>>>> =
  {"0.values" = dense<1.0> : tensor<1x2xf16>, "1.0.values" = dense<1.0> : tensor<1x2xf16>,
   "1.1.values" = dense<1.0> : tensor<1x2xf32>}

// CHECK-LABEL: func.func @ranks
func.func @ranks(%a: tensor<13xf16>, %b: tensor<2x13xf32>, %c: tensor<?x3x?xbf16>) -> (tensor<5xf16>, tensor<?x5xf32>, tensor<2x?x5xbf16>) {
  // CHECK: sdq.linear %{{.*}}, @w : (tensor<13xf16>) -> tensor<5xf16>
  %x = sdq.linear %a, @w : (tensor<13xf16>) -> tensor<5xf16>
  // CHECK: sdq.linear %{{.*}}, @w {onnx_node_name = "fc"} : (tensor<2x13xf32>) -> tensor<?x5xf32>
  %y = sdq.linear %b, @w {onnx_node_name = "fc"} : (tensor<2x13xf32>) -> tensor<?x5xf32>
  // CHECK: sdq.linear %{{.*}}, @w : (tensor<?x3x?xbf16>) -> tensor<2x?x5xbf16>
  %z = sdq.linear %c, @w : (tensor<?x3x?xbf16>) -> tensor<2x?x5xbf16>
  return %x, %y, %z : tensor<5xf16>, tensor<?x5xf32>, tensor<2x?x5xbf16>
}

// Terms are counted through nested sums.
// CHECK-LABEL: func.func @activations
func.func @activations(%x: tensor<?x2xf32>) -> tensor<?x1xf32> {
  // CHECK: sdq.linear %{{.*}}, @sum activations [#sdq.activation<i8, vector = 16>, #sdq.activation<f32>, #sdq.activation<f4E2M1FN, vector = 1>] : (tensor<?x2xf32>) -> tensor<?x1xf32>
  %y = sdq.linear %x, @sum activations [#sdq.activation<i8, vector = 16>, #sdq.activation<f32>, #sdq.activation<f4E2M1FN, vector = 1>]
    : (tensor<?x2xf32>) -> tensor<?x1xf32>
  return %y : tensor<?x1xf32>
}
