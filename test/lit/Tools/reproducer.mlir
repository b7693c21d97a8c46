// A pass or a pipeline that fails leaves a file that runs again with sdq-opt and fails the same way.

// RUN: not sdq-opt %s --pass-pipeline='builtin.module(sdq-decompose{recipe=W4-g4 min-size=1})' --mlir-pass-pipeline-crash-reproducer=%t.crash.mlir 2> %t.first
// RUN: FileCheck %s --input-file=%t.first
// RUN: not sdq-opt %t.crash.mlir --run-reproducer 2>&1 | FileCheck %s
// CHECK: error: weight 'weight_0': row 0, column 0: expected a finite value, found nan

// The pipeline stands in the file in full, the options of passes included.
// RUN: FileCheck %s --input-file=%t.crash.mlir --check-prefix=FILE
// FILE: pipeline: "builtin.module(
// FILE-SAME: sdq-compress{
// FILE-SAME: recipe=W4-g4

// Cut down to the pass that failed.
// RUN: not sdq-opt %s --pass-pipeline='builtin.module(sdq-raise{min-size=1},sdq.parameter(sdq-quantize{types=i4 vector=4 scale=f16}))' --mlir-pass-pipeline-crash-reproducer=%t.local.mlir --mlir-pass-pipeline-local-reproducer --mlir-disable-threading 2> %t.second
// RUN: FileCheck %s --input-file=%t.local.mlir --check-prefix=LOCAL
// RUN: not sdq-opt %t.local.mlir --run-reproducer 2>&1 | FileCheck %s --check-prefix=AGAIN
// LOCAL: sdq.parameter
// LOCAL: pipeline: "builtin.module(sdq.parameter(sdq-quantize{
// AGAIN: row 0, column 0: expected a finite value, found nan

// Nothing need fail.
// RUN: sdq-opt %s --sdq-raise=min-size=1 --mlir-generate-reproducer=%t.made.mlir > %t.raised.mlir
// RUN: sdq-opt %t.made.mlir --run-reproducer | diff - %t.raised.mlir

func.func @f(%x: tensor<3x4xf32>, %init: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %w = arith.constant dense<[[0x7FC00000, 1.0], [1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<4x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<3x4xf32>, tensor<4x2xf32>) outs(%init : tensor<3x2xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}
