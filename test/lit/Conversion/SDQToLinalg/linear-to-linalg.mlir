// Products and decoded weights as linalg on constants that are as packed as they were.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-linear-to-linalg -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir --implicit-check-not="{{[^a-z]sdq[.]}}" --implicit-check-not="onnx."
// A compiler that has never heard of sdq reads it.
// RUN: mlir-opt %t.mlir -o /dev/null

// CHECK: module {
// CHECK-NEXT: func.func @linear(%[[X:.*]]: tensor<?x3x8xf32>) -> tensor<?x3x4xf32>
module attributes {sdq.note = 1 : i64} {
  sdq.parameter @lut attributes {sdq.origin = "w"} : !sdq.weight<4x8xf16, #sdq.lut<4, f16>> =
    {codes = dense_resource<codes> : tensor<4x4xi8>, tables = dense_resource<tables> : tensor<4x16xf16>}
  sdq.parameter @squeeze : !sdq.weight<2x8xf16, #sdq.sum<#sdq.csr<f16>, #sdq.dense<i8, vector = 4, scale = f16>>> =
    {"0.row_offsets" = dense<[0, 1, 1]> : tensor<3xi32>, "0.columns" = dense<[2]> : tensor<1xi16>, "0.values" = dense<[5.0]> : tensor<1xf16>,
     "1.values" = dense<[[1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 9]]> : tensor<2x8xi8>,
     "1.scales" = dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf16>}

  // Decoded inputs × outputs, once a product; the loops are tokens, inputs, outputs.
  // CHECK-DAG: %[[CODES:.*]] = arith.constant dense_resource<codes> : tensor<4x4xi8>
  // CHECK-DAG: %[[TABLES:.*]] = arith.constant dense_resource<tables> : tensor<4x16xf16>
  // CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<8x4xf32>
  // CHECK: %[[W:.*]] = linalg.generic {{.*}}["parallel", "parallel"]} outs(%[[EMPTY]] : tensor<8x4xf32>)
  // CHECK: tensor.extract %[[CODES]]
  // CHECK: tensor.extract %[[TABLES]]
  // CHECK: linalg.generic {{.*}}["parallel", "parallel", "reduction", "parallel"]} ins(%[[X]], %[[W]] : tensor<?x3x8xf32>, tensor<8x4xf32>)
  // CHECK: arith.mulf
  // CHECK: arith.addf
  func.func @linear(%x: tensor<?x3x8xf32> {onnx.name = "x", sdq.note}) -> (tensor<?x3x4xf32> {onnx.name = "y"}) {
    %y = sdq.linear %x, @lut : (tensor<?x3x8xf32>) -> tensor<?x3x4xf32>
    return %y : tensor<?x3x4xf32>
  }

  // A CSR term is visited entry by entry; the other meets activations rounded to int8, four to a scale.
  // CHECK-LABEL: func.func @rounded
  // CHECK-SAME: (%[[X:.*]]: tensor<8xbf16>) -> tensor<2xbf16>
  // CHECK-DAG: arith.constant dense<{{.*}}> : tensor<2x8xi8>
  // CHECK-DAG: arith.constant dense<{{.*}}> : tensor<1xf16>
  // CHECK: linalg.generic
  // CHECK: scf.for
  // CHECK: tensor.extract %[[X]]
  // CHECK: %[[SCALES:.*]] = linalg.generic {{.*}} outs({{.*}} : tensor<2xf32>)
  // CHECK: arith.maximumf
  // CHECK: %[[ROUNDED:.*]] = linalg.generic {{.*}} ins(%[[X]] : tensor<8xbf16>) outs({{.*}} : tensor<8xf32>)
  // CHECK: tensor.extract %[[SCALES]]
  // CHECK: math.roundeven
  // CHECK: linalg.generic {{.*}} ins(%[[ROUNDED]], {{.*}} : tensor<8xf32>, tensor<8x2xf32>)
  // CHECK: arith.truncf
  func.func @rounded(%x: tensor<8xbf16>) -> tensor<2xbf16> {
    %y = sdq.linear %x, @squeeze activations [#sdq.activation<f16>, #sdq.activation<i8, vector = 4>]
      : (tensor<8xbf16>) -> tensor<2xbf16>
    return %y : tensor<2xbf16>
  }

  // CHECK-LABEL: func.func @decode() -> tensor<2x8xf16>
  // CHECK: scf.for {{.*}} -> (tensor<2x8xf32>)
  // CHECK: tensor.insert
  // CHECK: linalg.generic {{.*}} outs({{.*}} : tensor<2x8xf32>)
  // CHECK: arith.truncf
  func.func @decode() -> tensor<2x8xf16> {
    %w = sdq.load @squeeze : !sdq.weight<2x8xf16, #sdq.sum<#sdq.csr<f16>, #sdq.dense<i8, vector = 4, scale = f16>>>
    %t = sdq.decode %w : !sdq.weight<2x8xf16, #sdq.sum<#sdq.csr<f16>, #sdq.dense<i8, vector = 4, scale = f16>>> -> tensor<2x8xf16>
    return %t : tensor<2x8xf16>
  }
}

{-#
  dialect_resources: {
    builtin: {
      codes: "0x0400000010325476987654321032547698765432",
      tables: "0x04000000003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C003C"
    }
  }
#-}
