// sdq.load gives a parameter as a value of its own type.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %check_roundtrips

sdq.parameter @embedding : !sdq.weight<2x2xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<2x2xf16>}

// CHECK-LABEL: func.func @load
func.func @load() -> !sdq.weight<2x2xf16, #sdq.dense<f16>> {
  // CHECK: %[[W:.*]] = sdq.load @embedding {note = "tied"} : !sdq.weight<2x2xf16, #sdq.dense<f16>>
  // CHECK: return %[[W]]
  %w = sdq.load @embedding {note = "tied"} : !sdq.weight<2x2xf16, #sdq.dense<f16>>
  return %w : !sdq.weight<2x2xf16, #sdq.dense<f16>>
}
