// RUN: sdq-simulate %s --kernel=collatz --arg=undefined --print=0 | FileCheck %s --check-prefix=COLLATZ
// RUN: sdq-simulate %s --kernel=meet --arg=undefined --print=0 | FileCheck %s --check-prefix=MEET
// RUN: sdq-simulate %s --kernel=choose --arg=undefined --print=0 | FileCheck %s --check-prefix=CHOOSE
// RUN: sdq-simulate %s --kernel=early --arg=undefined --print=0 | FileCheck %s --check-prefix=EARLY
// RUN: not sdq-simulate %s --kernel=doubt --arg=7 2>&1 | FileCheck %s --check-prefix=DOUBT

// Branches between blocks: threads part, and meet again where all their paths do.
gpu.module @kernels {
  // Steps of Collatz' sequence from thread + 1 to 1: every thread leaves the loop in its own time.
  // COLLATZ: argument 0: 0 1 7 2 5 8 16 3
  gpu.func @collatz(%steps: memref<8xi32>) kernel attributes {known_block_size = array<i32: 8, 1, 1>} {
    %i0 = arith.constant 0 : i32
    %i1 = arith.constant 1 : i32
    %i3 = arith.constant 3 : i32
    %thread = gpu.thread_id x
    %t = arith.index_cast %thread : index to i32
    %n = arith.addi %t, %i1 : i32
    cf.br ^test(%n, %i0 : i32, i32)
  ^test(%value: i32, %count: i32):
    %done = arith.cmpi eq, %value, %i1 : i32
    cf.cond_br %done, ^exit, ^step
  ^step:
    %next = arith.addi %count, %i1 : i32
    %bit = arith.andi %value, %i1 : i32
    %odd = arith.cmpi eq, %bit, %i1 : i32
    cf.cond_br %odd, ^up, ^down
  ^up:
    %triple = arith.muli %value, %i3 : i32
    %more = arith.addi %triple, %i1 : i32
    cf.br ^test(%more, %next : i32, i32)
  ^down:
    %half = arith.shrui %value, %i1 : i32
    cf.br ^test(%half, %next : i32, i32)
  ^exit:
    memref.store %count, %steps[%thread] : memref<8xi32>
    gpu.return
  }

  // After the sides have met all 32 lanes shuffle: no finding.
  // MEET: argument 0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 100 101 102 103 104 105 106 107 108 109 110 111 112 113 114 115 0{{$}}
  gpu.func @meet(%out: memref<32xi32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %i1 = arith.constant 1 : i32
    %i16 = arith.constant 16 : i32
    %i32 = arith.constant 32 : i32
    %i31 = arith.constant 31 : i32
    %i84 = arith.constant 84 : i32
    %thread = gpu.thread_id x
    %t = arith.index_cast %thread : index to i32
    %low = arith.cmpi slt, %t, %i16 : i32
    cf.cond_br %low, ^meeting(%t : i32), ^high
  ^high:
    %far = arith.addi %t, %i84 : i32
    cf.br ^meeting(%far : i32)
  ^meeting(%value: i32):
    %from = arith.addi %t, %i1 : i32
    %lane = arith.andi %from, %i31 : i32
    %next, %valid = gpu.shuffle idx %value, %lane, %i32 : i32
    memref.store %next, %out[%thread] : memref<32xi32>
    gpu.return
  }

  // CHOOSE: argument 0: 10 20 30 30 40 30 30 30
  gpu.func @choose(%out: memref<8xi32>) kernel attributes {known_block_size = array<i32: 8, 1, 1>} {
    %a = arith.constant 10 : i32
    %b = arith.constant 20 : i32
    %c = arith.constant 30 : i32
    %d = arith.constant 40 : i32
    %thread = gpu.thread_id x
    %t = arith.index_cast %thread : index to i32
    cf.switch %t : i32, [
      default: ^end(%c : i32),
      0: ^end(%a : i32),
      1: ^end(%b : i32),
      4: ^end(%d : i32)
    ]
  ^end(%value: i32):
    memref.store %value, %out[%thread] : memref<8xi32>
    gpu.return
  }

  // Two returns, and a function that is called from two places.
  // EARLY: argument 0: 7 7 6 9
  gpu.func @early(%out: memref<4xi32>) kernel attributes {known_block_size = array<i32: 4, 1, 1>} {
    %c2 = arith.constant 2 : index
    %i7 = arith.constant 7 : i32
    %thread = gpu.thread_id x
    memref.store %i7, %out[%thread] : memref<4xi32>
    %low = arith.cmpi ult, %thread, %c2 : index
    cf.cond_br %low, ^leave, ^stay
  ^leave:
    gpu.return
  ^stay:
    %once = func.call @triple(%thread) : (index) -> index
    %c3 = arith.constant 3 : index
    %again = func.call @triple(%c3) : (index) -> index
    %less = arith.minui %once, %again : index
    %value = arith.index_cast %less : index to i32
    memref.store %value, %out[%thread] : memref<4xi32>
    gpu.return
  }
  func.func @triple(%x: index) -> index {
    %c0 = arith.constant 0 : index
    %c3 = arith.constant 3 : index
    %none = arith.cmpi eq, %x, %c0 : index
    cf.cond_br %none, ^end(%c0 : index), ^more
  ^more:
    %product = arith.muli %x, %c3 : index
    cf.br ^end(%product : index)
  ^end(%result: index):
    return %result : index
  }

  // DOUBT: error: assertion: thread (5,0,0) of block (0,0,0) asserts "few threads", which does not hold (and 2 more)
  gpu.func @doubt(%n: index) kernel attributes {known_block_size = array<i32: 8, 1, 1>} {
    %c5 = arith.constant 5 : index
    %thread = gpu.thread_id x
    %few = arith.cmpi ult, %thread, %c5 : index
    cf.assert %few, "few threads"
    gpu.return
  }
}
