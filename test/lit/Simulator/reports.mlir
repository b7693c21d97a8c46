// What was counted and found, for programs and for people: numbers of a kernel that can be worked out by hand, per line and in
// all; detectors turned off; a limit of findings.

// RUN: sdq-simulate %s --kernel=strided --grid=2 --arg=random --arg=undefined --counts=%t.json --chip=a100 | FileCheck %s --check-prefix=ESTIMATE
// RUN: %python -m json.tool %t.json | FileCheck %s --check-prefix=JSON
// RUN: sdq-simulate %s --kernel=strided --grid=2 --arg=random --arg=undefined --counts=- | %python -m json.tool | FileCheck %s --check-prefix=NOCHIP
// RUN: sdq-simulate %s --kernel=strided --grid=2 --arg=random --arg=undefined --table | FileCheck %s --check-prefix=TABLE
// RUN: sdq-simulate - --kernel=strided --grid=2 --arg=random --arg=undefined --table < %s | FileCheck %s --check-prefix=PIPE

// Two SMs at 1.41 GHz: 8 passes, 2.8 ns; 16 warp instructions of four schedulers each, 1.4 ns; 24 sectors at 2039 GB/s,
// 0.4 ns.
// ESTIMATE: estimate for NVIDIA A100 SXM4 80GB, not a measurement: 0.003 us, bound by shared memory (global memory 0.000 us, shared memory 0.003 us, issue 0.001 us, tensor cores 0.000 us)

// Two blocks of one warp. Loads 8 bytes apart touch two lines of four sectors; stores 8 bytes apart in shared memory meet two
// words in every other bank; their reads likewise; the store back is dense.
// JSON: "blocks": 2,
// JSON: "estimate": {
// JSON:   "binding": "shared memory",
// JSON:   "chip": "a100",
// JSON:   "is_estimate": true,
// JSON:   "product": "NVIDIA A100 SXM4 80GB",
// JSON:   "resources": {
// JSON:     "global memory": 3.76{{[0-9]*}}e-10,
// JSON:     "issue":
// JSON:     "shared memory":
// JSON:     "tensor cores": 0
// JSON: "kernel": "strided",
// JSON: "lines": [
// JSON:   "file": "{{.*}}reports.mlir",
// JSON:     "sectors": 16,
// JSON:     "transactions": 4
// JSON:   "instructions": {
// JSON:     "memref.load": {
// JSON:       "lanes": 64,
// JSON:       "warps": 2
// JSON:   "line": [[# @LINE + 66]],
// JSON:   "source": "%value = memref.load %in[%at] : memref<64xi32>",
// JSON:     "bank_conflicts": 2,
// JSON:     "passes": 4
// JSON:   "source": "memref.store %value, %tile[%at] : memref<64xi32, #gpu.address_space<workgroup>>",
// JSON: "total": {
// JSON:     "sectors": 24,
// JSON:     "transactions": 6
// JSON:   "lanes": 512,
// JSON:     "bank_conflicts": 4,
// JSON:     "passes": 8
// JSON:   "tensor": [],
// JSON:   "warp_instructions": 16
// NOCHIP-NOT: "estimate"
// NOCHIP: "warp_instructions": 16

// The most expensive line first.
// TABLE: warp instructions 16, of lanes 512; global transactions 6, sectors 24; shared passes 8, bank conflicts 4
// TABLE-NEXT: lines of the kernel, by estimated time alone on NVIDIA H200 SXM (not measured)
// TABLE-NEXT: us warps lanes sectors passes conflicts tensor line
// TABLE-NEXT: 0.0011 2 32.0 0 4 2 0 {{.*}}reports.mlir:{{[0-9]+}} memref.store %value, %tile[%at]
// TABLE-NEXT: 0.0011 2 32.0 0 4 2 0 {{.*}}reports.mlir:{{[0-9]+}} %got = memref.load %tile[%at]
// TABLE: 0.0001 2 32.0 16 0 0 0 {{.*}}reports.mlir:{{[0-9]+}} %value = memref.load %in[%at]
// A pipe has no text to show.
// PIPE: 0.0011 2 32.0 0 4 2 0 {{<stdin>|-}}:{{[0-9]+}}{{$}}

// RUN: not sdq-simulate %s --kernel=faulty --grid=2 --workers=1 --arg=random --arg=undefined --findings=- 2>%t.err | %python -m json.tool | FileCheck %s --check-prefix=FINDINGS
// RUN: FileCheck %s --check-prefix=ALL --implicit-check-not=error: < %t.err
// RUN: not sdq-simulate %s --kernel=faulty --grid=2 --workers=1 --arg=random --arg=undefined --max-findings=1 2>&1 | FileCheck %s --check-prefix=LIMIT --implicit-check-not=error:
// RUN: not sdq-simulate %s --kernel=faulty --grid=2 --workers=1 --arg=random --arg=undefined --detect=race 2>&1 | FileCheck %s --check-prefix=ONLY --implicit-check-not=error:
// RUN: not sdq-simulate %s --kernel=faulty --grid=2 --workers=1 --arg=random --arg=undefined --no-detect=race,conflicting-write 2>&1 | FileCheck %s --check-prefix=EXCEPT --implicit-check-not=error:
// RUN: sdq-simulate %s --kernel=faulty --grid=2 --workers=1 --arg=random --arg=undefined --no-detect=race,conflicting-write,out-of-bounds --findings=- | %python -m json.tool | FileCheck %s --check-prefix=NONE
// RUN: sdq-simulate %s --kernel=faulty --grid=2 --workers=1 --arg=random --arg=undefined --detect=illegal-metadata
// RUN: not sdq-simulate %s --kernel=faulty --arg=random --arg=undefined --detect=rase 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not sdq-simulate %s --kernel=faulty --arg=random --arg=undefined --detect=race --counts=%t.missing/counts.json 2>&1 | FileCheck %s --check-prefix=FILE

// FINDINGS: "findings": [
// FINDINGS:   "column": 14,
// FINDINGS:   "file": "{{.*}}reports.mlir",
// FINDINGS:   "kind": "out-of-bounds",
// FINDINGS:   "line": {{[0-9]+}},
// FINDINGS:   "message": "thread (31,0,0) of block (1,0,0) reads at index 64 of dimension 0, whose size is 64, of memref<64xi32>",
// FINDINGS:   "occurrences": 1,
// FINDINGS:   "op": "memref.load"
// FINDINGS:   "kind": "race",
// FINDINGS:   "occurrences": 64,
// FINDINGS:   "kind": "conflicting-write",
// FINDINGS: "kernel": "faulty"
// ALL: error: out-of-bounds:
// ALL: error: race:
// ALL: error: conflicting-write:
// LIMIT: error: out-of-bounds:
// LIMIT: note: 2 of 3 findings suppressed by --max-findings
// ONLY: error: race: thread (0,0,0) of block (0,0,0) reads shared memory at byte 124 that thread (31,0,0) of block (0,0,0) writes
// EXCEPT: error: out-of-bounds:
// NONE: "findings": [],
// UNKNOWN: error: no detector 'rase'; expected one of out-of-bounds, misaligned, uninitialized-read, race, divergent-barrier, divergent-collective, inactive-lane, unwaited-copy, illegal-metadata, undefined-selector, conflicting-write, cross-block-race, division-by-zero, assertion
// FILE: error: cannot write '{{.*}}missing/counts.json': No such file or directory

gpu.module @kernels {
  gpu.func @strided(%in: memref<64xi32>, %out: memref<64xi32>)
      workgroup(%tile: memref<64xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %tid = gpu.thread_id x
    %at = arith.addi %tid, %tid : index
    %global = gpu.global_id x
    %value = memref.load %in[%at] : memref<64xi32>
    memref.store %value, %tile[%at] : memref<64xi32, #gpu.address_space<workgroup>>
    gpu.barrier
    %got = memref.load %tile[%at] : memref<64xi32, #gpu.address_space<workgroup>>
    memref.store %got, %out[%global] : memref<64xi32>
    gpu.return
  }

  // Reads past the end, reads another lane's place in no order, and writes what the other block writes otherwise.
  gpu.func @faulty(%in: memref<64xi32>, %out: memref<32xi32>)
      workgroup(%tile: memref<32xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c1 = arith.constant 1 : index
    %c31 = arith.constant 31 : index
    %tid = gpu.thread_id x
    %global = gpu.global_id x
    %next = arith.addi %global, %c1 : index
    %value = memref.load %in[%next] : memref<64xi32>
    memref.store %value, %tile[%tid] : memref<32xi32, #gpu.address_space<workgroup>>
    %mirrored = arith.subi %c31, %tid : index
    %got = memref.load %tile[%mirrored] : memref<32xi32, #gpu.address_space<workgroup>>
    memref.store %got, %out[%tid] : memref<32xi32>
    gpu.return
  }
}
