// solver=lnq fits each channel's table to the Hessian of the channel's group, a guided one before the plain one, and keeps
// what a CSR term carries out of it; worked out by hand for diagonal Hessians (others: LNQTest).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %safetensors %t.guided "w.guided_hessian=[[[1,0,0,0,0,0],[0,1,0,0,0,0],[0,0,1,0,0,0],[0,0,0,1,0,0],[0,0,0,0,1,0],[0,0,0,0,0,1]], [[100,0,0,0,0,0],[0,100,0,0,0,0],[0,0,1,0,0,0],[0,0,0,1,0,0],[0,0,0,0,1,0],[0,0,0,0,0,1]]]"
// RUN: %safetensors %t.plain "w.hessian=[[100,0,0,0,0,0],[0,100,0,0,0,0],[0,0,1,0,0,0],[0,0,0,1,0,0],[0,0,0,0,1,0],[0,0,0,0,0,1]]"
// RUN: %safetensors %t.askew "w.hessian=[[1,0,0,0,0,0],[0,1,0.5,0,0,0],[0,-0.5,1,0,0,0],[0,0,0,1,0,0],[0,0,0,0,1,0],[0,0,0,0,0,1]]"
// RUN: %safetensors %t.three "w.guided_hessian=[[[1,0,0,0,0,0],[0,1,0,0,0,0],[0,0,1,0,0,0],[0,0,0,1,0,0],[0,0,0,0,1,0],[0,0,0,0,0,1]], [[1,0,0,0,0,0],[0,1,0,0,0,0],[0,0,1,0,0,0],[0,0,0,1,0,0],[0,0,0,0,1,0],[0,0,0,0,0,1]], [[1,0,0,0,0,0],[0,1,0,0,0,0],[0,0,1,0,0,0],[0,0,0,1,0,0],[0,0,0,0,1,0],[0,0,0,0,0,1]]]"
// RUN: sdq-opt %s --sdq-quantize="codebook=2 solver=lnq calibration=%t.guided" --sdq-verify-weights | %decode | FileCheck %s --check-prefixes=CHECK,GUIDED
// RUN: sdq-opt %s --sdq-quantize="codebook=2 solver=lnq calibration=%t.plain" | %decode | FileCheck %s --check-prefixes=CHECK,PLAIN
// RUN: sdq-opt %s --sdq-extract-outliers="percent=10 unweighted=true" --sdq-quantize="codebook=2 solver=lnq calibration=%t.guided" | %decode | FileCheck %s --check-prefix=SPARSE
// RUN: not sdq-opt %s --sdq-quantize="codebook=2 solver=lnq" 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not sdq-opt %s --sdq-quantize="codebook=2 solver=lnq calibration=%t.askew" 2>&1 | FileCheck %s --check-prefix=ASKEW
// RUN: not sdq-opt %s --sdq-quantize="codebook=2 solver=lnq calibration=%t.three" 2>&1 | FileCheck %s --check-prefix=THREE
// RUN: not sdq-opt %s --sdq-quantize="codebook=2 solver=newton" 2>&1 | FileCheck %s --check-prefix=SOLVER

// NONE: weight 'w': needs a Hessian: no calibration file was given; solver=kmeans needs none, nor a .guided_hessian
// ASKEW: weight 'w': Hessian: expected a symmetric matrix, found {{.*}} across the diagonal (lnq_c1)
// THREE: expected shape {{.*}}1{{.*}}6{{.*}}6{{.*}} for a weight of 2 x 6, found {{.*}}3{{.*}} (calibration_c3)
// SOLVER: expected a solver of kmeans or lnq, found 'newton'

// CHECK:       w : !sdq.weight<2x6xf16, #sdq.lut<2, f16>>
// With equal weights 0.5 is lost twice; were 0 and 1 to count a hundredfold, joining 10 and 14 is better.
// GUIDED-NEXT: w[0] = 0.5 0.5 3.5 3.5 10 14
// GUIDED-NEXT: w[1] = 0 1 3.5 3.5 12 12
// PLAIN-NEXT:  w[0] = 0 1 3.5 3.5 12 12
// PLAIN-NEXT:  w[1] = 0 1 3.5 3.5 12 12

// One value is exact, 14, and leaves the table.
// SPARSE:      w : !sdq.weight<2x6xf16, #sdq.sum<#sdq.csr<f16>, #sdq.lut<2, f16>>>
// SPARSE-NEXT: w[0] = {{.*}} 10 14
// SPARSE-NEXT: w[1] = 0 1 3.5 3.5 12 12
sdq.parameter @w : !sdq.weight<2x6xf16, #sdq.dense<f16>> =
  {values = dense<[[0.0, 1.0, 3.0, 4.0, 10.0, 14.0], [0.0, 1.0, 3.0, 4.0, 10.0, 14.0]]> : tensor<2x6xf16>}
