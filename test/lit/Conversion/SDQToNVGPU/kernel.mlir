// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: the kernel guards rows and tokens, decodes in registers, accumulates in f32 and adds up the lanes of a warp;
// the host copies activations and hands over the packed parts, which no dense weight replaces.
// RUN: sdq-opt %s --sdq-lower-nvgpu="tile-weights=false stop-after=kernels" | FileCheck %s
// RUN: sdq-opt %s --sdq-lower-nvgpu="tile-weights=false stop-after=nvvm" | FileCheck %s --check-prefix=NVVM

sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> =
  {codes = dense<0> : tensor<5x7xi8>, tables = dense<0.0> : tensor<5x16xf16>}

// CHECK: module attributes {gpu.container_module}
// CHECK: gpu.module @sdq_kernels [#nvvm.target<O = 3, chip = "sm_80", features = "+ptx85">]
// CHECK: gpu.func @linear_lut_4_f16_5x13_f16(%[[CODES:.*]]: memref<5x7xi8>, %[[TABLES:.*]]: memref<5x16xf16>,
// CHECK-SAME: %[[X:.*]]: memref<f16>, %[[Y:.*]]: memref<f16>, %[[TOKENS:.*]]: i64) kernel
// CHECK-SAME: known_block_size = array<i32: 32, 4, 1>
// CHECK-SAME: nvvm.minctasm = 4 : i32
// CHECK-SAME: sdq.kernel = {arguments = [{name = "codes", type = memref<5x7xi8>}, {name = "tables", type = memref<5x16xf16>},
// CHECK-SAME: {name = "x", type = memref<?x13xf16>}, {name = "y", type = memref<?x5xf16>}, {name = "tokens", type = i64}],
// CHECK-SAME: block = array<i64: 32, 4, 1>, columns = 13 : i64, format = #sdq.lut<4, f16>, rows = 5 : i64, rows_per_block = 4 : i64, tokens_per_block = 8 : i64}

// CHECK-DAG: %[[N:.*]] = arith.constant 5 : index
// CHECK-DAG: %[[LAST_COLUMN:.*]] = arith.constant 13 : index
// CHECK-DAG: %[[WARP:.*]] = arith.constant 32 : index
// CHECK: %[[M:.*]] = arith.index_cast %[[TOKENS]] : i64 to index
// CHECK: %[[XS:.*]] = memref.reinterpret_cast %[[X]] to offset: [0], sizes: [%[[M]], 13], strides: [13, 1] : memref<f16> to memref<?x13xf16>
// CHECK: %[[YS:.*]] = memref.reinterpret_cast %[[Y]] to offset: [0], sizes: [%[[M]], 5], strides: [5, 1] : memref<f16> to memref<?x5xf16>
// CHECK: %[[BLOCK:.*]] = gpu.block_id x
// CHECK: %[[LANE:.*]] = gpu.thread_id x
// CHECK: %[[ROW:.*]] = arith.addi
// CHECK: %[[TILE:.*]] = arith.divui %[[BLOCK]]
// CHECK: %[[FIRST:.*]] = arith.muli %[[TILE]]
// CHECK: %[[ROW_EXISTS:.*]] = arith.cmpi ult, %[[ROW]], %[[N]]
// CHECK: %[[TOKEN_EXISTS:.*]] = arith.cmpi ult, %[[FIRST]], %[[M]]
// CHECK: %[[INSIDE:.*]] = arith.andi %[[ROW_EXISTS]], %[[TOKEN_EXISTS]]
// CHECK: scf.if %[[INSIDE]]
// CHECK: %[[T0:.*]] = arith.minui %[[FIRST]]
// CHECK: %[[SUMS:.*]]:8 = scf.for %[[K:.*]] = %[[LANE]] to %[[LAST_COLUMN]] step %[[WARP]] iter_args(%[[ACC:[^ ]*]] = {{.*}}) -> (f32, f32, f32, f32, f32, f32, f32, f32)
// CHECK: %[[BYTE:.*]] = memref.load %[[CODES]][%[[ROW]], %{{.*}}] : memref<5x7xi8>
// CHECK: %[[W:.*]] = memref.load %[[TABLES]][%[[ROW]], %{{.*}}] : memref<5x16xf16>
// CHECK: %[[W32:.*]] = arith.extf %[[W]] : f16 to f32
// CHECK: %[[A:.*]] = memref.load %[[XS]][%[[T0]], %[[K]]] : memref<?x13xf16>
// CHECK: %[[A32:.*]] = arith.extf %[[A]] : f16 to f32
// CHECK: math.fma %[[W32]], %[[A32]], %[[ACC]] : f32
// CHECK: %[[OTHER:.*]], %{{.*}} = gpu.shuffle xor %[[SUMS]]#0
// CHECK: arith.addf %[[SUMS]]#0, %[[OTHER]] : f32
// CHECK: %[[LEADER:.*]] = arith.cmpi eq, %[[LANE]]
// CHECK: scf.if %[[LEADER]]
// CHECK: %[[HALF:.*]] = arith.truncf %{{.*}} : f32 to f16
// CHECK: memref.store %[[HALF]], %[[YS]][%[[FIRST]], %[[ROW]]]

// CHECK: func.func private @linear_lut_4_f16_5x13_f16(%[[INPUT:.*]]: tensor<?x13xf16>, %[[C:.*]]: memref<5x7xi8>, %[[T:.*]]: memref<5x16xf16>) -> tensor<?x5xf16>
// CHECK: %[[DIM:.*]] = tensor.dim %[[INPUT]]
// CHECK: %[[HOST_X:.*]] = bufferization.to_buffer %[[INPUT]] read_only
// CHECK: %[[HOST_Y:.*]] = memref.alloc(%[[DIM]]) : memref<?x5xf16>
// CHECK: %[[DEVICE_X:.*]], %{{.*}} = gpu.alloc async [%{{.*}}] (%[[DIM]]) : memref<?x13xf16>
// CHECK: %[[DEVICE_Y:.*]], %{{.*}} = gpu.alloc async [%{{.*}}] (%[[DIM]]) : memref<?x5xf16>
// CHECK: gpu.memcpy async [%{{.*}}] %[[DEVICE_X]], %[[HOST_X]]
// CHECK: %[[XP:.*]] = memref.reinterpret_cast %[[DEVICE_X]]
// CHECK: %[[YP:.*]] = memref.reinterpret_cast %[[DEVICE_Y]]
// CHECK: gpu.launch_func async [%{{.*}}] @sdq_kernels::@linear_lut_4_f16_5x13_f16
// CHECK-SAME: args(%[[C]] : memref<5x7xi8>, %[[T]] : memref<5x16xf16>, %[[XP]] : memref<f16>, %[[YP]] : memref<f16>, %{{.*}} : i64)
// CHECK: gpu.memcpy async [%{{.*}}] %[[HOST_Y]], %[[DEVICE_Y]]
// CHECK: %[[RESULT:.*]] = bufferization.to_tensor %[[HOST_Y]] restrict writable
// CHECK: return %[[RESULT]]

// CHECK: func.func @f(%[[INPUT:.*]]: tensor<?x13xf16>)
// CHECK: %[[C:.*]] = sdq.buffer device dense_resource<"{{.*}}.codes"> : tensor<5x7xi8> -> memref<5x7xi8>
// CHECK: %[[T:.*]] = sdq.buffer device dense_resource<"{{.*}}.tables"> : tensor<5x16xf16> -> memref<5x16xf16>
// CHECK: call @linear_lut_4_f16_5x13_f16(%[[INPUT]], %[[C]], %[[T]])

// NVVM: llvm.func @linear_lut_4_f16_5x13_f16(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: i64)
// NVVM-SAME: nvvm.kernel, nvvm.maxntid = array<i32: 32, 4, 1>
// NVVM: llvm.intr.fma
// NVVM: nvvm.shfl.sync bfly
// NVVM-NOT: __nv_
func.func @f(%x: tensor<?x13xf16>) -> tensor<?x5xf16> {
  %y = sdq.linear %x, @w : (tensor<?x13xf16>) -> tensor<?x5xf16>
  return %y : tensor<?x5xf16>
}
