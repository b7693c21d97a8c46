// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: for f16 and bf16 activations there is a tensor-core kernel besides the decode kernel, sparse where the weight
// is 2:4 by single inputs or sparser, and the host chooses by the number of tokens; f32 and sm_75 decode.
// RUN: sdq-opt %s --sdq-lower-nvgpu="stop-after=kernels" 2> %t.log | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK < %t.log
// RUN: sdq-opt %s --sdq-lower-nvgpu="chip=sm_75 stop-after=kernels" 2>&1 | FileCheck %s --check-prefix=TURING
// RUN: sdq-opt %s --sdq-lower-nvgpu="chip=sm_120a" | FileCheck %s --check-prefix=PTX

// REMARK: remark: @linear_nm_2_4_i4_16_f16_16x64_f16 on sm_80: decode from 1 token (serves every format); tensor_core from 9 (one mma multiplies a decoded weight by eight tokens); block_mma from 129
// REMARK: remark: @linear_sum_csr_f16_lut_5_f16_16x64_bf16 on sm_80: decode from 1 token ({{.*}}); tensor_core from 9 ({{.*}}); block_mma from 129
// REMARK: remark: @linear_nm_1_8_i8_16_f16_16x64_f16 on sm_80: decode from 1 token ({{.*}}); tensor_core from 9
// REMARK: remark: @linear_nm_2_4_i4_16_f16_16x64_f32 on sm_80: decode from 1 token (serves every format){{$}}
// REMARK-NOT: remark
// TURING-NOT: tensor_core

// CHECK: gpu.func @linear_nm_2_4_i4_16_f16_16x64_f16_tensor_core
// CHECK: workgroup(%{{.*}} : memref<4x32x20xf32, #gpu.address_space<workgroup>>)
// CHECK-COUNT-4: nvvm.mma.sp.sync {{.*}}orderedMetadata, shape = #nvvm.shape<m = 16, n = 8, k = 32>
// CHECK-NOT: nvvm.mma
// CHECK: gpu.barrier
// CHECK: gpu.return
// CHECK: gpu.func @linear_sum_csr_f16_lut_5_f16_16x64_bf16_tensor_core
// CHECK-COUNT-4: nvvm.mma.sync {{.*}}shape = #nvvm.shape<m = 16, n = 8, k = 16>
// CHECK-NOT: nvvm.mma
// CHECK: gpu.return
// Sparser than 2:4: lanes exchange the metadata that they make.
// CHECK: gpu.func @linear_nm_1_8_i8_16_f16_16x64_f16_tensor_core
// CHECK-COUNT-4: gpu.shuffle xor
// CHECK-COUNT-4: nvvm.mma.sp.sync {{.*}}orderedMetadata, shape = #nvvm.shape<m = 16, n = 8, k = 32>
// CHECK-NOT: nvvm.mma
// CHECK: gpu.return
// PTX: mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32
// PTX: mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32

// CHECK: func.func private @linear_nm_2_4_i4_16_f16_16x64_f16(
// CHECK: %[[MANY:.*]] = arith.cmpi uge, %{{.*}}, %c9
// CHECK: scf.if %[[MANY]] -> (!gpu.async.token)
// CHECK: gpu.launch_func async {{.*}} @sdq_kernels::@linear_nm_2_4_i4_16_f16_16x64_f16_tensor_core
// CHECK: else
// CHECK: gpu.launch_func async {{.*}} @sdq_kernels::@linear_nm_2_4_i4_16_f16_16x64_f16 blocks
sdq.parameter @sparse : !sdq.weight<16x64xf16, #sdq.nm<2:4, i4, vector = 16, scale = f16>> =
  {values = dense<0> : tensor<16x16xi8>, scales = dense<1.0> : tensor<16x4xf16>, indices = dense<68> : tensor<16x8xi8>}
func.func @sparse_by(%x: tensor<?x64xf16>) -> tensor<?x16xf16> {
  %y = sdq.linear %x, @sparse : (tensor<?x64xf16>) -> tensor<?x16xf16>
  return %y : tensor<?x16xf16>
}

sdq.parameter @lut : !sdq.weight<16x64xf16, #sdq.sum<#sdq.csr<f16>, #sdq.lut<5, f16>>> =
  {"0.row_offsets" = dense<0> : tensor<17xi32>, "0.columns" = dense<0> : tensor<1xi16>, "0.values" = dense<0.0> : tensor<1xf16>,
   "1.codes" = dense<0> : tensor<16x40xi8>, "1.tables" = dense<0.0> : tensor<16x32xf16>}
func.func @lut_by(%x: tensor<?x64xbf16>) -> tensor<?x16xbf16> {
  %y = sdq.linear %x, @lut : (tensor<?x64xbf16>) -> tensor<?x16xbf16>
  return %y : tensor<?x16xbf16>
}

sdq.parameter @sparser : !sdq.weight<16x64xf16, #sdq.nm<1:8, i8, vector = 16, scale = f16>> =
  {values = dense<0> : tensor<16x8xi8>, scales = dense<1.0> : tensor<16x4xf16>, indices = dense<0> : tensor<16x3xi8>}
func.func @sparser_by(%x: tensor<?x64xf16>) -> tensor<?x16xf16> {
  %y = sdq.linear %x, @sparser : (tensor<?x64xf16>) -> tensor<?x16xf16>
  return %y : tensor<?x16xf16>
}

func.func @wide_by(%x: tensor<?x64xf32>) -> tensor<?x16xf32> {
  %y = sdq.linear %x, @sparse : (tensor<?x64xf32>) -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}
