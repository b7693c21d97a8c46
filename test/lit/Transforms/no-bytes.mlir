// A part without bytes of its own, a splat or a resource that is not there, is refused by name.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics --sdq-verify-weights
// RUN: sdq-opt %s -split-input-file -verify-diagnostics --sdq-sparsify="pattern=2:4"

// expected-error @+1 {{part 'values' has no bytes: expected a resource that is there or elements written out, found dense<1.000000e+00> : tensor<2x4xf16>}}
sdq.parameter @splat : !sdq.weight<2x4xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<2x4xf16>}

// -----

// expected-error @+1 {{part 'values' has no bytes: expected a resource that is there or elements written out, found dense_resource<nowhere> : tensor<2x4xf16>}}
sdq.parameter @absent : !sdq.weight<2x4xf16, #sdq.dense<f16>> = {values = dense_resource<nowhere> : tensor<2x4xf16>}

// -----

// expected-error @+1 {{part 'values' is too short: expected 16 bytes, found 4}}
sdq.parameter @short : !sdq.weight<2x4xf16, #sdq.dense<f16>> = {values = dense_resource<short> : tensor<2x4xf16>}

{-#
  dialect_resources: {
    builtin: {
      short: "0x10000000003C0040"
    }
  }
#-}
