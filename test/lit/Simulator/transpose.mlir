// A 32×32 transpose through shared memory: without padding every column read is 32 words of one bank, with one column of
// padding none conflict. What global memory moves is the same, and as little as can be.

// RUN: sdq-simulate %s --kernel=plain --arg=random --arg=undefined --table | FileCheck %s --check-prefix=PLAIN
// RUN: sdq-simulate %s --kernel=padded --arg=random --arg=undefined --table | FileCheck %s --check-prefix=PADDED
// RUN: not sdq-simulate %s --kernel=no_barrier --arg=random --arg=undefined 2>&1 | FileCheck %s --check-prefix=RACE

// 1024 threads, 32 warps; 32 passes to write and 32·32 to read.
// PLAIN: global transactions 64, sectors 256; shared passes 1056, bank conflicts 992
// PADDED: global transactions 64, sectors 256; shared passes 64, bank conflicts 0
// RACE: error: race: thread ({{.*}}) of block (0,0,0) reads shared memory at byte {{.*}} that thread ({{.*}}) of block (0,0,0) writes, with no barrier between

gpu.module @kernels {
  gpu.func @plain(%in: memref<32x32xi32>, %out: memref<32x32xi32>)
      workgroup(%tile: memref<32x32xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 32, 32, 1>} {
    %x = gpu.thread_id x
    %y = gpu.thread_id y
    %value = memref.load %in[%y, %x] : memref<32x32xi32>
    memref.store %value, %tile[%y, %x] : memref<32x32xi32, #gpu.address_space<workgroup>>
    gpu.barrier
    %column = memref.load %tile[%x, %y] : memref<32x32xi32, #gpu.address_space<workgroup>>
    memref.store %column, %out[%y, %x] : memref<32x32xi32>
    gpu.return
  }

  gpu.func @padded(%in: memref<32x32xi32>, %out: memref<32x32xi32>)
      workgroup(%tile: memref<32x33xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 32, 32, 1>} {
    %x = gpu.thread_id x
    %y = gpu.thread_id y
    %value = memref.load %in[%y, %x] : memref<32x32xi32>
    memref.store %value, %tile[%y, %x] : memref<32x33xi32, #gpu.address_space<workgroup>>
    gpu.barrier
    %column = memref.load %tile[%x, %y] : memref<32x33xi32, #gpu.address_space<workgroup>>
    memref.store %column, %out[%y, %x] : memref<32x32xi32>
    gpu.return
  }

  gpu.func @no_barrier(%in: memref<32x32xi32>, %out: memref<32x32xi32>)
      workgroup(%tile: memref<32x33xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 32, 32, 1>} {
    %x = gpu.thread_id x
    %y = gpu.thread_id y
    %value = memref.load %in[%y, %x] : memref<32x32xi32>
    memref.store %value, %tile[%y, %x] : memref<32x33xi32, #gpu.address_space<workgroup>>
    %column = memref.load %tile[%x, %y] : memref<32x33xi32, #gpu.address_space<workgroup>>
    memref.store %column, %out[%y, %x] : memref<32x32xi32>
    gpu.return
  }
}
