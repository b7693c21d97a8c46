// Dense formats print as they were written, name the parts they are stored in, and survive bytecode.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %check_roundtrips

// CHECK: @floats(!sdq.weight<2x4xf16, #sdq.dense<f16>>, !sdq.weight<2x4xf32, #sdq.dense<bf16>>, !sdq.weight<2x4xbf16, #sdq.dense<f32>>)
func.func private @floats(!sdq.weight<2x4xf16, #sdq.dense<f16>>, !sdq.weight<2x4xf32, #sdq.dense<bf16>>,
                          !sdq.weight<2x4xbf16, #sdq.dense<f32>>)

// A scale may come before the vector; the vector prints first.
// CHECK: attributes {a = #sdq.dense<i4, vector = 16, scale = f8E4M3FN>, b = #sdq.dense<i8, vector = 1, scale = f16>, c = #sdq.dense<f4E2M1FN, vector = 7, scale = f32>, d = #sdq.dense<f8E4M3FN, vector = 128, scale = f8E4M3FN>, e = #sdq.dense<f8E5M2, vector = 16, scale = f16>, f = #sdq.dense<i2, vector = 64, scale = ui8>, g = #sdq.dense<i3, vector = 32, scale = f8E8M0FNU>}
func.func private @quantized() attributes {
  a = #sdq.dense<i4, vector = 16, scale = f8E4M3FN>,
  b = #sdq.dense<i8, scale = f16, vector = 1>,
  c = #sdq.dense<f4E2M1FN, vector = 7, scale = f32>,
  d = #sdq.dense<f8E4M3FN, vector = 128, scale = f8E4M3FN>,
  e = #sdq.dense<f8E5M2, vector = 16, scale = f16>,
  f = #sdq.dense<i2, vector = 64, scale = ui8>,
  g = #sdq.dense<i3, scale = f8E8M0FNU, vector = 32>
}

// CHECK: sdq.parameter @f16 : !sdq.weight<2x4xf16, #sdq.dense<f16>> = {values = dense<{{[^>]*}}> : tensor<2x4xf16>}
sdq.parameter @f16 : !sdq.weight<2x4xf16, #sdq.dense<f16>> =
  {values = dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf16>}

// bf16 is stored as its bits.
// CHECK: sdq.parameter @bf16 : !sdq.weight<1x2xbf16, #sdq.dense<bf16>> = {values = dense<{{\[}}[16256, -16256]]> : tensor<1x2xi16>}
sdq.parameter @bf16 : !sdq.weight<1x2xbf16, #sdq.dense<bf16>> = {values = dense<[[16256, -16256]]> : tensor<1x2xi16>}

// Transposed values lie inputs x outputs.
// CHECK: sdq.parameter @transposed : !sdq.weight<2x3xf32, #sdq.dense<f32, transposed>> = {values = dense<{{[^>]*}}> : tensor<3x2xf32>}
sdq.parameter @transposed : !sdq.weight<2x3xf32, #sdq.dense<f32, transposed>> =
  {values = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>}

// e4m3 and ui8 scales have a second level, one f32 a row. Five 4-bit codes take three bytes; five inputs make three vectors of two.
// CHECK: sdq.parameter @i4 : !sdq.weight<2x5xf16, #sdq.dense<i4, vector = 2, scale = f8E4M3FN>>
// CHECK-SAME: row_scale = dense<{{[^>]*}}> : tensor<2xf32>
// CHECK-SAME: scales = dense<{{[^>]*}}> : tensor<2x3xi8>
// CHECK-SAME: values = dense<{{[^>]*}}> : tensor<2x3xi8>
sdq.parameter @i4 : !sdq.weight<2x5xf16, #sdq.dense<i4, vector = 2, scale = f8E4M3FN>> =
  {values = dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi8>, scales = dense<56> : tensor<2x3xi8>,
   row_scale = dense<1.0> : tensor<2xf32>}

// CHECK: sdq.parameter @i8 : !sdq.weight<2x5xf16, #sdq.dense<i8, vector = 5, scale = f16>>
// CHECK-SAME: {scales = dense<{{[^>]*}}> : tensor<2x1xf16>, values = dense<{{[^>]*}}> : tensor<2x5xi8>}
sdq.parameter @i8 : !sdq.weight<2x5xf16, #sdq.dense<i8, vector = 5, scale = f16>> =
  {values = dense<1> : tensor<2x5xi8>, scales = dense<[[1.0], [2.0]]> : tensor<2x1xf16>}

// Five 3-bit codes take two bytes, five of 2 bits two as well; a power of two has no second level.
// CHECK: sdq.parameter @i3 : !sdq.weight<2x5xf16, #sdq.dense<i3, vector = 2, scale = f8E8M0FNU>>
// CHECK-SAME: {scales = dense<{{[^>]*}}> : tensor<2x3xi8>, values = dense<{{[^>]*}}> : tensor<2x2xi8>}
sdq.parameter @i3 : !sdq.weight<2x5xf16, #sdq.dense<i3, vector = 2, scale = f8E8M0FNU>> =
  {values = dense<1> : tensor<2x2xi8>, scales = dense<127> : tensor<2x3xi8>}
// CHECK: sdq.parameter @i2 : !sdq.weight<2x5xf16, #sdq.dense<i2, vector = 4, scale = ui8>>
// CHECK-SAME: {row_scale = dense<{{[^>]*}}> : tensor<2xf32>, scales = dense<{{[^>]*}}> : tensor<2x2xi8>, values = dense<{{[^>]*}}> : tensor<2x2xi8>}
sdq.parameter @i2 : !sdq.weight<2x5xf16, #sdq.dense<i2, vector = 4, scale = ui8>> =
  {values = dense<1> : tensor<2x2xi8>, scales = dense<255> : tensor<2x2xi8>, row_scale = dense<0.5> : tensor<2xf32>}
