// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: the kernels of tiled dense codes load codes and activations 16 bytes at a time, turn pairs of codes into f16 by one
// fma and multiply pairs, without a table in shared memory, and spill nothing on any generation of chips.
// DEFINE: %{chip} =
// DEFINE: %{compile} = sdq-opt %s --sdq-lower-nvgpu="chip=%{chip} kernels-dir=%t" -o /dev/null 2> %t.log && FileCheck %s --input-file=%t/sdq_kernels.%{chip}.ptx
// DEFINE: %{assemble} = ptxas -arch=%{chip} -v %t/sdq_kernels.%{chip}.ptx -o /dev/null 2>&1 | FileCheck %s --check-prefix=PTXAS
// REDEFINE: %{chip} = sm_75
// RUN: sdq-opt %s --sdq-lower-nvgpu="chip=sm_75 kernels-dir=%t" 2>&1 | FileCheck %s --check-prefix=TURING
// RUN: %if ptxas %{ ptxas -arch=sm_75 -v %t/sdq_kernels.sm_75.ptx -o /dev/null 2>&1 | FileCheck %s --check-prefix=PTXAS-TURING %}
// REDEFINE: %{chip} = sm_80
// RUN: %{compile}
// RUN: FileCheck %s --check-prefix=REMARK < %t.log
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_86
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_89
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_90
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_120a
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}

// REMARK: remark: @{{.*}}64x4096_f16 on sm_{{.*}}: dense_gemv_1 from 1 token, dense_gemv_2 from 2 (pairs of codes become f16 in registers); dense_gemm_8 from 3{{.*}}dense_gemm_64 from 33
// REMARK-NOT: tensor_core

// One token: four loads of codes in flight; a pair of codes is masked where it lies, and is a number after one fma.
// CHECK: .entry {{.*}}64x4096_f16_dense_gemv_1(
// CHECK: .maxntid 32, 16, 1
// CHECK-NOT: bar.sync
// CHECK-COUNT-4: ld.global.v4.b32
// CHECK: and.b32 {{.*}}, 983055;
// CHECK: xor.b32 {{.*}}, 1678271496;
// CHECK: fma.rn.f16x2
// CHECK-COUNT-3: fma.rn.f16x2
// CHECK: fma.rn.f32
// CHECK: bar.sync
// CHECK: .entry {{.*}}64x4096_f16_dense_gemm_16(
// CHECK: .maxntid 32, 8, 1
// CHECK: ld.global.v4.b32
// CHECK: st.shared.v4.b32
// CHECK: ld.shared.v4.b32
// CHECK-COUNT-8: mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32
// CHECK: .entry {{.*}}64x4096_f16_dense_gemm_64(
// Of bf16, weights are rounded to it in pairs.
// CHECK: .entry {{.*}}64x4096_bf16_dense_gemm_16(
// CHECK-NOT: .entry
// CHECK: cvt.rn.bf16x2.f32
// CHECK-NOT: .entry
// CHECK: mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32
// Of f32, products are.
// CHECK: .entry {{.*}}64x4096_f32_dense_gemv_1(
// CHECK-NOT: .entry
// CHECK: fma.rn.f16x2
// CHECK-NOT: f16x2
// CHECK: cvt.f32.f16
// CHECK: fma.rn.f32
// CHECK: .entry {{.*}}64x4096_f32_dense_gemv_2(
// TURING: dense_gemv_2
// TURING-NOT: dense_gemm

// Six kernels of a weight, two of them where tensor cores do not multiply.
// PTXAS-COUNT-44: 0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
// PTXAS-NOT: spill
// PTXAS-TURING-COUNT-16: 0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
// PTXAS-TURING-NOT: spill

sdq.parameter @four : !sdq.weight<64x4096xf16, #sdq.dense<i4, vector = 32, scale = f16>> =
  {values = dense<0> : tensor<64x2048xi8>, scales = dense<1.0> : tensor<64x128xf16>}
func.func @four_by(%x: tensor<?x4096xf16>) -> tensor<?x64xf16> {
  %y = sdq.linear %x, @four : (tensor<?x4096xf16>) -> tensor<?x64xf16>
  return %y : tensor<?x64xf16>
}
sdq.parameter @four_long : !sdq.weight<64x4096xf16, #sdq.dense<i4, vector = 128, scale = f8E4M3FN>> =
  {values = dense<0> : tensor<64x2048xi8>, scales = dense<56> : tensor<64x32xi8>, row_scale = dense<1.0> : tensor<64xf32>}
func.func @four_long_by(%x: tensor<?x4096xf16>) -> tensor<?x64xf16> {
  %y = sdq.linear %x, @four_long : (tensor<?x4096xf16>) -> tensor<?x64xf16>
  return %y : tensor<?x64xf16>
}
sdq.parameter @three : !sdq.weight<64x4096xf16, #sdq.sum<#sdq.csr<f16>, #sdq.dense<i3, vector = 32, scale = f16>>> =
  {"0.row_offsets" = dense<0> : tensor<65xi32>, "0.columns" = dense<0> : tensor<1xi16>, "0.values" = dense<0.0> : tensor<1xf16>,
   "1.values" = dense<0> : tensor<64x1536xi8>, "1.scales" = dense<1.0> : tensor<64x128xf16>}
func.func @three_by(%x: tensor<?x4096xf16>) -> tensor<?x64xf16> {
  %y = sdq.linear %x, @three : (tensor<?x4096xf16>) -> tensor<?x64xf16>
  return %y : tensor<?x64xf16>
}
sdq.parameter @eight : !sdq.weight<64x4096xf16, #sdq.dense<i8, vector = 32, scale = f16>> =
  {values = dense<0> : tensor<64x4096xi8>, scales = dense<1.0> : tensor<64x128xf16>}
func.func @eight_by(%x: tensor<?x4096xf16>) -> tensor<?x64xf16> {
  %y = sdq.linear %x, @eight : (tensor<?x4096xf16>) -> tensor<?x64xf16>
  return %y : tensor<?x64xf16>
}
sdq.parameter @small : !sdq.weight<64x4096xf16, #sdq.dense<f4E2M1FN, vector = 32, scale = f8E4M3FN>> =
  {values = dense<0> : tensor<64x2048xi8>, scales = dense<56> : tensor<64x128xi8>, row_scale = dense<1.0> : tensor<64xf32>}
func.func @small_by(%x: tensor<?x4096xf16>) -> tensor<?x64xf16> {
  %y = sdq.linear %x, @small : (tensor<?x4096xf16>) -> tensor<?x64xf16>
  return %y : tensor<?x64xf16>
}
sdq.parameter @odd : !sdq.weight<37x131xf16, #sdq.sum<#sdq.csr<f16>, #sdq.dense<i4, vector = 32, scale = f16>>> =
  {"0.row_offsets" = dense<0> : tensor<38xi32>, "0.columns" = dense<0> : tensor<1xi16>, "0.values" = dense<0.0> : tensor<1xf16>,
   "1.values" = dense<0> : tensor<37x66xi8>, "1.scales" = dense<1.0> : tensor<37x5xf16>}
func.func @odd_by(%x: tensor<?x131xf16>) -> tensor<?x37xf16> {
  %y = sdq.linear %x, @odd : (tensor<?x131xf16>) -> tensor<?x37xf16>
  return %y : tensor<?x37xf16>
}
sdq.parameter @brain : !sdq.weight<64x4096xf16, #sdq.dense<i4, vector = 32, scale = f16>> =
  {values = dense<1> : tensor<64x2048xi8>, scales = dense<1.0> : tensor<64x128xf16>}
func.func @brain_by(%x: tensor<?x4096xbf16>) -> tensor<?x64xbf16> {
  %y = sdq.linear %x, @brain : (tensor<?x4096xbf16>) -> tensor<?x64xbf16>
  return %y : tensor<?x64xbf16>
}
sdq.parameter @wide : !sdq.weight<64x4096xf16, #sdq.dense<i4, vector = 32, scale = f16>> =
  {values = dense<1> : tensor<64x2048xi8>, scales = dense<1.0> : tensor<64x128xf16>}
func.func @wide_by(%x: tensor<?x4096xf32>) -> tensor<?x64xf32> {
  %y = sdq.linear %x, @wide : (tensor<?x4096xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
