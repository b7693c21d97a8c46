// RUN: sdq-opt %s --sdq-raise=min-size=1 -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir
// RUN: %decode < %t.mlir | FileCheck %s --check-prefix=NUMBERS
// RUN: sdq-opt %s --sdq-raise="min-size=1 remarks=true" --verify-diagnostics -o /dev/null
//
// Proves that a weight behind DequantizeLinear is (x − zero point) · scale, for a scale of the whole tensor, of each index
// of an axis, and of blocks; and what is left alone because it does not fit.

// CHECK-NOT: onnx.DequantizeLinear
// CHECK-LABEL: @left_alone
// CHECK-COUNT-3: onnx.DequantizeLinear

// NUMBERS-LABEL: tensor : !sdq.weight<3x2xf32, #sdq.dense<f32, transposed>>
// NUMBERS-NEXT: tensor[0] = -1 126.5
// NUMBERS-NEXT: tensor[1] = 0 63
// NUMBERS-NEXT: tensor[2] = 1 -1
func.func @per_tensor(%x: tensor<?x2xf32>) -> tensor<?x3xf32> {
  %q = "onnx.Constant"() {value = dense<[[0, 2, 4], [255, 128, 0]]> : tensor<2x3xui8>, onnx.name = "tensor"} : () -> tensor<2x3xui8>
  %s = "onnx.Constant"() {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %z = "onnx.Constant"() {value = dense<2> : tensor<ui8>} : () -> tensor<ui8>
  %d = "onnx.DequantizeLinear"(%q, %s, %z) : (tensor<2x3xui8>, tensor<f32>, tensor<ui8>) -> tensor<2x3xf32>
  %y = "onnx.MatMul"(%x, %d) : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// Rows 0 and 1 of the stored matrix have scales 0.5 and 2.
// NUMBERS-LABEL: axis : !sdq.weight<2x3xf16, #sdq.dense<f16>>
// NUMBERS-NEXT: axis[0] = -64 0.5 63.5
// NUMBERS-NEXT: axis[1] = 2 -4 6
func.func @per_axis(%x: tensor<?x3xf16>) -> tensor<?x2xf16> {
  %q = "onnx.Constant"() {value = dense<[[-128, 1, 127], [1, -2, 3]]> : tensor<2x3xi8>, onnx.name = "axis"} : () -> tensor<2x3xi8>
  %s = "onnx.Constant"() {value = dense<[0.5, 2.0]> : tensor<2xf16>} : () -> tensor<2xf16>
  %d = "onnx.DequantizeLinear"(%q, %s) {axis = 0 : si64} : (tensor<2x3xi8>, tensor<2xf16>) -> tensor<2x3xf16>
  %y = "onnx.Gemm"(%x, %d) {transB = 1 : si64} : (tensor<?x3xf16>, tensor<2x3xf16>) -> tensor<?x2xf16>
  return %y : tensor<?x2xf16>
}

// Blocks of 2 along the inputs, the last one short: scales [[1, 10], [100, 1000]] of outputs × blocks, and zero points.
// NUMBERS-LABEL: blocks : !sdq.weight<2x3xf32, #sdq.dense<f32>>
// NUMBERS-NEXT: blocks[0] = 1 2 20
// NUMBERS-NEXT: blocks[1] = 100 200 7000
func.func @blocked(%x: tensor<?x3xf32>) -> tensor<?x2xf32> {
  %q = "onnx.Constant"() {value = dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi8>, onnx.name = "blocks"} : () -> tensor<2x3xi8>
  %s = "onnx.Constant"() {value = dense<[[1.0, 10.0], [100.0, 1000.0]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %z = "onnx.Constant"() {value = dense<[[0, 1], [3, -1]]> : tensor<2x2xi8>} : () -> tensor<2x2xi8>
  %d = "onnx.DequantizeLinear"(%q, %s, %z) {axis = 1 : si64, block_size = 2 : si64} : (tensor<2x3xi8>, tensor<2x2xf32>, tensor<2x2xi8>) -> tensor<2x3xf32>
  %y = "onnx.Gemm"(%x, %d) {transB = 1 : si64} : (tensor<?x3xf32>, tensor<2x3xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

func.func @left_alone(%x: tensor<?x2xf32>, %scale: tensor<f32>) -> (tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>) {
  %s = "onnx.Constant"() {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %w = "onnx.Constant"() {value = dense<1> : tensor<2x3xi8>} : () -> tensor<2x3xi8>
  %wide = "onnx.Constant"() {value = dense<1> : tensor<2x3xi32>} : () -> tensor<2x3xi32>
  %d0 = "onnx.DequantizeLinear"(%wide, %s) : (tensor<2x3xi32>, tensor<f32>) -> tensor<2x3xf32>
  // expected-remark @below {{not raised to sdq.linear: DequantizeLinear: expected 8-bit integers}}
  %0 = "onnx.MatMul"(%x, %d0) : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  %d1 = "onnx.DequantizeLinear"(%w, %scale) : (tensor<2x3xi8>, tensor<f32>) -> tensor<2x3xf32>
  // expected-remark @below {{DequantizeLinear: expected constants as values, scale and zero point}}
  %1 = "onnx.MatMul"(%x, %d1) : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  %four = "onnx.Constant"() {value = dense<0.5> : tensor<4xf32>} : () -> tensor<4xf32>
  %d2 = "onnx.DequantizeLinear"(%w, %four) : (tensor<2x3xi8>, tensor<4xf32>) -> tensor<2x3xf32>
  // expected-remark @below {{DequantizeLinear: the types of values, scale and zero point do not fit one another}}
  %2 = "onnx.MatMul"(%x, %d2) : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  return %0, %1, %2 : tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>
}
