// Activation formats print as they were written and survive bytecode.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %check_roundtrips

// CHECK: attributes {a = #sdq.activation<i4, vector = 16>, b = #sdq.activation<i8, vector = 1>, c = #sdq.activation<f4E2M1FN, vector = 64>, d = #sdq.activation<f8E4M3FN, vector = 4096>, e = #sdq.activation<f8E5M2, vector = 16>, f = #sdq.activation<f16>, g = #sdq.activation<bf16>, h = #sdq.activation<f32>}
func.func private @formats() attributes {
  a = #sdq.activation<i4, vector = 16>,
  b = #sdq.activation<i8, vector = 1>,
  c = #sdq.activation<f4E2M1FN, vector = 64>,
  d = #sdq.activation<f8E4M3FN, vector = 4096>,
  e = #sdq.activation<f8E5M2, vector = 16>,
  f = #sdq.activation<f16>,
  g = #sdq.activation<bf16>,
  h = #sdq.activation<f32>
}
