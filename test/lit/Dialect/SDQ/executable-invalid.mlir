// sdq.executable's code is bytes, its buffers are constants.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{executable_c1: expected code as a one-dimensional i8 tensor, found 'tensor<2x2xi8>'}}
sdq.executable @matrix target("", "", "") entry "" code dense<0> : tensor<2x2xi8> buffers []

// -----

// expected-error @+1 {{executable_c1: expected code as a one-dimensional i8 tensor, found 'tensor<4xi32>'}}
sdq.executable @words target("", "", "") entry "" code dense<0> : tensor<4xi32> buffers []

// -----

// expected-error @+1 {{executable_c2: expected elements attributes, also on a device, or symbols of kernels, found "codes"}}
sdq.executable @names target("", "", "") entry "" code dense<0> : tensor<1xi8> buffers ["codes"]
