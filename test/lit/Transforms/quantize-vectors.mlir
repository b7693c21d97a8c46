// Vectors of inputs share a scale that puts their largest magnitude at the format's; codes round to nearest, ties to even.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-quantize="types=i8 vector=4 scale=f32" --sdq-verify-weights | %decode --parts | FileCheck %s --check-prefix=I8
// RUN: sdq-opt %s --sdq-quantize="types=i4 vector=4 scale=f16" --sdq-verify-weights | %decode --parts | FileCheck %s --check-prefix=I4
// RUN: sdq-opt %s --sdq-quantize="types=f4E2M1FN vector=0 scale=f32" --sdq-verify-weights | %decode | FileCheck %s --check-prefix=E2M1
// RUN: sdq-opt %s --sdq-quantize="types=f8E4M3FN vector=8 scale=f32" --sdq-verify-weights | %decode | FileCheck %s --check-prefix=E4M3
// RUN: sdq-opt %s --sdq-quantize="types=f8E5M2 vector=100 scale=f32" --sdq-verify-weights | %decode | FileCheck %s --check-prefix=E5M2
// RUN: sdq-opt %s --sdq-quantize="types=i2 vector=4 scale=f32" --sdq-verify-weights | %decode --parts | FileCheck %s --check-prefix=I2
// RUN: sdq-opt %s --sdq-quantize="types=f16" --sdq-verify-weights | %decode | FileCheck %s --check-prefix=F16
// RUN: sdq-opt %s --sdq-quantize="types=bf16 vector=4 scale=f16" --sdq-verify-weights | %decode | FileCheck %s --check-prefix=BF16
// RUN: sdq-opt %s --sdq-quantize="types=i8 vector=2" --sdq-verify-weights | %decode --parts | FileCheck %s --check-prefix=LEVELS

// Scales 1 and 2: 3 / 2 and 1 / 2 are ties. A vector of zeros has scale 0; the last vector has one input.
// I8:      i8 : !sdq.weight<1x13xf32, #sdq.dense<i8, vector = 4, scale = f32>>
// I8-NEXT: i8.scales[0] = 1 2 0 0.5
// I8-NEXT: i8.values[0] = 7F C0 01 00 7F FF 02 00 00 00 00 00 81
// I8-NEXT: i8[0] = 127 -64 1 0 254 -2 4 0 0 0 0 0 -63.5
sdq.parameter @i8 : !sdq.weight<1x13xf32, #sdq.dense<f32>> =
  {values = dense<[[127.0, -64.0, 1.0, 0.0, 254.0, -2.0, 3.0, 1.0, 0.0, 0.0, 0.0, 0.0, -63.5]]> : tensor<1x13xf32>}

// int4 is symmetric, -7 to 7; two codes a byte, the first in the low half; the fifth leaves half a byte empty.
// I4:      i4 : !sdq.weight<1x5xf32, #sdq.dense<i4, vector = 4, scale = f16>>
// I4-NEXT: i4.scales[0] = 1 2
// I4-NEXT: i4.values[0] = C7 04 09
// I4-NEXT: i4[0] = 7 -4 4 0 -14
sdq.parameter @i4 : !sdq.weight<1x5xf32, #sdq.dense<f32>> =
  {values = dense<[[7.0, -3.5, 3.5, 0.5, -14.0]]> : tensor<1x5xf32>}

// int2 is -1, 0 and 1, four codes a byte: 1, 0, 1, 0 and 3, 0, 0, 1. 0.5 is a tie.
// I2:      i2 : !sdq.weight<1x8xf32, #sdq.dense<i2, vector = 4, scale = f32>>
// I2-NEXT: i2.scales[0] = 1 4
// I2-NEXT: i2.values[0] = 11 43
// I2-NEXT: i2[0] = 1 0 1 0 -4 0 0 4
sdq.parameter @i2 : !sdq.weight<1x8xf32, #sdq.dense<f32>> =
  {values = dense<[[1.0, -0.4, 0.6, 0.5, -3.0, 2.0, 1.0, 4.0]]> : tensor<1x8xf32>}

// 0, 0.5, 1, 1.5, 2, 3, 4, 6: 5, 3.5, 2.5, 1.25 and 0.25 are ties. A vector of 0 is the whole row.
// E2M1:      e2m1 : !sdq.weight<1x8xf32, #sdq.dense<f4E2M1FN, vector = 8, scale = f32>>
// E2M1-NEXT: e2m1[0] = -6 4 4 2 1 0 0.5 -3
sdq.parameter @e2m1 : !sdq.weight<1x8xf32, #sdq.dense<f32>> =
  {values = dense<[[-6.0, 5.0, 3.5, 2.5, 1.25, -0.25, 0.3, -3.1]]> : tensor<1x8xf32>}

// Up to 448, steps of 2 at 16, of 1/512 below 1/64: 17 is a tie, 0.01 lies near 5/512.
// E4M3:      e4m3[0] = 448 16 20 -1 0.009765625
// Up to 57344, steps of 2 at 8: 9 and 11 are ties. Row e5m2, absmax 57344.
// E5M2:      e5m2[0] = 57344 8 12 -1 0
sdq.parameter @e4m3 : !sdq.weight<1x5xf32, #sdq.dense<f32>> =
  {values = dense<[[448.0, 17.0, 19.0, -1.0, 0.01]]> : tensor<1x5xf32>}
sdq.parameter @e5m2 : !sdq.weight<1x5xf32, #sdq.dense<f32>> =
  {values = dense<[[57344.0, 9.0, 11.0, -1.0, 0.0]]> : tensor<1x5xf32>}

// Floats are rounded to, and take no scale, whatever the option says. What f16 cannot hold becomes its largest.
// F16:      floats : !sdq.weight<1x4xf32, #sdq.dense<f16>>
// F16-NEXT: floats[0] = 2048 257 65504 -0.099975586
// BF16:      floats : !sdq.weight<1x4xf32, #sdq.dense<bf16>>
// BF16-NEXT: floats[0] = 2048 256 70144 -0.10009766
sdq.parameter @floats : !sdq.weight<1x4xf32, #sdq.dense<f32>> =
  {values = dense<[[2049.0, 257.0, 70000.0, -0.1]]> : tensor<1x4xf32>}

// The default scale has two levels: the row's puts its largest scale, here 448, at e4m3's largest, 448 (7E). The
// second, 0.5, is 30; the third, 17, is a tie that reads 16 (58): codes are chosen for 16, and 2159 / 16 saturates.
// LEVELS:      levels : !sdq.weight<2x6xf32, #sdq.dense<i8, vector = 2, scale = f8E4M3FN>>
// LEVELS-NEXT: levels.row_scale = 1 1
// LEVELS-NEXT: levels.scales[0] = 7E 30 58
// LEVELS-NEXT: levels.scales[1] = 00 00 00
// LEVELS-NEXT: levels.values[0] = 7F 01 7F FE 7F 03
// LEVELS-NEXT: levels.values[1] = 00 00 00 00 00 00
// LEVELS-NEXT: levels[0] = 56896 448 63.5 -1 2032 48
// LEVELS-NEXT: levels[1] = 0 0 0 0 0 0
sdq.parameter @levels : !sdq.weight<2x6xf32, #sdq.dense<f32>> =
  {values = dense<[[56896.0, 448.0, 63.5, -1.0, 2159.0, 48.0], [0.0, 0.0, 0.0, 0.0, 0.0, -0.0]]> : tensor<2x6xf32>}
