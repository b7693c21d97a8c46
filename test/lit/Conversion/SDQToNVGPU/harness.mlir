// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: the GPU harness's own description of every format has the parts that the compiler expects, at every extent.
// REQUIRES: numpy
// RUN: %python %source_dir/bench/gpu/pack.py --sdq-opt %bin_dir/sdq-opt --out %t | FileCheck %s
// RUN: %if ptxas %{ ptxas -arch=sm_90 -v %t/kernels.ptx -o /dev/null 2>&1 | FileCheck %s --check-prefix=PTXAS %}
// CHECK: 106 kernels for sm_90
// PTXAS-COUNT-106: 0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
// PTXAS-NOT: spill
