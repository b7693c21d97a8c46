// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: terms that meet quantized activations are stored in the patterns that integer mma.sp takes, or dense where that
// is not much larger, all of a weight or none, with the same numbers; a remark says which, or why not.
// RUN: sdq-opt %s --sdq-embed-terms=chip=sm_80 2> %t.log > %t.mlir
// RUN: FileCheck %s < %t.mlir
// RUN: FileCheck %s --check-prefix=REMARK < %t.log
// RUN: sdq-opt %s | %decode | grep -v "!sdq.weight" > %t.before
// RUN: %decode < %t.mlir | grep -v "!sdq.weight" > %t.after
// RUN: diff %t.before %t.after
// RUN: sdq-opt %s --sdq-embed-terms=chip=sm_75 2> /dev/null | FileCheck %s --check-prefix=TURING
// TURING-NOT: pairwise
// RUN: not sdq-opt %s --sdq-embed-terms=chip=sm_1 2>&1 | FileCheck %s --check-prefix=CHIP
// CHIP: error: nvgpu_e1: unknown chip 'sm_1'

// REMARK: remark: term 0 of @both, #sdq.nm<1:8, i8, vector = 16, scale = f16>, is stored as #sdq.nm<2:4, i8, vector = 16, scale = f16> for integer mma.sp of sm_80
// REMARK: remark: term 1 of @both, #sdq.nm<2:8, i3, vector = 16, scale = f16>, is stored as #sdq.nm<4:8, pairwise, i4, vector = 16, scale = f16> for integer mma.sp of sm_80
// REMARK: remark: term 0 of @wide, #sdq.nm<6:8, i8, vector = 8, scale = f16>, is stored as #sdq.dense<i8, vector = 8, scale = f16> for integer mma of sm_80, 1.11 times its bytes
// REMARK: remark: activations meet @few as values, not as codes: term 0, #sdq.nm<3:16, i8, vector = 16, scale = f16>, is not 2:4: pack_c2: row 0, block 0 (columns 0 to 3): expected at most 2 nonzero values, got 3, and dense 2.57 times its bytes
// REMARK: remark: activations meet @short as values, not as codes: term 0, #sdq.nm<2:4, i8, vector = 4, scale = f16>, sm_80 has no integer mma for it with #sdq.activation<i8, vector = 4> and scales of whole instructions (32 inputs or more)
// REMARK: remark: activations meet @mixed as values, not as codes: term 1, #sdq.dense<f16>, meets #sdq.activation<f16>
// REMARK-NOT: remark

// CHECK: sdq.parameter @both : !sdq.weight<2x16xf16, #sdq.sum<#sdq.nm<2:4, i8, vector = 16, scale = f16>, #sdq.nm<4:8, pairwise, i4, vector = 16, scale = f16>>>
sdq.parameter @both : !sdq.weight<2x16xf16, #sdq.sum<#sdq.nm<1:8, i8, vector = 16, scale = f16>, #sdq.nm<2:8, i3, vector = 16, scale = f16>>> =
  {"0.values" = dense<[[5, -7], [127, 0]]> : tensor<2x2xi8>, "0.scales" = dense<[[1.0], [0.5]]> : tensor<2x1xf16>,
   "0.indices" = dense<[[60], [7]]> : tensor<2x1xi8>,
   "1.values" = dense<[[83, 1], [-17, 2]]> : tensor<2x2xi8>, "1.scales" = dense<[[1.0], [0.25]]> : tensor<2x1xf16>,
   "1.indices" = dense<[[17, 14], [-6, 3]]> : tensor<2x2xi8>}
// CHECK: sdq.parameter @wide : !sdq.weight<1x8xf16, #sdq.dense<i8, vector = 8, scale = f16>>
sdq.parameter @wide : !sdq.weight<1x8xf16, #sdq.nm<6:8, i8, vector = 8, scale = f16>> =
  {values = dense<[[1, 2, 3, 4, 5, 6]]> : tensor<1x6xi8>, scales = dense<1.0> : tensor<1x1xf16>, mask = dense<63> : tensor<1x1xi8>}
// CHECK: sdq.parameter @few : !sdq.weight<1x16xf16, #sdq.nm<3:16, i8, vector = 16, scale = f16>>
sdq.parameter @few : !sdq.weight<1x16xf16, #sdq.nm<3:16, i8, vector = 16, scale = f16>> =
  {values = dense<[[1, 2, 3]]> : tensor<1x3xi8>, scales = dense<1.0> : tensor<1x1xf16>, indices = dense<[[16, 2]]> : tensor<1x2xi8>}
// CHECK: sdq.parameter @short : !sdq.weight<1x8xf16, #sdq.nm<2:4, i8, vector = 4, scale = f16>>
sdq.parameter @short : !sdq.weight<1x8xf16, #sdq.nm<2:4, i8, vector = 4, scale = f16>> =
  {values = dense<[[1, 2, 3, 4]]> : tensor<1x4xi8>, scales = dense<1.0> : tensor<1x2xf16>, indices = dense<68> : tensor<1x1xi8>}
// CHECK: sdq.parameter @mixed : !sdq.weight<1x8xf16, #sdq.sum<#sdq.nm<1:8, i8, vector = 8, scale = f16>, #sdq.dense<f16>>>
sdq.parameter @mixed : !sdq.weight<1x8xf16, #sdq.sum<#sdq.nm<1:8, i8, vector = 8, scale = f16>, #sdq.dense<f16>>> =
  {"0.values" = dense<1> : tensor<1x1xi8>, "0.scales" = dense<1.0> : tensor<1x1xf16>, "0.indices" = dense<0> : tensor<1x1xi8>,
   "1.values" = dense<1.0> : tensor<1x8xf16>}
// CHECK: sdq.parameter @floats : !sdq.weight<1x8xf16, #sdq.nm<1:8, i8, vector = 8, scale = f16>>
sdq.parameter @floats : !sdq.weight<1x8xf16, #sdq.nm<1:8, i8, vector = 8, scale = f16>> =
  {values = dense<1> : tensor<1x1xi8>, scales = dense<1.0> : tensor<1x1xf16>, indices = dense<0> : tensor<1x1xi8>}

func.func @f(%x: tensor<?x16xf16>, %z: tensor<?x8xf16>) {
  %0 = sdq.linear %x, @both activations [#sdq.activation<i8, vector = 16>, #sdq.activation<i4, vector = 16>] : (tensor<?x16xf16>) -> tensor<?x2xf16>
  %1 = sdq.linear %z, @wide activations [#sdq.activation<i8, vector = 8>] : (tensor<?x8xf16>) -> tensor<?x1xf16>
  %few = sdq.linear %x, @few activations [#sdq.activation<i8, vector = 16>] : (tensor<?x16xf16>) -> tensor<?x1xf16>
  %2 = sdq.linear %z, @short activations [#sdq.activation<i8, vector = 4>] : (tensor<?x8xf16>) -> tensor<?x1xf16>
  %3 = sdq.linear %z, @mixed activations [#sdq.activation<i8, vector = 8>, #sdq.activation<f16>] : (tensor<?x8xf16>) -> tensor<?x1xf16>
  %4 = sdq.linear %z, @floats : (tensor<?x8xf16>) -> tensor<?x1xf16>
  return
}
