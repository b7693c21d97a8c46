// Parameters keep their parts byte for byte through text, the generic form and bytecode.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %check_roundtrips

// Parts print in order of name; where they come from makes no difference to the op.
// CHECK: sdq.parameter @resources : !sdq.weight<2x4xf16, #sdq.lut<2, f16>> = {codes = dense_resource<codes> : tensor<2x1xi8>, tables = dense_resource<"the tables"> : tensor<2x4xf16>}
sdq.parameter @resources : !sdq.weight<2x4xf16, #sdq.lut<2, f16>> =
  {tables = dense_resource<"the tables"> : tensor<2x4xf16>, codes = dense_resource<codes> : tensor<2x1xi8>}

// CHECK: sdq.parameter private @private attributes {sdq.calibration = "model.fc.weight"} : !sdq.weight<1x2xf32, #sdq.dense<f32>> = {values = dense<{{\[}}[1.000000e+00, -2.000000e+00]]> : tensor<1x2xf32>}
sdq.parameter private @private attributes {sdq.calibration = "model.fc.weight"} : !sdq.weight<1x2xf32, #sdq.dense<f32>> =
  {values = dense<[[1.0, -2.0]]> : tensor<1x2xf32>}

// A splat is as good as its elements.
// CHECK: sdq.parameter @layers.0.mlp.down_proj : !sdq.weight<8x8xf16, #sdq.dense<f16>> = {values = dense<1.000000e+00> : tensor<8x8xf16>}
sdq.parameter @layers.0.mlp.down_proj : !sdq.weight<8x8xf16, #sdq.dense<f16>> =
  {values = dense<1.0> : tensor<8x8xf16>}

// Names that exporters make up need quotes.
// CHECK: sdq.parameter @"onnx::MatMul_738"
sdq.parameter @"onnx::MatMul_738" : !sdq.weight<1x1xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<1x1xf16>}

// CHECK: module @nested
module @nested {
  // CHECK-NEXT: sdq.parameter @resources : !sdq.weight<1x1xbf16, #sdq.dense<bf16>>
  sdq.parameter @resources : !sdq.weight<1x1xbf16, #sdq.dense<bf16>> = {values = dense<16256> : tensor<1x1xi16>}
}

// CHECK: dialect_resources
// CHECK-DAG: codes: "0x100000001BE4"
// CHECK-DAG: {{"?}}the tables{{"?}}: "0x10000000003C004000420044003C004000420044"
{-#
  dialect_resources: {
    builtin: {
      codes: "0x100000001BE4",
      "the tables": "0x10000000003C004000420044003C004000420044"
    }
  }
#-}
