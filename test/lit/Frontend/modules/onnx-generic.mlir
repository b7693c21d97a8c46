// A module that is generic throughout, of a half-precision checkpoint whose weight is cast in front of the product, and
// one product in half precision.

// RUN: %check_module %t %s --weights 2 --tolerance 4e-3

"builtin.module"() ({
  "func.func"() <{arg_attrs = [{onnx.name = "x"}, {onnx.name = "h"}], function_type = (tensor<?x32xf32>, tensor<?x32xf16>) -> (tensor<?x16xf32>, tensor<?x16xf16>), res_attrs = [{onnx.name = "y"}, {onnx.name = "z"}], sym_name = "main_graph"}> ({
  ^bb0(%x: tensor<?x32xf32>, %h: tensor<?x32xf16>):
    %0 = "onnx.Constant"() <{value = dense_resource<a> : tensor<32x16xf16>}> : () -> tensor<32x16xf16>
    %1 = "onnx.Cast"(%0) <{saturate = 1 : si64, to = f32}> {onnx_node_name = "cast"} : (tensor<32x16xf16>) -> tensor<32x16xf32>
    %2 = "onnx.MatMul"(%x, %1) {onnx_node_name = "wide"} : (tensor<?x32xf32>, tensor<32x16xf32>) -> tensor<?x16xf32>
    %3 = "onnx.Constant"() <{value = dense_resource<b> : tensor<32x16xf16>}> : () -> tensor<32x16xf16>
    %4 = "onnx.MatMul"(%h, %3) {onnx_node_name = "half"} : (tensor<?x32xf16>, tensor<32x16xf16>) -> tensor<?x16xf16>
    "onnx.Return"(%2, %4) : (tensor<?x16xf32>, tensor<?x16xf16>) -> ()
  }) : () -> ()
  "onnx.EntryPoint"() <{func = @main_graph}> : () -> ()
}) : () -> ()
