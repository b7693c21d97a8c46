// Parts of equal elements, which MLIR keeps as one, are as good as any: they compress, verify and lower.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-verify-weights --sdq-sparsify="pattern=2:4" | %decode | FileCheck %s
// RUN: sdq-opt %s --sdq-linear-to-loops | FileCheck %s --check-prefix=LOWER

// CHECK: w[1] = 1.5 1.5 0 0
// LOWER: sdq.parameter @w : !sdq.weight<2x4xf16, #sdq.dense<f16>> = {values = dense_resource<[[VALUES:.*]]> : tensor<2x4xf16>}
sdq.parameter @w : !sdq.weight<2x4xf16, #sdq.dense<f16>> = {values = dense<[[1.5, 1.5, 1.5, 1.5], [1.5, 1.5, 1.5, 1.5]]> : tensor<2x4xf16>}

// Both uses have the same buffer.
func.func @f(%x: tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  // LOWER-COUNT-2: sdq.buffer dense_resource<[[VALUES]]> : tensor<2x4xf16>
  %y = sdq.linear %x, @w : (tensor<?x4xf32>) -> tensor<?x2xf32>
  %z = sdq.linear %x, @w : (tensor<?x4xf32>) -> tensor<?x2xf32>
  return %y, %z : tensor<?x2xf32>, tensor<?x2xf32>
}
// LOWER: [[VALUES]]: "0x10000000003E003E003E003E003E003E003E003E"
