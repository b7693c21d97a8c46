// sdq.encode gives a matrix as an unquantized dense weight, transposed or not.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %check_roundtrips

// CHECK-LABEL: func.func @encode
func.func @encode(%a: tensor<2x3xf16>, %b: tensor<2x3xf32>) -> (!sdq.weight<2x3xf16, #sdq.dense<f16>>, !sdq.weight<2x3xf32, #sdq.dense<bf16, transposed>>) {
  // CHECK: sdq.encode %{{.*}} : tensor<2x3xf16> -> !sdq.weight<2x3xf16, #sdq.dense<f16>>
  %v = sdq.encode %a : tensor<2x3xf16> -> !sdq.weight<2x3xf16, #sdq.dense<f16>>
  // CHECK: sdq.encode %{{.*}} : tensor<2x3xf32> -> !sdq.weight<2x3xf32, #sdq.dense<bf16, transposed>>
  %w = sdq.encode %b : tensor<2x3xf32> -> !sdq.weight<2x3xf32, #sdq.dense<bf16, transposed>>
  return %v, %w : !sdq.weight<2x3xf16, #sdq.dense<f16>>, !sdq.weight<2x3xf32, #sdq.dense<bf16, transposed>>
}
