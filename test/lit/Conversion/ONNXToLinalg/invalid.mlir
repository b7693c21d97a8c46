// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What cannot be lowered is refused with one error that names the operator and its node.
// RUN: sdq-opt --sdq-lower-onnx --split-input-file --verify-diagnostics %s

func.func @unknown(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{onnx.Frobnicate (node '/layer/frob'): no lowering for this operator}}
  %0 = "onnx.Frobnicate"(%x) {onnx_node_name = "/layer/frob"} : (tensor<4xf32>) -> tensor<4xf32>
  // expected-note @below {{nor for onnx.Loop}}
  %1 = "onnx.Loop"(%0) : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

func.func @unranked(%x: tensor<*xf32>) -> tensor<*xf32> {
  // expected-error @below {{onnx.Relu: operand 0 is 'tensor<*xf32>', expected a tensor of known rank}}
  %0 = "onnx.Relu"(%x) : (tensor<*xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @extents(%a: tensor<4xf32>, %b: tensor<3xf32>) -> tensor<4xf32> {
  // expected-error @below {{onnx.Add (node 'sum'): extents 4 and 3 of dimension 0 do not broadcast}}
  %0 = "onnx.Add"(%a, %b) {onnx_node_name = "sum"} : (tensor<4xf32>, tensor<3xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @inner(%a: tensor<4x3xf32>, %b: tensor<4x3xf32>) -> tensor<4x3xf32> {
  // expected-error @below {{onnx.MatMul: inner extents must be equal, got 3 and 4}}
  %0 = "onnx.MatMul"(%a, %b) : (tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// -----

func.func @result(%a: tensor<4xf32>) -> tensor<5xf32> {
  // expected-error @below {{onnx.Neg: result 0 is declared 'tensor<5xf32>', but the operands make it 'tensor<4xf32>'}}
  %0 = "onnx.Neg"(%a) : (tensor<4xf32>) -> tensor<5xf32>
  return %0 : tensor<5xf32>
}

// -----

func.func @axis(%a: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // expected-error @below {{onnx.Softmax: axis 2 is outside [-2, 2)}}
  %0 = "onnx.Softmax"(%a) {axis = 2 : si64} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}

// -----

func.func @axes(%a: tensor<4x4xf32>, %axes: tensor<1xi64>) -> tensor<4x1xf32> {
  // expected-error @below {{onnx.ReduceSum: axes must be constant}}
  %0 = "onnx.ReduceSum"(%a, %axes) : (tensor<4x4xf32>, tensor<1xi64>) -> tensor<4x1xf32>
  return %0 : tensor<4x1xf32>
}

// -----

func.func @index(%a: tensor<4xf32>) -> tensor<1xf32> {
  %i = "onnx.Constant"() {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  // expected-error @below {{onnx.Gather: an index is outside [-4, 4)}}
  %0 = "onnx.Gather"(%a, %i) : (tensor<4xf32>, tensor<1xi64>) -> tensor<1xf32>
  return %0 : tensor<1xf32>
}

// -----

func.func @elements(%a: tensor<4x3xf32>) -> tensor<5x2xf32> {
  %s = "onnx.Constant"() {value = dense<[5, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  // expected-error @below {{onnx.Reshape: the shape does not hold the operand's number of elements}}
  %0 = "onnx.Reshape"(%a, %s) : (tensor<4x3xf32>, tensor<2xi64>) -> tensor<5x2xf32>
  return %0 : tensor<5x2xf32>
}

// -----

func.func @cast(%a: tensor<4xf32>) -> tensor<4xf8E5M2> {
  // expected-error @below {{onnx.Cast: no conversion from f32 to f8E5M2}}
  %0 = "onnx.Cast"(%a) {to = f8E5M2} : (tensor<4xf32>) -> tensor<4xf8E5M2>
  return %0 : tensor<4xf8E5M2>
}
