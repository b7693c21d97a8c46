// Every constraint of !sdq.weight is enforced, and what was found is named.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{weight_c1: expected two extents, outputs x inputs, found 1}}
func.func private @vector(!sdq.weight<4xf16, #sdq.dense<f16>>)

// -----

// expected-error @+1 {{weight_c1: expected two extents, outputs x inputs, found 3}}
func.func private @cube(!sdq.weight<4x4x4xf16, #sdq.dense<f16>>)

// -----

// expected-error @+1 {{weight_c1: expected extents of at least 1, found 0x4}}
func.func private @no_rows(!sdq.weight<0x4xf16, #sdq.dense<f16>>)

// -----

// expected-error @+1 {{weight_c1: expected extents of at least 1, found 4x0}}
func.func private @no_columns(!sdq.weight<4x0xf16, #sdq.dense<f16>>)

// -----

// expected-error @+1 {{expected static shape}}
func.func private @dynamic(!sdq.weight<?x4xf16, #sdq.dense<f16>>)

// -----

// expected-error @+1 {{weight_c2: expected f16, bf16 or f32, found 'i8'}}
func.func private @integers(!sdq.weight<4x4xi8, #sdq.dense<f16>>)

// -----

// expected-error @+1 {{weight_c3: expected at most 72057594037927936 elements, found 4294967296x4294967296}}
func.func private @huge(!sdq.weight<4294967296x4294967296xf16, #sdq.dense<f16>>)

// -----

// The columns of a sparse term are stored in at most 32 bits; also where the term is part of a sum.
// expected-error @+1 {{weight_c3: expected at most 2147483648 columns in a #sdq.csr, found 2147483649}}
func.func private @wide(!sdq.weight<1x2147483649xf16, #sdq.sum<#sdq.csr<f16>, #sdq.lut<4, f16>>>)

// -----

// expected-error @+1 {{expected a weight format, found 4 : i64}}
func.func private @format(!sdq.weight<4x4xf16, 4>)

// -----

// expected-error @+1 {{expected ','}}
func.func private @no_format(!sdq.weight<4x4xf16>)
