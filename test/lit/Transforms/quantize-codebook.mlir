// Codebooks minimise the Fisher-weighted error exactly: with the weights ignored, these tables would be others.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %safetensors %t "w.fisher=[[1000, 1000, 1, 1, 1], [1000, 1000, 1000, 1, 1], [0, 0, 0, 0, 0]]"
// RUN: sdq-opt %s --sdq-quantize="codebook=2 calibration=%t" --sdq-verify-weights | %decode --parts | FileCheck %s
// RUN: sdq-opt %s --sdq-quantize="codebook=2 unweighted=true calibration=%t" --sdq-verify-weights | %decode --parts | FileCheck %s --check-prefix=UNWEIGHTED
// RUN: sdq-opt %s --sdq-quantize="codebook=3 unweighted=true" --sdq-verify-weights | %decode --parts | FileCheck %s --check-prefix=EIGHT

// Five values, four entries: two neighbours must share one, a1 and a2 of information f1 and f2 at a cost of
// (a1 - a2)² f1 f2 / (f1 + f2). Row 0: 500, 81, 50 or 60: 10 and 20 share. Row 1: 500, 40500, 100 or 60: 20 and 31.
// Row 2, of no information, counts as unweighted: 0 and 1 share, at 0.5.
// CHECK:      w : !sdq.weight<3x5xf16, #sdq.lut<2, f16>>
// CHECK-NEXT: w.codes[0] = A4 03
// CHECK-NEXT: w.codes[1] = E4 03
// CHECK-NEXT: w.codes[2] = 90 03
// CHECK-NEXT: w.tables[0] = 0 1 15 31
// CHECK-NEXT: w.tables[1] = 0 1 10 25.5
// CHECK-NEXT: w.tables[2] = 0.5 10 20 31
// CHECK-NEXT: w[0] = 0 1 15 15 31
// CHECK-NEXT: w[1] = 0 1 10 25.5 25.5
// CHECK-NEXT: w[2] = 0.5 0.5 10 20 31

// UNWEIGHTED:      w[0] = 0.5 0.5 10 20 31
// UNWEIGHTED-NEXT: w[1] = 0.5 0.5 10 20 31
// UNWEIGHTED-NEXT: w[2] = 0.5 0.5 10 20 31

// Fewer values than entries: every one is kept, the last fills up the table. Codes of three bits straddle bytes.
// EIGHT:      w : !sdq.weight<3x5xf16, #sdq.lut<3, f16>>
// EIGHT-NEXT: w.codes[0] = 88 46
// EIGHT:      w.tables[0] = 0 1 10 20 31 31 31 31
// EIGHT:      w[0] = 0 1 10 20 31
sdq.parameter @w : !sdq.weight<3x5xf16, #sdq.dense<f16>> =
  {values = dense<[[0.0, 1.0, 10.0, 20.0, 31.0], [0.0, 1.0, 10.0, 20.0, 31.0],
                   [0.0, 1.0, 10.0, 20.0, 31.0]]> : tensor<3x5xf16>}
