// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: the host's gpu ops become calls of the runtime; device memory is an address, a kernel a handle, its
// arguments an array of addresses.
// RUN: sdq-opt %s --sdq-launch-through-runtime | FileCheck %s

// CHECK: func.func private @mgpuStreamCreate() -> i64
// CHECK: gpu.module @kernels
// CHECK: gpu.thread_id
module attributes {gpu.container_module} {
gpu.module @kernels {
  gpu.func @twice(%x: memref<f32>, %n: i32, %scale: f16) kernel {
    %i = gpu.thread_id x
    gpu.return
  }
}

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.*]]: memref<?x3xf32>, %[[N:.*]]: i32, %[[SCALE:.*]]: f16, %[[W:.*]]: memref<4xi8>)
func.func @main(%x: memref<?x3xf32>, %n: i32, %scale: f16, %w: memref<4xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %shared = arith.constant 512 : i32
  // CHECK: %[[D:.*]] = memref.dim %[[X]]
  %d = memref.dim %x, %c0 : memref<?x3xf32>
  // CHECK: %[[STREAM:.*]] = call @mgpuStreamCreate() : () -> i64
  %t0 = gpu.wait async
  // CHECK: %[[TWELVE:.*]] = arith.constant 12 : i64
  // CHECK: %[[TOKENS:.*]] = arith.index_cast %[[D]] : index to i64
  // CHECK: %[[BYTES:.*]] = arith.muli %[[TWELVE]], %[[TOKENS]]
  // CHECK: %[[DEVICE:.*]] = call @mgpuMemAlloc(%[[BYTES]], %[[STREAM]], %{{.*}}) : (i64, i64, i64) -> i64
  %memory, %t1 = gpu.alloc async [%t0] (%d) : memref<?x3xf32>
  // CHECK: memref.extract_aligned_pointer_as_index %[[X]]
  // CHECK: call @mgpuMemcpy(%[[DEVICE]], %{{.*}}, %{{.*}}, %[[STREAM]])
  %t2 = gpu.memcpy async [%t1] %memory, %x : memref<?x3xf32>, memref<?x3xf32>
  // CHECK-NOT: reinterpret_cast
  %pointer = memref.reinterpret_cast %memory to offset: [0], sizes: [], strides: [] : memref<?x3xf32> to memref<f32>
  // CHECK: %[[HANDLE:.*]] = sdq.kernel @kernels::@twice
  // CHECK: %[[SHARED:.*]] = arith.extui %{{.*}} : i32 to i64
  // CHECK: %[[WIDE:.*]] = arith.extui %[[N]] : i32 to i64
  // CHECK: %[[BITS:.*]] = arith.bitcast %[[SCALE]] : f16 to i16
  // CHECK: arith.extui %[[BITS]] : i16 to i64
  // CHECK: %[[VALUES:.*]] = memref.alloca() : memref<3xi64>
  // CHECK: memref.store %[[DEVICE]], %[[VALUES]]
  // CHECK: memref.store %[[WIDE]], %[[VALUES]]
  // CHECK: memref.alloca() : memref<3xi64>
  // CHECK: call @mgpuLaunchKernel(%[[HANDLE]], %{{.*}}, %[[SHARED]], %[[STREAM]], %{{.*}})
  %t3 = gpu.launch_func async [%t2] @kernels::@twice blocks in (%d, %c1, %c1) threads in (%c1, %c1, %c1)
      dynamic_shared_memory_size %shared args(%pointer : memref<f32>, %n : i32, %scale : f16)
  // CHECK: call @mgpuMemcpy(%{{.*}}, %[[DEVICE]], %{{.*}}, %[[STREAM]])
  %t4 = gpu.memcpy async [%t3] %x, %memory : memref<?x3xf32>, memref<?x3xf32>
  // CHECK: call @mgpuMemFree(%[[DEVICE]], %[[STREAM]])
  %t5 = gpu.dealloc async [%t4] %memory : memref<?x3xf32>
  // CHECK: call @mgpuStreamSynchronize(%[[STREAM]])
  // CHECK: call @mgpuStreamDestroy(%[[STREAM]])
  gpu.wait [%t5]
  // CHECK-NOT: gpu.
  return
}
}
