// sdq-encode stores a weight, or the last term of one, in a format by its text, rounding as that format does.

// RUN: sdq-opt %s --split-input-file --pass-pipeline='builtin.module(sdq.parameter(sdq-encode{format=#sdq.dense<i4,vector=4,scale=f32>},sdq-verify-weights))' | FileCheck %s
// RUN: sdq-opt %s --split-input-file --sdq-encode="format=#sdq.sum<#sdq.dense<i2,vector=4,scale=f32>,#sdq.dense<i8,vector=4,scale=f32>>" | FileCheck %s --check-prefix=SUM

// The same as a recipe, by name and in a file.
// RUN: sdq-opt %s --split-input-file --sdq-compress="recipe=#sdq.dense<i4,vector=4,scale=f32>" | FileCheck %s
// RUN: sdq-opt %s --split-input-file --sdq-compress="recipe={{recipe: {format: '#sdq.dense<i4, vector = 4, scale = f32>'}}}" | FileCheck %s
// RUN: sdq-compile --print-recipe='#sdq.nm<2:4, f16>' | FileCheck %s --check-prefix=YAML
// YAML: format: '#sdq.nm<2:4, f16>'

// Halves of 7: codes 7, -1, 2, 0; a scale of 0.5.
// CHECK: sdq.parameter @dense : !sdq.weight<1x4xf32, #sdq.dense<i4, vector = 4, scale = f32>>
// CHECK: "sdq:dense.encoded.scales": "0x100000000000003F"
// CHECK: "sdq:dense.encoded.values": "0x10000000F702"
// A sum stores in each term what those before it leave: 1, 0, 0, 0 times 3.5, then what is left of that.
// SUM: sdq.parameter @dense : !sdq.weight<1x4xf32, #sdq.sum<#sdq.dense<i2, vector = 4, scale = f32>, #sdq.dense<i8, vector = 4, scale = f32>>>
// SUM: "sdq:dense.encoded.0.scales": "0x1000000000006040"
// SUM: "sdq:dense.encoded.0.values": "0x1000000001"
// SUM: "sdq:dense.encoded.1.values": "0x1000000000C07F00"
sdq.parameter @dense : !sdq.weight<1x4xf32, #sdq.dense<f32>> = {values = dense<[[3.5, -0.5, 1.0, 0.0]]> : tensor<1x4xf32>}

// -----

// The terms before the last keep their formats and parts.
// CHECK: sdq.parameter @sum : !sdq.weight<1x4xf32, #sdq.sum<#sdq.csr<f32>, #sdq.dense<i4, vector = 4, scale = f32>>> = {"0.columns" = dense<2>
// CHECK: "sdq:sum.encoded.1.values": "0x10000000F702"
// SUM: sdq.parameter @sum : !sdq.weight<1x4xf32, #sdq.sum<#sdq.csr<f32>, #sdq.sum<#sdq.dense<i2
sdq.parameter @sum : !sdq.weight<1x4xf32, #sdq.sum<#sdq.csr<f32>, #sdq.dense<f32>>> =
  {"0.row_offsets" = dense<[0, 1]> : tensor<2xi32>, "0.columns" = dense<2> : tensor<1xi16>, "0.values" = dense<9.0> : tensor<1xf32>,
   "1.values" = dense<[[3.5, -0.5, 1.0, 0.0]]> : tensor<1x4xf32>}
