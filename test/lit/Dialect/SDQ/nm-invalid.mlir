// Every constraint of #sdq.nm is enforced, and what was found is named.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{nm_c1: expected 1 <= N <= M <= 32, found N = 0, M = 8}}
func.func private @none() attributes {a = #sdq.nm<0:8, f16>}

// -----

// expected-error @+1 {{nm_c1: expected 1 <= N <= M <= 32, found N = 9, M = 8}}
func.func private @more_than_all() attributes {a = #sdq.nm<9:8, f16>}

// -----

// expected-error @+1 {{nm_c1: expected 1 <= N <= M <= 32, found N = 16, M = 64}}
func.func private @long_block() attributes {a = #sdq.nm<16:64, f16>}

// -----

// expected-error @+1 {{nm_c1: expected 1 <= N <= M <= 32, found N = -1, M = -1}}
func.func private @negative() attributes {a = #sdq.nm<-1:-1, f16>}

// -----

// expected-error @+1 {{nm_c2: pairwise needs even N and M, found N = 3, M = 8}}
func.func private @odd_n() attributes {a = #sdq.nm<3:8, pairwise, f16>}

// -----

// expected-error @+1 {{nm_c2: pairwise needs even N and M, found N = 2, M = 5}}
func.func private @odd_m() attributes {a = #sdq.nm<2:5, pairwise, f16>}

// -----

// nm_c3 is dense_c1 to dense_c3.
// expected-error @+1 {{dense_c1: expected i2, i3, i4, i8, f4E2M1FN, f8E4M3FN, f8E5M2, f16, bf16 or f32, found 'i16'}}
func.func private @element() attributes {a = #sdq.nm<2:4, i16>}

// -----

// expected-error @+1 {{dense_c2: 'i8' is quantized: expected a vector and a scale, found no vector and no scale}}
func.func private @unscaled() attributes {a = #sdq.nm<2:4, i8>}

// -----

// expected-error @+1 {{dense_c3: expected a scale in f8E4M3FN, ui8, f8E8M0FNU, f16 or f32, found 'i8'}}
func.func private @scale() attributes {a = #sdq.nm<2:4, i8, vector = 16, scale = i8>}

// -----

// expected-error @+1 {{dense_c3: expected a vector of at least 1, found -1}}
func.func private @vector() attributes {a = #sdq.nm<2:4, i8, vector = -1, scale = f16>}

// -----

// expected-error @+1 {{expected 'vector' or 'scale', each at most once, found 'pairwise'}}
func.func private @order() attributes {a = #sdq.nm<2:4, i8, pairwise, vector = 16, scale = f16>}

// -----

// expected-error @+1 {{expected ':'}}
func.func private @no_m() attributes {a = #sdq.nm<2, f16>}
