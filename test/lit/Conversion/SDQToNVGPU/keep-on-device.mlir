// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: tensors that already are the device's are handed to kernels as they are: nothing is copied or released, what
// the host allocates for a result becomes it, and rounding the activations, which only the device sees, keeps its memory.
// RUN: sdq-opt %s --sdq-linear-to-gpu --sdq-keep-on-device | FileCheck %s
// RUN: sdq-opt %s --sdq-linear-to-gpu --sdq-keep-on-device --emit-bytecode -o %t.mlirbc && sdq-opt %t.mlirbc | FileCheck %s

sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> =
  {codes = dense<0> : tensor<5x7xi8>, tables = dense<0.0> : tensor<5x16xf16>}
sdq.parameter @r : !sdq.weight<5x13xf16, #sdq.dense<f32>> = {values = dense<0.0> : tensor<5x13xf32>}

// CHECK-LABEL: func.func private @linear_dense_f32_activation_i8_13_5x13_f32(
// CHECK-NOT: gpu.memcpy
// CHECK: %[[ROUNDED:.*]], %[[ALLOCATED:.*]] = gpu.alloc async
// CHECK-NOT: gpu.alloc
// CHECK: %[[ROUNDING:.*]] = gpu.launch_func async [%[[ALLOCATED]]]
// CHECK: %[[PRODUCT:.*]] = gpu.launch_func async [%[[ROUNDING]]]
// CHECK-NOT: gpu.memcpy
// CHECK: %[[FREED:.*]] = gpu.dealloc async [%[[PRODUCT]]] %[[ROUNDED]]
// CHECK-NEXT: gpu.wait [%[[FREED]]]

// CHECK-LABEL: func.func private @linear_lut_4_f16_5x13_f32(
// CHECK-SAME: %[[X:[^:]*]]: tensor<?x13xf32>
// CHECK: %[[BUFFER:.*]] = bufferization.to_buffer %[[X]] read_only
// CHECK: %[[Y:.*]] = memref.alloc(%{{.*}}) : memref<?x5xf32>
// CHECK-NEXT: %[[START:.*]] = gpu.wait async
// CHECK-NOT: gpu.alloc
// CHECK-NOT: gpu.memcpy
// CHECK-DAG: %[[IN:.*]] = memref.reinterpret_cast %[[BUFFER]]
// CHECK-DAG: %[[OUT:.*]] = memref.reinterpret_cast %[[Y]]
// CHECK: %[[END:.*]] = gpu.launch_func async [%[[START]]] {{.*}} args({{.*}}, %[[IN]] : memref<f32>, %[[OUT]] : memref<f32>
// CHECK-NEXT: gpu.wait [%[[END]]]
// CHECK-NEXT: %[[RESULT:.*]] = bufferization.to_tensor %[[Y]]
// CHECK-NEXT: return %[[RESULT]]

// The program itself may reshape and look at sizes.
// CHECK-LABEL: func.func @main_graph
// CHECK: tensor.collapse_shape
// CHECK: call @linear_lut_4_f16_5x13_f32
func.func @main_graph(%x: tensor<2x?x13xf32>) -> (tensor<2x?x5xf32>, tensor<2x?x5xf32>) {
  %y = sdq.linear %x, @w : (tensor<2x?x13xf32>) -> tensor<2x?x5xf32>
  %z = sdq.linear %x, @r activations [#sdq.activation<i8, vector = 13>] : (tensor<2x?x13xf32>) -> tensor<2x?x5xf32>
  return %y, %z : tensor<2x?x5xf32>, tensor<2x?x5xf32>
}
