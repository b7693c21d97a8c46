// A sum over an array of any length: each thread sums a stride, each warp its threads by shuffles, the first warp what the
// warps put into shared memory. Thread 0 compares with a sum in order.

// RUN: sdq-simulate %s --block=256 --arg=random:1 --arg=undefined --arg=undefined --print=1,2 | FileCheck %s --check-prefix=ONE
// RUN: sdq-simulate %s --block=256 --arg=random:31 --arg=undefined --arg=undefined --print=1,2 | FileCheck %s --check-prefix=SUM
// RUN: sdq-simulate %s --block=256 --arg=random:257 --arg=undefined --arg=undefined --print=1,2 | FileCheck %s --check-prefix=SUM
// RUN: sdq-simulate %s --block=256 --arg=random:4099 --arg=undefined --arg=undefined --print=1,2 | FileCheck %s --check-prefix=SUM
// RUN: sdq-simulate %s --block=32 --arg=random:1001 --arg=undefined --arg=undefined --print=1,2 | FileCheck %s --check-prefix=SUM
// RUN: sdq-simulate %s --block=1024 --arg=random:1001 --arg=undefined --arg=undefined --print=1,2 | FileCheck %s --check-prefix=SUM

// One element: the generator's first four draws, 37, 235, 140 and 72, as bytes.
// ONE: argument 1: 1217194789{{$}}
// ONE-NEXT: argument 2: 0{{$}}
// SUM: argument 1: {{-?[1-9][0-9]*}}
// SUM-NEXT: argument 2: 0{{$}}

gpu.module @kernels {
  // The block is one to 32 whole warps.
  gpu.func @sum(%in: memref<?xi32>, %out: memref<1xi32>, %differs: memref<1xi32>)
      workgroup(%partial: memref<32xi32, #gpu.address_space<workgroup>>) kernel {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c32 = arith.constant 32 : index
    %zero = arith.constant 0 : i32
    %tid = gpu.thread_id x
    %threads = gpu.block_dim x
    %length = memref.dim %in, %c0 : memref<?xi32>
    %lane = arith.remui %tid, %c32 : index
    %warp = arith.divui %tid, %c32 : index
    %warps = arith.divui %threads, %c32 : index

    %own = scf.for %i = %tid to %length step %threads iter_args(%sum = %zero) -> (i32) {
      %x = memref.load %in[%i] : memref<?xi32>
      %more = arith.addi %sum, %x : i32
      scf.yield %more : i32
    }
    %ofWarp = func.call @sumOfWarp(%own) : (i32) -> i32
    %isFirst = arith.cmpi eq, %lane, %c0 : index
    scf.if %isFirst {
      memref.store %ofWarp, %partial[%warp] : memref<32xi32, #gpu.address_space<workgroup>>
    }
    gpu.barrier
    %isFirstWarp = arith.cmpi eq, %warp, %c0 : index
    scf.if %isFirstWarp {
      %has = arith.cmpi ult, %lane, %warps : index
      %mine = scf.if %has -> (i32) {
        %x = memref.load %partial[%lane] : memref<32xi32, #gpu.address_space<workgroup>>
        scf.yield %x : i32
      } else {
        scf.yield %zero : i32
      }
      %total = func.call @sumOfWarp(%mine) : (i32) -> i32
      scf.if %isFirst {
        memref.store %total, %out[%c0] : memref<1xi32>
        %naive = scf.for %i = %c0 to %length step %c1 iter_args(%sum = %zero) -> (i32) {
          %x = memref.load %in[%i] : memref<?xi32>
          %more = arith.addi %sum, %x : i32
          scf.yield %more : i32
        }
        %wrong = arith.cmpi ne, %total, %naive : i32
        %count = arith.extui %wrong : i1 to i32
        memref.store %count, %differs[%c0] : memref<1xi32>
      }
    }
    gpu.return
  }

  func.func private @sumOfWarp(%value: i32) -> i32 {
    %full = arith.constant 32 : i32
    %i16 = arith.constant 16 : i32
    %i8 = arith.constant 8 : i32
    %i4 = arith.constant 4 : i32
    %i2 = arith.constant 2 : i32
    %i1 = arith.constant 1 : i32
    %from16, %in16 = gpu.shuffle down %value, %i16, %full : i32
    %sum16 = arith.addi %value, %from16 : i32
    %from8, %in8 = gpu.shuffle down %sum16, %i8, %full : i32
    %sum8 = arith.addi %sum16, %from8 : i32
    %from4, %in4 = gpu.shuffle down %sum8, %i4, %full : i32
    %sum4 = arith.addi %sum8, %from4 : i32
    %from2, %in2 = gpu.shuffle down %sum4, %i2, %full : i32
    %sum2 = arith.addi %sum4, %from2 : i32
    %from1, %in1 = gpu.shuffle down %sum2, %i1, %full : i32
    %sum1 = arith.addi %sum2, %from1 : i32
    return %sum1 : i32
  }
}
