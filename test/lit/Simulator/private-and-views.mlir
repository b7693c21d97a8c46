// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: private memory is each thread's own and starts uninitialised; views of memory reach the elements they say;
// reductions go over a vector and over clusters of lanes.

// RUN: sdq-simulate %s --kernel=stack --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=STACK
// RUN: not sdq-simulate %s --kernel=unwritten_stack --arg=zeros 2>&1 | FileCheck %s --check-prefix=UNWRITTEN
// RUN: not sdq-simulate %s --kernel=past_the_stack --arg=zeros 2>&1 | FileCheck %s --check-prefix=PAST
// RUN: sdq-simulate %s --kernel=views --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=VIEWS
// RUN: sdq-simulate %s --kernel=bare_pointer --arg=zeros:6 --arg=3 --print=0 2>&1 | FileCheck %s --check-prefix=BARE
// RUN: not sdq-simulate %s --kernel=bare_pointer --arg=zeros:5 --arg=3 2>&1 | FileCheck %s --check-prefix=SHORT
// RUN: sdq-simulate %s --kernel=clusters --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=CLUSTERS
// RUN: sdq-simulate %s --kernel=partial_warp --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=PARTIAL
// RUN: sdq-simulate %s --kernel=static_shared --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=STATIC

gpu.module @kernels {
  memref.global "private" @buffer : memref<4xi32, #gpu.address_space<workgroup>>

  // Thread t keeps 10 t and t side by side and adds them up.
  // STACK: argument 0: 0 11 22 33
  gpu.func @stack(%out: memref<4xi32>) private(%own: memref<2xi32, #gpu.address_space<private>>)
      kernel attributes {known_block_size = array<i32: 4, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %ten = arith.constant 10 : i32
    %t = gpu.thread_id x
    %n = arith.index_cast %t : index to i32
    %tens = arith.muli %n, %ten : i32
    %also = memref.alloca() : memref<1xi32>
    memref.store %tens, %own[%c0] : memref<2xi32, #gpu.address_space<private>>
    memref.store %n, %also[%c0] : memref<1xi32>
    gpu.barrier
    %a = memref.load %own[%c0] : memref<2xi32, #gpu.address_space<private>>
    %b = memref.load %also[%c0] : memref<1xi32>
    %sum = arith.addi %a, %b : i32
    memref.store %sum, %out[%t] : memref<4xi32>
    gpu.return
  }

  // UNWRITTEN: error: uninitialized-read: thread (0,0,0) of block (0,0,0) reads private memory at byte 0 that nobody wrote
  gpu.func @unwritten_stack(%out: memref<4xi32>) kernel attributes {known_block_size = array<i32: 4, 1, 1>} {
    %c0 = arith.constant 0 : index
    %t = gpu.thread_id x
    %own = memref.alloca() : memref<1xi32>
    %a = memref.load %own[%c0] : memref<1xi32>
    memref.store %a, %out[%t] : memref<4xi32>
    gpu.return
  }

  // PAST: error: out-of-bounds: thread (1,0,0) of block (0,0,0) writes at index 1 of dimension 0, whose size is 1, of memref<1xi32>
  gpu.func @past_the_stack(%out: memref<4xi32>) kernel attributes {known_block_size = array<i32: 2, 1, 1>} {
    %t = gpu.thread_id x
    %n = arith.index_cast %t : index to i32
    %own = memref.alloca() : memref<1xi32>
    memref.store %n, %own[%t] : memref<1xi32>
    gpu.return
  }

  // Row 1, column 2 of a 2×3 view that starts at element 1 of each; then through other spellings of the same memory.
  // VIEWS: argument 0: 0 0 1 0 0 0 2 0 0 3 0 4
  gpu.func @views(%out: memref<12xi32>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c9 = arith.constant 9 : index
    %one = arith.constant 1 : i32
    %two = arith.constant 2 : i32
    %three = arith.constant 3 : i32
    %four = arith.constant 4 : i32
    %matrix = memref.expand_shape %out [[0, 1]] output_shape [3, 4] : memref<12xi32> into memref<3x4xi32>
    %turned = memref.transpose %matrix (i, j) -> (j, i) : memref<3x4xi32> to memref<4x3xi32, strided<[1, 4]>>
    memref.store %one, %turned[%c2, %c0] : memref<4x3xi32, strided<[1, 4]>>
    %inner = memref.subview %matrix[1, 1] [2, 3] [1, 1]
        : memref<3x4xi32> to memref<2x3xi32, strided<[4, 1], offset: 5>>
    memref.store %two, %inner[%c0, %c1] : memref<2x3xi32, strided<[4, 1], offset: 5>>
    %base, %offset, %sizes:2, %strides:2 = memref.extract_strided_metadata %inner
        : memref<2x3xi32, strided<[4, 1], offset: 5>> -> memref<i32>, index, index, index, index, index
    // 5 + 4: counted from the base, not from the subview.
    %at = arith.addi %offset, %strides#0 : index
    %element = memref.reinterpret_cast %base to offset: [%at], sizes: [1], strides: [1]
        : memref<i32> to memref<1xi32, strided<[1], offset: ?>>
    memref.store %three, %element[%c0] : memref<1xi32, strided<[1], offset: ?>>
    %flat = memref.collapse_shape %matrix [[0, 1]] : memref<3x4xi32> into memref<12xi32>
    %last = arith.addi %c9, %c2 : index
    memref.store %four, %flat[%last] : memref<12xi32>
    gpu.return
  }

  // A bare pointer, viewed at its full shape inside: two rows of as many columns as the argument says.
  // BARE: argument 0: 0 0 0 0 0 7
  // SHORT: error: out-of-bounds: thread (0,0,0) of block (0,0,0) writes at bytes 20 to 23 of the 20 that memref<2x?xi32, strided<[?, 1]>> has
  gpu.func @bare_pointer(%out: memref<i32>, %columns: index) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %seven = arith.constant 7 : i32
    %all = memref.reinterpret_cast %out to offset: [0], sizes: [2, %columns], strides: [%columns, 1]
        : memref<i32> to memref<2x?xi32, strided<[?, 1]>>
    memref.store %seven, %all[%c1, %c2] : memref<2x?xi32, strided<[?, 1]>>
    gpu.return
  }

  // Sums of clusters of four neighbours: 0 + 1 + 2 + 3, 4 + 5 + 6 + 7.
  // CLUSTERS: argument 0: 6 6 6 6 22 22 22 22 38
  gpu.func @clusters(%out: memref<32xi32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %t = gpu.thread_id x
    %n = arith.index_cast %t : index to i32
    %sum = gpu.subgroup_reduce add %n cluster(size = 4) : (i32) -> i32
    memref.store %sum, %out[%t] : memref<32xi32>
    gpu.return
  }

  // A block of 3 threads reduces 3 lanes, to 0 + 1 + 2 in each; a vector is reduced from its first element.
  // PARTIAL: argument 0: 9 9 9
  gpu.func @partial_warp(%out: memref<3xf32>) kernel attributes {known_block_size = array<i32: 3, 1, 1>} {
    %pair = arith.constant dense<[1.0, 2.0]> : vector<2xf32>
    %t = gpu.thread_id x
    %n = arith.index_cast %t : index to i32
    %x = arith.sitofp %n : i32 to f32
    %sum = gpu.subgroup_reduce add %x : (f32) -> f32
    %total = vector.reduction <add>, %pair, %sum : vector<2xf32> into f32
    %three = vector.reduction <add>, %pair : vector<2xf32> into f32
    %all = arith.addf %total, %three : f32
    memref.store %all, %out[%t] : memref<3xf32>
    gpu.return
  }

  // Each thread reads what the other wrote before the barrier.
  // STATIC: argument 0: 1 0
  gpu.func @static_shared(%out: memref<2xi32>) kernel attributes {known_block_size = array<i32: 2, 1, 1>} {
    %c1 = arith.constant 1 : index
    %t = gpu.thread_id x
    %n = arith.index_cast %t : index to i32
    %shared = memref.get_global @buffer : memref<4xi32, #gpu.address_space<workgroup>>
    memref.store %n, %shared[%t] : memref<4xi32, #gpu.address_space<workgroup>>
    gpu.barrier
    %again = memref.get_global @buffer : memref<4xi32, #gpu.address_space<workgroup>>
    %other = arith.subi %c1, %t : index
    %x = memref.load %again[%other] : memref<4xi32, #gpu.address_space<workgroup>>
    memref.store %x, %out[%t] : memref<2xi32>
    gpu.return
  }
}
