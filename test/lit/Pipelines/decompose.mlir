// Every family of recipes makes of a weight what its name says, in the formats and with the activations it stands for.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: sdq-opt %s --sdq-decompose=recipe=SDQ-W7:8-1:8int8-6:8fp4 -o %t.sdq.mlir
// RUN: FileCheck %s --check-prefix=SDQ --input-file=%t.sdq.mlir
// RUN: %decode --terms < %t.sdq.mlir | FileCheck %s --check-prefix=SDQ-NUMBERS
// SDQ: sdq.parameter @w : !sdq.weight<2x16xf16, #sdq.sum<#sdq.nm<1:8, i8, vector = 16, scale = f8E4M3FN>, #sdq.nm<6:8, f4E2M1FN, vector = 16, scale = f8E4M3FN>>>
// SDQ: sdq.linear %{{.*}}, @w activations [#sdq.activation<i8, vector = 16>, #sdq.activation<f4E2M1FN, vector = 16>]
// The scale of the outliers is 127 / 127, that of the rest 6 / 6; 0.25 and 0.125 are too small for fp4 or not kept.
// SDQ-NUMBERS:      w.0[0] = 0 127 0 0 0 0 0 0 0 0 0 0 0 0 0 -64
// SDQ-NUMBERS-NEXT: w.0[1] = 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
// SDQ-NUMBERS-NEXT: w.1[0] = 6 0 -3 0.5 1 1.5 2 0 -4 1 0.5 0 1 1.5 2 0
// SDQ-NUMBERS:      w[0] = 6 127 -3 0.5 1 1.5 2 0 -4 1 0.5 0 1 1.5 2 -64
// SDQ-NUMBERS-NEXT: w[1] = 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0

// Activations at 8 bits for all terms, or as they come.
// RUN: sdq-opt %s --sdq-decompose=recipe=SDQ-W7:8-1:8int8-6:8fp4-a8 | FileCheck %s --check-prefix=A8
// A8: sdq.linear %{{.*}}, @w activations [#sdq.activation<i8, vector = 16>, #sdq.activation<i8, vector = 16>]
// RUN: sdq-opt %s --sdq-decompose=recipe=SDQ-W8:8-1:8int8-7:8fp4-a16 | FileCheck %s --check-prefix=A16
// A16: sdq.parameter @w : !sdq.weight<2x16xf16, #sdq.sum<#sdq.nm<1:8, i8, vector = 16, scale = f8E4M3FN>, #sdq.nm<7:8, f4E2M1FN, vector = 16, scale = f8E4M3FN>>>
// A16: sdq.linear %{{.*}}, @w : (tensor<?x16xf32>)

// Who asks for nothing in particular gets round to nearest in groups of 32.
// RUN: sdq-opt %s --sdq-decompose | FileCheck %s --check-prefix=DEFAULT
// DEFAULT: sdq.parameter @w : !sdq.weight<2x16xf16, #sdq.dense<i4, vector = 32, scale = f16>>

// One term stays one; pairs stay pairs where it does; K is the whole row.
// RUN: sdq-opt %s --sdq-decompose=recipe=SDQ-W4:8p-4:8int4-qK-a16 | FileCheck %s --check-prefix=PAIRS
// PAIRS: sdq.parameter @w : !sdq.weight<2x16xf16, #sdq.nm<4:8, pairwise, i4, vector = 16, scale = f8E4M3FN>>

// Three terms, floats among them; terms that have more room than the sparsification keeps values.
// RUN: sdq-opt %s --sdq-decompose=recipe=SDQ-W7:8-1:8fp16-2:8fp8-4:8fp4-q8 | FileCheck %s --check-prefix=THREE
// THREE: sdq.parameter @w : !sdq.weight<2x16xf16, #sdq.sum<#sdq.nm<1:8, f16>, #sdq.nm<2:8, f8E4M3FN, vector = 8, scale = f8E4M3FN>, #sdq.nm<4:8, f4E2M1FN, vector = 8, scale = f8E4M3FN>>>
// THREE: sdq.linear %{{.*}}, @w activations [#sdq.activation<f32>, #sdq.activation<f8E4M3FN, vector = 8>, #sdq.activation<f4E2M1FN, vector = 8>]
// RUN: sdq-opt %s --sdq-decompose=recipe=SDQ-W2:8-1:8int8-3:8int8-2:8int4 | FileCheck %s --check-prefix=ROOM
// ROOM: sdq.parameter @w : !sdq.weight<2x16xf16, #sdq.sum<#sdq.nm<1:8, i8, {{.*}}>, #sdq.nm<3:8, i8, {{.*}}>, #sdq.nm<2:8, i4, {{.*}}>>>

// RUN: sdq-opt %s --sdq-decompose=recipe=W4 | FileCheck %s --check-prefix=W4
// W4: sdq.parameter @w : !sdq.weight<2x16xf16, #sdq.dense<i4, vector = 16, scale = f16>>
// W4: sdq.linear %{{.*}}, @w : (tensor<?x16xf32>)
// RUN: sdq-opt %s --sdq-decompose=recipe=W8-g128 | FileCheck %s --check-prefix=W8
// W8: sdq.parameter @w : !sdq.weight<2x16xf16, #sdq.dense<i8, vector = 128, scale = f16>>

// RUN: sdq-opt %s --sdq-decompose=recipe=dense | FileCheck %s --check-prefix=LEFT
// LEFT: sdq.parameter @w : !sdq.weight<2x16xf16, #sdq.dense<f16>> = {values = dense<{{\[\[}}6.000000e+00

// Codebooks, unweighted where that is asked for.
// RUN: sdq-opt %s --sdq-decompose="recipe=SqueezeLLM-w3 unweighted=true" | FileCheck %s --check-prefix=CODEBOOK
// CODEBOOK: sdq.parameter @w : !sdq.weight<2x16xf16, #sdq.lut<3, f16>>
// RUN: sdq-opt %s --sdq-decompose="recipe=SqueezeLLM-w4-s6.25 unweighted=true" | %decode --terms | FileCheck %s --check-prefix=OUTLIERS
// Two of 32 values stay exact.
// OUTLIERS:      w : !sdq.weight<2x16xf16, #sdq.sum<#sdq.csr<f16>, #sdq.lut<4, f16>>>
// OUTLIERS:      w[0] = 6 127 -3 0.5 1 1.5 2 0.125 -4 1 0.5 0.25 1 1.5 2 -64
sdq.parameter @w : !sdq.weight<2x16xf16, #sdq.dense<f16>> =
  {values = dense<[[6.0, 127.0, -3.0, 0.5, 1.0, 1.5, 2.0, 0.125, -4.0, 1.0, 0.5, 0.25, 1.0, 1.5, 2.0, -64.0],
                   [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]> : tensor<2x16xf16>}

func.func @main_graph(%x: tensor<?x16xf32>) -> tensor<?x2xf32> {
  %y = sdq.linear %x, @w : (tensor<?x16xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
