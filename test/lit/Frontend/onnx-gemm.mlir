// RUN: sdq-opt %s --allow-unregistered-dialect --sdq-raise=min-size=1 | FileCheck %s
//
// Proves that every transposition of onnx.Gemm, with the weight on either side, gives the weight as out × in, and that
// alpha, beta and the bias follow as onnx operations. M, N and K differ, so that nothing fits by chance.

// CHECK-DAG: sdq.parameter @kn attributes {sdq.origin = "kn", sdq.origin_transposed} : !sdq.weight<3x2xf32, #sdq.dense<f32, transposed>> = {values = dense_resource<kn> : tensor<2x3xf32>}
// CHECK-DAG: sdq.parameter @nk attributes {sdq.origin = "nk"} : !sdq.weight<3x2xf32, #sdq.dense<f32>> = {values = dense_resource<nk> : tensor<3x2xf32>}

// CHECK-LABEL: @right
func.func @right(%x: tensor<5x2xf32>, %t: tensor<2x5xf32>) {
  %kn = "onnx.Constant"() {value = dense_resource<kn> : tensor<2x3xf32>, onnx.name = "kn"} : () -> tensor<2x3xf32>
  %nk = "onnx.Constant"() {value = dense_resource<nk> : tensor<3x2xf32>, onnx.name = "nk"} : () -> tensor<3x2xf32>
  // CHECK-NEXT: %[[Y0:.*]] = sdq.linear %arg0, @kn : (tensor<5x2xf32>) -> tensor<5x3xf32>
  %y0 = "onnx.Gemm"(%x, %kn) : (tensor<5x2xf32>, tensor<2x3xf32>) -> tensor<5x3xf32>
  // CHECK-NEXT: %[[Y1:.*]] = sdq.linear %arg0, @nk : (tensor<5x2xf32>) -> tensor<5x3xf32>
  %y1 = "onnx.Gemm"(%x, %nk) {transB = 1 : si64} : (tensor<5x2xf32>, tensor<3x2xf32>) -> tensor<5x3xf32>
  // CHECK-NEXT: %[[T2:.*]] = "onnx.Transpose"(%arg1) {perm = [1, 0]} : (tensor<2x5xf32>) -> tensor<5x2xf32>
  // CHECK-NEXT: %[[Y2:.*]] = sdq.linear %[[T2]], @kn
  %y2 = "onnx.Gemm"(%t, %kn) <{transA = 1 : si64}> : (tensor<2x5xf32>, tensor<2x3xf32>) -> tensor<5x3xf32>
  // CHECK-NEXT: %[[T3:.*]] = "onnx.Transpose"(%arg1)
  // CHECK-NEXT: %[[Y3:.*]] = sdq.linear %[[T3]], @nk
  %y3 = "onnx.Gemm"(%t, %nk) <{transA = 1 : si64, transB = 1 : si64}> : (tensor<2x5xf32>, tensor<3x2xf32>) -> tensor<5x3xf32>
  // CHECK-NEXT: "test.use"(%[[Y0]], %[[Y1]], %[[Y2]], %[[Y3]])
  "test.use"(%y0, %y1, %y2, %y3) : (tensor<5x3xf32>, tensor<5x3xf32>, tensor<5x3xf32>, tensor<5x3xf32>) -> ()
  return
}

// The product of the weight on the left is 3 × 5: outputs × tokens.
// CHECK-LABEL: @left
func.func @left(%x: tensor<2x5xf32>, %t: tensor<5x2xf32>) {
  %kn = "onnx.Constant"() {value = dense_resource<kn> : tensor<2x3xf32>, onnx.name = "kn"} : () -> tensor<2x3xf32>
  %nk = "onnx.Constant"() {value = dense_resource<nk> : tensor<3x2xf32>, onnx.name = "nk"} : () -> tensor<3x2xf32>
  // CHECK-NEXT: %[[T0:.*]] = "onnx.Transpose"(%arg0) {perm = [1, 0]} : (tensor<2x5xf32>) -> tensor<5x2xf32>
  // CHECK-NEXT: %[[L0:.*]] = sdq.linear %[[T0]], @nk : (tensor<5x2xf32>) -> tensor<5x3xf32>
  // CHECK-NEXT: %[[Y0:.*]] = "onnx.Transpose"(%[[L0]]) {perm = [1, 0]} : (tensor<5x3xf32>) -> tensor<3x5xf32>
  %y0 = "onnx.Gemm"(%nk, %x) : (tensor<3x2xf32>, tensor<2x5xf32>) -> tensor<3x5xf32>
  // CHECK-NEXT: %[[T1:.*]] = "onnx.Transpose"(%arg0)
  // CHECK-NEXT: %[[L1:.*]] = sdq.linear %[[T1]], @kn
  // CHECK-NEXT: %[[Y1:.*]] = "onnx.Transpose"(%[[L1]])
  %y1 = "onnx.Gemm"(%kn, %x) {transA = 1 : si64} : (tensor<2x3xf32>, tensor<2x5xf32>) -> tensor<3x5xf32>
  // CHECK-NEXT: %[[L2:.*]] = sdq.linear %arg1, @nk
  // CHECK-NEXT: %[[Y2:.*]] = "onnx.Transpose"(%[[L2]])
  %y2 = "onnx.Gemm"(%nk, %t) {transB = 1 : si64} : (tensor<3x2xf32>, tensor<5x2xf32>) -> tensor<3x5xf32>
  // CHECK-NEXT: %[[L3:.*]] = sdq.linear %arg1, @kn
  // CHECK-NEXT: %[[Y3:.*]] = "onnx.Transpose"(%[[L3]])
  %y3 = "onnx.Gemm"(%kn, %t) {transA = 1 : si64, transB = 1 : si64} : (tensor<2x3xf32>, tensor<5x2xf32>) -> tensor<3x5xf32>
  // CHECK-NEXT: "test.use"(%[[Y0]], %[[Y1]], %[[Y2]], %[[Y3]])
  "test.use"(%y0, %y1, %y2, %y3) : (tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>) -> ()
  return
}

// CHECK-LABEL: @alpha_and_beta
func.func @alpha_and_beta(%x: tensor<?x2xf16>, %c: tensor<3xf16>) -> tensor<?x3xf16> {
  // CHECK-NEXT: %[[P:.*]] = sdq.linear %arg0, @kn_0 : (tensor<?x2xf16>) -> tensor<?x3xf16>
  // CHECK-NEXT: %[[A:.*]] = "onnx.Constant"() {onnx_node_name = "node", value = dense<5.000000e-01> : tensor<f16>}
  // CHECK-NEXT: %[[AP:.*]] = "onnx.Mul"(%[[P]], %[[A]]) {onnx_node_name = "node"} : (tensor<?x3xf16>, tensor<f16>) -> tensor<?x3xf16>
  // CHECK-NEXT: %[[B:.*]] = "onnx.Constant"() {onnx_node_name = "node", value = dense<2.000000e+00> : tensor<f16>}
  // CHECK-NEXT: %[[BC:.*]] = "onnx.Mul"(%arg1, %[[B]]) {onnx_node_name = "node"} : (tensor<3xf16>, tensor<f16>) -> tensor<3xf16>
  // CHECK-NEXT: %[[Y:.*]] = "onnx.Add"(%[[AP]], %[[BC]]) {onnx_node_name = "node"} : (tensor<?x3xf16>, tensor<3xf16>) -> tensor<?x3xf16>
  // CHECK-NEXT: return %[[Y]]
  %w = "onnx.Constant"() {value = dense<1.0> : tensor<2x3xf16>, onnx.name = "kn"} : () -> tensor<2x3xf16>
  %y = "onnx.Gemm"(%x, %w, %c) {alpha = 0.5 : f32, beta = 2.0 : f32, onnx_node_name = "node"} : (tensor<?x2xf16>, tensor<2x3xf16>, tensor<3xf16>) -> tensor<?x3xf16>
  return %y : tensor<?x3xf16>
}

// CHECK-LABEL: @bias
func.func @bias(%x: tensor<?x2xf32>, %c: tensor<3xf32>) -> tensor<?x3xf32> {
  // CHECK-NEXT: %[[P:.*]] = sdq.linear %arg0, @kn
  // CHECK-NEXT: "onnx.Add"(%[[P]], %arg1)
  // CHECK-NEXT: return
  %w = "onnx.Constant"() {value = dense_resource<kn> : tensor<2x3xf32>, onnx.name = "kn"} : () -> tensor<2x3xf32>
  %y = "onnx.Gemm"(%x, %w, %c) <{alpha = 1.0 : f32, beta = 1.0 : f32}> : (tensor<?x2xf32>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// CHECK-LABEL: @no_bias
func.func @no_bias(%x: tensor<?x2xf32>) -> tensor<?x3xf32> {
  // CHECK-NEXT: sdq.linear %arg0, @kn
  // CHECK-NEXT: return
  %w = "onnx.Constant"() {value = dense_resource<kn> : tensor<2x3xf32>, onnx.name = "kn"} : () -> tensor<2x3xf32>
  %none = "onnx.NoValue"() {value} : () -> none
  %y = "onnx.Gemm"(%x, %w, %none) {beta = 3.0 : f32} : (tensor<?x2xf32>, tensor<2x3xf32>, none) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

{-#
  dialect_resources: { builtin: {
    kn: "0x040000000000803f0000803f0000803f0000803f0000803f0000803f",
    nk: "0x040000000000803f0000803f0000803f0000803f0000803f0000803f"
  } }
#-}
