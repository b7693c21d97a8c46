// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: a constant in a device's memory is refused in code for a CPU.
// RUN: sdq-opt %s --verify-diagnostics --sdq-buffers-to-llvm

func.func @f() -> memref<2xf32> {
  // expected-error @+1 {{lies in a device's memory: the table of a program for a CPU holds host addresses only}}
  %a = sdq.buffer device dense<1.0> : tensor<2xf32> -> memref<2xf32>
  return %a : memref<2xf32>
}
