// Faults of asynchronous copies: their group not waited for, their source or target touched in between. The last argument of
// each kernel plants the fault: with 1 it is found; with 0 the same kernel finds nothing.

// DEFINE: %{kernel} =
// DEFINE: %{others} =
// DEFINE: %{prefix} =
// DEFINE: %{faulty} = not sdq-simulate %s --kernel=%{kernel} %{others} --arg=1 2>&1 | FileCheck %s --check-prefix=%{prefix} --implicit-check-not=error:
// DEFINE: %{right} = sdq-simulate %s --kernel=%{kernel} %{others} --arg=0

// REDEFINE: %{kernel} = not_waited
// REDEFINE: %{others} = --arg=random --arg=undefined
// REDEFINE: %{prefix} = WAIT
// RUN: %{faulty}
// RUN: %{right}
// WAIT: error: unwaited-copy: thread (0,0,0) of block (0,0,0) reads shared memory at byte 0 that an asynchronous copy of thread (0,0,0) of block (0,0,0) fills, before its group is waited for (and 31 more)
// WAIT-NEXT: memref.load %stage[%tid]

// REDEFINE: %{kernel} = one_group_too_few
// REDEFINE: %{prefix} = GROUPS
// RUN: %{faulty}
// RUN: %{right}
// GROUPS: error: unwaited-copy: thread (0,0,0) of block (0,0,0) reads shared memory at byte 0 that an asynchronous copy of thread (0,0,0) of block (0,0,0) fills, before its group is waited for (and 127 more)
// GROUPS-NEXT: memref.load %stages[%stage, %tid]

// REDEFINE: %{kernel} = not_committed
// REDEFINE: %{prefix} = COMMIT
// RUN: %{faulty}
// RUN: %{right}
// COMMIT: error: unwaited-copy: thread (0,0,0) of block (0,0,0) reads shared memory at byte 0 that an asynchronous copy of thread (0,0,0) of block (0,0,0) fills, before its group is waited for (and 31 more)
// COMMIT-NEXT: memref.load %stage[%tid]

// REDEFINE: %{kernel} = no_barrier_after_wait
// REDEFINE: %{prefix} = BARRIER
// RUN: %{faulty}
// RUN: %{right}
// BARRIER: error: race: thread (0,0,0) of block (0,0,0) reads shared memory at byte 252 that thread (63,0,0) of block (0,0,0) writes, with no barrier between (and 63 more)
// BARRIER-NEXT: memref.load %stage[%mirrored]

// REDEFINE: %{kernel} = target_overwritten
// REDEFINE: %{prefix} = TARGET
// RUN: %{faulty}
// RUN: %{right}
// TARGET: error: unwaited-copy: thread (0,0,0) of block (0,0,0) writes shared memory at byte 0 that an asynchronous copy of thread (0,0,0) of block (0,0,0) fills, before its group is waited for (and 31 more)
// TARGET-NEXT: memref.store %zero, %stage[%tid]

// REDEFINE: %{kernel} = source_overwritten
// REDEFINE: %{prefix} = SOURCE
// RUN: %{faulty}
// RUN: %{right}
// SOURCE: error: unwaited-copy: thread (0,0,0) of block (0,0,0) writes global memory at byte 0 that an asynchronous copy of thread (0,0,0) of block (0,0,0) reads, before its group is waited for (and 31 more)
// SOURCE-NEXT: memref.store %zero, %in[%tid]

gpu.module @kernels {
  gpu.func @not_waited(%in: memref<32xi32>, %out: memref<32xi32>, %faulty: i1)
      workgroup(%stage: memref<32xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %true = arith.constant true
    %tid = gpu.thread_id x
    %copy = nvgpu.device_async_copy %in[%tid], %stage[%tid], 1
        : memref<32xi32> to memref<32xi32, #gpu.address_space<workgroup>>
    %group = nvgpu.device_async_create_group %copy
    %right = arith.xori %faulty, %true : i1
    scf.if %right {
      nvgpu.device_async_wait %group
    }
    %value = memref.load %stage[%tid] : memref<32xi32, #gpu.address_space<workgroup>>
    memref.store %value, %out[%tid] : memref<32xi32>
    gpu.return
  }

  // Four tiles, two groups in flight behind the one that is read: waiting until two are left is right, until
  // three are left one too few.
  gpu.func @one_group_too_few(%in: memref<128xi32>, %out: memref<128xi32>, %faulty: i1)
      workgroup(%stages: memref<4x32xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %c32 = arith.constant 32 : index
    %tid = gpu.thread_id x
    scf.for %tile = %c0 to %c2 step %c1 {
      %offset = arith.muli %tile, %c32 : index
      %from = arith.addi %offset, %tid : index
      %copy = nvgpu.device_async_copy %in[%from], %stages[%tile, %tid], 1
          : memref<128xi32> to memref<4x32xi32, #gpu.address_space<workgroup>>
      %group = nvgpu.device_async_create_group %copy
    }
    scf.for %stage = %c0 to %c4 step %c1 {
      %next = arith.addi %stage, %c2 : index
      %more = arith.cmpi ult, %next, %c4 : index
      scf.if %more {
        %offset = arith.muli %next, %c32 : index
        %from = arith.addi %offset, %tid : index
        %copy = nvgpu.device_async_copy %in[%from], %stages[%next, %tid], 1
            : memref<128xi32> to memref<4x32xi32, #gpu.address_space<workgroup>>
      }
      %group = nvgpu.device_async_create_group
      scf.if %faulty {
        nvgpu.device_async_wait %group {numGroups = 3 : i32}
      } else {
        nvgpu.device_async_wait %group {numGroups = 2 : i32}
      }
      %value = memref.load %stages[%stage, %tid] : memref<4x32xi32, #gpu.address_space<workgroup>>
      %offset = arith.muli %stage, %c32 : index
      %to = arith.addi %offset, %tid : index
      memref.store %value, %out[%to] : memref<128xi32>
    }
    gpu.return
  }

  // A copy that no group has been made of is waited for by no wait.
  gpu.func @not_committed(%in: memref<32xi32>, %out: memref<32xi32>, %faulty: i1)
      workgroup(%stage: memref<32xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %true = arith.constant true
    %tid = gpu.thread_id x
    %copy = nvgpu.device_async_copy %in[%tid], %stage[%tid], 1
        : memref<32xi32> to memref<32xi32, #gpu.address_space<workgroup>>
    %right = arith.xori %faulty, %true : i1
    scf.if %right {
      nvvm.cp.async.commit.group
    }
    nvvm.cp.async.wait.group 0
    %value = memref.load %stage[%tid] : memref<32xi32, #gpu.address_space<workgroup>>
    memref.store %value, %out[%tid] : memref<32xi32>
    gpu.return
  }

  // A wait is for a thread's own copies; another's are there behind a barrier that follows its wait.
  gpu.func @no_barrier_after_wait(%in: memref<64xi32>, %out: memref<64xi32>, %faulty: i1)
      workgroup(%stage: memref<64xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    %c63 = arith.constant 63 : index
    %true = arith.constant true
    %tid = gpu.thread_id x
    %copy = nvgpu.device_async_copy %in[%tid], %stage[%tid], 1
        : memref<64xi32> to memref<64xi32, #gpu.address_space<workgroup>>
    %group = nvgpu.device_async_create_group %copy
    nvgpu.device_async_wait %group
    %right = arith.xori %faulty, %true : i1
    scf.if %right {
      gpu.barrier
    }
    %mirrored = arith.subi %c63, %tid : index
    %value = memref.load %stage[%mirrored] : memref<64xi32, #gpu.address_space<workgroup>>
    memref.store %value, %out[%tid] : memref<64xi32>
    gpu.return
  }

  gpu.func @target_overwritten(%in: memref<32xi32>, %out: memref<32xi32>, %faulty: i1)
      workgroup(%stage: memref<32xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %true = arith.constant true
    %zero = arith.constant 0 : i32
    %tid = gpu.thread_id x
    %copy = nvgpu.device_async_copy %in[%tid], %stage[%tid], 1
        : memref<32xi32> to memref<32xi32, #gpu.address_space<workgroup>>
    %group = nvgpu.device_async_create_group %copy
    %right = arith.xori %faulty, %true : i1
    scf.if %right {
      nvgpu.device_async_wait %group
    }
    memref.store %zero, %stage[%tid] : memref<32xi32, #gpu.address_space<workgroup>>
    nvgpu.device_async_wait %group
    %value = memref.load %stage[%tid] : memref<32xi32, #gpu.address_space<workgroup>>
    memref.store %value, %out[%tid] : memref<32xi32>
    gpu.return
  }

  // The source is cleared for the next launch while the copy may still read it.
  gpu.func @source_overwritten(%in: memref<32xi32>, %out: memref<32xi32>, %faulty: i1)
      workgroup(%stage: memref<32xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %true = arith.constant true
    %zero = arith.constant 0 : i32
    %tid = gpu.thread_id x
    %copy = nvgpu.device_async_copy %in[%tid], %stage[%tid], 1
        : memref<32xi32> to memref<32xi32, #gpu.address_space<workgroup>>
    %group = nvgpu.device_async_create_group %copy
    %right = arith.xori %faulty, %true : i1
    scf.if %right {
      nvgpu.device_async_wait %group
    }
    memref.store %zero, %in[%tid] : memref<32xi32>
    nvgpu.device_async_wait %group
    %value = memref.load %stage[%tid] : memref<32xi32, #gpu.address_space<workgroup>>
    memref.store %value, %out[%tid] : memref<32xi32>
    gpu.return
  }
}
