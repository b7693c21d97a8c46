// Every constraint of #sdq.csr is enforced, and what was found is named.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{csr_c1: expected f16, bf16 or f32, found 'i8'}}
func.func private @integers() attributes {a = #sdq.csr<i8>}

// -----

// expected-error @+1 {{csr_c1: expected f16, bf16 or f32, found 'f64'}}
func.func private @doubles() attributes {a = #sdq.csr<f64>}
