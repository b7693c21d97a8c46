// Threads that go ways of their own: loops that run as often as each thread says, branches within them, and the warp
// together again behind them.

// RUN: sdq-simulate %s --kernel=collatz --arg=undefined --print=0 | FileCheck %s --check-prefix=COLLATZ
// RUN: sdq-simulate %s --kernel=nested --arg=undefined --arg=undefined --print=0,1 --counts=%t.json | FileCheck %s --check-prefix=NESTED
// RUN: FileCheck %s --check-prefix=JSON < %t.json

// Steps from 1, 2, … 45 to 1 (OEIS A006577).
// COLLATZ: argument 0: 0 1 7 2 5 8 16 3 19 6 14 9 9 17 17 4 12 20 20 7 7 15 15 10 23 10 111 18 18 18 106 5 26 13 13 21 21 21 34 8 109 8 29 16 16

// Thread t adds the odd i ≤ t and takes away half of the even ones: with odd = ⌈t/2⌉ and half = ⌊t/2⌋,
// odd² − half·(half + 1)/2.
// NESTED: argument 0: 0 1 0 3 1 6 3 10 6 15 10 21 15 28 21 36 28 45 36 55 45 66 55 78 66 91 78 105 91 120 105 136
// Behind the loops a shuffle of the whole warp: of thread 31 − t.
// NESTED-NEXT: argument 1: 136 105 120 91 105 78 91 66 78 55 66 45 55 36 45 28 36 21 28 15 21 10 15 6 10 3 6 1 3 0 1 0
// Thread t goes round t times, so the warp goes round 31 times, with 0 + 1 + … + 31 = 496 lanes in all; 256 of these are
// odd, in 31 rounds only 16; the even 240 in 15.
// JSON-LABEL: "lines": [
// JSON: "arith.remui": {
// JSON-NEXT: "lanes": 496,
// JSON-NEXT: "warps": 31
// JSON: "arith.addi": {
// JSON-NEXT: "lanes": 256,
// JSON-NEXT: "warps": 16
// JSON: "arith.subi": {
// JSON-NEXT: "lanes": 240,
// JSON-NEXT: "warps": 15
// JSON: "nvvm.shfl.sync": {
// JSON-NEXT: "lanes": 32,
// JSON-NEXT: "warps": 1

gpu.module @kernels {
  gpu.func @collatz(%steps: memref<45xi32>) kernel attributes {known_block_size = array<i32: 45, 1, 1>} {
    %one = arith.constant 1 : i32
    %two = arith.constant 2 : i32
    %three = arith.constant 3 : i32
    %zero = arith.constant 0 : i32
    %tid = gpu.thread_id x
    %index = arith.index_cast %tid : index to i32
    %start = arith.addi %index, %one : i32
    %end:2 = scf.while (%n = %start, %count = %zero) : (i32, i32) -> (i32, i32) {
      %goesOn = arith.cmpi ne, %n, %one : i32
      scf.condition(%goesOn) %n, %count : i32, i32
    } do {
    ^bb0(%n: i32, %count: i32):
      %last = arith.remui %n, %two : i32
      %isEven = arith.cmpi eq, %last, %zero : i32
      %next = scf.if %isEven -> (i32) {
        %half = arith.divui %n, %two : i32
        scf.yield %half : i32
      } else {
        %triple = arith.muli %n, %three : i32
        %up = arith.addi %triple, %one : i32
        scf.yield %up : i32
      }
      %more = arith.addi %count, %one : i32
      scf.yield %next, %more : i32, i32
    }
    memref.store %end#1, %steps[%tid] : memref<45xi32>
    gpu.return
  }

  gpu.func @nested(%out: memref<32xi32>, %mirrored: memref<32xi32>)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %zero = arith.constant 0 : i32
    %all = arith.constant -1 : i32
    %one = arith.constant 1 : i32
    %last = arith.constant 31 : i32
    %tid = gpu.thread_id x
    %past = arith.addi %tid, %c1 : index
    %sum = scf.for %i = %c1 to %past step %c1 iter_args(%sum = %zero) -> (i32) {
      %odd = arith.remui %i, %c2 : index
      %isOdd = arith.cmpi eq, %odd, %c1 : index
      %i32 = arith.index_cast %i : index to i32
      %next = scf.if %isOdd -> (i32) {
        %more = arith.addi %sum, %i32 : i32
        scf.yield %more : i32
      } else {
        %half = arith.shrui %i32, %one : i32
        %less = arith.subi %sum, %half : i32
        scf.yield %less : i32
      }
      scf.yield %next : i32
    }
    memref.store %sum, %out[%tid] : memref<32xi32>
    %other = nvvm.shfl.sync bfly %all, %sum, %last, %last : i32 -> i32
    memref.store %other, %mirrored[%tid] : memref<32xi32>
    gpu.return
  }
}
