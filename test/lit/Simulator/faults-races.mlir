// Faults between threads: races in shared and global memory, barriers that not all reach, blocks that depend on each other.
// The last argument of each kernel plants the fault: with 1 it is found, both threads named; with 0 the same kernel finds
// nothing.

// DEFINE: %{kernel} =
// DEFINE: %{others} =
// DEFINE: %{prefix} =
// DEFINE: %{faulty} = not sdq-simulate %s --kernel=%{kernel} %{others} --arg=1 2>&1 | FileCheck %s --check-prefix=%{prefix} --implicit-check-not=error:
// DEFINE: %{right} = sdq-simulate %s --kernel=%{kernel} %{others} --arg=0

// REDEFINE: %{kernel} = write_write
// REDEFINE: %{others} = --arg=undefined
// REDEFINE: %{prefix} = WRITE-WRITE
// RUN: %{faulty}
// RUN: %{right}
// WRITE-WRITE: error: race: thread (32,0,0) of block (0,0,0) writes shared memory at byte 124 that thread (31,0,0) of block (0,0,0) writes, with no barrier between
// WRITE-WRITE-NEXT: memref.store %value, %tile[%at]

// REDEFINE: %{kernel} = read_after_write
// REDEFINE: %{prefix} = READ-WRITE
// RUN: %{faulty}
// RUN: %{right}
// READ-WRITE: error: race: thread (0,0,0) of block (0,0,0) reads shared memory at byte 252 that thread (63,0,0) of block (0,0,0) writes, with no barrier between (and 63 more)
// READ-WRITE-NEXT: memref.load %tile[%mirrored]

// REDEFINE: %{kernel} = write_after_read
// REDEFINE: %{prefix} = WRITE-READ
// RUN: %{faulty}
// RUN: %{right}
// WRITE-READ: error: race: thread (0,0,0) of block (0,0,0) writes shared memory at byte 0 that thread (63,0,0) of block (0,0,0) reads, with no barrier between (and 63 more)
// WRITE-READ-NEXT: memref.store %got, %tile[%tid]

// REDEFINE: %{kernel} = within_a_warp
// REDEFINE: %{prefix} = WARP
// RUN: %{faulty}
// RUN: %{right}
// WARP: error: race: thread (0,0,0) of block (0,0,0) reads shared memory at byte 124 that thread (31,0,0) of block (0,0,0) writes, with no barrier between (and 31 more)
// WARP-NEXT: memref.load %tile[%mirrored]

// REDEFINE: %{kernel} = second_round
// REDEFINE: %{prefix} = ROUND
// RUN: %{faulty}
// RUN: %{right}
// ROUND: error: race: thread (0,0,0) of block (0,0,0) writes shared memory at byte 0 that thread (63,0,0) of block (0,0,0) reads, with no barrier between (and 127 more)
// ROUND-NEXT: memref.store %value, %tile[%tid]

// REDEFINE: %{kernel} = global_race
// REDEFINE: %{prefix} = GLOBAL
// RUN: %{faulty}
// RUN: %{right}
// GLOBAL: error: race: thread (0,0,0) of block (0,0,0) reads global memory at byte 252 that thread (63,0,0) of block (0,0,0) writes, with no barrier between (and 63 more)
// GLOBAL-NEXT: memref.load %out[%mirrored]

// REDEFINE: %{kernel} = divergent_barrier
// REDEFINE: %{prefix} = BARRIER
// RUN: %{faulty}
// RUN: %{right}
// BARRIER: error: divergent-barrier: thread (40,0,0) of block (0,0,0) does not reach a barrier that others wait at
// BARRIER-NEXT: gpu.barrier

// REDEFINE: %{kernel} = barrier_in_a_loop
// REDEFINE: %{prefix} = LOOP
// RUN: %{faulty}
// RUN: %{right}
// LOOP: error: divergent-barrier: thread (0,0,0) of block (0,0,0) does not reach a barrier that others wait at
// LOOP-NEXT: gpu.barrier

// REDEFINE: %{kernel} = two_blocks_write
// REDEFINE: %{others} = --grid=3 --workers=1 --arg=undefined
// REDEFINE: %{prefix} = CONFLICT
// RUN: %{faulty}
// RUN: %{right}
// CONFLICT: error: conflicting-write: thread (0,0,0) of block (1,0,0) writes another value to global memory at byte 124 than thread (31,0,0) of block (0,0,0), in no order (and 1 more)
// CONFLICT-NEXT: memref.store %value, %out[%at]

// A block's read of what another writes, whichever comes first when the simulator runs them: block 0 reads before block 1
// writes, block 2 reads what block 0 wrote.
// REDEFINE: %{kernel} = cross_block_read
// REDEFINE: %{others} = --grid=3 --workers=1 --arg=undefined --arg=zeros
// REDEFINE: %{prefix} = CROSS
// RUN: %{faulty}
// RUN: %{right}
// CROSS: error: cross-block-race: thread (0,0,0) of block (1,0,0) writes global memory at byte 128 that thread (0,0,0) of block (0,0,0) reads, and blocks are in no order (and 63 more)
// CROSS-NEXT: memref.store %value, %shared[%global]
// CROSS: error: cross-block-race: thread (0,0,0) of block (2,0,0) reads global memory at byte 0 that thread (0,0,0) of block (0,0,0) writes, and blocks are in no order (and 31 more)
// CROSS-NEXT: memref.load %shared[%other]

// REDEFINE: %{kernel} = in_place
// REDEFINE: %{others} = --grid=2 --workers=1 --arg=random
// REDEFINE: %{prefix} = PLACE
// RUN: %{faulty}
// RUN: %{right}
// PLACE: error: cross-block-race: thread (0,0,0) of block (1,0,0) writes global memory at byte 128 that thread (31,0,0) of block (0,0,0) reads, and blocks are in no order
// PLACE-NEXT: memref.store %sum, %data[%global]

// REDEFINE: %{kernel} = atomic_and_plain
// REDEFINE: %{others} = --grid=2 --workers=1 --arg=zeros --arg=undefined
// REDEFINE: %{prefix} = ATOMIC
// RUN: %{faulty}
// RUN: %{right}
// ATOMIC: error: cross-block-race: thread (0,0,0) of block (1,0,0) updates global memory at byte 0 that thread (0,0,0) of block (0,0,0) reads, and blocks are in no order
// ATOMIC-NEXT: memref.atomic_rmw addi %one, %counter[%c0]

gpu.module @kernels {
  // Thread 32 writes where thread 31 does, of another warp.
  gpu.func @write_write(%out: memref<64xi32>, %shift: index)
      workgroup(%tile: memref<64xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    %c32 = arith.constant 32 : index
    %zero = arith.constant 0 : i32
    %tid = gpu.thread_id x
    %value = arith.index_cast %tid : index to i32
    memref.store %zero, %tile[%tid] : memref<64xi32, #gpu.address_space<workgroup>>
    gpu.barrier
    %is32 = arith.cmpi eq, %tid, %c32 : index
    %moved = arith.subi %tid, %shift : index
    %at = arith.select %is32, %moved, %tid : index
    memref.store %value, %tile[%at] : memref<64xi32, #gpu.address_space<workgroup>>
    gpu.barrier
    %got = memref.load %tile[%tid] : memref<64xi32, #gpu.address_space<workgroup>>
    memref.store %got, %out[%tid] : memref<64xi32>
    gpu.return
  }

  gpu.func @read_after_write(%out: memref<64xi32>, %faulty: i1)
      workgroup(%tile: memref<64xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    %c63 = arith.constant 63 : index
    %true = arith.constant true
    %tid = gpu.thread_id x
    %value = arith.index_cast %tid : index to i32
    memref.store %value, %tile[%tid] : memref<64xi32, #gpu.address_space<workgroup>>
    %right = arith.xori %faulty, %true : i1
    scf.if %right {
      gpu.barrier
    }
    %mirrored = arith.subi %c63, %tid : index
    %got = memref.load %tile[%mirrored] : memref<64xi32, #gpu.address_space<workgroup>>
    memref.store %got, %out[%tid] : memref<64xi32>
    gpu.return
  }

  // An exchange in place: what was read is written back before all have read.
  gpu.func @write_after_read(%out: memref<64xi32>, %faulty: i1)
      workgroup(%tile: memref<64xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    %c63 = arith.constant 63 : index
    %true = arith.constant true
    %tid = gpu.thread_id x
    %value = arith.index_cast %tid : index to i32
    memref.store %value, %tile[%tid] : memref<64xi32, #gpu.address_space<workgroup>>
    gpu.barrier
    %mirrored = arith.subi %c63, %tid : index
    %got = memref.load %tile[%mirrored] : memref<64xi32, #gpu.address_space<workgroup>>
    %right = arith.xori %faulty, %true : i1
    scf.if %right {
      gpu.barrier
    }
    memref.store %got, %tile[%tid] : memref<64xi32, #gpu.address_space<workgroup>>
    gpu.barrier
    %own = memref.load %tile[%tid] : memref<64xi32, #gpu.address_space<workgroup>>
    memref.store %own, %out[%tid] : memref<64xi32>
    gpu.return
  }

  // Lanes of one warp are in no order either, since Volta: a warp barrier is enough, and needed.
  gpu.func @within_a_warp(%out: memref<32xi32>, %faulty: i1)
      workgroup(%tile: memref<32xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c31 = arith.constant 31 : index
    %all = arith.constant -1 : i32
    %true = arith.constant true
    %tid = gpu.thread_id x
    %value = arith.index_cast %tid : index to i32
    memref.store %value, %tile[%tid] : memref<32xi32, #gpu.address_space<workgroup>>
    %right = arith.xori %faulty, %true : i1
    scf.if %right {
      nvvm.bar.warp.sync %all : i32
    }
    %mirrored = arith.subi %c31, %tid : index
    %got = memref.load %tile[%mirrored] : memref<32xi32, #gpu.address_space<workgroup>>
    memref.store %got, %out[%tid] : memref<32xi32>
    gpu.return
  }

  // The barrier behind the reads is missing: the first round is right, the second overwrites what the first reads.
  gpu.func @second_round(%out: memref<64xi32>, %faulty: i1)
      workgroup(%tile: memref<64xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %c63 = arith.constant 63 : index
    %zero = arith.constant 0 : i32
    %true = arith.constant true
    %right = arith.xori %faulty, %true : i1
    %tid = gpu.thread_id x
    %mirrored = arith.subi %c63, %tid : index
    %total = scf.for %round = %c0 to %c3 step %c1 iter_args(%sum = %zero) -> (i32) {
      %mixed = arith.addi %tid, %round : index
      %value = arith.index_cast %mixed : index to i32
      memref.store %value, %tile[%tid] : memref<64xi32, #gpu.address_space<workgroup>>
      gpu.barrier
      %got = memref.load %tile[%mirrored] : memref<64xi32, #gpu.address_space<workgroup>>
      scf.if %right {
        gpu.barrier
      }
      %next = arith.addi %sum, %got : i32
      scf.yield %next : i32
    }
    memref.store %total, %out[%tid] : memref<64xi32>
    gpu.return
  }

  gpu.func @global_race(%out: memref<64xi32>, %faulty: i1)
      kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    %c63 = arith.constant 63 : index
    %true = arith.constant true
    %tid = gpu.thread_id x
    %value = arith.index_cast %tid : index to i32
    memref.store %value, %out[%tid] : memref<64xi32>
    %right = arith.xori %faulty, %true : i1
    scf.if %right {
      gpu.barrier
    }
    %mirrored = arith.subi %c63, %tid : index
    %got = memref.load %out[%mirrored] : memref<64xi32>
    gpu.barrier
    memref.store %got, %out[%tid] : memref<64xi32>
    gpu.return
  }

  // A barrier that threads 40 and up do not come to.
  gpu.func @divergent_barrier(%out: memref<64xi32>, %faulty: i1)
      kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    %c40 = arith.constant 40 : index
    %true = arith.constant true
    %tid = gpu.thread_id x
    %lower = arith.cmpi ult, %tid, %c40 : index
    %right = arith.xori %faulty, %true : i1
    %comes = arith.ori %lower, %right : i1
    scf.if %comes {
      gpu.barrier
    }
    %value = arith.index_cast %tid : index to i32
    memref.store %value, %out[%tid] : memref<64xi32>
    gpu.return
  }

  // Thread 0 leaves the loop a round before the others.
  gpu.func @barrier_in_a_loop(%out: memref<64xi32>, %fewer: index)
      kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %tid = gpu.thread_id x
    %isFirst = arith.cmpi eq, %tid, %c0 : index
    %less = arith.subi %c4, %fewer : index
    %rounds = arith.select %isFirst, %less, %c4 : index
    scf.for %round = %c0 to %rounds step %c1 {
      gpu.barrier
    }
    %value = arith.index_cast %tid : index to i32
    memref.store %value, %out[%tid] : memref<64xi32>
    gpu.return
  }

  // Blocks that overlap by an element and disagree about it: thread 0 of a block and thread 31 of the block before, or, for
  // the twin, about their own elements only.
  gpu.func @two_blocks_write(%out: memref<96xi32>, %shift: index)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %tid = gpu.thread_id x
    %block = gpu.block_id x
    %global = gpu.global_id x
    %value = arith.index_cast %global : index to i32
    %by = arith.muli %block, %shift : index
    %at = arith.subi %global, %by : index
    memref.store %value, %out[%at] : memref<96xi32>
    gpu.return
  }

  // What the thread's namesake in the next block wrote, or, for the twin, what it wrote itself.
  gpu.func @cross_block_read(%out: memref<96xi32>, %shared: memref<96xi32>, %shift: index)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c32 = arith.constant 32 : index
    %c96 = arith.constant 96 : index
    %global = gpu.global_id x
    %value = arith.index_cast %global : index to i32
    memref.store %value, %shared[%global] : memref<96xi32>
    gpu.barrier
    %by = arith.muli %shift, %c32 : index
    %moved = arith.addi %global, %by : index
    %other = arith.remui %moved, %c96 : index
    %got = memref.load %shared[%other] : memref<96xi32>
    memref.store %got, %out[%global] : memref<96xi32>
    gpu.return
  }

  // Each element plus its right neighbour, in place: a barrier orders the threads of a block, but not the last one and the
  // next block's first. The last block leaves its last element alone.
  gpu.func @in_place(%data: memref<65xi32>, %shift: index)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %global = gpu.global_id x
    %neighbour = arith.addi %global, %shift : index
    %own = memref.load %data[%global] : memref<65xi32>
    %other = memref.load %data[%neighbour] : memref<65xi32>
    gpu.barrier
    %sum = arith.addi %own, %other : i32
    memref.store %sum, %data[%global] : memref<65xi32>
    gpu.return
  }

  // A counter that every block adds to atomically and that a block reads in between, plainly or atomically.
  gpu.func @atomic_and_plain(%counter: memref<1xi32>, %out: memref<2xi32>, %faulty: i1)
      kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0 : i32
    %one = arith.constant 1 : i32
    %block = gpu.block_id x
    %before = memref.atomic_rmw addi %one, %counter[%c0] : (i32, memref<1xi32>) -> i32
    %seen = scf.if %faulty -> (i32) {
      %plain = memref.load %counter[%c0] : memref<1xi32>
      scf.yield %plain : i32
    } else {
      %atomic = memref.atomic_rmw addi %zero, %counter[%c0] : (i32, memref<1xi32>) -> i32
      scf.yield %atomic : i32
    }
    memref.store %seen, %out[%block] : memref<2xi32>
    gpu.return
  }
}
