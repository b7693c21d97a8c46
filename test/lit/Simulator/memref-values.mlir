// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: loops, branches, selects and calls carry memrefs as they do numbers; threads may see different memory and
// different extents, and each is checked against its own.

// RUN: sdq-simulate %s --kernel=swap --arg=zeros --arg=zeros --arg=3 --print=0,1 2>&1 | FileCheck %s --check-prefix=SWAP
// RUN: sdq-simulate %s --kernel=choose --arg=zeros --arg=zeros --print=0,1 2>&1 | FileCheck %s --check-prefix=CHOOSE
// RUN: sdq-simulate %s --kernel=triangle --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=TRIANGLE
// RUN: not sdq-simulate %s --kernel=past_the_triangle --arg=zeros 2>&1 | FileCheck %s --check-prefix=PAST
// RUN: sdq-simulate %s --kernel=called --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=CALLED
// RUN: not sdq-simulate %s --kernel=wrong_cast --arg=zeros:3 2>&1 | FileCheck %s --check-prefix=CAST
// RUN: sdq-simulate %s --kernel=base --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=BASE

gpu.module @kernels {
  // Steps 0, 1, 2 write 1, 2, 3 to a, b, a in turn.
  // SWAP: argument 0: 1 0 3 0
  // SWAP: argument 1: 0 2 0 0
  gpu.func @swap(%a: memref<4xi32>, %b: memref<4xi32>, %steps: index)
      kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %first, %second = scf.for %i = %c0 to %steps step %c1 iter_args(%to = %a, %next = %b)
        -> (memref<4xi32>, memref<4xi32>) {
      %n = arith.addi %i, %c1 : index
      %value = arith.index_cast %n : index to i32
      memref.store %value, %to[%i] : memref<4xi32>
      scf.yield %next, %to : memref<4xi32>, memref<4xi32>
    }
    gpu.return
  }

  // Even threads write to a, odd ones to b, by a branch; the thread number plus 10 goes to the other, by a select.
  // CHOOSE: argument 0: 0 11 2 13
  // CHOOSE: argument 1: 10 1 12 3
  gpu.func @choose(%a: memref<4xi32>, %b: memref<4xi32>) kernel attributes {known_block_size = array<i32: 4, 1, 1>} {
    %c2 = arith.constant 2 : index
    %c0 = arith.constant 0 : index
    %ten = arith.constant 10 : i32
    %t = gpu.thread_id x
    %n = arith.index_cast %t : index to i32
    %bit = arith.remui %t, %c2 : index
    %even = arith.cmpi eq, %bit, %c0 : index
    %mine = scf.if %even -> memref<4xi32> {
      scf.yield %a : memref<4xi32>
    } else {
      scf.yield %b : memref<4xi32>
    }
    memref.store %n, %mine[%t] : memref<4xi32>
    %other = arith.select %even, %b, %a : memref<4xi32>
    %more = arith.addi %n, %ten : i32
    memref.store %more, %other[%t] : memref<4xi32>
    gpu.return
  }

  // Thread t sees a row of t + 1 elements, with that many as stride, and writes its extent to the last.
  // TRIANGLE: argument 0: 1 0 0 2 0 0 0 0 3
  gpu.func @triangle(%out: memref<9xi32>) kernel attributes {known_block_size = array<i32: 3, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %t = gpu.thread_id x
    %size = arith.addi %t, %c1 : index
    %row = memref.reinterpret_cast %out to offset: [0], sizes: [%size, %size], strides: [%size, 1]
        : memref<9xi32> to memref<?x?xi32, strided<[?, 1]>>
    %extent = memref.dim %row, %c1 : memref<?x?xi32, strided<[?, 1]>>
    %n = arith.index_cast %extent : index to i32
    memref.store %n, %row[%t, %t] : memref<?x?xi32, strided<[?, 1]>>
    gpu.return
  }

  // PAST: error: out-of-bounds: thread (2,0,0) of block (0,0,0) writes at index 3 of dimension 0, whose size is 3, of memref<?xi32>
  // PAST-NOT: error:
  gpu.func @past_the_triangle(%out: memref<9xi32>) kernel attributes {known_block_size = array<i32: 3, 1, 1>} {
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %zero = arith.constant 0 : i32
    %t = gpu.thread_id x
    // Sizes 5, 4 and 3: index 3 is there for threads 0 and 1.
    %c5 = arith.constant 5 : index
    %size = arith.subi %c5, %t : index
    %row = memref.reinterpret_cast %out to offset: [0], sizes: [%size], strides: [1] : memref<9xi32> to memref<?xi32>
    memref.store %zero, %row[%c3] : memref<?xi32>
    gpu.return
  }

  func.func @row(%all: memref<3x2xi32>, %i: index) -> memref<2xi32, strided<[1], offset: ?>> {
    %row = memref.subview %all[%i, 0] [1, 2] [1, 1] : memref<3x2xi32> to memref<2xi32, strided<[1], offset: ?>>
    return %row : memref<2xi32, strided<[1], offset: ?>>
  }

  // CALLED: argument 0: 0 0 0 1 0 2
  gpu.func @called(%out: memref<3x2xi32>) kernel attributes {known_block_size = array<i32: 3, 1, 1>} {
    %c1 = arith.constant 1 : index
    %t = gpu.thread_id x
    %n = arith.index_cast %t : index to i32
    %row = func.call @row(%out, %t) : (memref<3x2xi32>, index) -> memref<2xi32, strided<[1], offset: ?>>
    memref.store %n, %row[%c1] : memref<2xi32, strided<[1], offset: ?>>
    gpu.return
  }

  // CAST: error: out-of-bounds: thread (0,0,0) of block (0,0,0) takes dimension 0, whose size is 3, to be of size 4
  gpu.func @wrong_cast(%out: memref<?xi32>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %four = memref.cast %out : memref<?xi32> to memref<4xi32>
    gpu.return
  }

  // A view that a branch hands on still knows its buffer: offsets of reinterpret_cast count from there.
  // BASE: argument 0: 7 0 0 0
  gpu.func @base(%out: memref<4xi32>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %seven = arith.constant 7 : i32
    %true = arith.constant true
    %end = scf.if %true -> memref<2xi32, strided<[1], offset: 2>> {
      %view = memref.subview %out[2] [2] [1] : memref<4xi32> to memref<2xi32, strided<[1], offset: 2>>
      scf.yield %view : memref<2xi32, strided<[1], offset: 2>>
    } else {
      %view = memref.subview %out[2] [2] [1] : memref<4xi32> to memref<2xi32, strided<[1], offset: 2>>
      scf.yield %view : memref<2xi32, strided<[1], offset: 2>>
    }
    %start = memref.reinterpret_cast %end to offset: [0], sizes: [1], strides: [1]
        : memref<2xi32, strided<[1], offset: 2>> to memref<1xi32>
    memref.store %seven, %start[%c0] : memref<1xi32>
    gpu.return
  }
}
