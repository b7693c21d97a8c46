// RUN: sdq-opt %s --allow-unregistered-dialect --sdq-raise=min-size=1 | FileCheck %s
//
// Proves that onnx.MatMul is raised with the weight on either side and behind whatever exporters put in front of it,
// that the weight's resource is shared, and that nothing dead is left.

// CHECK-DAG: sdq.parameter @dynamo attributes {sdq.origin = "dynamo"} : !sdq.weight<3x2xf32, #sdq.dense<f32>> = {values = dense_resource<w> : tensor<3x2xf32>}
// CHECK-DAG: sdq.parameter @"onnx::MatMul_65" attributes {sdq.origin = "onnx::MatMul_65", sdq.origin_transposed} : !sdq.weight<3x2xf16, #sdq.dense<f16, transposed>> = {values = dense_resource<v> : tensor<2x3xf16>}
// CHECK-DAG: sdq.parameter @cast attributes {sdq.origin = "cast"} : !sdq.weight<3x2xbf16, #sdq.dense<bf16>> = {values = dense_resource<b> : tensor<3x2xi16>}
// CHECK-DAG: sdq.parameter @flat attributes {sdq.origin = "flat", sdq.origin_transposed} : !sdq.weight<3x2xf32, #sdq.dense<f32, transposed>> = {values = dense_resource<flat> : tensor<2x3xf32>}
// CHECK-DAG: sdq.parameter @left attributes {sdq.origin = "left"} : !sdq.weight<3x2xf32, #sdq.dense<f32>> = {values = dense_resource<l> : tensor<3x2xf32>}
// CHECK-DAG: sdq.parameter @located attributes {sdq.origin = "located", sdq.origin_transposed}
// CHECK-DAG: sdq.parameter @weight_0 : !sdq.weight<3x2xf32, #sdq.dense<f32, transposed>> = {values = dense_resource<"sdq:weight_0.dense.values"> : tensor<2x3xf32>}
// CHECK-DAG: sdq.parameter @weight_1 : {{.*}}dense_resource<"sdq:weight_1.dense.values">

// As torch's dynamo exporter writes a Linear.
// CHECK-LABEL: @dynamo_linear
func.func @dynamo_linear(%x: tensor<?x?x2xf32>) -> tensor<?x?x3xf32> {
  // CHECK-NEXT: %[[Y:.*]] = sdq.linear %arg0, @dynamo : (tensor<?x?x2xf32>) -> tensor<?x?x3xf32>
  // CHECK-NEXT: return %[[Y]]
  %w = "onnx.Constant"() {value = dense_resource<w> : tensor<3x2xf32>, onnx.name = "dynamo"} : () -> tensor<3x2xf32>
  %t = "onnx.Transpose"(%w) {perm = [1, 0]} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %y = "onnx.MatMul"(%x, %t) : (tensor<?x?x2xf32>, tensor<2x3xf32>) -> tensor<?x?x3xf32>
  return %y : tensor<?x?x3xf32>
}

// As the TorchScript exporter does, its weight stored in half precision.
// CHECK-LABEL: @torchscript
func.func @torchscript(%x: tensor<?x2xf32>) -> tensor<?x3xf32> {
  // CHECK-NEXT: sdq.linear %arg0, @"onnx::MatMul_65" : (tensor<?x2xf32>) -> tensor<?x3xf32>
  // CHECK-NEXT: return
  %w = "onnx.Constant"() {value = dense_resource<v> : tensor<2x3xf16>, onnx.name = "onnx::MatMul_65"} : () -> tensor<2x3xf16>
  %c = "onnx.Cast"(%w) {to = f32} : (tensor<2x3xf16>) -> tensor<2x3xf32>
  %y = "onnx.MatMul"(%x, %c) : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// CHECK-LABEL: @long_way
func.func @long_way(%x: tensor<?x2xf32>) -> tensor<?x3xf32> {
  // CHECK-NEXT: sdq.linear %arg0, @cast
  // CHECK-NEXT: return
  %w = "onnx.Constant"() {value = dense_resource<b> : tensor<3x2xbf16>, onnx.name = "cast"} : () -> tensor<3x2xbf16>
  %i = "onnx.Identity"(%w) : (tensor<3x2xbf16>) -> tensor<3x2xbf16>
  %t0 = "onnx.Transpose"(%i) : (tensor<3x2xbf16>) -> tensor<2x3xbf16>
  %t1 = "onnx.Transpose"(%t0) {perm = [0, 1]} : (tensor<2x3xbf16>) -> tensor<2x3xbf16>
  %like = "onnx.Constant"() {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %c = "onnx.CastLike"(%t1, %like) : (tensor<2x3xbf16>, tensor<f32>) -> tensor<2x3xf32>
  %shape = "onnx.Constant"() {value = dense<[2, 3]> : tensor<2xi64>} : () -> tensor<2xi64>
  %r = "onnx.Reshape"(%c, %shape) : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<2x3xf32>
  %y = "onnx.MatMul"(%x, %r) : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// A reshape of the stored values is another way to read the same bytes.
// CHECK-LABEL: @reshaped
func.func @reshaped(%x: tensor<2xf32>) -> tensor<3xf32> {
  // CHECK-NEXT: sdq.linear %arg0, @flat : (tensor<2xf32>) -> tensor<3xf32>
  // CHECK-NEXT: return
  %w = "onnx.Constant"() {value = dense_resource<flat> : tensor<6xf32>, onnx.name = "flat"} : () -> tensor<6xf32>
  %shape = "onnx.Constant"() {value = dense<[2, 3]> : tensor<2xi64>} : () -> tensor<2xi64>
  %r = "onnx.Reshape"(%w, %shape) : (tensor<6xf32>, tensor<2xi64>) -> tensor<2x3xf32>
  %y = "onnx.MatMul"(%x, %r) : (tensor<2xf32>, tensor<2x3xf32>) -> tensor<3xf32>
  return %y : tensor<3xf32>
}

// W·X = (Xᵀ·Wᵀ)ᵀ, whatever is in front of the last two extents of X.
// CHECK-LABEL: @weight_on_the_left
func.func @weight_on_the_left(%x: tensor<?x2x5xf32>, %v: tensor<2xf32>) -> (tensor<?x3x5xf32>, tensor<3xf32>) {
  // CHECK-NEXT: %[[X:.*]] = "onnx.Transpose"(%arg0) {onnx_node_name = "node", perm = [0, 2, 1]} : (tensor<?x2x5xf32>) -> tensor<?x5x2xf32>
  // CHECK-NEXT: %[[Y:.*]] = sdq.linear %[[X]], @left : (tensor<?x5x2xf32>) -> tensor<?x5x3xf32>
  // CHECK-NEXT: "onnx.Transpose"(%[[Y]]) {onnx_node_name = "node", perm = [0, 2, 1]} : (tensor<?x5x3xf32>) -> tensor<?x3x5xf32>
  // CHECK-NEXT: sdq.linear %arg1, @left : (tensor<2xf32>) -> tensor<3xf32>
  // CHECK-NEXT: return
  %w = "onnx.Constant"() {value = dense_resource<l> : tensor<3x2xf32>, onnx.name = "left"} : () -> tensor<3x2xf32>
  %y = "onnx.MatMul"(%w, %x) {onnx_node_name = "node"} : (tensor<3x2xf32>, tensor<?x2x5xf32>) -> tensor<?x3x5xf32>
  %z = "onnx.MatMul"(%w, %v) : (tensor<3x2xf32>, tensor<2xf32>) -> tensor<3xf32>
  return %y, %z : tensor<?x3x5xf32>, tensor<3xf32>
}

// Inline constants become resources; a name in the location names the parameter, else a number does.
// CHECK-LABEL: @inline_and_names
func.func @inline_and_names(%x: tensor<?x2xf32>) {
  // CHECK: sdq.linear %arg0, @located
  // CHECK: sdq.linear %arg0, @weight_0
  // CHECK: sdq.linear %arg0, @weight_1
  %w0 = "onnx.Constant"() {value = dense<1.0> : tensor<2x3xf32>} : () -> tensor<2x3xf32> loc("located")
  %w1 = "onnx.Constant"() {value = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
  %w2 = "onnx.Constant"() {value = dense<2.0> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
  %y0 = "onnx.MatMul"(%x, %w0) : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  %y1 = "onnx.MatMul"(%x, %w1) : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  %y2 = "onnx.MatMul"(%x, %w2) : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  "test.use"(%y0, %y1, %y2) : (tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>) -> ()
  return
}

// Users keep the type they were given where the linear knows more.
// CHECK-LABEL: @refined
func.func @refined(%x: tensor<?x2xf32>, %five: tensor<5x2xf32>) -> (tensor<?x?xf32>, tensor<?x3xf32>) {
  // CHECK-NEXT: %[[Y:.*]] = sdq.linear %arg0, @dynamo : (tensor<?x2xf32>) -> tensor<?x3xf32>
  // CHECK-NEXT: tensor.cast %[[Y]] : tensor<?x3xf32> to tensor<?x?xf32>
  // CHECK-NEXT: %[[Z:.*]] = sdq.linear %arg1, @dynamo : (tensor<5x2xf32>) -> tensor<5x3xf32>
  // CHECK-NEXT: tensor.cast %[[Z]] : tensor<5x3xf32> to tensor<?x3xf32>
  %w = "onnx.Constant"() {value = dense_resource<w> : tensor<3x2xf32>, onnx.name = "dynamo"} : () -> tensor<3x2xf32>
  %t = "onnx.Transpose"(%w) {perm = [1, 0]} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %y = "onnx.MatMul"(%x, %t) : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x?xf32>
  %z = "onnx.MatMul"(%five, %t) : (tensor<5x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  return %y, %z : tensor<?x?xf32>, tensor<?x3xf32>
}

// CHECK: "sdq:weight_0.dense.values": "0x100000000000803F0000004000004040000080400000A0400000C040"
// CHECK: "sdq:weight_1.dense.values": "0x10000000000000400000004000000040000000400000004000000040"
{-#
  dialect_resources: { builtin: {
    w: "0x040000000000803f0000803f0000803f0000803f0000803f0000803f",
    v: "0x04000000003c003c003c003c003c003c",
    b: "0x04000000803f803f803f803f803f803f",
    flat: "0x040000000000803f0000803f0000803f0000803f0000803f0000803f",
    l: "0x040000000000803f0000803f0000803f0000803f0000803f0000803f"
  } }
#-}
