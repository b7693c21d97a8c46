// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: what the runtime cannot do is an error at the op.
// RUN: sdq-opt %s -split-input-file -verify-diagnostics --sdq-launch-through-runtime

func.func @twoStreams() {
  %a = gpu.wait async
  %b = gpu.wait async
  // expected-error @+1 {{runtime_e1: expected to wait for one token, its stream's, found 2}}
  %memory, %t = gpu.alloc async [%a, %b] () : memref<4xf32>
  return
}

// -----

func.func @unknown(%y: memref<*xf32>) {
  // expected-error @+1 {{runtime_e2: expected wait, alloc, dealloc, memcpy or launch_func of the gpu dialect}}
  gpu.host_register %y : memref<*xf32>
  return
}

// -----

func.func @hostReads(%i: index) -> f32 {
  %a = gpu.wait async
  %memory, %t = gpu.alloc async [%a] () : memref<4xf32>
  // expected-error @+1 {{runtime_e3: uses memory or a token of the device on the host}}
  %x = memref.load %memory[%i] : memref<4xf32>
  return %x : f32
}
