// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: the codebook kernels load codes and activations 16 bytes at a time, multiply pairs, keep to static shared
// memory, and spill nothing on any generation of chips; sm_75, which has no mma.m16n8k16, has those for a few tokens.
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

// REMARK: remark: @{{.*}}64x4096_f16 on sm_{{.*}}: lut_gemv_1 from 1 token, lut_gemv_2 from 2 (pairs of codes are looked up in shared memory); lut_gemm_8 from 3{{.*}}lut_gemm_64 from 33
// REMARK-NOT: tensor_core

// One token: four loads of codes in flight, a product and three fused ones for every eight columns.
// CHECK: .entry {{.*}}64x4096_f16_lut_gemv_1(
// CHECK: .maxntid 32, 16, 1
// CHECK: bar.sync
// CHECK-COUNT-4: ld.global.v4.b32
// CHECK: mul.rn.f16x2
// CHECK-COUNT-3: fma.rn.f16x2
// Sixteen tokens: a half of the rows, a tile of tokens and 16 columns an instruction; the next codes are loaded first.
// CHECK: .entry {{.*}}64x4096_f16_lut_gemm_16(
// CHECK: .maxntid 32, 8, 1
// CHECK: ld.global.v4.b32
// CHECK: st.shared.v4.b32
// CHECK: bar.warp.sync
// CHECK: ld.shared.v4.b32
// CHECK-COUNT-8: mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32
// CHECK: .entry {{.*}}64x4096_f16_lut_gemm_64(
// TURING: lut_gemv_2
// TURING-NOT: lut_gemm

// Six kernels of a weight, two of them where tensor cores do not multiply.
// PTXAS-COUNT-18: 0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
// PTXAS-NOT: spill
// PTXAS-TURING-COUNT-6: 0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
// PTXAS-TURING-NOT: spill

sdq.parameter @four : !sdq.weight<64x4096xf16, #sdq.lut<4, f16>> =
  {codes = dense<0> : tensor<64x2048xi8>, tables = dense<0.0> : tensor<64x16xf16>}
func.func @four_by(%x: tensor<?x4096xf16>) -> tensor<?x64xf16> {
  %y = sdq.linear %x, @four : (tensor<?x4096xf16>) -> tensor<?x64xf16>
  return %y : tensor<?x64xf16>
}
sdq.parameter @three : !sdq.weight<37x131xf16, #sdq.sum<#sdq.csr<f16>, #sdq.lut<3, f16>>> =
  {"0.row_offsets" = dense<0> : tensor<38xi32>, "0.columns" = dense<0> : tensor<1xi16>, "0.values" = dense<0.0> : tensor<1xf16>,
   "1.codes" = dense<0> : tensor<37x50xi8>, "1.tables" = dense<0.0> : tensor<37x8xf16>}
func.func @three_by(%x: tensor<?x131xf16>) -> tensor<?x37xf16> {
  %y = sdq.linear %x, @three : (tensor<?x131xf16>) -> tensor<?x37xf16>
  return %y : tensor<?x37xf16>
}
sdq.parameter @three_even : !sdq.weight<37x136xf16, #sdq.sum<#sdq.csr<f16>, #sdq.lut<3, f16>>> =
  {"0.row_offsets" = dense<0> : tensor<38xi32>, "0.columns" = dense<0> : tensor<1xi16>, "0.values" = dense<0.0> : tensor<1xf16>,
   "1.codes" = dense<0> : tensor<37x51xi8>, "1.tables" = dense<0.0> : tensor<37x8xf16>}
func.func @three_even_by(%x: tensor<?x136xf16>) -> tensor<?x37xf16> {
  %y = sdq.linear %x, @three_even : (tensor<?x136xf16>) -> tensor<?x37xf16>
  return %y : tensor<?x37xf16>
}
