// Every constraint of #sdq.tiled is enforced, and what was found is named.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{tiled_c1: expected a #sdq.lut or a #sdq.dense of quantized elements, found elements of f16}}
func.func private @dense() attributes {a = #sdq.tiled<#sdq.dense<f16>, 4 : [c2:1]>}

// -----

// expected-error @+1 {{tiled_c1: expected a #sdq.lut or a #sdq.dense of quantized elements, found #sdq.csr<f16>}}
func.func private @csr() attributes {a = #sdq.tiled<#sdq.csr<f16>, 4 : [c2:1]>}

// -----

// expected-error @+1 {{tiled_c2: plane 0: expected 1, 2, 4 or 8 bits, found 3}}
func.func private @three_bits() attributes {a = #sdq.tiled<#sdq.lut<3, f16>, 3 : [c8:1]>}

// -----

// expected-error @+1 {{tiled_c2: expected planes of 4 bits together, found 3}}
func.func private @too_few_bits() attributes {a = #sdq.tiled<#sdq.lut<4, f16>, 2 : [c4:1], 1 : [c8:1]>}

// -----

// expected-error @+1 {{tiled_c2: expected planes of 4 bits together, found 8}}
func.func private @too_many_bits() attributes {a = #sdq.tiled<#sdq.dense<i4, vector = 32, scale = f16>, 8 : [c4:1]>}

// -----

// expected-error @+1 {{tiled_c3: plane 0: expected a digit of columns of stride 2, found c2:4}}
func.func private @a_gap() attributes {a = #sdq.tiled<#sdq.lut<4, f16>, 4 : [c2:4, c2:1]>}

// -----

// expected-error @+1 {{tiled_c3: plane 1: expected a digit of rows of stride 1, found r8:2}}
func.func private @no_first_row() attributes {a = #sdq.tiled<#sdq.lut<3, f16>, 2 : [c4:1], 1 : [r8:2]>}

// -----

// expected-error @+1 {{tiled_c3: plane 0: expected digits of at least 2 and tiles of at most 65536 columns, found c1:1}}
func.func private @no_digit() attributes {a = #sdq.tiled<#sdq.lut<4, f16>, 4 : [c1:1, r2:1]>}

// -----

// expected-error @+1 {{tiled_c3: plane 0: expected digits of at least 2 and tiles of at most 65536 columns, found c65536:2}}
func.func private @too_wide() attributes {a = #sdq.tiled<#sdq.lut<4, f16>, 4 : [c2:1, c65536:2]>}

// -----

// expected-error @+1 {{tiled_c3: expected at most 8 digits}}
func.func private @too_many() attributes {a = #sdq.tiled<#sdq.lut<4, f16>, 4 : [c2:1, c2:2, c2:4, c2:8, c2:16, c2:32, c2:64, c2:128, c2:256]>}

// -----

// expected-error @+1 {{expected a digit like 'c32' or 'r32', found 'k2'}}
func.func private @neither() attributes {a = #sdq.tiled<#sdq.lut<4, f16>, 4 : [k2:1]>}

// -----

// expected-error @+1 {{tiled_c4: plane 0: expected a tile of whole bytes, found 6 codes of 2 bits}}
func.func private @half_a_byte() attributes {a = #sdq.tiled<#sdq.lut<2, f16>, 2 : [c3:1, r2:1]>}
