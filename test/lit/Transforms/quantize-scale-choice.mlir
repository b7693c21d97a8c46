// Scales by search leave the least (weighted) squared error among those that are stored.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-quantize="types=i2 vector=0 scale=f8E8M0FNU" --sdq-verify-weights | %decode | FileCheck %s --check-prefix=ABSMAX
// RUN: sdq-opt %s --sdq-quantize="types=i2 vector=0 scale=f8E8M0FNU scale-choice=mse" --sdq-verify-weights | %decode | FileCheck %s --check-prefix=MSE
// RUN: %safetensors %t.c "w.fisher=[[1, 1, 1, 0.001, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1000]]" "w.act_sq=[0.001, 0.001, 0.001, 1, 0.001, 0.001, 0.001, 0.001]"
// RUN: sdq-opt %s --sdq-quantize="types=i2 vector=0 scale=f8E8M0FNU scale-choice=mse weights=fisher calibration=%t.c" --sdq-verify-weights | %decode | FileCheck %s --check-prefix=FISHER
// RUN: sdq-opt %s --sdq-quantize="types=i2 vector=0 scale=f8E8M0FNU scale-choice=mse weights=activation calibration=%t.c" --sdq-verify-weights | %decode | FileCheck %s --check-prefix=ACTIVATION
//
// RUN: not sdq-opt %s --sdq-quantize="types=i2 scale-choice=best" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=CHOICE
// CHOICE: error: expected a scale-choice of absmax or mse, found 'best'
// RUN: not sdq-opt %s --sdq-quantize="types=i2 scale-choice=mse weights=hessian" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=WEIGHTS
// WEIGHTS: error: expected weights of none, activation or fisher, found 'hessian'
// RUN: not sdq-opt %s --sdq-quantize="types=i2 weights=fisher" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=IDLE
// IDLE: error: expected scale-choice=mse or feedback, which look at errors, to go with weights=fisher, found neither
// RUN: not sdq-opt %s --sdq-quantize="types=i2 scale-choice=mse weights=fisher" 2>&1 | FileCheck %s --implicit-check-not=error: --check-prefix=MISSING
// MISSING: error: weight 'w': needs Fisher information: no calibration file was given; weights=none needs none

// A 4 among ones. As a power of two its scale is 4, under which the ones are lost: an error of 7. Under 1 the 4 is off by
// 3, an error of 9; under 2 the ones are lost or doubled. The second row has less to lose: an error of 2.
// ABSMAX: w[0] = 0 0 0 4 0 0 0 0
// ABSMAX: w[1] = 0 0 0 2 0 0 0 0
// MSE:    w[0] = 0 0 0 4 0 0 0 0
// MSE:    w[1] = 1 1 1 1 1 1 1 0
// Where the 4 counts a thousandth, or the 0.4 a thousand times.
// FISHER: w[0] = 1 -1 1 1 1 1 1 1
// FISHER: w[1] = 0.5 0.5 0.5 0.5 0.5 0.5 0.5 0.5
// Where nothing counts but the fourth.
// ACTIVATION: w[0] = 0 0 0 4 0 0 0 0
// ACTIVATION: w[1] = 0 0 0 2 0 0 0 0
sdq.parameter @w : !sdq.weight<2x8xf32, #sdq.dense<f32>> =
  {values = dense<[[1.0, -1.0, 1.0, 4.0, 1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 0.4]]> : tensor<2x8xf32>}
