// A sum has at least two terms, all of them weight formats that are valid themselves.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{sum_c1: expected at least two terms, found 0}}
func.func private @empty() attributes {a = #sdq.sum<>}

// -----

// expected-error @+1 {{sum_c1: expected at least two terms, found 1}}
func.func private @single() attributes {a = #sdq.sum<#sdq.csr<f16>>}

// -----

// expected-error @+1 {{expected a weight format, found 1 : i32}}
func.func private @number() attributes {a = #sdq.sum<#sdq.csr<f16>, 1 : i32>}

// -----

// expected-error @+1 {{expected a weight format, found #sdq.activation<f16>}}
func.func private @activation() attributes {a = #sdq.sum<#sdq.activation<f16>, #sdq.csr<f16>>}

// -----

// expected-error @+1 {{nm_c1: expected 1 <= N <= M <= 32, found N = 9, M = 8}}
func.func private @term() attributes {a = #sdq.sum<#sdq.csr<f16>, #sdq.sum<#sdq.nm<9:8, f16>, #sdq.csr<f16>>>}
