// A CSR term stays exact beside a quantized rest, as f16 or bf16; one whose offsets lead astray is refused.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: split-file %s %t
// RUN: sdq-opt %t/w.mlir --sdq-extract-outliers="percent=20 unweighted=true" --sdq-quantize="types=f16,i4 vector=5 scale=f16" --sdq-verify-weights | %decode --parts | FileCheck %s
// RUN: sdq-opt %t/w.mlir --sdq-extract-outliers="percent=20 unweighted=true" --sdq-quantize="types=bf16,i4 vector=5 scale=f16 scale-choice=mse feedback=2" --sdq-verify-weights | %decode --parts | FileCheck %s --check-prefix=BF16
// RUN: not sdq-opt %t/w.mlir --sdq-extract-outliers="percent=20 unweighted=true" --sdq-quantize="types=i8,i4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=I8
// RUN: not sdq-opt %t/bad.mlir --sdq-quantize="types=f16,i4" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=BAD
// I8: w.mlir:2:1: error: weight 'w': expected f16 or bf16 for a #sdq.csr term (csr_c1), found i8
// BAD: bad.mlir:1:1: error: weight 'bad': stored_c6: {{.*}}: expected the last offset to be the number of entries 1, got 9

// CHECK:      w : !sdq.weight<2x5xf32, #sdq.sum<#sdq.csr<f16>, #sdq.dense<i4, vector = 5, scale = f16>>>
// CHECK-NEXT: w.0.columns = 2 4
// CHECK-NEXT: w.0.row_offsets = 0 1 2
// CHECK-NEXT: w.0.values = 100.25 -50
// CHECK-NEXT: w.1.scales[0] = 1
// CHECK-NEXT: w.1.scales[1] = 1
// CHECK-NEXT: w.1.values[0] = 21 30 07
// CHECK-NEXT: w.1.values[1] = 65 17 00
// CHECK-NEXT: w[0] = 1 2 100.25 3 7
// CHECK-NEXT: w[1] = 5 6 7 1 -50
// In bf16 100.25 is a tie between 100 (0x42C8) and 100.5; the dense term has no quarters to make up for it.
// BF16: w.0.values = 17096 49736
// BF16: w[0] = 1 2 100 3 7
// BF16: w[1] = 5 6 7 1 -50
//--- w.mlir

sdq.parameter @w : !sdq.weight<2x5xf32, #sdq.dense<f32>> = {values = dense<[[1.0, 2.0, 100.25, 3.0, 7.0], [5.0, 6.0, 7.0, 1.0, -50.0]]> : tensor<2x5xf32>}

//--- bad.mlir
sdq.parameter @bad : !sdq.weight<1x2xf32, #sdq.sum<#sdq.csr<f32>, #sdq.dense<f32>>> =
  {"0.row_offsets" = dense<[0, 9]> : tensor<2xi32>, "0.columns" = dense<1> : tensor<1xi16>, "0.values" = dense<2.0> : tensor<1xf32>,
   "1.values" = dense<0.5> : tensor<1x2xf32>}
