// A copy in four stages of dynamic shared memory with three groups of asynchronous copies in flight, of any length: the last
// tile's copies read what there is and fill up with zeros. What lies behind the stages in dynamic shared memory counts
// tiles; with a byte too little, the last counter is beyond its end.

// RUN: sdq-simulate %s --dynamic-shared=4352 --arg=random:1001 --arg=undefined:1001 --arg=undefined --arg=undefined --print=2,3 | FileCheck %s --check-prefix=RIGHT
// RUN: sdq-simulate %s --dynamic-shared=4352 --arg=random:5120 --arg=undefined:5120 --arg=undefined --arg=undefined --print=2,3 | FileCheck %s --check-prefix=LONG
// RUN: sdq-simulate %s --dynamic-shared=4352 --arg=random:1 --arg=undefined:1 --arg=undefined --arg=undefined --print=1,2,3 | FileCheck %s --check-prefix=ONE
// RUN: not sdq-simulate %s --dynamic-shared=4351 --arg=random:1001 --arg=undefined:1001 --arg=undefined --arg=undefined 2>&1 | FileCheck %s --check-prefix=SMALL

// RIGHT: argument 2:{{( 0){64}$}}
// RIGHT-NEXT: argument 3:{{( 4){64}$}}
// LONG: argument 2:{{( 0){64}$}}
// LONG-NEXT: argument 3:{{( 20){64}$}}
// ONE: argument 1: 1217194789{{$}}
// ONE-NEXT: argument 2:{{( 0){64}$}}
// ONE-NEXT: argument 3:{{( 1){64}$}}
// SMALL: error: out-of-bounds: thread (63,0,0) of block (0,0,0) writes at bytes 4348 to 4351 of the 4351 that memref<64xi32, #gpu.address_space<workgroup>> has
// SMALL-NEXT: memref.store %zero, %tilesSeen[%tid]

#shared = #gpu.address_space<workgroup>

gpu.module @kernels {
  // Tiles of 256 integers. differ: for each thread what differs from the source; seen: how many tiles it went through.
  gpu.func @copy(%in: memref<?xi32>, %out: memref<?xi32>, %differ: memref<64xi32>, %seen: memref<64xi32>)
      kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    %c64 = arith.constant 64 : index
    %c256 = arith.constant 256 : index
    %c252 = arith.constant 252 : index
    %c4096 = arith.constant 4096 : index
    %zero = arith.constant 0 : i32
    %one = arith.constant 1 : i32
    %tid = gpu.thread_id x
    %dynamic = gpu.dynamic_shared_memory : memref<?xi8, #shared>
    %stages = memref.view %dynamic[%c0][] : memref<?xi8, #shared> to memref<4x256xi32, #shared>
    %tilesSeen = memref.view %dynamic[%c4096][] : memref<?xi8, #shared> to memref<64xi32, #shared>
    memref.store %zero, %tilesSeen[%tid] : memref<64xi32, #shared>
    %length = memref.dim %in, %c0 : memref<?xi32>
    %tiles = arith.ceildivui %length, %c256 : index
    %own = arith.muli %tid, %c4 : index

    scf.for %tile = %c0 to %c3 step %c1 {
      func.call @start(%in, %stages, %tile, %own) : (memref<?xi32>, memref<4x256xi32, #shared>, index, index) -> ()
    }
    scf.for %tile = %c0 to %tiles step %c1 {
      // Its own group and the two behind it: the oldest of three must be there.
      nvvm.cp.async.wait.group 2
      gpu.barrier
      // Behind the barrier the stage that was read in the round before is free.
      %next = arith.addi %tile, %c3 : index
      func.call @start(%in, %stages, %next, %own) : (memref<?xi32>, memref<4x256xi32, #shared>, index, index) -> ()
      // What another thread copied.
      %stage = arith.remui %tile, %c4 : index
      %mirrored = arith.subi %c252, %own : index
      %values = vector.load %stages[%stage, %mirrored] {alignment = 16} : memref<4x256xi32, #shared>, vector<4xi32>
      %first = arith.muli %tile, %c256 : index
      %to = arith.addi %first, %mirrored : index
      %v0 = vector.extract %values[0] : i32 from vector<4xi32>
      %v1 = vector.extract %values[1] : i32 from vector<4xi32>
      %v2 = vector.extract %values[2] : i32 from vector<4xi32>
      %v3 = vector.extract %values[3] : i32 from vector<4xi32>
      func.call @storeWithin(%v0, %out, %to, %c0) : (i32, memref<?xi32>, index, index) -> ()
      func.call @storeWithin(%v1, %out, %to, %c1) : (i32, memref<?xi32>, index, index) -> ()
      %c2 = arith.constant 2 : index
      func.call @storeWithin(%v2, %out, %to, %c2) : (i32, memref<?xi32>, index, index) -> ()
      func.call @storeWithin(%v3, %out, %to, %c3) : (i32, memref<?xi32>, index, index) -> ()
      %before = memref.load %tilesSeen[%tid] : memref<64xi32, #shared>
      %now = arith.addi %before, %one : i32
      memref.store %now, %tilesSeen[%tid] : memref<64xi32, #shared>
    }
    gpu.barrier
    %count = scf.for %i = %tid to %length step %c64 iter_args(%sum = %zero) -> (i32) {
      %x = memref.load %in[%i] : memref<?xi32>
      %y = memref.load %out[%i] : memref<?xi32>
      %wrong = arith.cmpi ne, %x, %y : i32
      %more = arith.extui %wrong : i1 to i32
      %next = arith.addi %sum, %more : i32
      scf.yield %next : i32
    }
    memref.store %count, %differ[%tid] : memref<64xi32>
    %total = memref.load %tilesSeen[%tid] : memref<64xi32, #shared>
    memref.store %total, %seen[%tid] : memref<64xi32>
    gpu.return
  }

  // Starts a thread's copy of a tile, as a group; the group is empty and the stage filled with zeros past the end.
  func.func private @start(%in: memref<?xi32>, %stages: memref<4x256xi32, #shared>, %tile: index, %own: index) {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %c256 = arith.constant 256 : index
    %length = memref.dim %in, %c0 : memref<?xi32>
    %first = arith.muli %tile, %c256 : index
    %from = arith.addi %first, %own : index
    %stage = arith.remui %tile, %c4 : index
    %left = arith.subi %length, %from : index
    %positive = arith.maxsi %left, %c0 : index
    %elements = arith.minsi %positive, %c4 : index
    %copy = nvgpu.device_async_copy %in[%from], %stages[%stage, %own], 4, %elements
        : memref<?xi32> to memref<4x256xi32, #shared>
    %group = nvgpu.device_async_create_group %copy
    return
  }

  func.func private @storeWithin(%value: i32, %out: memref<?xi32>, %first: index, %by: index) {
    %c0 = arith.constant 0 : index
    %length = memref.dim %out, %c0 : memref<?xi32>
    %at = arith.addi %first, %by : index
    %inside = arith.cmpi ult, %at, %length : index
    scf.if %inside {
      memref.store %value, %out[%at] : memref<?xi32>
    }
    return
  }
}
