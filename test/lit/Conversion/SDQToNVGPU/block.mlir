// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: for many tokens there is a kernel of blocks that keeps to static shared memory, copies activations
// asynchronously in the widest pieces that every token begins at, reads both operands of its mma by ldmatrix, and spills
// nothing; from how many tokens on depends on the weight; f32 and sm_75 have none.
// DEFINE: %{chip} =
// DEFINE: %{compile} = sdq-opt %s --sdq-lower-nvgpu="chip=%{chip} kernels-dir=%t" -o /dev/null 2> %t.log && FileCheck %s --input-file=%t/sdq_kernels.%{chip}.ptx
// DEFINE: %{assemble} = ptxas -arch=%{chip} -v %t/sdq_kernels.%{chip}.ptx -o /dev/null 2>&1 | FileCheck %s --check-prefix=PTXAS
// REDEFINE: %{chip} = sm_80
// RUN: %{compile}
// RUN: FileCheck %s --check-prefix=REMARK < %t.log
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_120a
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// RUN: sdq-opt %s --sdq-lower-nvgpu="chip=sm_75 stop-after=kernels" -o /dev/null 2>&1 | FileCheck %s --check-prefix=TURING

// REMARK: @linear_dense_i4_4_f16_8192x64_f16 on sm_80: {{.*}}; block_mma from 65 (one decoding of a weight serves 128 tokens)
// REMARK: @linear_sum_csr_f16_dense_i4_10_f16_129x60_bf16 on sm_80: {{.*}}; block_mma from 129
// REMARK: @linear_tiled_{{.*}}_2048x64_f16 on sm_80: {{.*}}; block_mma from 513
// REMARK-NOT: block_mma
// TURING-NOT: block_mma

// CHECK: .entry linear_dense_i4_4_f16_8192x64_f16_block_mma(
// CHECK: .maxntid 32, 8, 1
// CHECK-NOT: cp.async.ca
// CHECK: cp.async.cg.shared.global [%rd{{[0-9]+}}], [%rd{{[0-9]+}}], 16, %r
// CHECK: cp.async.commit_group
// CHECK: st.shared.v4.b32
// CHECK: cp.async.wait_group 1
// CHECK: bar.sync
// CHECK-COUNT-6: ldmatrix.sync.aligned.m8n8.x4.shared.b16
// CHECK-COUNT-16: mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32
// CHECK: cp.async.wait_group 0
// CHECK: .entry linear_sum_csr_f16_dense_i4_10_f16_129x60_bf16_block_mma(
// CHECK: cp.async.ca.shared.global [%rd{{[0-9]+}}], [%rd{{[0-9]+}}], 8, %r
// CHECK: mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32

// PTXAS-NOT: {{[1-9][0-9]*}} bytes {{stack|spill}}
// PTXAS: Compiling entry function 'linear_dense_i4_4_f16_8192x64_f16_block_mma'
// PTXAS: Used {{12[0-8]|1[01][0-9]|[0-9][0-9]}} registers, used 1 barriers, 40960 bytes smem
// PTXAS-NOT: {{[1-9][0-9]*}} bytes {{stack|spill}}

sdq.parameter @large : !sdq.weight<8192x64xf16, #sdq.dense<i4, vector = 4, scale = f16>> =
  {values = dense<0> : tensor<8192x32xi8>, scales = dense<1.0> : tensor<8192x16xf16>}
func.func @large_by(%x: tensor<?x64xf16>) -> tensor<?x8192xf16> {
  %y = sdq.linear %x, @large : (tensor<?x64xf16>) -> tensor<?x8192xf16>
  return %y : tensor<?x8192xf16>
}
sdq.parameter @small : !sdq.weight<129x60xf16, #sdq.sum<#sdq.csr<f16>, #sdq.dense<i4, vector = 10, scale = f16>>> =
  {"0.row_offsets" = dense<0> : tensor<130xi32>, "0.columns" = dense<0> : tensor<1xi16>, "0.values" = dense<0.0> : tensor<1xf16>,
   "1.values" = dense<0> : tensor<129x30xi8>, "1.scales" = dense<1.0> : tensor<129x6xf16>}
func.func @small_by(%x: tensor<?x60xbf16>) -> tensor<?x129xbf16> {
  %y = sdq.linear %x, @small : (tensor<?x60xbf16>) -> tensor<?x129xbf16>
  return %y : tensor<?x129xbf16>
}
sdq.parameter @lut : !sdq.weight<2048x64xf16, #sdq.lut<4, f16>> =
  {codes = dense<0> : tensor<2048x32xi8>, tables = dense<0.0> : tensor<2048x16xf16>}
func.func @lut_by(%x: tensor<?x64xf16>) -> tensor<?x2048xf16> {
  %y = sdq.linear %x, @lut : (tensor<?x64xf16>) -> tensor<?x2048xf16>
  return %y : tensor<?x2048xf16>
}
sdq.parameter @lut_small : !sdq.weight<40x64xf16, #sdq.lut<4, f16>> =
  {codes = dense<0> : tensor<40x32xi8>, tables = dense<0.0> : tensor<40x16xf16>}
func.func @lut_small_by(%x: tensor<?x64xf16>) -> tensor<?x40xf16> {
  %y = sdq.linear %x, @lut_small : (tensor<?x64xf16>) -> tensor<?x40xf16>
  return %y : tensor<?x40xf16>
}
func.func @wide_by(%x: tensor<?x64xf32>) -> tensor<?x8192xf32> {
  %y = sdq.linear %x, @large : (tensor<?x64xf32>) -> tensor<?x8192xf32>
  return %y : tensor<?x8192xf32>
}
