// Buffers become loads from one table, a slot a distinct constant, listed in the table's order; parameters are gone.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-buffers-to-llvm | FileCheck %s

// CHECK: module attributes {sdq.buffers = [dense_resource<codes> : tensor<2x3xi8>, dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>, #sdq.on_device<dense_resource<codes> : tensor<2x3xi8>>, @kernels::@k]}
// CHECK: llvm.mlir.global external @sdq_buffers(#llvm.zero) {addr_space = 0 : i32} : !llvm.array<4 x ptr>
// CHECK-NOT: sdq.parameter
sdq.parameter @w : !sdq.weight<2x6xf16, #sdq.dense<i4, vector = 6, scale = f32>> =
  {values = dense_resource<codes> : tensor<2x3xi8>, scales = dense<1.0> : tensor<2x1xf32>}

// CHECK-LABEL: func.func @f(
func.func @f() -> (memref<2x3xi8>, memref<?xf32>) {
  // CHECK: %[[TABLE:.*]] = llvm.mlir.addressof @sdq_buffers
  // CHECK: %[[SLOT:.*]] = llvm.getelementptr %[[TABLE]][0]
  // CHECK: llvm.load %[[SLOT]] : !llvm.ptr -> !llvm.ptr
  %a = sdq.buffer dense_resource<codes> : tensor<2x3xi8> -> memref<2x3xi8>
  // CHECK: llvm.getelementptr %{{.*}}[1]
  // CHECK: memref.cast %{{.*}} : memref<2xf32> to memref<?xf32>
  %b = sdq.buffer dense<[1.0, 2.0]> : tensor<2xf32> -> memref<?xf32>
  return %a, %b : memref<2x3xi8>, memref<?xf32>
}

// The same constant again is the same slot.
// CHECK-LABEL: func.func @g(
func.func @g() -> memref<2x3xi8> {
  // CHECK: llvm.getelementptr %{{.*}}[0]
  %a = sdq.buffer dense_resource<codes> : tensor<2x3xi8> -> memref<2x3xi8>
  return %a : memref<2x3xi8>
}

// What lies on a device, and a handle of a kernel, are entries of their own.
// CHECK-LABEL: func.func @h(
func.func @h() -> (memref<2x3xi8>, i64) {
  // CHECK: llvm.getelementptr %{{.*}}[2]
  %a = sdq.buffer device dense_resource<codes> : tensor<2x3xi8> -> memref<2x3xi8>
  // CHECK: llvm.getelementptr %{{.*}}[3]
  // CHECK: %[[HANDLE:.*]] = llvm.load
  // CHECK: llvm.ptrtoint %[[HANDLE]] : !llvm.ptr to i64
  %k = sdq.kernel @kernels::@k
  return %a, %k : memref<2x3xi8>, i64
}
