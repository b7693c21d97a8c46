// IREE's globals in generic form, their dialect unknown: values in the module make a weight. The archive's parameter is
// left alone, see Frontend/left-alone-sources.mlir.

// RUN: %check_module %t %s --weights 2 --inline-globals
// RUN: sdq-opt %t/compressed.mlir --allow-unregistered-dialect | FileCheck %s

// CHECK-NOT: util.global
// CHECK: func.func @main_graph

"builtin.module"() ({
  "util.global"() <{initial_value = dense_resource<_up> : tensor<32x64xf32>, sym_name = "_up", sym_visibility = "private", type = tensor<32x64xf32>}> : () -> ()
  "util.global"() <{initial_value = dense_resource<_down> : tensor<64x32xf32>, sym_name = "_down", sym_visibility = "private", type = tensor<64x32xf32>}> : () -> ()
  "func.func"() <{function_type = (tensor<?x32xf32>) -> tensor<?x32xf32>, sym_name = "main_graph"}> ({
  ^bb0(%x: tensor<?x32xf32>):
    %zero = "arith.constant"() <{value = 0.0 : f32}> : () -> f32
    %c0 = "arith.constant"() <{value = 0 : index}> : () -> index
    %m = "tensor.dim"(%x, %c0) : (tensor<?x32xf32>, index) -> index
    %up = "util.global.load"() <{global = @_up}> : () -> tensor<32x64xf32>
    %down = "util.global.load"() <{global = @_down}> : () -> tensor<64x32xf32>
    %e0 = tensor.empty(%m) : tensor<?x64xf32>
    %i0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<?x64xf32>) -> tensor<?x64xf32>
    %0 = linalg.matmul ins(%x, %up : tensor<?x32xf32>, tensor<32x64xf32>) outs(%i0 : tensor<?x64xf32>) -> tensor<?x64xf32>
    %e1 = tensor.empty(%m) : tensor<?x32xf32>
    %i1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<?x32xf32>) -> tensor<?x32xf32>
    %1 = linalg.matmul ins(%0, %down : tensor<?x64xf32>, tensor<64x32xf32>) outs(%i1 : tensor<?x32xf32>) -> tensor<?x32xf32>
    "func.return"(%1) : (tensor<?x32xf32>) -> ()
  }) : () -> ()
}) : () -> ()
