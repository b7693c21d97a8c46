// Weight types print as they were written, in any position a type can have, and survive bytecode.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %check_roundtrips

// CHECK: func.func @pass_on(%arg0: !sdq.weight<1x1xf32, #sdq.dense<f32>>) -> !sdq.weight<1x1xf32, #sdq.dense<f32>>
func.func @pass_on(%w: !sdq.weight<1x1xf32, #sdq.dense<f32>>) -> !sdq.weight<1x1xf32, #sdq.dense<f32>> {
  // CHECK: return %arg0 : !sdq.weight<1x1xf32, #sdq.dense<f32>>
  return %w : !sdq.weight<1x1xf32, #sdq.dense<f32>>
}

!outliers = !sdq.weight<4096x11008xf16, #sdq.sum<#sdq.nm<1:8, f16>, #sdq.nm<6:8, f16>>>
// CHECK: @alias(!sdq.weight<4096x11008xf16, #sdq.sum<#sdq.nm<1:8, f16>, #sdq.nm<6:8, f16>>>)
func.func private @alias(!outliers)

// CHECK: attributes {type = !sdq.weight<5x13xbf16, #sdq.lut<3, f32>>}
func.func private @attribute() attributes {type = !sdq.weight<5x13xbf16, #sdq.lut<3, f32>>}
