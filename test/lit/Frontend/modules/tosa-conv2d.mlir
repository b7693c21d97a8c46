// A 1×1 tosa.conv2d with a bias, one whose bias is zero, and a 3×3 one that stays.

// RUN: %check_module %t %s --weights 2 --prepare tosa

func.func @main_graph(%x: tensor<1x6x6x32xf32>) -> tensor<1x4x4x16xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %w0 = "tosa.const"() <{values = dense_resource<squeeze> : tensor<8x1x1x32xf32>}> : () -> tensor<8x1x1x32xf32>
  %b0 = "tosa.const"() <{values = dense_resource<squeeze.bias> : tensor<8xf32>}> : () -> tensor<8xf32>
  %0 = tosa.conv2d %x, %w0, %b0, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x6x6x32xf32>, tensor<8x1x1x32xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x6x6x8xf32>
  %1 = tosa.clamp %0 {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<1x6x6x8xf32>) -> tensor<1x6x6x8xf32>
  %w1 = "tosa.const"() <{values = dense_resource<conv> : tensor<32x3x3x8xf32>}> : () -> tensor<32x3x3x8xf32>
  %b1 = "tosa.const"() <{values = dense<0.0> : tensor<32xf32>}> : () -> tensor<32xf32>
  %2 = tosa.conv2d %1, %w1, %b1, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x6x6x8xf32>, tensor<32x3x3x8xf32>, tensor<32xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x32xf32>
  %w3 = "tosa.const"() <{values = dense_resource<expand> : tensor<16x1x1x32xf32>}> : () -> tensor<16x1x1x32xf32>
  %b3 = "tosa.const"() <{values = dense<0.0> : tensor<16xf32>}> : () -> tensor<16xf32>
  %3 = tosa.conv2d %2, %w3, %b3, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x4x4x32xf32>, tensor<16x1x1x32xf32>, tensor<16xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x16xf32>
  return %3 : tensor<1x4x4x16xf32>
}
