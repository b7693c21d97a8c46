// Weights in ml_program globals, as an exporter writes state; one is read twice, one is public. The inline one is not a
// resource.

// RUN: %check_module %t %s --weights 3 --inline-globals
// RUN: sdq-opt %t/compressed.mlir | FileCheck %s

// What nobody else may read is gone; what others may read stays.
// CHECK-NOT: ml_program.global private
// CHECK: ml_program.global public @lm_head

ml_program.global private @"layers.0.up.weight"(dense_resource<layers.0.up.weight> : tensor<32x48xf32>) : tensor<32x48xf32>
ml_program.global private @down(dense<"0x${down}"> : tensor<48x32xf32>) : tensor<48x32xf32>
ml_program.global public @lm_head(dense_resource<lm_head> : tensor<32x16xf32>) : tensor<32x16xf32>

func.func @main_graph(%x: tensor<?x32xf32>) -> tensor<?x16xf32> {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x32xf32>
  %up = ml_program.global_load_const @"layers.0.up.weight" : tensor<32x48xf32>
  %down = ml_program.global_load_const @down : tensor<48x32xf32>
  %head = ml_program.global_load_const @lm_head : tensor<32x16xf32>
  %e0 = tensor.empty(%m) : tensor<?x48xf32>
  %i0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<?x48xf32>) -> tensor<?x48xf32>
  %0 = linalg.matmul ins(%x, %up : tensor<?x32xf32>, tensor<32x48xf32>) outs(%i0 : tensor<?x48xf32>) -> tensor<?x48xf32>
  %1 = linalg.matmul ins(%0, %down : tensor<?x48xf32>, tensor<48x32xf32>) outs(%x : tensor<?x32xf32>) -> tensor<?x32xf32>
  %again = ml_program.global_load_const @"layers.0.up.weight" : tensor<32x48xf32>
  %2 = linalg.matmul ins(%1, %again : tensor<?x32xf32>, tensor<32x48xf32>) outs(%i0 : tensor<?x48xf32>) -> tensor<?x48xf32>
  %3 = linalg.matmul ins(%2, %down : tensor<?x48xf32>, tensor<48x32xf32>) outs(%1 : tensor<?x32xf32>) -> tensor<?x32xf32>
  %e4 = tensor.empty(%m) : tensor<?x16xf32>
  %i4 = linalg.fill ins(%zero : f32) outs(%e4 : tensor<?x16xf32>) -> tensor<?x16xf32>
  %4 = linalg.matmul ins(%3, %head : tensor<?x32xf32>, tensor<32x16xf32>) outs(%i4 : tensor<?x16xf32>) -> tensor<?x16xf32>
  return %4 : tensor<?x16xf32>
}
