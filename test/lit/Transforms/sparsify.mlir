// The best N of every M survive: ties to the lower column, blocks cut short, pairs, floats of every width and order.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-sparsify="pattern=2:4" | %decode | FileCheck %s
// RUN: sdq-opt %s --sdq-sparsify="pattern=4:8 pairwise=true" | %decode | FileCheck %s --check-prefix=PAIRS
// RUN: sdq-opt %s --sdq-sparsify="pattern=4:4" | %decode | FileCheck %s --check-prefix=ALL
// RUN: sdq-opt %s --sdq-sparsify="pattern=2:4" --sdq-verify-weights -o /dev/null

// The larger magnitudes, whatever their sign; of four equal ones the first two; of nothing but zeros nothing.
// CHECK:      w : !sdq.weight<3x8xf16, #sdq.nm<2:4, f16>>
// CHECK-NEXT: w[0] = 0 -5 3 0 0 0 0 7
// CHECK-NEXT: w[1] = 2 -2 0 0 0 1.5 0 -1.5
// CHECK-NEXT: w[2] = 0 0 0 0 0 0 0 0

// A pair is worth the sum of its members' magnitudes: 6 5 0 7 and 4 4 3 3; the pairs of row 0 are far apart.
// PAIRS:      w : !sdq.weight<3x8xf16, #sdq.nm<4:8, pairwise, f16>>
// PAIRS-NEXT: w[0] = 1 -5 0 0 0 0 0 7
// PAIRS-NEXT: w[1] = 2 -2 2 2 0 0 0 0
// PAIRS-NEXT: w[2] = 0 0 0 0 0 0 0 0

// N = M loses nothing.
// ALL:      w : !sdq.weight<3x8xf16, #sdq.nm<4:4, f16>>
// ALL-NEXT: w[0] = 1 -5 3 2 0 0 0 7
// ALL-NEXT: w[1] = 2 -2 2 2 0 1.5 1 -1.5
sdq.parameter @w : !sdq.weight<3x8xf16, #sdq.dense<f16>> =
  {values = dense<[[1.0, -5.0, 3.0, 2.0, 0.0, 0.0, 0.0, 7.0],
                   [2.0, -2.0, 2.0, 2.0, 0.0, 1.5, 1.0, -1.5],
                   [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]> : tensor<3x8xf16>}

// The last block has one column; it may keep two.
// CHECK:      partial : !sdq.weight<1x5xf16, #sdq.nm<2:4, f16>>
// CHECK-NEXT: partial[0] = 0 0 3 4 1
// PAIRS:      partial[0] = 1 2 3 4 0
sdq.parameter @partial : !sdq.weight<1x5xf16, #sdq.dense<f16>> =
  {values = dense<[[1.0, 2.0, 3.0, 4.0, 1.0]]> : tensor<1x5xf16>}

// A weight shorter than a block.
// CHECK:      short : !sdq.weight<2x1xf16, #sdq.nm<2:4, f16>>
// CHECK-NEXT: short[0] = 5
// CHECK-NEXT: short[1] = 6
sdq.parameter @short : !sdq.weight<2x1xf16, #sdq.dense<f16>> = {values = dense<[[5.0], [6.0]]> : tensor<2x1xf16>}

// Stored inputs x outputs: W is [[1, 2, 3], [6, 5, 4]].
// CHECK:      transposed : !sdq.weight<2x3xf32, #sdq.nm<2:4, f32>>
// CHECK-NEXT: transposed[0] = 0 2 3
// CHECK-NEXT: transposed[1] = 6 5 0
sdq.parameter @transposed : !sdq.weight<2x3xf32, #sdq.dense<f32, transposed>> =
  {values = dense<[[1.0, 6.0], [2.0, 5.0], [3.0, 4.0]]> : tensor<3x2xf32>}

// bf16 from its bits: 1, -2, 3, 0.5. The format takes the weight's element type.
// CHECK:      bf16 : !sdq.weight<1x4xbf16, #sdq.nm<2:4, bf16>>
// CHECK-NEXT: bf16[0] = 0 -2 3 0
sdq.parameter @bf16 : !sdq.weight<1x4xbf16, #sdq.dense<bf16>> =
  {values = dense<[[16256, 49152, 16448, 16128]]> : tensor<1x4xi16>}
