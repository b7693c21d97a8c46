// RUN: sdq-opt %s --allow-unregistered-dialect --sdq-torch-to-onnx --split-input-file --verify-diagnostics
//
// Proves that what has no counterpart is one error, at its place.

func.func @operation(%x: !torch.vtensor<[2,3],f32>) -> !torch.vtensor<[2,3],f32> {
  // expected-error @below {{'torch.aten.tanh' has no counterpart in onnx: expected torch.operator "onnx.…", torch.vtensor.literal, torch.constant.none, torch.aten.mm, matmul, linear or t}}
  %0 = "torch.aten.tanh"(%x) : (!torch.vtensor<[2,3],f32>) -> !torch.vtensor<[2,3],f32>
  %1 = "torch.aten.tanh"(%0) : (!torch.vtensor<[2,3],f32>) -> !torch.vtensor<[2,3],f32>
  return %1 : !torch.vtensor<[2,3],f32>
}

// -----

func.func @other_operator(%x: !torch.vtensor<[2,3],f32>) -> !torch.vtensor<[2,3],f32> {
  // expected-error @below {{'torch.operator' has no counterpart in onnx}}
  %0 = "torch.operator"(%x) <{name = "quantized.relu"}> : (!torch.vtensor<[2,3],f32>) -> !torch.vtensor<[2,3],f32>
  return %0 : !torch.vtensor<[2,3],f32>
}

// -----

// expected-error @below {{expected a value tensor of known extents and elements, found '!torch.vtensor<*,f32>'}}
func.func @argument(%x: !torch.vtensor<*,f32>) {
  return
}

// -----

func.func @result(%x: !torch.vtensor<[2,3],f32>) {
  // expected-error @below {{expected a value tensor of known extents and elements, found '!torch.tensor'}}
  %0 = "torch.operator"(%x) <{name = "onnx.Relu"}> : (!torch.vtensor<[2,3],f32>) -> !torch.tensor
  return
}

// -----

func.func @transposed(%x: !torch.vtensor<[2,3,4],f32>) -> !torch.vtensor<[2,4,3],f32> {
  // expected-error @below {{torch.aten.t: expected a matrix, found 'tensor<2x3x4xf32>'}}
  %0 = "torch.aten.t"(%x) : (!torch.vtensor<[2,3,4],f32>) -> !torch.vtensor<[2,4,3],f32>
  return %0 : !torch.vtensor<[2,4,3],f32>
}
