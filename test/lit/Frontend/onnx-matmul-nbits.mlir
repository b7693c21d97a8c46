// RUN: sdq-opt %s --sdq-raise=min-size=1 -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir
// RUN: %decode < %t.mlir | FileCheck %s --check-prefix=NUMBERS
// RUN: sdq-opt %s --sdq-raise="min-size=1 remarks=true" --verify-diagnostics -o %t.remarks
//
// Proves how onnxruntime's MatMulNBits is read: 4-bit codes low half first, blocks that end early, zero points by default,
// packed and as floats, 8 bits; and what is left alone.

// NUMBERS-LABEL: default : !sdq.weight<2x3xf32, #sdq.dense<f32>>
// NUMBERS-NEXT: default[0] = 1 -1 20
// NUMBERS-NEXT: default[1] = -4 3.5 -8
// CHECK-LABEL: @default_zero
func.func @default_zero(%x: tensor<?x5x3xf32>) -> tensor<?x5x2xf32> {
  // CHECK-NEXT: sdq.linear %arg0, @default : (tensor<?x5x3xf32>) -> tensor<?x5x2xf32>
  // CHECK-NEXT: return
  %b = "onnx.Constant"() {value = dense<[[[0x79], [0x0A]], [[0xF0], [0x04]]]> : tensor<2x2x1xui8>, onnx.name = "default"} : () -> tensor<2x2x1xui8>
  %s = "onnx.Constant"() {value = dense<[1.0, 10.0, 0.5, 2.0]> : tensor<4xf32>} : () -> tensor<4xf32>
  %y = "onnx.Custom"(%x, %b, %s) {domain_name = "com.microsoft", function_name = "MatMulNBits", K = 3 : si64, N = 2 : si64, bits = 4 : si64, block_size = 2 : si64} : (tensor<?x5x3xf32>, tensor<2x2x1xui8>, tensor<4xf32>) -> tensor<?x5x2xf32>
  return %y : tensor<?x5x2xf32>
}

// The zero points of a row share its byte.
// NUMBERS-LABEL: packed : !sdq.weight<2x3xf16, #sdq.dense<f16>>
// NUMBERS-NEXT: packed[0] = 8 6 80
// NUMBERS-NEXT: packed[1] = 0 7.5 -8
func.func @packed_zero(%x: tensor<?x3xf16>) -> tensor<?x2xf16> {
  %b = "onnx.Constant"() {value = dense<[[[0x79], [0x0A]], [[0xF0], [0x04]]]> : tensor<2x2x1xui8>, onnx.name = "packed"} : () -> tensor<2x2x1xui8>
  %s = "onnx.Constant"() {value = dense<[[1.0, 10.0], [0.5, 2.0]]> : tensor<2x2xf16>} : () -> tensor<2x2xf16>
  %z = "onnx.Constant"() {value = dense<[0x21, 0x80]> : tensor<2xui8>} : () -> tensor<2xui8>
  %y = "onnx.Custom"(%x, %b, %s, %z) {domain_name = "com.microsoft", function_name = "MatMulNBits", K = 3 : si64, N = 2 : si64, bits = 4 : si64, block_size = 2 : si64} : (tensor<?x3xf16>, tensor<2x2x1xui8>, tensor<2x2xf16>, tensor<2xui8>) -> tensor<?x2xf16>
  return %y : tensor<?x2xf16>
}

// NUMBERS-LABEL: eight : !sdq.weight<1x2xf32, #sdq.dense<f32>>
// NUMBERS-NEXT: eight[0] = 399 199
func.func @eight_bits(%x: tensor<2xf32>) -> tensor<1xf32> {
  %b = "onnx.Constant"() {value = dense<[[[200, 100]]]> : tensor<1x1x2xui8>, onnx.name = "eight"} : () -> tensor<1x1x2xui8>
  %s = "onnx.Constant"() {value = dense<2.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %z = "onnx.Constant"() {value = dense<0.5> : tensor<1xf32>} : () -> tensor<1xf32>
  %y = "onnx.Custom"(%x, %b, %s, %z) {domain_name = "com.microsoft", function_name = "MatMulNBits", K = 2 : si64, N = 1 : si64, bits = 8 : si64, block_size = 2 : si64} : (tensor<2xf32>, tensor<1x1x2xui8>, tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  return %y : tensor<1xf32>
}

// CHECK-LABEL: @left_alone
// CHECK-COUNT-4: onnx.Custom
func.func @left_alone(%x: tensor<?x32xf32>, %scale: tensor<8xf32>) {
  %b = "onnx.Constant"() {value = dense<17> : tensor<8x1x16xui8>} : () -> tensor<8x1x16xui8>
  %s = "onnx.Constant"() {value = dense<1.0> : tensor<8xf32>} : () -> tensor<8xf32>
  %g = "onnx.Constant"() {value = dense<0> : tensor<32xi32>} : () -> tensor<32xi32>
  %none = "onnx.NoValue"() {value} : () -> none
  // expected-remark @below {{not raised to sdq.linear: MatMulNBits: expected 4 or 8 bits, found 2}}
  %0 = "onnx.Custom"(%x, %b, %s) {function_name = "MatMulNBits", K = 32 : si64, N = 8 : si64, bits = 2 : si64, block_size = 32 : si64} : (tensor<?x32xf32>, tensor<8x1x16xui8>, tensor<8xf32>) -> tensor<?x8xf32>
  // expected-remark @below {{MatMulNBits: expected neither g_idx nor bias}}
  %1 = "onnx.Custom"(%x, %b, %s, %none, %g) {function_name = "MatMulNBits", K = 32 : si64, N = 8 : si64, bits = 4 : si64, block_size = 32 : si64} : (tensor<?x32xf32>, tensor<8x1x16xui8>, tensor<8xf32>, none, tensor<32xi32>) -> tensor<?x8xf32>
  // expected-remark @below {{MatMulNBits: expected constants as B, scales and zero points}}
  %2 = "onnx.Custom"(%x, %b, %scale) {function_name = "MatMulNBits", K = 32 : si64, N = 8 : si64, bits = 4 : si64, block_size = 32 : si64} : (tensor<?x32xf32>, tensor<8x1x16xui8>, tensor<8xf32>) -> tensor<?x8xf32>
  // expected-remark @below {{MatMulNBits: the types of its operands do not fit K, N, bits and block_size}}
  %3 = "onnx.Custom"(%x, %b, %s) {function_name = "MatMulNBits", K = 64 : si64, N = 8 : si64, bits = 4 : si64, block_size = 32 : si64} : (tensor<?x32xf32>, tensor<8x1x16xui8>, tensor<8xf32>) -> tensor<?x8xf32>
  return
}
