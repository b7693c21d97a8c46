// Every constraint of #sdq.activation is enforced, and what was found is named.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{activation_c1: expected i2, i3, i4, i8, f4E2M1FN, f8E4M3FN, f8E5M2, f16, bf16 or f32, found 'f64'}}
func.func private @doubles() attributes {a = #sdq.activation<f64>}

// -----

// expected-error @+1 {{activation_c1: expected i2, i3, i4, i8, f4E2M1FN, f8E4M3FN, f8E5M2, f16, bf16 or f32, found 'i5'}}
func.func private @five_bits() attributes {a = #sdq.activation<i5, vector = 16>}

// -----

// expected-error @+1 {{activation_c2: 'i8' is quantized: expected a vector of at least 1, found none}}
func.func private @no_vector() attributes {a = #sdq.activation<i8>}

// -----

// expected-error @+1 {{activation_c2: 'i8' is quantized: expected a vector of at least 1, found -16}}
func.func private @negative() attributes {a = #sdq.activation<i8, vector = -16>}

// -----

// expected-error @+1 {{activation_c2: expected a vector of at least 1, found 0}}
func.func private @zero() attributes {a = #sdq.activation<i8, vector = 0>}

// -----

// expected-error @+1 {{activation_c2: 'f16' is not quantized: expected no vector, found 16}}
func.func private @floats() attributes {a = #sdq.activation<f16, vector = 16>}
