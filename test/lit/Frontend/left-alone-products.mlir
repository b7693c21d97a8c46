// RUN: sdq-opt %s --allow-unregistered-dialect --sdq-raise="min-size=1 remarks=true" --split-input-file --verify-diagnostics | FileCheck %s
//
// Proves what is left alone of linalg, tosa, ONNX and torch though a constant is multiplied by, and why.

// CHECK-NOT: sdq.linear

// Experts: a matrix for each index of the batch.
func.func @batched(%x: tensor<4x?x8xf32>, %o: tensor<4x?x3xf32>) -> tensor<4x?x3xf32> {
  %w = arith.constant dense<1.0> : tensor<4x8x3xf32>
  // expected-remark @below {{not raised to sdq.linear: the weight has a batch extent of 4: expected one matrix}}
  %y = linalg.batch_matmul ins(%x, %w : tensor<4x?x8xf32>, tensor<4x8x3xf32>) outs(%o : tensor<4x?x3xf32>) -> tensor<4x?x3xf32>
  return %y : tensor<4x?x3xf32>
}

// -----

// Tiles: inputs and outputs alternate in memory, out × in only after unpacking.
func.func @packed(%x: tensor<?x2x4x8xf32>, %o: tensor<?x3x4x5xf32>) -> tensor<?x3x4x5xf32> {
  %w = arith.constant dense<1.0> : tensor<3x2x5x8xf32>
  // expected-remark @below {{the weight's inputs and outputs are interleaved: expected a matrix in row-major order}}
  %y = linalg.mmt4d ins(%x, %w : tensor<?x2x4x8xf32>, tensor<3x2x5x8xf32>) outs(%o : tensor<?x3x4x5xf32>) -> tensor<?x3x4x5xf32>
  return %y : tensor<?x3x4x5xf32>
}

// -----

func.func @convolutions(%x: tensor<1x8x8x16xf32>, %o: tensor<1x6x6x4xf32>, %s: tensor<1x4x4x4xf32>) -> (tensor<1x6x6x4xf32>, tensor<1x4x4x4xf32>) {
  %w = arith.constant dense<1.0> : tensor<3x3x16x4xf32>
  // expected-remark @below {{an operand is read with a window or with strides}}
  %y = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<1x8x8x16xf32>, tensor<3x3x16x4xf32>) outs(%o : tensor<1x6x6x4xf32>) -> tensor<1x6x6x4xf32>
  %v = arith.constant dense<1.0> : tensor<1x1x16x4xf32>
  // expected-remark @below {{an operand is read with a window or with strides}}
  %z = linalg.conv_2d_nhwc_hwcf {strides = dense<2> : tensor<2xi64>} ins(%x, %v : tensor<1x8x8x16xf32>, tensor<1x1x16x4xf32>) outs(%s : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  return %y, %z : tensor<1x6x6x4xf32>, tensor<1x4x4x4xf32>
}

// -----

func.func @bodies(%x: tensor<?x4xi8>, %w: tensor<4x3xi8>, %o: tensor<?x3xi32>, %v: tensor<?x4xf32>, %u: tensor<?xf32>) -> (tensor<?x3xi32>, tensor<?xf32>) {
  // expected-remark @below {{its body is no multiply-add of floats}}
  %y = linalg.matmul ins(%x, %w : tensor<?x4xi8>, tensor<4x3xi8>) outs(%o : tensor<?x3xi32>) -> tensor<?x3xi32>
  %c = arith.constant dense<1.0> : tensor<4xf32>
  // expected-remark @below {{the weight is a vector}}
  %z = linalg.matvec ins(%v, %c : tensor<?x4xf32>, tensor<4xf32>) outs(%u : tensor<?xf32>) -> tensor<?xf32>
  return %y, %z : tensor<?x3xi32>, tensor<?xf32>
}

// -----

// Repeated along what is summed, and along what the result has it for.
#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (k, n)>
#y = affine_map<(m, n, k) -> (m, n)>
func.func @repeated(%x: tensor<?x4xf32>, %o: tensor<?x3xf32>, %p: tensor<4x3xf32>) -> (tensor<?x3xf32>, tensor<?x3xf32>) {
  %c = arith.constant dense<1.0> : tensor<3xf32>
  %k = linalg.broadcast ins(%c : tensor<3xf32>) outs(%p : tensor<4x3xf32>) dimensions = [0]
  // expected-remark @below {{the weight is repeated along an extent that is summed}}
  %y = linalg.matmul ins(%x, %k : tensor<?x4xf32>, tensor<4x3xf32>) outs(%o : tensor<?x3xf32>) -> tensor<?x3xf32>
  %d = arith.constant dense<1.0> : tensor<4xf32>
  %n = linalg.broadcast ins(%d : tensor<4xf32>) outs(%p : tensor<4x3xf32>) dimensions = [1]
  // expected-remark @below {{the weight is repeated along an extent of the result}}
  %z = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %n : tensor<?x4xf32>, tensor<4x3xf32>) outs(%o : tensor<?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %q = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %q : f32
    linalg.yield %s : f32
  } -> tensor<?x3xf32>
  return %y, %z : tensor<?x3xf32>, tensor<?x3xf32>
}

// -----

func.func @tosa(%x: tensor<1x4x8xi8>, %i: tensor<1x8x8x16xf32>) -> (tensor<1x4x3xi32>, tensor<1x10x10x4xf32>) {
  %w = "tosa.const"() <{values = dense<1> : tensor<1x8x3xi8>}> : () -> tensor<1x8x3xi8>
  %zp = "tosa.const"() <{values = dense<7> : tensor<1xi8>}> : () -> tensor<1xi8>
  // expected-remark @below {{it has zero points}}
  %y = tosa.matmul %x, %w, %zp, %zp : (tensor<1x4x8xi8>, tensor<1x8x3xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x3xi32>
  %f = "tosa.const"() <{values = dense<1.0> : tensor<4x1x1x16xf32>}> : () -> tensor<4x1x1x16xf32>
  %b = "tosa.const"() <{values = dense<0.0> : tensor<4xf32>}> : () -> tensor<4xf32>
  %fzp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  // expected-remark @below {{expected a 1×1 convolution with stride 1 and without padding}}
  %z = tosa.conv2d %i, %f, %b, %fzp, %fzp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x8x8x16xf32>, tensor<4x1x1x16xf32>, tensor<4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x10x10x4xf32>
  return %y, %z : tensor<1x4x3xi32>, tensor<1x10x10x4xf32>
}

// -----

func.func @onnx(%q: tensor<?x32xui8>) -> tensor<?x8xui8> {
  %a = "onnx.Constant"() {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %z = "onnx.Constant"() {value = dense<0> : tensor<ui8>} : () -> tensor<ui8>
  %b = "onnx.Constant"() {value = dense<3> : tensor<32x8xui8>} : () -> tensor<32x8xui8>
  // expected-remark @below {{it multiplies integers: expected floats, behind DequantizeLinear}}
  %r = "onnx.QLinearMatMul"(%q, %a, %z, %b, %a, %z, %a, %z) : (tensor<?x32xui8>, tensor<f32>, tensor<ui8>, tensor<32x8xui8>, tensor<f32>, tensor<ui8>, tensor<f32>, tensor<ui8>) -> tensor<?x8xui8>
  return %r : tensor<?x8xui8>
}

// -----

// Tensors that torch knows little of.
func.func @torch(%x: !torch.vtensor<*,f32>, %y: !torch.vtensor, %z: !torch.vtensor<[?,8],f32>) -> (!torch.vtensor, !torch.vtensor, !torch.vtensor<[?,3],f32>) {
  %w = "torch.vtensor.literal"() <{value = dense<1.0> : tensor<8x3xf32>}> : () -> !torch.vtensor<[8,3],f32>
  // expected-remark @below {{the operands are not known to be of rank 1 or more}}
  %a = "torch.aten.mm"(%x, %w) : (!torch.vtensor<*,f32>, !torch.vtensor<[8,3],f32>) -> !torch.vtensor
  // expected-remark @below {{the operands are not known to be of rank 1 or more}}
  %b = "torch.operator"(%y, %w) <{name = "onnx.MatMul"}> : (!torch.vtensor, !torch.vtensor<[8,3],f32>) -> !torch.vtensor
  %v = "torch.aten.clone"(%w) : (!torch.vtensor<[8,3],f32>) -> !torch.vtensor<[8,3],f32>
  // expected-remark @below {{neither side is a constant}}
  %c = "torch.aten.mm"(%z, %v) : (!torch.vtensor<[?,8],f32>, !torch.vtensor<[8,3],f32>) -> !torch.vtensor<[?,3],f32>
  return %a, %b, %c : !torch.vtensor, !torch.vtensor, !torch.vtensor<[?,3],f32>
}
