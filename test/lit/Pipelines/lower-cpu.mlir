// Every format goes down to the LLVM dialect, its weights in the table that the runtime fills, equal ones once.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-lower-cpu -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir
// RUN: mlir-translate --mlir-to-llvmir %t.mlir -o /dev/null

// No weight is left in the code: not as a parameter and not as a constant; nor is any other dialect.
// CHECK:      module attributes {sdq.buffers = [
// CHECK-SAME:   dense<{{[^]]*}}]]> : tensor<1x4xf16>
// CHECK-NOT:  {{(sdq|memref|arith|scf|cf|func|vector|bufferization|unrealized_conversion_cast)\.[a-z_]+}}
// CHECK:      llvm.mlir.global external @sdq_buffers(#llvm.zero) {{.*}} : !llvm.array<15 x ptr>
// CHECK-NOT:  {{(sdq|memref|arith|scf|cf|func|vector|bufferization|unrealized_conversion_cast)\.[a-z_]+}}
// CHECK:      llvm.func @_mlir_ciface_main_graph(
// CHECK-NOT:  {{(sdq|memref|arith|scf|cf|func|vector|bufferization|unrealized_conversion_cast)\.[a-z_]+}}
sdq.parameter @dense : !sdq.weight<1x4xf16, #sdq.dense<f16>> = {values = dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf16>}
sdq.parameter @tied : !sdq.weight<1x4xf16, #sdq.dense<f16>> = {values = dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf16>}
sdq.parameter @vectors : !sdq.weight<1x4xf16, #sdq.dense<f4E2M1FN, vector = 2, scale = f8E4M3FN>> =
  {values = dense<[[1, 2]]> : tensor<1x2xi8>, scales = dense<[[56, 57]]> : tensor<1x2xi8>, row_scale = dense<1.0> : tensor<1xf32>}
sdq.parameter @indices : !sdq.weight<1x4xf16, #sdq.nm<1:4, f16>> =
  {values = dense<[[3.0]]> : tensor<1x1xf16>, indices = dense<[[2]]> : tensor<1x1xi8>}
sdq.parameter @mask : !sdq.weight<1x4xf16, #sdq.nm<7:8, f16>> =
  {values = dense<[[3.0, 1.0, 2.0, 4.0, 0.0, 0.0, 0.0]]> : tensor<1x7xf16>, mask = dense<[[127]]> : tensor<1x1xi8>}
sdq.parameter @grid : !sdq.weight<1x4xf16, #sdq.nm<4:4, i8, vector = 4, scale = f32>> =
  {values = dense<[[3, 1, 2, 4]]> : tensor<1x4xi8>, scales = dense<[[0.5]]> : tensor<1x1xf32>}
sdq.parameter @squeeze : !sdq.weight<1x4xf16, #sdq.sum<#sdq.csr<f16>, #sdq.lut<2, f16>>> =
  {"0.row_offsets" = dense<[0, 1]> : tensor<2xi32>, "0.columns" = dense<[2]> : tensor<1xi16>, "0.values" = dense<[5.0]> : tensor<1xf16>,
   "1.codes" = dense<[[27]]> : tensor<1x1xi8>, "1.tables" = dense<[[1.0, 2.0, 3.0, 5.0]]> : tensor<1x4xf16>}

func.func @main_graph(%x: tensor<?x4xf32>) -> (tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<1x4xf16>) {
  %a = sdq.linear %x, @dense : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %b = sdq.linear %x, @tied : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %c = sdq.linear %x, @vectors activations [#sdq.activation<i8, vector = 2>] : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %d = sdq.linear %x, @indices : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %e = sdq.linear %x, @mask : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %f = sdq.linear %x, @grid : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %g = sdq.linear %x, @squeeze : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %w = sdq.load @squeeze : !sdq.weight<1x4xf16, #sdq.sum<#sdq.csr<f16>, #sdq.lut<2, f16>>>
  %h = sdq.decode %w : !sdq.weight<1x4xf16, #sdq.sum<#sdq.csr<f16>, #sdq.lut<2, f16>>> -> tensor<1x4xf16>
  return %a, %b, %c, %d, %e, %f, %g, %h : tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<1x4xf16>
}
