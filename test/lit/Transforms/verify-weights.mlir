// Every constraint on the bytes of a weight is enforced, and the part, the row, what was expected and found are named.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics --sdq-verify-weights

// Nothing to say of these.
sdq.parameter @mask : !sdq.weight<1x13xf16, #sdq.nm<7:8, f16>> =
  {values = dense<[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 1.0, 2.0, 3.0, 4.0, 5.0, 0.0, 0.0]]> : tensor<1x14xf16>,
   mask = dense<[[254, 127]]> : tensor<1x2xi8>}
sdq.parameter @indices : !sdq.weight<1x6xf16, #sdq.nm<2:4, f16>> =
  {values = dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf16>, indices = dense<0x4E> : tensor<1x1xi8>}
sdq.parameter @csr : !sdq.weight<2x4xf16, #sdq.csr<f16>> =
  {row_offsets = dense<[0, 2, 3]> : tensor<3xi32>, columns = dense<[1, 3, 0]> : tensor<3xi16>,
   values = dense<[1.0, 2.0, 0.0]> : tensor<3xf16>}

// -----

// expected-error @+1 {{weight 'csr': stored_c1: part 'values': expected shape 3, as 'columns' has, got 2}}
sdq.parameter @csr : !sdq.weight<2x4xf16, #sdq.csr<f16>> =
  {row_offsets = dense<[0, 2, 3]> : tensor<3xi32>, columns = dense<[1, 3, 0]> : tensor<3xi16>,
   values = dense<[1.0, 2.0]> : tensor<2xf16>}

// -----

// expected-error @+1 {{weight 'infinite': stored_c2: part 'values', element 3: expected a finite value, got INF}}
sdq.parameter @infinite : !sdq.weight<2x2xf16, #sdq.dense<f16>> = {values = dense<[[1.0, 2.0], [3.0, 0x7C00]]> : tensor<2x2xf16>}

// -----

// expected-error @+1 {{weight 'table': stored_c2: part 'tables', element 1: expected a finite value, got -INF}}
sdq.parameter @table : !sdq.weight<1x4xbf16, #sdq.lut<2, bf16>> =
  {codes = dense<[[27]]> : tensor<1x1xi8>, tables = dense<[[0, 0xFF80, 1, 2]]> : tensor<1x4xi16>}

// -----

// expected-error @+1 {{weight 'code': stored_c2: part 'values', element 0: expected a finite value, got nan}}
sdq.parameter @code : !sdq.weight<1x2xf16, #sdq.dense<f8E4M3FN, vector = 2, scale = f16>> =
  {values = dense<[[0x7F, 0]]> : tensor<1x2xi8>, scales = dense<[[1.0]]> : tensor<1x1xf16>}

// -----

// expected-error @+1 {{weight 'scale': stored_c2: part 'scales', element 1: expected a finite value >= 0, got -1}}
sdq.parameter @scale : !sdq.weight<1x2xf16, #sdq.dense<i8, vector = 1, scale = f16>> =
  {values = dense<[[1, 2]]> : tensor<1x2xi8>, scales = dense<[[1.0, -1.0]]> : tensor<1x2xf16>}

// -----

// expected-error @+1 {{weight 'row_scale': stored_c2: part 'row_scale', element 1: expected a finite value >= 0, got -2}}
sdq.parameter @row_scale : !sdq.weight<2x1xf16, #sdq.dense<i8, vector = 1, scale = f8E4M3FN>> =
  {values = dense<[[1], [2]]> : tensor<2x1xi8>, scales = dense<[[1], [2]]> : tensor<2x1xi8>,
   row_scale = dense<[1.0, -2.0]> : tensor<2xf32>}

// -----

// expected-error @+1 {{weight 'mask': stored_c3: part 'mask', row 0, block 1: expected 7 of the low 8 bits set, got mask 0xff}}
sdq.parameter @mask : !sdq.weight<1x16xf16, #sdq.nm<7:8, f16>> =
  {values = dense<[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]]> : tensor<1x14xf16>,
   mask = dense<[[254, 255]]> : tensor<1x2xi8>}

// -----

// Seven units need a mask of eight bits; the last of them is nobody's.
// expected-error @+1 {{weight 'mask': stored_c3: part 'mask', row 0, block 0: expected 6 of the low 7 bits set, got mask 0xbe}}
sdq.parameter @mask : !sdq.weight<1x7xf32, #sdq.nm<6:7, f32>> =
  {values = dense<[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]> : tensor<1x6xf32>, mask = dense<0xBE> : tensor<1x1xi8>}

// -----

// Index 5 of three bits in blocks of five.
// expected-error @+1 {{weight 'index': stored_c4: part 'indices', row 0, block 0: expected an index below 5, got 5}}
sdq.parameter @index : !sdq.weight<1x5xf16, #sdq.nm<1:5, f16>> =
  {values = dense<[[1.0]]> : tensor<1x1xf16>, indices = dense<5> : tensor<1x1xi8>}

// -----

// expected-error @+1 {{weight 'order': stored_c4: part 'indices', row 1, block 0: expected an index above 2, got 2}}
sdq.parameter @order : !sdq.weight<2x4xf16, #sdq.nm<2:4, f16>> =
  {values = dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf16>, indices = dense<[[4], [10]]> : tensor<2x1xi8>}

// -----

// Columns 4 and 6 of a weight that has six; slot 3 is past the last.
// expected-error @+1 {{weight 'padding': stored_c5: part 'values', row 0: slot 3 lies past the last column: expected 0, got 0x4400}}
sdq.parameter @padding : !sdq.weight<1x6xf16, #sdq.nm<2:4, f16>> =
  {values = dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf16>, indices = dense<0x84> : tensor<1x1xi8>}

// -----

// expected-error @+1 {{weight 'first': stored_c6: part 'row_offsets': expected the first offset to be 0, got 1}}
sdq.parameter @first : !sdq.weight<1x4xf16, #sdq.csr<f16>> =
  {row_offsets = dense<[1, 2]> : tensor<2xi32>, columns = dense<[1, 3]> : tensor<2xi16>, values = dense<[1.0, 2.0]> : tensor<2xf16>}

// -----

// expected-error @+1 {{weight 'descend': stored_c6: part 'row_offsets', row 1: expected an end not below 2, got 1}}
sdq.parameter @descend : !sdq.weight<2x4xf16, #sdq.csr<f16>> =
  {row_offsets = dense<[0, 2, 1]> : tensor<3xi32>, columns = dense<[1, 3]> : tensor<2xi16>, values = dense<[1.0, 2.0]> : tensor<2xf16>}

// -----

// expected-error @+1 {{weight 'last': stored_c6: part 'row_offsets': expected the last offset to be the number of entries 2, got 3}}
sdq.parameter @last : !sdq.weight<1x4xf16, #sdq.csr<f16>> =
  {row_offsets = dense<[0, 3]> : tensor<2xi32>, columns = dense<[1, 3]> : tensor<2xi16>, values = dense<[1.0, 2.0]> : tensor<2xf16>}

// -----

// The columns are unsigned: -1 is 65535.
// expected-error @+1 {{weight 'column': stored_c7: part 'columns', row 0, entry 1: expected a column below 4, got 65535}}
sdq.parameter @column : !sdq.weight<1x4xf16, #sdq.csr<f16>> =
  {row_offsets = dense<[0, 2]> : tensor<2xi32>, columns = dense<[1, -1]> : tensor<2xi16>, values = dense<[1.0, 2.0]> : tensor<2xf16>}

// -----

// Within a sum a part goes by the term's own name for it, with the term's number in front.
// expected-error @+1 {{weight 'twice': term 0: stored_c7: part 'columns', row 0, entry 1: expected a column above 1, got 1}}
sdq.parameter @twice : !sdq.weight<1x4xf16, #sdq.sum<#sdq.csr<f16>, #sdq.dense<f16>>> =
  {"0.row_offsets" = dense<[0, 2]> : tensor<2xi32>, "0.columns" = dense<[1, 1]> : tensor<2xi16>,
   "0.values" = dense<[1.0, 2.0]> : tensor<2xf16>, "1.values" = dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf16>}
