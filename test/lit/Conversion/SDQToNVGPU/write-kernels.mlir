// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: kernels-dir holds the code of each gpu.binary and says how each kernel is called; a module without
// multiplications writes nothing.
// RUN: rm -rf %t && sdq-opt %s --sdq-lower-nvgpu="chip=sm_90 kernels-dir=%t/new/folder" -o /dev/null
// RUN: FileCheck %s --input-file=%t/new/folder/sdq_kernels.sm_90.ptx --check-prefix=PTX
// RUN: FileCheck %s --input-file=%t/new/folder/sdq_kernels.sm_90.json --check-prefix=JSON
// RUN: echo "module {}" | sdq-opt --sdq-lower-nvgpu="kernels-dir=%t/empty" | FileCheck %s --check-prefix=NOTHING
// RUN: ls %t/empty | count 0
// RUN: %if ptxas %{ sdq-opt %s --sdq-lower-nvgpu="format=bin kernels-dir=%t/bin" | FileCheck %s --check-prefix=BIN %}
// RUN: %if ptxas %{ ls %t/bin | FileCheck %s --check-prefix=FILES %}

// PTX: .target sm_90
// PTX: .visible .entry linear_csr_f32_5x13_bf16_csr_spmm_1(
// PTX-COUNT-5: .param .u64 .ptr
// PTX-COUNT-3: .param .u64 linear
// PTX-NEXT: {{^\)}}

// JSON: "chip": "sm_90",
// JSON: "kernels": [
// JSON: "arguments": [
// JSON: "name": "row_offsets",
// JSON-NEXT: "shape": [
// JSON-NEXT: 6
// JSON-NEXT: ],
// JSON-NEXT: "type": "i32"
// JSON: "name": "columns",
// JSON-NEXT: "shape": [
// JSON-NEXT: null
// JSON-NEXT: ],
// JSON-NEXT: "type": "i16"
// JSON: "name": "values",
// JSON: "name": "x",
// JSON-NEXT: "shape": [
// JSON-NEXT: null,
// JSON-NEXT: 13
// JSON-NEXT: ],
// JSON-NEXT: "type": "bf16"
// JSON: "name": "y",
// JSON: "name": "tokens",
// JSON-NEXT: "type": "i64"
// JSON: "name": "extent of columns",
// JSON: "name": "extent of values",
// JSON: "block": [
// JSON-NEXT: 32,
// JSON-NEXT: 8,
// JSON-NEXT: 1
// JSON: "columns": 13,
// JSON-NEXT: "format": "#sdq.csr<f32>",
// JSON-NEXT: "name": "linear_csr_f32_5x13_bf16_csr_spmm_8",
// JSON-NEXT: "rows": 5,
// JSON-NEXT: "rows_per_block": 32,
// JSON-NEXT: "tokens_per_block": 8

// NOTHING-NOT: gpu
// BIN: gpu.binary @sdq_kernels {{.*}}bin = "\7FELF
// FILES: sdq_kernels.sm_80.cubin
// FILES: sdq_kernels.sm_80.json
sdq.parameter @empty : !sdq.weight<5x13xf32, #sdq.csr<f32>> =
  {row_offsets = dense<0> : tensor<6xi32>, columns = dense<0> : tensor<1xi16>, values = dense<0.0> : tensor<1xf32>}
func.func @f(%x: tensor<?x13xbf16>) -> tensor<?x5xbf16> {
  %y = sdq.linear %x, @empty : (tensor<?x13xbf16>) -> tensor<?x5xbf16>
  return %y : tensor<?x5xbf16>
}
