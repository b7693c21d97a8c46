// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: atomic updates of global and shared memory, by memref, region and pointer, give the value before them; they
// race with plain accesses and not with each other.

// RUN: sdq-simulate %s --kernel=histogram --grid=4 --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=HISTOGRAM
// RUN: sdq-simulate %s --kernel=kinds --arg=zeros --arg=zeros --print=0,1 2>&1 | FileCheck %s --check-prefix=KINDS
// RUN: sdq-simulate %s --kernel=floats --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=FLOATS
// RUN: sdq-simulate %s --kernel=shared_counter --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=SHARED
// RUN: not sdq-simulate %s --kernel=plain_read --arg=zeros 2>&1 | FileCheck %s --check-prefix=READ
// RUN: not sdq-simulate %s --kernel=plain_write --arg=zeros 2>&1 | FileCheck %s --check-prefix=WRITE
// RUN: not sdq-simulate %s --kernel=unwritten 2>&1 | FileCheck %s --check-prefix=UNWRITTEN
// RUN: sdq-simulate %s --kernel=by_pointer --arg=zeros --arg=zeros --print=0,1 2>&1 | FileCheck %s --check-prefix=POINTER
// RUN: sdq-simulate %s --kernel=by_region --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=REGION

gpu.module @kernels {
  // 4 blocks of 6 threads; thread t adds 1 to bin t mod 3: 4 · 2 each.
  // HISTOGRAM: argument 0: 8 8 8
  gpu.func @histogram(%bins: memref<3xi32>) kernel attributes {known_block_size = array<i32: 6, 1, 1>} {
    %c3 = arith.constant 3 : index
    %one = arith.constant 1 : i32
    %t = gpu.thread_id x
    %bin = arith.remui %t, %c3 : index
    %old = memref.atomic_rmw addi %one, %bins[%bin] : (i32, memref<3xi32>) -> i32
    gpu.return
  }

  // Threads 0, 1, 2 in turn apply -1, 0, 1 to each place; the first starts at 0. Old values of the sum: 0, -1, -1.
  // Places: sum, and (0 & …), or (-1 | …), signed minimum, signed maximum, unsigned maximum (-1), exchange.
  // KINDS: argument 0: 0 0 -1 -1 1 -1 1
  // KINDS: argument 1: 0 -1 -1
  gpu.func @kinds(%places: memref<7xi32>, %old: memref<3xi32>)
      kernel attributes {known_block_size = array<i32: 3, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    %c5 = arith.constant 5 : index
    %c6 = arith.constant 6 : index
    %t = gpu.thread_id x
    %m = arith.subi %t, %c1 : index
    %n = arith.index_cast %m : index to i32
    %before = memref.atomic_rmw addi %n, %places[%c0] : (i32, memref<7xi32>) -> i32
    memref.store %before, %old[%t] : memref<3xi32>
    %1 = memref.atomic_rmw andi %n, %places[%c1] : (i32, memref<7xi32>) -> i32
    %2 = memref.atomic_rmw ori %n, %places[%c2] : (i32, memref<7xi32>) -> i32
    %3 = memref.atomic_rmw mins %n, %places[%c3] : (i32, memref<7xi32>) -> i32
    %4 = memref.atomic_rmw maxs %n, %places[%c4] : (i32, memref<7xi32>) -> i32
    %5 = memref.atomic_rmw maxu %n, %places[%c5] : (i32, memref<7xi32>) -> i32
    %6 = memref.atomic_rmw assign %n, %places[%c6] : (i32, memref<7xi32>) -> i32
    gpu.return
  }

  // f16 sums round at each step: 0 + 2048 + 1 (a tie, to even: 2048) + 1 (again).
  // FLOATS: argument 0: 2048 0
  gpu.func @floats(%places: memref<2xf16>) kernel attributes {known_block_size = array<i32: 3, 1, 1>} {
    %c0 = arith.constant 0 : index
    %one = arith.constant 1.0 : f16
    %big = arith.constant 2048.0 : f16
    %t = gpu.thread_id x
    %first = arith.cmpi eq, %t, %c0 : index
    %x = arith.select %first, %big, %one : f16
    %old = memref.atomic_rmw addf %x, %places[%c0] : (f16, memref<2xf16>) -> f16
    gpu.return
  }

  // 40 threads of two warps count themselves; everyone reads after the barrier.
  // SHARED: argument 0: 40 40
  gpu.func @shared_counter(%out: memref<40xi32>) workgroup(%count: memref<1xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 40, 1, 1>} {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0 : i32
    %one = arith.constant 1 : i32
    %t = gpu.thread_id x
    %first = arith.cmpi eq, %t, %c0 : index
    scf.if %first {
      memref.store %zero, %count[%c0] : memref<1xi32, #gpu.address_space<workgroup>>
    }
    gpu.barrier
    %old = memref.atomic_rmw addi %one, %count[%c0] : (i32, memref<1xi32, #gpu.address_space<workgroup>>) -> i32
    gpu.barrier
    %all = memref.load %count[%c0] : memref<1xi32, #gpu.address_space<workgroup>>
    memref.store %all, %out[%t] : memref<40xi32>
    gpu.return
  }

  // READ: error: race: thread (0,0,0) of block (0,0,0) reads global memory at byte 0 that thread (1,0,0) of block (0,0,0) writes, with no barrier between
  gpu.func @plain_read(%out: memref<2xi32>) kernel attributes {known_block_size = array<i32: 2, 1, 1>} {
    %c0 = arith.constant 0 : index
    %one = arith.constant 1 : i32
    %old = memref.atomic_rmw addi %one, %out[%c0] : (i32, memref<2xi32>) -> i32
    %x = memref.load %out[%c0] : memref<2xi32>
    gpu.return
  }

  // WRITE: error: race: thread (0,0,0) of block (0,0,0) updates shared memory at byte 0 that thread (1,0,0) of block (0,0,0) writes, with no barrier between
  gpu.func @plain_write(%out: memref<2xi32>) workgroup(%count: memref<1xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 2, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %one = arith.constant 1 : i32
    %t = gpu.thread_id x
    %second = arith.cmpi eq, %t, %c1 : index
    scf.if %second {
      memref.store %one, %count[%c0] : memref<1xi32, #gpu.address_space<workgroup>>
    }
    %old = memref.atomic_rmw addi %one, %count[%c0] : (i32, memref<1xi32, #gpu.address_space<workgroup>>) -> i32
    gpu.return
  }

  // UNWRITTEN: error: uninitialized-read: thread (0,0,0) of block (0,0,0) reads shared memory at byte 0 that nobody wrote
  gpu.func @unwritten() workgroup(%count: memref<1xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %one = arith.constant 1 : i32
    %old = memref.atomic_rmw addi %one, %count[%c0] : (i32, memref<1xi32, #gpu.address_space<workgroup>>) -> i32
    gpu.return
  }

  // Four threads count in place 0 up to 2 and around (inc: 1, 2, 0, 1) and compete for place 1, which the first wins
  // with its number plus 5. Old values at place 1: 0 for the winner, then 5; the flags say who swapped.
  // POINTER: argument 0: 1 5
  // POINTER: argument 1: 0 5 5 5 1 0 0 0
  gpu.func @by_pointer(%places: memref<2xi32>, %seen: memref<8xi32>)
      kernel attributes {known_block_size = array<i32: 4, 1, 1>} {
    %c4 = arith.constant 4 : index
    %zero = arith.constant 0 : i32
    %two = arith.constant 2 : i32
    %five = arith.constant 5 : i32
    %t = gpu.thread_id x
    %n = arith.index_cast %t : index to i32
    %start = memref.extract_aligned_pointer_as_index %places : memref<2xi32> -> index
    %number = arith.index_cast %start : index to i64
    %pointer = llvm.inttoptr %number : i64 to !llvm.ptr
    %count = llvm.atomicrmw uinc_wrap %pointer, %two monotonic : !llvm.ptr, i32
    %next = llvm.getelementptr %pointer[1] : (!llvm.ptr) -> !llvm.ptr, i32
    %mine = arith.addi %n, %five : i32
    %pair = llvm.cmpxchg %next, %zero, %mine acq_rel monotonic : !llvm.ptr, i32
    %old = llvm.extractvalue %pair[0] : !llvm.struct<(i32, i1)>
    %won = llvm.extractvalue %pair[1] : !llvm.struct<(i32, i1)>
    %flag = arith.extui %won : i1 to i32
    memref.store %old, %seen[%t] : memref<8xi32>
    %at = arith.addi %t, %c4 : index
    memref.store %flag, %seen[%at] : memref<8xi32>
    gpu.return
  }

  // x ← 3x + t, thread by thread from 1 (thread 0: 3·0 + 1): 1, 5, 18.
  // REGION: argument 0: 18
  gpu.func @by_region(%out: memref<1xi32>) kernel attributes {known_block_size = array<i32: 3, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %three = arith.constant 3 : i32
    %t = gpu.thread_id x
    %m = arith.addi %t, %c1 : index
    %n = arith.index_cast %m : index to i32
    %old = memref.generic_atomic_rmw %out[%c0] : memref<1xi32> {
    ^bb0(%x: i32):
      %times = arith.muli %x, %three : i32
      %sum = arith.addi %times, %n : i32
      memref.atomic_yield %sum : i32
    }
    gpu.return
  }
}
