// A copy through shared memory in two stages of asynchronous groups: waiting for all but the newest group is enough for the
// older stage, waiting for nothing or for a group too few is found.

// RUN: sdq-simulate %s --kernel=pipelined --arg=random --arg=undefined --arg=undefined --print=2 2>&1 | FileCheck %s --check-prefix=RIGHT
// RUN: not sdq-simulate %s --kernel=group_too_few --arg=random --arg=undefined 2>&1 | FileCheck %s --check-prefix=WRONG
// RUN: not sdq-simulate %s --kernel=off_by_one --arg=random --arg=undefined 2>&1 | FileCheck %s --check-prefix=MISALIGNED

// RIGHT-NOT: error
// RIGHT: argument 2:{{( 0){32}$}}
// WRONG: error: unwaited-copy: thread (0,0,0) of block (0,0,0) reads shared memory at byte 0 that an asynchronous copy of thread (0,0,0) of block (0,0,0) fills, before its group is waited for
// MISALIGNED: error: misaligned: thread (0,0,0) of block (0,0,0) copies from global memory at byte 4 of memref<1024xi32>, expected a multiple of 16

gpu.module @kernels {
  // Eight tiles of 128 integers; two in flight. The last argument counts, by thread, what differs from the source.
  gpu.func @pipelined(%in: memref<1024xi32>, %out: memref<1024xi32>, %differ: memref<32xi32>)
      workgroup(%stages: memref<2x128xi32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %c7 = arith.constant 7 : index
    %c8 = arith.constant 8 : index
    %c32 = arith.constant 32 : index
    %c128 = arith.constant 128 : index
    %c1024 = arith.constant 1024 : index
    %zero = arith.constant 0 : i32
    %lane = gpu.thread_id x
    %at = arith.muli %lane, %c4 : index
    %first = nvgpu.device_async_copy %in[%at], %stages[%c0, %at], 4
        : memref<1024xi32> to memref<2x128xi32, #gpu.address_space<workgroup>>
    %group = nvgpu.device_async_create_group %first
    scf.for %tile = %c0 to %c8 step %c1 {
      // The next tile; past the last one its group is empty.
      %next = arith.addi %tile, %c1 : index
      %more = arith.cmpi ult, %next, %c8 : index
      scf.if %more {
        %stage = arith.remui %next, %c2 : index
        %offset = arith.muli %next, %c128 : index
        %from = arith.addi %offset, %at : index
        %copy = nvgpu.device_async_copy %in[%from], %stages[%stage, %at], 4
            : memref<1024xi32> to memref<2x128xi32, #gpu.address_space<workgroup>>
      }
      %newest = nvgpu.device_async_create_group
      nvgpu.device_async_wait %newest {numGroups = 1 : i32}
      gpu.barrier
      // Lane i reads what lane 31 − i copied.
      %mirrored = arith.subi %c128, %at : index
      %other = arith.subi %mirrored, %c4 : index
      %stage = arith.remui %tile, %c2 : index
      %value = vector.load %stages[%stage, %other] {alignment = 16}
          : memref<2x128xi32, #gpu.address_space<workgroup>>, vector<4xi32>
      %offset = arith.muli %tile, %c128 : index
      %to = arith.addi %offset, %other : index
      vector.store %value, %out[%to] {alignment = 16} : memref<1024xi32>, vector<4xi32>
      gpu.barrier
    }
    %count = scf.for %i = %lane to %c1024 step %c32 iter_args(%sum = %zero) -> (i32) {
      %x = memref.load %in[%i] : memref<1024xi32>
      %y = memref.load %out[%i] : memref<1024xi32>
      %wrong = arith.cmpi ne, %x, %y : i32
      %one = arith.extui %wrong : i1 to i32
      %more = arith.addi %sum, %one : i32
      scf.yield %more : i32
    }
    memref.store %count, %differ[%lane] : memref<32xi32>
    gpu.return
  }

  gpu.func @group_too_few(%in: memref<1024xi32>, %out: memref<1024xi32>)
      workgroup(%stage: memref<128xi32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c4 = arith.constant 4 : index
    %lane = gpu.thread_id x
    %at = arith.muli %lane, %c4 : index
    %copy = nvgpu.device_async_copy %in[%at], %stage[%at], 4
        : memref<1024xi32> to memref<128xi32, #gpu.address_space<workgroup>>
    %group = nvgpu.device_async_create_group %copy
    nvgpu.device_async_wait %group {numGroups = 1 : i32}
    gpu.barrier
    %value = memref.load %stage[%at] : memref<128xi32, #gpu.address_space<workgroup>>
    memref.store %value, %out[%at] : memref<1024xi32>
    gpu.return
  }

  gpu.func @off_by_one(%in: memref<1024xi32>, %out: memref<1024xi32>)
      workgroup(%stage: memref<128xi32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %lane = gpu.thread_id x
    %at = arith.muli %lane, %c4 : index
    %from = arith.addi %at, %c1 : index
    %copy = nvgpu.device_async_copy %in[%from], %stage[%at], 4
        : memref<1024xi32> to memref<128xi32, #gpu.address_space<workgroup>>
    %group = nvgpu.device_async_create_group %copy
    nvgpu.device_async_wait %group
    gpu.return
  }
}
