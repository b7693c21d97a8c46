// sdq.decode gives the matrix of a weight in any float type.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %check_roundtrips

// CHECK-LABEL: func.func @decode
func.func @decode(%w: !sdq.weight<5x13xf16, #sdq.lut<4, f16>>) -> (tensor<5x13xf32>, tensor<5x13xbf16>) {
  // CHECK: sdq.decode %{{.*}} : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> -> tensor<5x13xf32>
  %a = sdq.decode %w : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> -> tensor<5x13xf32>
  // CHECK: sdq.decode %{{.*}} : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> -> tensor<5x13xbf16>
  %b = sdq.decode %w : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> -> tensor<5x13xbf16>
  return %a, %b : tensor<5x13xf32>, tensor<5x13xbf16>
}
