// Faults of one thread's access to memory, and of its arithmetic. The last argument of each kernel plants the fault: with 1
// it is found, at its place and with its numbers; with 0 the same kernel finds nothing.

// DEFINE: %{kernel} =
// DEFINE: %{others} =
// DEFINE: %{prefix} =
// DEFINE: %{faulty} = not sdq-simulate %s --kernel=%{kernel} %{others} --arg=1 2>&1 | FileCheck %s --check-prefix=%{prefix} --implicit-check-not=error:
// DEFINE: %{right} = sdq-simulate %s --kernel=%{kernel} %{others} --arg=0

// REDEFINE: %{kernel} = read_global
// REDEFINE: %{others} = --arg=random --arg=undefined
// REDEFINE: %{prefix} = READ-GLOBAL
// RUN: %{faulty}
// RUN: %{right}
// READ-GLOBAL: error: out-of-bounds: thread (63,0,0) of block (0,0,0) reads at index 64 of dimension 0, whose size is 64, of memref<64xi32>
// READ-GLOBAL-NEXT: memref.load %in[%neighbour]

// REDEFINE: %{kernel} = negative_index
// REDEFINE: %{prefix} = NEGATIVE
// RUN: %{faulty}
// RUN: %{right}
// NEGATIVE: error: out-of-bounds: thread (0,0,0) of block (0,0,0) reads at index -1 of dimension 0, whose size is 64, of memref<64xi32>
// NEGATIVE-NEXT: memref.load %in[%neighbour]

// REDEFINE: %{kernel} = write_global
// REDEFINE: %{others} = --grid=2 --arg=undefined
// REDEFINE: %{prefix} = WRITE-GLOBAL
// RUN: %{faulty}
// RUN: %{right}
// WRITE-GLOBAL: error: out-of-bounds: thread (31,0,0) of block (1,0,0) writes at index 64 of dimension 0, whose size is 64, of memref<64xi32>
// WRITE-GLOBAL-NEXT: memref.store %value, %out[%at]

// REDEFINE: %{kernel} = vector_over_the_end
// REDEFINE: %{others} = --arg=random --arg=undefined
// REDEFINE: %{prefix} = OVER
// RUN: %{faulty}
// RUN: %{right}
// OVER: error: out-of-bounds: thread (15,0,0) of block (0,0,0) reads at index 64 of dimension 0, whose size is 64, of memref<64xi32>
// OVER-NEXT: vector.load %in[%at]

// REDEFINE: %{kernel} = read_shared
// REDEFINE: %{others} = --arg=undefined
// REDEFINE: %{prefix} = READ-SHARED
// RUN: %{faulty}
// RUN: %{right}
// READ-SHARED: error: out-of-bounds: thread (2,2,0) of block (0,0,0) reads at index 8 of dimension 1, whose size is 8, of memref<6x8xi32, #gpu.address_space<workgroup>> (and 3 more)
// READ-SHARED-NEXT: memref.load %tile[%y, %column]

// REDEFINE: %{kernel} = write_shared
// REDEFINE: %{prefix} = WRITE-SHARED
// RUN: %{faulty}
// RUN: %{right}
// WRITE-SHARED: error: out-of-bounds: thread (31,0,0) of block (0,0,0) writes at index 32 of dimension 0, whose size is 32, of memref<32xi32, #gpu.address_space<workgroup>>
// WRITE-SHARED-NEXT: memref.store %value, %tile[%at]
// WRITE-SHARED: error: out-of-bounds: thread (31,0,0) of block (0,0,0) reads at index 32 of dimension 0

// REDEFINE: %{kernel} = misaligned_load
// REDEFINE: %{others} = --arg=random --arg=undefined
// REDEFINE: %{prefix} = MISALIGNED
// RUN: %{faulty}
// RUN: %{right}
// MISALIGNED: error: misaligned: thread (0,0,0) of block (0,0,0) reads at byte 8 of memref<130xi32>, expected a multiple of 16 (and 31 more)
// MISALIGNED-NEXT: vector.load %in[%at]

// REDEFINE: %{kernel} = misaligned_copy
// REDEFINE: %{prefix} = COPY
// RUN: %{faulty}
// RUN: %{right}
// COPY: error: misaligned: thread (0,0,0) of block (0,0,0) copies from global memory at byte 4 of memref<129xi32>, expected a multiple of 16 (and 31 more)
// COPY-NEXT: nvgpu.device_async_copy %in[%at]

// REDEFINE: %{kernel} = unwritten_shared
// REDEFINE: %{others} = --arg=undefined
// REDEFINE: %{prefix} = SHARED
// RUN: %{faulty}
// RUN: %{right}
// SHARED: error: uninitialized-read: thread (31,0,0) of block (0,0,0) reads shared memory at byte 124 that nobody wrote
// SHARED-NEXT: memref.load %tile[%tid]

// REDEFINE: %{kernel} = unwritten_global
// REDEFINE: %{prefix} = GLOBAL
// RUN: %{faulty}
// RUN: %{right}
// GLOBAL: error: uninitialized-read: thread (7,0,0) of block (0,0,0) reads global memory at byte 28 that nobody wrote
// GLOBAL-NEXT: memref.load %out[%tid]

// REDEFINE: %{kernel} = unwritten_private
// REDEFINE: %{prefix} = PRIVATE
// RUN: %{faulty}
// RUN: %{right}
// PRIVATE: error: uninitialized-read: thread (0,0,0) of block (0,0,0) reads private memory at byte 12 that nobody wrote (and 31 more)
// PRIVATE-NEXT: memref.load %own[%i]

// REDEFINE: %{kernel} = divide_by_zero
// REDEFINE: %{prefix} = ZERO
// RUN: %{faulty}
// RUN: %{right}
// ZERO: error: division-by-zero: thread (0,0,0) of block (0,0,0) divides by zero
// ZERO-NEXT: arith.divui %dividend, %divisor

// REDEFINE: %{kernel} = assertion
// REDEFINE: %{prefix} = ASSERT
// RUN: %{faulty}
// RUN: %{right}
// ASSERT: error: assertion: thread (31,0,0) of block (0,0,0) asserts "a neighbour", which does not hold
// ASSERT-NEXT: cf.assert %inside

gpu.module @kernels {
  // Each thread takes its right neighbour's element: the last one has none.
  gpu.func @read_global(%in: memref<64xi32>, %out: memref<64xi32>, %shift: index)
      kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    %tid = gpu.thread_id x
    %neighbour = arith.addi %tid, %shift : index
    %value = memref.load %in[%neighbour] : memref<64xi32>
    memref.store %value, %out[%tid] : memref<64xi32>
    gpu.return
  }

  gpu.func @negative_index(%in: memref<64xi32>, %out: memref<64xi32>, %shift: index)
      kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    %tid = gpu.thread_id x
    %neighbour = arith.subi %tid, %shift : index
    %value = memref.load %in[%neighbour] : memref<64xi32>
    memref.store %value, %out[%tid] : memref<64xi32>
    gpu.return
  }

  gpu.func @write_global(%out: memref<64xi32>, %shift: index)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %global = gpu.global_id x
    %value = arith.index_cast %global : index to i32
    %at = arith.addi %global, %shift : index
    memref.store %value, %out[%at] : memref<64xi32>
    gpu.return
  }

  // The first of the four elements is inside, the last is not.
  gpu.func @vector_over_the_end(%in: memref<64xi32>, %out: memref<64xi32>, %shift: index)
      kernel attributes {known_block_size = array<i32: 16, 1, 1>} {
    %c4 = arith.constant 4 : index
    %tid = gpu.thread_id x
    %own = arith.muli %tid, %c4 : index
    %at = arith.addi %own, %shift : index
    %values = vector.load %in[%at] {alignment = 4} : memref<64xi32>, vector<4xi32>
    vector.store %values, %out[%own] {alignment = 16} : memref<64xi32>, vector<4xi32>
    gpu.return
  }

  // Within the tile as bytes go, but in the next row: found by the index, not by the address.
  gpu.func @read_shared(%out: memref<6x6xi32>, %shift: index)
      workgroup(%tile: memref<6x8xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 6, 6, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %x = gpu.thread_id x
    %y = gpu.thread_id y
    %value = arith.index_cast %x : index to i32
    scf.for %column = %c0 to %c8 step %c1 {
      %first = arith.cmpi eq, %x, %c0 : index
      scf.if %first {
        memref.store %value, %tile[%y, %column] : memref<6x8xi32, #gpu.address_space<workgroup>>
      }
    }
    gpu.barrier
    // Of row 2 the six columns from 6·shift on; elsewhere the thread's own.
    %c2 = arith.constant 2 : index
    %c6 = arith.constant 6 : index
    %isSecond = arith.cmpi eq, %y, %c2 : index
    %by = arith.muli %shift, %c6 : index
    %moved = arith.addi %x, %by : index
    %column = arith.select %isSecond, %moved, %x : index
    %got = memref.load %tile[%y, %column] : memref<6x8xi32, #gpu.address_space<workgroup>>
    memref.store %got, %out[%y, %x] : memref<6x6xi32>
    gpu.return
  }

  gpu.func @write_shared(%out: memref<32xi32>, %shift: index)
      workgroup(%tile: memref<32xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %tid = gpu.thread_id x
    %value = arith.index_cast %tid : index to i32
    %at = arith.addi %tid, %shift : index
    memref.store %value, %tile[%at] : memref<32xi32, #gpu.address_space<workgroup>>
    gpu.barrier
    %got = memref.load %tile[%at] : memref<32xi32, #gpu.address_space<workgroup>>
    memref.store %got, %out[%tid] : memref<32xi32>
    gpu.return
  }

  gpu.func @misaligned_load(%in: memref<130xi32>, %out: memref<128xi32>, %shift: index)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %tid = gpu.thread_id x
    %own = arith.muli %tid, %c4 : index
    %by = arith.muli %shift, %c2 : index
    %at = arith.addi %own, %by : index
    %values = vector.load %in[%at] {alignment = 16} : memref<130xi32>, vector<4xi32>
    vector.store %values, %out[%own] {alignment = 16} : memref<128xi32>, vector<4xi32>
    gpu.return
  }

  gpu.func @misaligned_copy(%in: memref<129xi32>, %out: memref<128xi32>, %shift: index)
      workgroup(%stage: memref<128xi32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c4 = arith.constant 4 : index
    %tid = gpu.thread_id x
    %own = arith.muli %tid, %c4 : index
    %at = arith.addi %own, %shift : index
    %zeros = arith.constant dense<0> : vector<4xi32>
    vector.store %zeros, %stage[%own] {alignment = 16} : memref<128xi32, #gpu.address_space<workgroup>>, vector<4xi32>
    %copy = nvgpu.device_async_copy %in[%at], %stage[%own], 4
        : memref<129xi32> to memref<128xi32, #gpu.address_space<workgroup>>
    %group = nvgpu.device_async_create_group %copy
    nvgpu.device_async_wait %group
    %values = vector.load %stage[%own] {alignment = 16} : memref<128xi32, #gpu.address_space<workgroup>>, vector<4xi32>
    vector.store %values, %out[%own] {alignment = 16} : memref<128xi32>, vector<4xi32>
    gpu.return
  }

  // A thread that does not write its own place of what is read behind the barrier.
  gpu.func @unwritten_shared(%out: memref<32xi32>, %faulty: i1)
      workgroup(%tile: memref<32xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c31 = arith.constant 31 : index
    %true = arith.constant true
    %tid = gpu.thread_id x
    %isLast = arith.cmpi eq, %tid, %c31 : index
    %leftOut = arith.andi %isLast, %faulty : i1
    %writes = arith.xori %leftOut, %true : i1
    scf.if %writes {
      %value = arith.index_cast %tid : index to i32
      memref.store %value, %tile[%tid] : memref<32xi32, #gpu.address_space<workgroup>>
    }
    gpu.barrier
    %got = memref.load %tile[%tid] : memref<32xi32, #gpu.address_space<workgroup>>
    memref.store %got, %out[%tid] : memref<32xi32>
    gpu.return
  }

  gpu.func @unwritten_global(%out: memref<32xi32>, %faulty: i1)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c7 = arith.constant 7 : index
    %true = arith.constant true
    %one = arith.constant 1 : i32
    %tid = gpu.thread_id x
    %isSeventh = arith.cmpi eq, %tid, %c7 : index
    %leftOut = arith.andi %isSeventh, %faulty : i1
    %writes = arith.xori %leftOut, %true : i1
    scf.if %writes {
      memref.store %one, %out[%tid] : memref<32xi32>
    }
    %sum = memref.load %out[%tid] : memref<32xi32>
    %more = arith.addi %sum, %one : i32
    memref.store %more, %out[%tid] : memref<32xi32>
    gpu.return
  }

  // Four places, of which the loop fills three.
  gpu.func @unwritten_private(%out: memref<32xi32>, %fewer: index)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %zero = arith.constant 0 : i32
    %tid = gpu.thread_id x
    %own = memref.alloca() : memref<4xi32, #gpu.address_space<private>>
    %filled = arith.subi %c4, %fewer : index
    scf.for %i = %c0 to %filled step %c1 {
      %value = arith.index_cast %i : index to i32
      memref.store %value, %own[%i] : memref<4xi32, #gpu.address_space<private>>
    }
    %sum = scf.for %i = %c0 to %c4 step %c1 iter_args(%sum = %zero) -> (i32) {
      %value = memref.load %own[%i] : memref<4xi32, #gpu.address_space<private>>
      %more = arith.addi %sum, %value : i32
      scf.yield %more : i32
    }
    memref.store %sum, %out[%tid] : memref<32xi32>
    gpu.return
  }

  // Thread 0 divides by its own number, or by one more. Threads that are masked off divide by anything.
  gpu.func @divide_by_zero(%out: memref<32xi32>, %faulty: i1)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c16 = arith.constant 16 : index
    %dividend = arith.constant 1000 : i32
    %zero = arith.constant 0 : i32
    %one = arith.constant 1 : i32
    %tid = gpu.thread_id x
    %own = arith.index_cast %tid : index to i32
    %by = arith.select %faulty, %zero, %one : i32
    %lower = arith.cmpi ult, %tid, %c16 : index
    %positive = arith.addi %own, %by : i32
    %divisor = arith.select %lower, %positive, %zero : i32
    %value = scf.if %lower -> (i32) {
      %quotient = arith.divui %dividend, %divisor : i32
      scf.yield %quotient : i32
    } else {
      scf.yield %zero : i32
    }
    memref.store %value, %out[%tid] : memref<32xi32>
    gpu.return
  }

  gpu.func @assertion(%out: memref<32xi32>, %shift: index)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c32 = arith.constant 32 : index
    %tid = gpu.thread_id x
    %neighbour = arith.addi %tid, %shift : index
    %inside = arith.cmpi ult, %neighbour, %c32 : index
    cf.assert %inside, "a neighbour"
    %value = arith.index_cast %neighbour : index to i32
    memref.store %value, %out[%tid] : memref<32xi32>
    gpu.return
  }
}
