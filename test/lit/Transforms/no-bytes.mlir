// A part whose bytes are not there, or too few, is refused by name.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics --sdq-verify-weights
// RUN: sdq-opt %s -split-input-file -verify-diagnostics --sdq-sparsify="pattern=2:4"

// expected-error @+1 {{part 'values' has no bytes: expected dense elements or a resource that is there, found dense_resource<nowhere> : tensor<2x4xf16>}}
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
