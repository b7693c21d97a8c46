// Every constraint of #sdq.lut is enforced, and what was found is named.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{lut_c1: expected 2 to 8 bits, found 1}}
func.func private @one_bit() attributes {a = #sdq.lut<1, f16>}

// -----

// expected-error @+1 {{lut_c1: expected 2 to 8 bits, found 9}}
func.func private @nine_bits() attributes {a = #sdq.lut<9, f16>}

// -----

// expected-error @+1 {{lut_c1: expected 2 to 8 bits, found -4}}
func.func private @negative() attributes {a = #sdq.lut<-4, f16>}

// -----

// expected-error @+1 {{lut_c2: expected f16, bf16 or f32, found 'f8E4M3FN'}}
func.func private @small_floats() attributes {a = #sdq.lut<4, f8E4M3FN>}

// -----

// expected-error @+1 {{lut_c2: expected f16, bf16 or f32, found 'f64'}}
func.func private @doubles() attributes {a = #sdq.lut<4, f64>}
