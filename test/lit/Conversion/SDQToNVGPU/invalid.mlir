// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: what cannot be lowered is refused with one error at its place, and the module is not half rewritten.
// RUN: sdq-opt %s --split-input-file --verify-diagnostics --sdq-lower-nvgpu

func.func private @outermost()
module @inner {
  sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> =
    {codes = dense<0> : tensor<5x7xi8>, tables = dense<0.0> : tensor<5x16xf16>}
  func.func @nested(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
    // expected-error @+1 {{nvgpu_e3: expected an sdq.linear of the outermost module, found one in a nested symbol table}}
    %y = sdq.linear %x, @w : (tensor<?x13xf32>) -> tensor<?x5xf32>
    return %y : tensor<?x5xf32>
  }
}
