// RUN: sdq-opt %s --sdq-raise="min-size=3 remarks=true ignore=secret" --split-input-file --verify-diagnostics | FileCheck %s
//
// Proves that a matmul that cannot be raised is left as it is, with its reason where remarks are wanted.

// CHECK-NOT: sdq.linear

func.func @activations(%x: tensor<?x4x8xf32>, %y: tensor<?x8x4xf32>) -> tensor<?x4x4xf32> {
  // expected-remark @below {{not raised to sdq.linear: neither side is a constant}}
  %z = "onnx.MatMul"(%x, %y) : (tensor<?x4x8xf32>, tensor<?x8x4xf32>) -> tensor<?x4x4xf32>
  return %z : tensor<?x4x4xf32>
}

// -----

func.func @constants() -> tensor<3x3xf32> {
  %a = "onnx.Constant"() {value = dense<1.0> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  %b = "onnx.Constant"() {value = dense<1.0> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
  // expected-remark @below {{both sides are constants}}
  %z = "onnx.MatMul"(%a, %b) : (tensor<3x2xf32>, tensor<2x3xf32>) -> tensor<3x3xf32>
  return %z : tensor<3x3xf32>
}

// -----

func.func @size_and_name(%x: tensor<?x1xf32>) -> (tensor<?x2xf32>, tensor<?x4xf32>) {
  %a = "onnx.Constant"() {value = dense<1.0> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %b = "onnx.Constant"() {value = dense<1.0> : tensor<1x4xf32>, onnx.name = "my_secret"} : () -> tensor<1x4xf32>
  // expected-remark @below {{the weight has 2 elements, min-size is 3}}
  %y = "onnx.MatMul"(%x, %a) : (tensor<?x1xf32>, tensor<1x2xf32>) -> tensor<?x2xf32>
  // expected-remark @below {{'secret' says to ignore it}}
  %z = "onnx.MatMul"(%x, %b) : (tensor<?x1xf32>, tensor<1x4xf32>) -> tensor<?x4xf32>
  return %y, %z : tensor<?x2xf32>, tensor<?x4xf32>
}

// -----

func.func @batched(%x: tensor<4x?x2xf32>) -> tensor<4x?x3xf32> {
  %w = "onnx.Constant"() {value = dense<1.0> : tensor<4x2x3xf32>} : () -> tensor<4x2x3xf32>
  // expected-remark @below {{the weight has a batch extent of 4: expected one matrix}}
  %y = "onnx.MatMul"(%x, %w) : (tensor<4x?x2xf32>, tensor<4x2x3xf32>) -> tensor<4x?x3xf32>
  return %y : tensor<4x?x3xf32>
}

// -----

func.func @element_types(%x: tensor<?x2xf64>, %h: tensor<?x2xf16>) -> (tensor<?x3xf64>, tensor<?x3xf16>) {
  %w = "onnx.Constant"() {value = dense<1.0> : tensor<2x3xf64>} : () -> tensor<2x3xf64>
  // expected-remark @below {{the constant's element type is f64, not f16, bf16 or f32}}
  %y = "onnx.MatMul"(%x, %w) : (tensor<?x2xf64>, tensor<2x3xf64>) -> tensor<?x3xf64>
  %v = "onnx.Constant"() {value = dense<1.0> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
  %c = "onnx.Cast"(%v) {to = f16} : (tensor<2x3xf32>) -> tensor<2x3xf16>
  // expected-remark @below {{the cast from f32 to f16 rounds}}
  %z = "onnx.MatMul"(%h, %c) : (tensor<?x2xf16>, tensor<2x3xf16>) -> tensor<?x3xf16>
  return %y, %z : tensor<?x3xf64>, tensor<?x3xf16>
}

// -----

func.func @ways(%x: tensor<?x3xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  %w = "onnx.Constant"() {value = dense<1.0> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
  %t = "onnx.Transpose"(%w) {perm = [1, 0]} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %s = "onnx.Constant"() {value = dense<6> : tensor<1xi64>} : () -> tensor<1xi64>
  %f = "onnx.Reshape"(%t, %s) : (tensor<3x2xf32>, tensor<1xi64>) -> tensor<6xf32>
  %m = "onnx.Reshape"(%f, %s) : (tensor<6xf32>, tensor<1xi64>) -> tensor<3x2xf32>
  // expected-remark @below {{the constant's reshape to [6] cannot be read in place: it is transposed or repeated first, or of another size}}
  %y = "onnx.MatMul"(%x, %m) : (tensor<?x3xf32>, tensor<3x2xf32>) -> tensor<?x2xf32>
  %e = "onnx.Constant"() {value = sparse<0, 1.0> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  // expected-remark @below {{the constant is neither a resource nor dense elements}}
  %z = "onnx.MatMul"(%x, %e) : (tensor<?x3xf32>, tensor<3x2xf32>) -> tensor<?x2xf32>
  return %y, %z : tensor<?x2xf32>, tensor<?x2xf32>
}

// -----

func.func @shapes(%x: tensor<?x4xf32>, %u: tensor<*xf32>) -> (tensor<?x2xf32>, tensor<*xf32>, tensor<?x5xf32>) {
  %w = "onnx.Constant"() {value = dense<1.0> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  // expected-remark @below {{the activations have 4 inputs, the weight 3}}
  %a = "onnx.MatMul"(%x, %w) : (tensor<?x4xf32>, tensor<3x2xf32>) -> tensor<?x2xf32>
  // expected-remark @below {{the operands are not known to be of rank 1 or more}}
  %b = "onnx.MatMul"(%u, %w) : (tensor<*xf32>, tensor<3x2xf32>) -> tensor<*xf32>
  %v = "onnx.Constant"() {value = dense<1.0> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
  // expected-remark @below {{the result's shape does not follow from the operands'}}
  %c = "onnx.MatMul"(%x, %v) : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x5xf32>
  return %a, %b, %c : tensor<?x2xf32>, tensor<*xf32>, tensor<?x5xf32>
}

// -----

func.func @malformed(%x: tensor<?x3xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  %w = "onnx.Constant"() {value = dense<1.0> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  // expected-remark @below {{an attribute is of an unexpected kind}}
  %y = "onnx.Gemm"(%x, %w) {transB = "yes"} : (tensor<?x3xf32>, tensor<3x2xf32>) -> tensor<?x2xf32>
  // expected-remark @below {{unexpected number of operands or results}}
  %z = "onnx.MatMul"(%x) : (tensor<?x3xf32>) -> tensor<?x2xf32>
  return %y, %z : tensor<?x2xf32>, tensor<?x2xf32>
}

// -----

func.func @linalg(%v: tensor<4xf32>, %y: tensor<2x3xf32>, %m: memref<2x4xf32>, %n: memref<4x3xf32>, %o: memref<2x3xf32>) -> tensor<2x3xf32> {
  %w = arith.constant dense<1.0> : tensor<4x3xf32>
  // expected-remark @below {{an extent of the result is in neither operand}}
  %z = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%v, %w : tensor<4xf32>, tensor<4x3xf32>) outs(%y : tensor<2x3xf32>) -> tensor<2x3xf32>
  // expected-remark @below {{it works on buffers}}
  linalg.matmul ins(%m, %n : memref<2x4xf32>, memref<4x3xf32>) outs(%o : memref<2x3xf32>)
  return %z : tensor<2x3xf32>
}

// -----

func.func @batch_matmul(%x: tensor<2x4x8xf32>, %y: tensor<2x8x4xf32>, %o: tensor<2x4x4xf32>) -> tensor<2x4x4xf32> {
  // expected-remark @below {{neither side is a constant}}
  %z = linalg.batch_matmul ins(%x, %y : tensor<2x4x8xf32>, tensor<2x8x4xf32>) outs(%o : tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  return %z : tensor<2x4x4xf32>
}
