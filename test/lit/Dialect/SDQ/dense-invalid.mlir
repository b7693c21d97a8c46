// Every constraint of #sdq.dense is enforced, and what was found is named.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{dense_c1: expected i2, i3, i4, i8, f4E2M1FN, f8E4M3FN, f8E5M2, f16, bf16 or f32, found 'f64'}}
func.func private @element() attributes {a = #sdq.dense<f64>}

// -----

// expected-error @+1 {{dense_c1: expected i2, i3, i4, i8, f4E2M1FN, f8E4M3FN, f8E5M2, f16, bf16 or f32, found 'ui8'}}
func.func private @unsigned() attributes {a = #sdq.dense<ui8, vector = 16, scale = f16>}

// -----

// expected-error @+1 {{dense_c2: 'i8' is quantized: expected a vector and a scale, found no vector and no scale}}
func.func private @neither() attributes {a = #sdq.dense<i8>}

// -----

// expected-error @+1 {{dense_c2: 'i4' is quantized: expected a vector and a scale, found vector = 16 and no scale}}
func.func private @no_scale() attributes {a = #sdq.dense<i4, vector = 16>}

// -----

// expected-error @+1 {{dense_c2: 'f8E5M2' is quantized: expected a vector and a scale, found no vector and scale = 'f16'}}
func.func private @no_vector() attributes {a = #sdq.dense<f8E5M2, scale = f16>}

// -----

// expected-error @+1 {{dense_c2: 'f16' is not quantized: expected no vector and no scale, found vector = 16 and no scale}}
func.func private @vector_of_floats() attributes {a = #sdq.dense<f16, vector = 16>}

// -----

// expected-error @+1 {{dense_c2: 'bf16' is not quantized: expected no vector and no scale, found vector = 16 and scale = 'f16'}}
func.func private @scaled_floats() attributes {a = #sdq.dense<bf16, vector = 16, scale = f16>}

// -----

// expected-error @+1 {{dense_c3: expected a scale in f8E4M3FN, ui8, f8E8M0FNU, f16 or f32, found 'bf16'}}
func.func private @scale() attributes {a = #sdq.dense<i8, vector = 16, scale = bf16>}

// -----

// expected-error @+1 {{dense_c3: expected a vector of at least 1, found 0}}
func.func private @empty_vector() attributes {a = #sdq.dense<i8, vector = 0, scale = f16>}

// -----

// expected-error @+1 {{dense_c3: expected a vector of at least 1, found -16}}
func.func private @negative_vector() attributes {a = #sdq.dense<i8, vector = -16, scale = f16>}

// -----

// expected-error @+1 {{dense_c4: a transposed weight cannot be quantized, found 'i8'}}
func.func private @transposed() attributes {a = #sdq.dense<i8, transposed, vector = 16, scale = f16>}

// -----

// expected-error @+1 {{expected 'transposed', 'vector' or 'scale', found 'group'}}
func.func private @unknown_word() attributes {a = #sdq.dense<i8, group = 16, scale = f16>}

// -----

// expected-error @+1 {{expected 'vector' or 'scale', each at most once, found 'vector'}}
func.func private @twice() attributes {a = #sdq.dense<i8, vector = 16, vector = 32, scale = f16>}
