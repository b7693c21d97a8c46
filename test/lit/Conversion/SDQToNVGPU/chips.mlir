// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: every chip of the table gets PTX that ptxas takes for it, bf16 and f8 decoding included.
// DEFINE: %{chip} =
// DEFINE: %{compile} = sdq-opt %s --sdq-lower-nvgpu="chip=%{chip} kernels-dir=%t" | FileCheck %s -DCHIP=%{chip}
// DEFINE: %{assemble} = ptxas -arch=%{chip} -v %t/sdq_kernels.%{chip}.ptx -o /dev/null 2>&1 | FileCheck %s --check-prefix=PTXAS

// REDEFINE: %{chip} = sm_75
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_80
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_86
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_87
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_89
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_90
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_90a
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_100
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_100a
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_103
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_103a
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_110
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_110a
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_120
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_120a
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_121
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}
// REDEFINE: %{chip} = sm_121a
// RUN: %{compile}
// RUN: %if ptxas %{ %{assemble} %}

// CHECK: gpu.binary @sdq_kernels
// CHECK-SAME: chip = "[[CHIP]]"
// CHECK-SAME: .target [[CHIP]]
// CHECK-SAME: .maxntid 32, 4, 1
// CHECK-SAME: shfl.sync.bfly.b32

// A decode kernel each, and from sm_80 on one for tensor cores; the first to be listed may be either.
// PTXAS-NOT: {{[1-9][0-9]*}} bytes {{stack|spill}}
// PTXAS: Function properties for
// PTXAS-NOT: {{[1-9][0-9]*}} bytes {{stack|spill}}
// PTXAS: Function properties for
// PTXAS-NOT: {{[1-9][0-9]*}} bytes {{stack|spill}}

sdq.parameter @sum : !sdq.weight<37x131xf32, #sdq.sum<#sdq.nm<1:8, i8, vector = 16, scale = f8E4M3FN>, #sdq.nm<6:8, f4E2M1FN, vector = 16, scale = f8E4M3FN>>> =
  {"0.values" = dense<0> : tensor<37x17xi8>, "0.scales" = dense<0> : tensor<37x9xi8>, "0.row_scale" = dense<0.0> : tensor<37xf32>, "0.indices" = dense<0> : tensor<37x7xi8>, "1.values" = dense<0> : tensor<37x66xi8>, "1.scales" = dense<0> : tensor<37x9xi8>, "1.row_scale" = dense<0.0> : tensor<37xf32>}
func.func @use_sum(%x: tensor<?x131xbf16>) -> tensor<?x37xbf16> {
  %y = sdq.linear %x, @sum : (tensor<?x131xbf16>) -> tensor<?x37xbf16>
  return %y : tensor<?x37xbf16>
}

sdq.parameter @lut : !sdq.weight<37x131xf32, #sdq.lut<3, f16>> =
  {"codes" = dense<0> : tensor<37x50xi8>, "tables" = dense<0.0> : tensor<37x8xf16>}
func.func @use_lut(%x: tensor<?x131xf16>) -> tensor<?x37xf16> {
  %y = sdq.linear %x, @lut : (tensor<?x131xf16>) -> tensor<?x37xf16>
  return %y : tensor<?x37xf16>
}

sdq.parameter @csr : !sdq.weight<1024x512xf32, #sdq.csr<f16>> =
  {"row_offsets" = dense<0> : tensor<1025xi32>, "columns" = dense<0> : tensor<1xi16>, "values" = dense<0.0> : tensor<1xf16>}
func.func @use_csr(%x: tensor<?x512xf16>) -> tensor<?x1024xf16> {
  %y = sdq.linear %x, @csr : (tensor<?x512xf16>) -> tensor<?x1024xf16>
  return %y : tensor<?x1024xf16>
}
