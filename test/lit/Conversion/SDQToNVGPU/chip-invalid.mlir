// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: an unknown chip, stage or format is one error, never an abort in the code generator.
// RUN: not sdq-opt %s --sdq-lower-nvgpu=chip=sm_12 2>&1 | FileCheck %s --check-prefix=CHIP
// RUN: not sdq-opt %s --sdq-lower-nvgpu=chip=sm_90b 2>&1 | FileCheck %s --check-prefix=SUFFIX
// RUN: not sdq-opt %s --sdq-lower-nvgpu=stop-after=dinner 2>&1 | FileCheck %s --check-prefix=STAGE
// RUN: not sdq-opt %s --sdq-lower-nvgpu=format=elf 2>&1 | FileCheck %s --check-prefix=FORMAT
// RUN: not env PATH= CUDA_ROOT= CUDA_HOME= CUDA_PATH= %bin_dir/sdq-opt %s --sdq-lower-nvgpu="format=bin toolkit=/nowhere" 2>&1 | FileCheck %s --check-prefix=PTXAS
// RUN: not sdq-opt %s --sdq-lower-nvgpu=kernels-dir=%s/no 2>&1 | FileCheck %s --check-prefix=FOLDER

// CHIP: error: nvgpu_e1: unknown chip 'sm_12': expected one of sm_75, sm_80, {{.*}}, sm_90, sm_90a, {{.*}}, sm_121a
// CHIP-NOT: error
// SUFFIX: unknown chip 'sm_90b'
// STAGE: for the --stop-after option: Cannot find option named 'dinner'
// FORMAT: for the --format option: Cannot find option named 'elf'
// PTXAS: error: format=bin and format=fatbin need the CUDA tool 'ptxas': expected it in '/nowhere/bin', $PATH, $CUDA_ROOT/bin
// PTXAS-NOT: error
// FOLDER: error: cannot make the folder '{{.*}}chip-invalid.mlir/no'
sdq.parameter @w : !sdq.weight<5x13xf16, #sdq.lut<4, f16>> =
  {codes = dense<0> : tensor<5x7xi8>, tables = dense<0.0> : tensor<5x16xf16>}
func.func @f(%x: tensor<?x13xf32>) -> tensor<?x5xf32> {
  %y = sdq.linear %x, @w : (tensor<?x13xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}
