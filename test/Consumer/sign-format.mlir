// A format from outside: its text, what is refused, values to codes, a GPU kernel, and the same numbers as a dense weight.

// RUN: rm -rf %t && split-file %s %t && cd %t

// RUN: toy-opt text.mlir --emit-bytecode -o text.mlirbc && toy-opt text.mlirbc | FileCheck text.mlir
// RUN: toy-opt text.mlir --sdq-extract-outliers=pattern=1:4 --sdq-verify-weights | FileCheck text.mlir --check-prefix=SPLIT
// RUN: not toy-opt refused.mlir -split-input-file 2>&1 | FileCheck refused.mlir

// RUN: toy-opt model.mlir --sdq-encode="format=#toy.sign<4>" --sdq-verify-weights | FileCheck model.mlir
// RUN: toy-opt model.mlir --sdq-decompose="recipe=#toy.sign<4>" --sdq-lower-nvgpu | FileCheck model.mlir --check-prefix=PTX

// The weights are what the format can hold, so that nothing is rounded: a compressed model in a file, which sdq-run maps
// and which lowers again, computes what the dense one does.
// RUN: sdq-compile model.mlir --recipe="#toy.sign<4>" --load-dialect-plugin=%plugin -o sign.sdq > sign.txt
// RUN: sdq-compile model.mlir --recipe=dense -o dense.sdq > dense.txt
// RUN: sdq-run sign.sdq --load-dialect-plugin=%plugin --output-dir=sign > sign-run.txt 2>&1
// RUN: sdq-run dense.sdq --output-dir=dense > dense-run.txt
// RUN: cmp sign/output0.npy dense/output0.npy

//--- text.mlir
// CHECK: sdq.parameter @w : !sdq.weight<1x8xf32, #sdq.sum<#toy.sign<4>, #sdq.nm<2:4, f32>>>
// SPLIT: sdq.parameter @w : !sdq.weight<1x8xf32, #sdq.sum<#toy.sign<4>, #sdq.nm<1:4, f32>, #sdq.nm<1:4, f32>>> = {"0.scales" = dense<1.0
sdq.parameter @w : !sdq.weight<1x8xf32, #sdq.sum<#toy.sign<4>, #sdq.nm<2:4, f32>>> =
  {"0.signs" = dense<5> : tensor<1x1xi8>, "0.scales" = dense<1.0> : tensor<1x2xf32>,
   "1.values" = dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32>, "1.indices" = dense<68> : tensor<1x1xi8>}

//--- refused.mlir
// CHECK: sign_c1: expected a vector of at least 1, found 0
func.func private @f(!sdq.weight<2x8xf32, #toy.sign<0>>)
// -----
// CHECK: expected a format of 'toy': sign, found 'sine'
func.func private @f(!sdq.weight<2x8xf32, #toy.sine<4>>)
// -----
// CHECK: parameter_c2: part 'scales' expected 'tensor<1x2xf32>', found 'tensor<1x3xf32>'
sdq.parameter @w : !sdq.weight<1x8xf32, #toy.sign<4>> = {signs = dense<5> : tensor<1x1xi8>, scales = dense<1.0> : tensor<1x3xf32>}

//--- model.mlir
// CHECK: sdq.parameter @w : !sdq.weight<2x8xf32, #toy.sign<4>> =
// CHECK: "sdq:w.encoded.signs": "0x10000000A53C"
// PTX: .entry linear_toy_sign_4
sdq.parameter @w : !sdq.weight<2x8xf32, #sdq.dense<f32>> =
  {values = dense<[[-0.5, 0.5, -0.5, 0.5, 3.0, -3.0, 3.0, -3.0], [1.0, 1.0, -1.0, -1.0, -7.0, -7.0, 7.0, 7.0]]> : tensor<2x8xf32>}
func.func @main_graph() -> tensor<1x2xf32> {
  %x = arith.constant dense<[[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0]]> : tensor<1x8xf32>
  %y = sdq.linear %x, @w : (tensor<1x8xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
