// RUN: sdq-opt %s --allow-unregistered-dialect --sdq-raise="min-size=1 remarks=true" --split-input-file --verify-diagnostics | FileCheck %s
//
// Proves that a weight whose numbers are not in the module, may change, or are unknown to every frontend is left alone,
// and that a remark says which of these it is.

// CHECK-NOT: sdq.linear

"util.global"() <{initial_value = #flow.parameter.named<"model"::"blk.0.weight"> : tensor<4x3xf32>, sym_name = "w", sym_visibility = "private", type = tensor<4x3xf32>}> : () -> ()
"util.global"() <{is_mutable, initial_value = dense<1.0> : tensor<4x3xf32>, sym_name = "state", sym_visibility = "private", type = tensor<4x3xf32>}> : () -> ()
"util.global"() <{sym_name = "late", sym_visibility = "private", type = tensor<4x3xf32>}> : () -> ()
// CHECK-LABEL: @iree
func.func @iree(%x: tensor<?x4xf32>, %y: tensor<?x3xf32>) -> (tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>) {
  %0 = "util.global.load"() <{global = @w}> : () -> tensor<4x3xf32>
  %1 = "util.global.load"() <{global = @state}> : () -> tensor<4x3xf32>
  %2 = "util.global.load"() <{global = @late}> : () -> tensor<4x3xf32>
  %3 = "flow.tensor.constant"() <{value = #flow.parameter.named<"model"::"blk.1.weight"> : tensor<4x3xf32>}> : () -> tensor<4x3xf32>
  %4 = "util.global.load"() <{global = @nowhere}> : () -> tensor<4x3xf32>
  // expected-remark @below {{not raised to sdq.linear: global @w has no values in the module: #flow.parameter.named<"model"::"blk.0.weight">}}
  %a = linalg.matmul ins(%x, %0 : tensor<?x4xf32>, tensor<4x3xf32>) outs(%y : tensor<?x3xf32>) -> tensor<?x3xf32>
  // expected-remark @below {{global @state is mutable}}
  %b = linalg.matmul ins(%x, %1 : tensor<?x4xf32>, tensor<4x3xf32>) outs(%y : tensor<?x3xf32>) -> tensor<?x3xf32>
  // expected-remark @below {{global @late has no values in the module: no initial value}}
  %c = linalg.matmul ins(%x, %2 : tensor<?x4xf32>, tensor<4x3xf32>) outs(%y : tensor<?x3xf32>) -> tensor<?x3xf32>
  // expected-remark @below {{the constant has no values in the module: #flow.parameter.named<"model"::"blk.1.weight">}}
  %d = linalg.matmul ins(%x, %3 : tensor<?x4xf32>, tensor<4x3xf32>) outs(%y : tensor<?x3xf32>) -> tensor<?x3xf32>
  // expected-remark @below {{it loads no global of this module}}
  %e = linalg.matmul ins(%x, %4 : tensor<?x4xf32>, tensor<4x3xf32>) outs(%y : tensor<?x3xf32>) -> tensor<?x3xf32>
  return %a, %b, %c, %d, %e : tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>
}

// -----

ml_program.global private @w(#ml_program.extern : tensor<4x3xf32>) : tensor<4x3xf32>
ml_program.global private mutable @state(dense<1.0> : tensor<4x3xf32>) : tensor<4x3xf32>
// CHECK-LABEL: @ml_program
func.func @ml_program(%x: tensor<?x4xf32>, %y: tensor<?x3xf32>) -> (tensor<?x3xf32>, tensor<?x3xf32>) {
  %0 = ml_program.global_load_const @w : tensor<4x3xf32>
  %1 = ml_program.global_load @state : tensor<4x3xf32>
  // expected-remark @below {{global @w has no values in the module: #ml_program.extern : tensor<4x3xf32>}}
  %a = linalg.matmul ins(%x, %0 : tensor<?x4xf32>, tensor<4x3xf32>) outs(%y : tensor<?x3xf32>) -> tensor<?x3xf32>
  // expected-remark @below {{global @state is mutable}}
  %b = linalg.matmul ins(%x, %1 : tensor<?x4xf32>, tensor<4x3xf32>) outs(%y : tensor<?x3xf32>) -> tensor<?x3xf32>
  return %a, %b : tensor<?x3xf32>, tensor<?x3xf32>
}

// -----

// CHECK-LABEL: @unknown
func.func @unknown(%x: tensor<?x4xf32>, %y: tensor<?x3xf32>) -> (tensor<?x3xf32>, tensor<?x3xf32>) {
  %0 = "acme.weight"() {file = "weights.bin", offset = 4096 : i64} : () -> tensor<3x4xf32>
  %e = tensor.empty() : tensor<4x3xf32>
  %t = linalg.transpose ins(%0 : tensor<3x4xf32>) outs(%e : tensor<4x3xf32>) permutation = [1, 0]
  // expected-remark @below {{no frontend knows the values of 'acme.weight'}}
  %a = linalg.matmul ins(%x, %t : tensor<?x4xf32>, tensor<4x3xf32>) outs(%y : tensor<?x3xf32>) -> tensor<?x3xf32>
  %1 = arith.constant dense_resource<__elided__> : tensor<4x3xf32>
  // expected-remark @below {{the resource '__elided__' has no data in the module}}
  %b = linalg.matmul ins(%x, %1 : tensor<?x4xf32>, tensor<4x3xf32>) outs(%y : tensor<?x3xf32>) -> tensor<?x3xf32>
  return %a, %b : tensor<?x3xf32>, tensor<?x3xf32>
}
