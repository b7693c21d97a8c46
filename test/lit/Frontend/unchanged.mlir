// RUN: sdq-opt %s --allow-unregistered-dialect --mlir-print-op-generic -o %t.before
// RUN: sdq-opt %s --allow-unregistered-dialect --sdq-raise=min-size=1 --mlir-print-op-generic -o %t.after
// RUN: grep -v -e kernel -e onnx.MatMul %t.before > %t.rest.before
// RUN: grep -v -e kernel %t.after > %t.rest.after
// RUN: sed -e 's/%%[0-9]*/%%v/g' %t.rest.before > %t.a && sed -e 's/%%[0-9]*/%%v/g' %t.rest.after > %t.b
// RUN: diff %t.a %t.b
// RUN: FileCheck %s --input-file=%t.after
//
// Proves that nothing but the product, its weight and what lay between them changes: operations of dialects that nobody
// knows, their regions, attributes and properties, dead constants of others, unused ones that only look dead.

// CHECK: sdq.linear

module @model attributes {acme.target = #acme.target<"x", {a = 1 : i4}>} {
  "acme.table"() <{sym_name = "table", data = dense<[1, 2]> : tensor<2xi3>}> {acme.note = unit} : () -> ()
  ml_program.global private @unread(dense<2.0> : tensor<2x3xf32>) : tensor<2x3xf32>
  func.func @main_graph(%x: tensor<?x2xf32> {onnx.name = "x"}) -> (tensor<?x3xf32>, !acme.token) attributes {acme.keep} {
    %unused = arith.constant dense<3.0> : tensor<2x3xf32>
    %dead = "onnx.Constant"() {value = dense<4.0> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
    %kernel = "onnx.Constant"() {value = dense_resource<kernel> : tensor<2x3xf32>, onnx.name = "kernel"} : () -> tensor<2x3xf32>
    %t = "acme.begin"(%x) ({
    ^bb0(%inner: tensor<?x2xf32>):
      "acme.end"(%inner) {f = @main_graph, n = [1, 2.0 : f16]} : (tensor<?x2xf32>) -> ()
    }) : (tensor<?x2xf32>) -> !acme.token
    %y = "onnx.MatMul"(%x, %kernel) : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
    %z = "onnx.Custom"(%y) {domain_name = "acme", function_name = "Gelu", output_element_type = f32} : (tensor<?x3xf32>) -> tensor<?x3xf32>
    return %z, %t : tensor<?x3xf32>, !acme.token
  }
  "onnx.EntryPoint"() <{func = @main_graph}> : () -> ()
}

{-#
  dialect_resources: { builtin: { kernel: "0x040000000000803f0000803f0000803f0000803f0000803f0000803f" } }
#-}
