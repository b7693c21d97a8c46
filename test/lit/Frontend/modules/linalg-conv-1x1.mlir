// 1×1 convolutions in both layouts: the window's loops are of extent 1, so that what is left is a product over channels.
// The 3×3 one in between stays.

// RUN: %check_module %t %s --weights 2

func.func @main_graph(%x: tensor<2x6x6x32xf32>) -> tensor<2x24x4x4xf32> {
  %zero = arith.constant 0.0 : f32
  %hwcf = arith.constant dense_resource<expand.weight> : tensor<1x1x32x16xf32>
  %window = arith.constant dense_resource<conv.weight> : tensor<3x3x16x32xf32>
  %fchw = arith.constant dense_resource<project.weight> : tensor<24x32x1x1xf32>
  %e0 = tensor.empty() : tensor<2x6x6x16xf32>
  %i0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<2x6x6x16xf32>) -> tensor<2x6x6x16xf32>
  %0 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%x, %hwcf : tensor<2x6x6x32xf32>, tensor<1x1x32x16xf32>) outs(%i0 : tensor<2x6x6x16xf32>) -> tensor<2x6x6x16xf32>
  %e1 = tensor.empty() : tensor<2x4x4x32xf32>
  %i1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<2x4x4x32xf32>) -> tensor<2x4x4x32xf32>
  %1 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%0, %window : tensor<2x6x6x16xf32>, tensor<3x3x16x32xf32>) outs(%i1 : tensor<2x4x4x32xf32>) -> tensor<2x4x4x32xf32>
  %e2 = tensor.empty() : tensor<2x32x4x4xf32>
  %2 = linalg.transpose ins(%1 : tensor<2x4x4x32xf32>) outs(%e2 : tensor<2x32x4x4xf32>) permutation = [0, 3, 1, 2]
  %e3 = tensor.empty() : tensor<2x24x4x4xf32>
  %i3 = linalg.fill ins(%zero : f32) outs(%e3 : tensor<2x24x4x4xf32>) -> tensor<2x24x4x4xf32>
  %3 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%2, %fchw : tensor<2x32x4x4xf32>, tensor<24x32x1x1xf32>) outs(%i3 : tensor<2x24x4x4xf32>) -> tensor<2x24x4x4xf32>
  return %3 : tensor<2x24x4x4xf32>
}
