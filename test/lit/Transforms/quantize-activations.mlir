// Activations meet each quantized term in its own type, or in the bits asked for, and the others as they come.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-quantize-activations | FileCheck %s
// RUN: sdq-opt %s --sdq-quantize-activations="bits=8" | FileCheck %s --check-prefix=A8
// RUN: sdq-opt %s --sdq-quantize-activations="bits=4" | FileCheck %s --check-prefix=A4
// RUN: sdq-opt %s --sdq-quantize-activations="bits=16" | FileCheck %s --check-prefix=A16
// A16-NOT: activations
// RUN: sdq-opt %s --sdq-quantize-activations="granularity=token" | FileCheck %s --check-prefix=TOKEN
// RUN: sdq-opt %s --sdq-quantize-activations="bits=8 granularity=token" | FileCheck %s --check-prefix=TOKEN8
// RUN: not sdq-opt %s --sdq-quantize-activations="granularity=row" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=GRANULARITY
// GRANULARITY: error: expected a granularity of vector or token, found 'row'
// RUN: not sdq-opt %s --sdq-quantize-activations="bits=12" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=BITS
// BITS: error: expected bits of 0, 4, 8 or 16, found 12

sdq.parameter @sdq : !sdq.weight<1x8xf16, #sdq.sum<#sdq.nm<1:8, i8, vector = 16, scale = f16>, #sdq.nm<6:8, f4E2M1FN, vector = 4, scale = f16>>> =
  {"0.values" = dense<1> : tensor<1x1xi8>, "0.scales" = dense<1.0> : tensor<1x1xf16>, "0.indices" = dense<0> : tensor<1x1xi8>,
   "1.values" = dense<1> : tensor<1x4xi8>, "1.scales" = dense<1.0> : tensor<1x2xf16>}
sdq.parameter @mixed : !sdq.weight<1x2xf16, #sdq.sum<#sdq.csr<f16>, #sdq.sum<#sdq.dense<i4, vector = 2, scale = f32>, #sdq.lut<2, f16>>>> =
  {"0.row_offsets" = dense<0> : tensor<2xi32>, "0.columns" = dense<0> : tensor<1xi16>, "0.values" = dense<0.0> : tensor<1xf16>,
   "1.0.values" = dense<1> : tensor<1x1xi8>, "1.0.scales" = dense<1.0> : tensor<1x1xf32>,
   "1.1.codes" = dense<1> : tensor<1x1xi8>, "1.1.tables" = dense<1.0> : tensor<1x4xf16>}
sdq.parameter @dense : !sdq.weight<1x2xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<1x2xf16>}

func.func @f(%x: tensor<?x8xf32>, %y: tensor<?x2xbf16>) -> (tensor<?x1xf32>, tensor<?x1xbf16>, tensor<?x1xbf16>) {
  // CHECK: sdq.linear %{{.*}}, @sdq activations [#sdq.activation<i8, vector = 16>, #sdq.activation<f4E2M1FN, vector = 4>]
  // A8: sdq.linear %{{.*}}, @sdq activations [#sdq.activation<i8, vector = 16>, #sdq.activation<i8, vector = 4>]
  // A4: sdq.linear %{{.*}}, @sdq activations [#sdq.activation<i4, vector = 16>, #sdq.activation<i4, vector = 4>]
  // TOKEN: sdq.linear %{{.*}}, @sdq activations [#sdq.activation<i8, vector = 8>, #sdq.activation<f4E2M1FN, vector = 8>]
  // TOKEN8: sdq.linear %{{.*}}, @sdq activations [#sdq.activation<i8, vector = 8>, #sdq.activation<i8, vector = 8>]
  %a = sdq.linear %x, @sdq : (tensor<?x8xf32>) -> tensor<?x1xf32>
  // CHECK: sdq.linear %{{.*}}, @mixed activations [#sdq.activation<bf16>, #sdq.activation<i4, vector = 2>, #sdq.activation<bf16>]
  // A8: sdq.linear %{{.*}}, @mixed activations [#sdq.activation<bf16>, #sdq.activation<i8, vector = 2>, #sdq.activation<bf16>]
  // TOKEN: sdq.linear %{{.*}}, @mixed activations [#sdq.activation<bf16>, #sdq.activation<i4, vector = 2>, #sdq.activation<bf16>]
  %b = sdq.linear %y, @mixed : (tensor<?x2xbf16>) -> tensor<?x1xbf16>
  // CHECK: sdq.linear %{{.*}}, @dense : (tensor<?x2xbf16>)
  // A8: sdq.linear %{{.*}}, @dense : (tensor<?x2xbf16>)
  %c = sdq.linear %y, @dense : (tensor<?x2xbf16>) -> tensor<?x1xbf16>
  return %a, %b, %c : tensor<?x1xf32>, tensor<?x1xbf16>, tensor<?x1xbf16>
}

// A module within the module has its own parameters.
module {
  sdq.parameter @dense : !sdq.weight<1x2xf16, #sdq.dense<i8, vector = 2, scale = f16>> =
    {values = dense<1> : tensor<1x2xi8>, scales = dense<1.0> : tensor<1x1xf16>}
  func.func @f(%x: tensor<2xf16>) -> tensor<1xf16> {
    // CHECK: sdq.linear %{{.*}}, @dense activations [#sdq.activation<i8, vector = 2>] : (tensor<2xf16>)
    // W8A8.
    // A8: sdq.linear %{{.*}}, @dense activations [#sdq.activation<i8, vector = 2>] : (tensor<2xf16>)
    // A4: sdq.linear %{{.*}}, @dense activations [#sdq.activation<i4, vector = 2>] : (tensor<2xf16>)
    %a = sdq.linear %x, @dense : (tensor<2xf16>) -> tensor<1xf16>
    return %a : tensor<1xf16>
  }
}
