// TFLite's fully connected layer as tosa has it: the weight transposed and reshaped to a stack of one in front of
// tosa.matmul with zero points of zero; bias and clamp behind it. The second product multiplies f16 and gives f32.

// RUN: %check_module %t %s --weights 2 --tolerance 1e-3 --prepare tosa

func.func @main_graph(%x: tensor<1x6x32xf32>, %h: tensor<1x6x32xf16>) -> (tensor<1x6x16xf32>, tensor<1x6x8xf32>) {
  %w = "tosa.const"() <{values = dense_resource<fc> : tensor<16x32xf32>}> : () -> tensor<16x32xf32>
  %b = "tosa.const"() <{values = dense_resource<bias> : tensor<1x1x16xf32>}> : () -> tensor<1x1x16xf32>
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %t = tosa.transpose %w {perms = array<i32: 1, 0>} : (tensor<16x32xf32>) -> tensor<32x16xf32>
  %s = tosa.const_shape {values = dense<[1, 32, 16]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %r = tosa.reshape %t, %s : (tensor<32x16xf32>, !tosa.shape<3>) -> tensor<1x32x16xf32>
  %0 = tosa.matmul %x, %r, %zp, %zp : (tensor<1x6x32xf32>, tensor<1x32x16xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x6x16xf32>
  %1 = tosa.add %0, %b : (tensor<1x6x16xf32>, tensor<1x1x16xf32>) -> tensor<1x6x16xf32>
  %2 = tosa.clamp %1 {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<1x6x16xf32>) -> tensor<1x6x16xf32>
  %hw = "tosa.const"() <{values = dense_resource<half> : tensor<1x32x8xf16>}> : () -> tensor<1x32x8xf16>
  %hzp = "tosa.const"() <{values = dense<0.0> : tensor<1xf16>}> : () -> tensor<1xf16>
  %3 = tosa.matmul %h, %hw, %hzp, %hzp : (tensor<1x6x32xf16>, tensor<1x32x8xf16>, tensor<1xf16>, tensor<1xf16>) -> tensor<1x6x8xf32>
  return %2, %3 : tensor<1x6x16xf32>, tensor<1x6x8xf32>
}
