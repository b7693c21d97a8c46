// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: weights of dense codes, N:M ones stored as grids among them, that meet codes of activations are multiplied by
// dense integer mma: s4 where a chip has it and both sides have four bits, s8 elsewhere, with loads of 16 bytes.
// RUN: sdq-opt %s --sdq-lower-nvgpu="chip=sm_86 kernels-dir=%t" -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: FileCheck %s --check-prefixes=CHECK,AMPERE < %t/sdq_kernels.sm_86.ptx
// RUN: sdq-opt %s --sdq-lower-nvgpu="chip=sm_90 kernels-dir=%t" -o /dev/null 2>/dev/null
// RUN: FileCheck %s --check-prefixes=CHECK,HOPPER < %t/sdq_kernels.sm_90.ptx
// Scales of 16 inputs are shorter than any step, and sm_75 has none of these instructions.
// RUN: sdq-opt %s --sdq-lower-nvgpu="chip=sm_75 kernels-dir=%t" -o /dev/null 2>/dev/null
// RUN: FileCheck %s --check-prefix=TURING < %t/sdq_kernels.sm_75.ptx
// TURING-NOT: mma

// REMARK: remark: activations meet @short as values, not as codes: term 0, #sdq.dense<i4, vector = 16, scale = f16>, sm_86 has no integer mma for it

// CHECK-LABEL: .entry {{.*}}dense_i8_{{.*}}_nm_mma(
// CHECK-NOT: .s4
// CHECK: ld.global.v4
// CHECK: mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32
// CHECK-LABEL: .entry {{.*}}dense_i8_{{.*}}_nm_mma_32(
// CHECK: mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32
// CHECK-LABEL: .entry {{.*}}nm_6_8_i4_{{.*}}_nm_mma(
// CHECK: ld.global.v4
// AMPERE: mma.sync.aligned.m16n8k64.row.col.s32.s4.s4.s32
// AMPERE-NOT: .s8
// HOPPER-NOT: .s4
// HOPPER: mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32
// CHECK-LABEL: .entry {{.*}}nm_6_8_i4_{{.*}}_nm_mma_32(
// CHECK-LABEL: .entry {{.*}}dense_i4_16_
// CHECK-NOT: .s32.s

sdq.parameter @bytes : !sdq.weight<32x1024xf16, #sdq.dense<i8, vector = 128, scale = f16>> =
  {values = dense<1> : tensor<32x1024xi8>, scales = dense<1.0> : tensor<32x8xf16>}
sdq.parameter @nibbles : !sdq.weight<32x1024xf16, #sdq.nm<6:8, i4, vector = 128, scale = f16>> =
  {values = dense<1> : tensor<32x512xi8>, scales = dense<1.0> : tensor<32x8xf16>}
sdq.parameter @short : !sdq.weight<32x1024xf16, #sdq.dense<i4, vector = 16, scale = f16>> =
  {values = dense<1> : tensor<32x512xi8>, scales = dense<1.0> : tensor<32x64xf16>}
func.func @f(%x: tensor<?x1024xf16>) {
  %0 = sdq.linear %x, @bytes activations [#sdq.activation<i8, vector = 128>] : (tensor<?x1024xf16>) -> tensor<?x32xf16>
  %1 = sdq.linear %x, @nibbles activations [#sdq.activation<i4, vector = 128>] : (tensor<?x1024xf16>) -> tensor<?x32xf16>
  %2 = sdq.linear %x, @short activations [#sdq.activation<i4, vector = 16>] : (tensor<?x1024xf16>) -> tensor<?x32xf16>
  return
}
