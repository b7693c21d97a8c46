// Constants in resources become buffers, in whatever function they are; inline ones stay constants.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-externalize-constants | FileCheck %s

// CHECK-LABEL: func.func @f(
func.func @f() -> (tensor<2x2xf16>, tensor<2xf32>) {
  // CHECK-DAG: %[[BUFFER:.*]] = sdq.buffer dense_resource<embedding> : tensor<2x2xf16> -> memref<2x2xf16>
  // CHECK-DAG: %[[TENSOR:.*]] = bufferization.to_tensor %[[BUFFER]] restrict : memref<2x2xf16> to tensor<2x2xf16>
  // CHECK-DAG: %[[INLINE:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
  // CHECK:     return %[[TENSOR]], %[[INLINE]]
  %a = arith.constant dense_resource<embedding> : tensor<2x2xf16>
  %b = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  return %a, %b : tensor<2x2xf16>, tensor<2xf32>
}

{-#
  dialect_resources: {
    builtin: {
      embedding: "0x10000000003C004000420044"
    }
  }
#-}
