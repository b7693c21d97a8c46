// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: a CSR by itself is multiplied by kernels that share its items out, one for one token and one for more, on every
// chip and for every activation type; they hand sums over in shared memory, without atomics.
// RUN: sdq-opt %s --sdq-lower-nvgpu="chip=sm_75 stop-after=kernels" 2> %t.log | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK < %t.log
// RUN: sdq-opt %s --sdq-lower-nvgpu="chip=sm_90 kernels-dir=%t" -o /dev/null
// RUN: FileCheck %s --check-prefix=PTX < %t/sdq_kernels.sm_90.ptx
// RUN: %if ptxas %{ ptxas -arch=sm_90 -v %t/sdq_kernels.sm_90.ptx -o /dev/null 2>&1 | FileCheck %s --check-prefix=PTXAS %}

// REMARK: remark: @linear_csr_f16_64x64_f16 on sm_75: csr_spmm_1 from 1 token, csr_spmm_8 from 2 (warps share entries and rows evenly)
// REMARK: remark: @linear_csr_f16_64x64_f32 on sm_75: csr_spmm_1 from 1 token, csr_spmm_8 from 2
// REMARK-NOT: remark

// What 2 · 8 warps share: 64 ends of rows, 192 units each, and as many entries as there are: the last offset says.
// CHECK-LABEL: gpu.func @linear_csr_f16_64x64_f16_csr_spmm_1(
// CHECK: %[[ENTRIES:.*]] = memref.load %arg0[%c64] : memref<65xi32>
// CHECK: %[[COUNT:.*]] = arith.index_castui %[[ENTRIES]]
// CHECK: %[[UNITS:.*]] = arith.addi %[[COUNT]], %c12288
// CHECK: arith.ceildivui %[[UNITS]], %c16
// CHECK-COUNT-2: gpu.barrier
// CHECK-LABEL: gpu.func @linear_csr_f16_64x64_f16_csr_spmm_8(
// CHECK-SAME: workgroup({{.*}} : memref<8x8xf32, #gpu.address_space<workgroup>>
// CHECK-LABEL: func.func private @linear_csr_f16_64x64_f16(
// CHECK: arith.cmpi uge, %{{.*}}, %c2
// CHECK: gpu.launch_func async {{.*}} @sdq_kernels::@linear_csr_f16_64x64_f16_csr_spmm_8 {{.*}} args({{.*}} : memref<65xi32>, {{.*}} : memref<i16>, {{.*}} : memref<f16>
// CHECK: else
// CHECK: gpu.launch_func async {{.*}} @sdq_kernels::@linear_csr_f16_64x64_f16_csr_spmm_1

// PTX-NOT: {{[[:space:]](atom|red)\.}}
// PTX: .entry linear_csr_f16_64x64_f16_csr_spmm_1(
// PTX-NOT: {{[[:space:]](atom|red)\.}}
// PTX: .maxntid 32, 8, 1
// PTX-NOT: {{[[:space:]](atom|red)\.}}
// PTX-COUNT-2: bar.sync
// PTX-NOT: {{[[:space:]](atom|red)\.}}
// PTXAS-COUNT-4: 0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads

sdq.parameter @w : !sdq.weight<64x64xf16, #sdq.csr<f16>> =
  {row_offsets = dense<0> : tensor<65xi32>, columns = dense<0> : tensor<1xi16>, values = dense<0.0> : tensor<1xf16>}
func.func @half(%x: tensor<?x64xf16>) -> tensor<?x64xf16> {
  %y = sdq.linear %x, @w : (tensor<?x64xf16>) -> tensor<?x64xf16>
  return %y : tensor<?x64xf16>
}
func.func @single(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = sdq.linear %x, @w : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
