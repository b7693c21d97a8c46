// A parameter has exactly the parts of its format, each of its type.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{parameter_c1: expected the parts codes, tables; 'tables' is missing}}
sdq.parameter @missing : !sdq.weight<2x4xf16, #sdq.lut<2, f16>> = {codes = dense<0> : tensor<2x1xi8>}

// -----

// expected-error @+1 {{parameter_c1: expected the parts values; found another one, 'scales'}}
sdq.parameter @extra : !sdq.weight<2x4xf16, #sdq.dense<f16>> =
  {values = dense<0.0> : tensor<2x4xf16>, scales = dense<0.0> : tensor<2x4xf16>}

// -----

// expected-error @+1 {{parameter_c1: expected the parts 0.row_offsets, 0.columns, 0.values, 1.codes, 1.tables; '0.row_offsets' is missing}}
sdq.parameter @sum : !sdq.weight<2x4xf16, #sdq.sum<#sdq.csr<f16>, #sdq.lut<2, f16>>> = {}

// -----

// expected-error @+1 {{parameter_c2: part 'values' expected 'tensor<2x4xf16>', found 'tensor<4x2xf16>'}}
sdq.parameter @shape : !sdq.weight<2x4xf16, #sdq.dense<f16>> = {values = dense<0.0> : tensor<4x2xf16>}

// -----

// expected-error @+1 {{parameter_c2: part 'values' expected 'tensor<2x4xi16>', found 'tensor<2x4xbf16>'}}
sdq.parameter @element : !sdq.weight<2x4xbf16, #sdq.dense<bf16>> = {values = dense<0.0> : tensor<2x4xbf16>}

// -----

// expected-error @+1 {{parameter_c2: part 'values' expected 'tensor<2x4xf16>', found 'vector<2x4xf16>'}}
sdq.parameter @vector : !sdq.weight<2x4xf16, #sdq.dense<f16>> = {values = dense<0.0> : vector<2x4xf16>}

// -----

// expected-error @+1 {{parameter_c2: part 'columns' expected 'tensor<?xi16>', found 'tensor<3xi32>'}}
sdq.parameter @columns : !sdq.weight<2x4xf16, #sdq.csr<f16>> =
  {row_offsets = dense<[0, 1, 3]> : tensor<3xi32>, columns = dense<0> : tensor<3xi32>, values = dense<0.0> : tensor<3xf16>}

// -----

// expected-error @+1 {{parameter_c2: part 'values' expected elements of 'tensor<2x4xf16>', found 1 : i64}}
sdq.parameter @number : !sdq.weight<2x4xf16, #sdq.dense<f16>> = {values = 1}

// -----

// expected-error @+1 {{attribute 'type' failed to satisfy constraint: type attribute of a weight matrix in a compressed format}}
sdq.parameter @no_weight : f32 = {}

// -----

sdq.parameter @twice : !sdq.weight<1x1xf16, #sdq.dense<f16>> = {values = dense<0.0> : tensor<1x1xf16>} // expected-note {{see existing symbol definition here}}
// expected-error @+1 {{redefinition of symbol named 'twice'}}
sdq.parameter @twice : !sdq.weight<1x1xf16, #sdq.dense<f16>> = {values = dense<0.0> : tensor<1x1xf16>}
