// RUN: sdq-simulate %s --arg=undefined --arg=undefined --print=0,1 | FileCheck %s

// A tiled product with mma.sync m16n8k16 of f16: two warps, tiles in padded shared memory read by ldmatrix, A by rows, B by
// columns (plain) and by rows (transposed). Small integers make every sum exact, so the kernel compares with naive sums
// itself and counts what differs.
//
// CHECK: argument 0: {{.*[1-9].*}}
// CHECK-NEXT: argument 1:{{( 0){64}$}}

gpu.module @kernels {
  // out = A·B, 32×16, K = 64. mismatches: a count a thread.
  gpu.func @matmul_f16(%out: memref<32x16xf32>, %mismatches: memref<64xi32>)
      workgroup(%a: memref<32x72xf16, #gpu.address_space<workgroup>> {llvm.align = 16 : i64},
                %bColumns: memref<16x72xf16, #gpu.address_space<workgroup>> {llvm.align = 16 : i64},
                %bRows: memref<64x24xf16, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
      kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    %c5 = arith.constant 5 : index
    %c7 = arith.constant 7 : index
    %c8 = arith.constant 8 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %c64 = arith.constant 64 : index
    %cA = arith.constant 2048 : index
    %cB = arith.constant 1024 : index
    %cOut = arith.constant 512 : index
    %three = arith.constant 3 : i32
    %zero = arith.constant 0 : i32
    %zeros = arith.constant dense<0.0> : vector<2x2xf32>
    %zeroF = arith.constant 0.0 : f32
    %tid = gpu.thread_id x
    %lane = arith.remui %tid, %c32 : index
    %warp = arith.divui %tid, %c32 : index

    // A[row, k] = (5·row + 3·k) mod 7 − 3, B[k, n] = (k + 2·n + k·n) mod 7 − 3.
    scf.for %i = %tid to %cA step %c64 {
      %row = arith.divui %i, %c64 : index
      %k = arith.remui %i, %c64 : index
      %row5 = arith.muli %row, %c5 : index
      %k3 = arith.muli %k, %c3 : index
      %sum = arith.addi %row5, %k3 : index
      %digit = arith.remui %sum, %c7 : index
      %integer = arith.index_cast %digit : index to i32
      %centred = arith.subi %integer, %three : i32
      %value = arith.sitofp %centred : i32 to f16
      memref.store %value, %a[%row, %k] : memref<32x72xf16, #gpu.address_space<workgroup>>
    }
    scf.for %i = %tid to %cB step %c64 {
      %k = arith.divui %i, %c16 : index
      %n = arith.remui %i, %c16 : index
      %n2 = arith.muli %n, %c2 : index
      %kn = arith.muli %k, %n : index
      %sum0 = arith.addi %k, %n2 : index
      %sum = arith.addi %sum0, %kn : index
      %digit = arith.remui %sum, %c7 : index
      %integer = arith.index_cast %digit : index to i32
      %centred = arith.subi %integer, %three : i32
      %value = arith.sitofp %centred : i32 to f16
      memref.store %value, %bColumns[%n, %k] : memref<16x72xf16, #gpu.address_space<workgroup>>
      memref.store %value, %bRows[%k, %n] : memref<64x24xf16, #gpu.address_space<workgroup>>
    }
    gpu.barrier

    // The warp's 16 rows; columns 0–7 with B by columns, 8–15 with B by rows.
    %firstRow = arith.muli %warp, %c16 : index
    %lane16 = arith.remui %lane, %c16 : index
    %upper = arith.divui %lane, %c16 : index
    %rowOfA = arith.addi %firstRow, %lane16 : index
    %chunkOfA = arith.muli %upper, %c8 : index
    %lane8 = arith.remui %lane, %c8 : index
    %eighth = arith.divui %lane16, %c8 : index
    %chunkOfB = arith.muli %eighth, %c8 : index
    %d:2 = scf.for %k = %c0 to %c64 step %c16 iter_args(%left = %zeros, %right = %zeros)
        -> (vector<2x2xf32>, vector<2x2xf32>) {
      %columnOfA = arith.addi %k, %chunkOfA : index
      %fragmentA = nvgpu.ldmatrix %a[%rowOfA, %columnOfA] {numTiles = 4 : i32, transpose = false}
          : memref<32x72xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
      %columnOfB = arith.addi %k, %chunkOfB : index
      %fragmentB = nvgpu.ldmatrix %bColumns[%lane8, %columnOfB] {numTiles = 2 : i32, transpose = false}
          : memref<16x72xf16, #gpu.address_space<workgroup>> -> vector<2x2xf16>
      %newLeft = nvgpu.mma.sync(%fragmentA, %fragmentB, %left) {mmaShape = [16, 8, 16]}
          : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
      %rowOfB = arith.addi %k, %lane16 : index
      %transposed = nvgpu.ldmatrix %bRows[%rowOfB, %c8] {numTiles = 2 : i32, transpose = true}
          : memref<64x24xf16, #gpu.address_space<workgroup>> -> vector<2x2xf16>
      %newRight = nvgpu.mma.sync(%fragmentA, %transposed, %right) {mmaShape = [16, 8, 16]}
          : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
      scf.yield %newLeft, %newRight : vector<2x2xf32>, vector<2x2xf32>
    }

    %group = arith.divui %lane, %c4 : index
    %thread = arith.remui %lane, %c4 : index
    %row0 = arith.addi %firstRow, %group : index
    %row1 = arith.addi %row0, %c8 : index
    %column0 = arith.muli %thread, %c2 : index
    %column1 = arith.addi %column0, %c8 : index
    %d00 = vector.extract %d#0[0] : vector<2xf32> from vector<2x2xf32>
    %d01 = vector.extract %d#0[1] : vector<2xf32> from vector<2x2xf32>
    %d10 = vector.extract %d#1[0] : vector<2xf32> from vector<2x2xf32>
    %d11 = vector.extract %d#1[1] : vector<2xf32> from vector<2x2xf32>
    vector.store %d00, %out[%row0, %column0] {alignment = 8} : memref<32x16xf32>, vector<2xf32>
    vector.store %d01, %out[%row1, %column0] {alignment = 8} : memref<32x16xf32>, vector<2xf32>
    vector.store %d10, %out[%row0, %column1] {alignment = 8} : memref<32x16xf32>, vector<2xf32>
    vector.store %d11, %out[%row1, %column1] {alignment = 8} : memref<32x16xf32>, vector<2xf32>
    gpu.barrier

    %count = scf.for %i = %tid to %cOut step %c64 iter_args(%differ = %zero) -> (i32) {
      %row = arith.divui %i, %c16 : index
      %column = arith.remui %i, %c16 : index
      %naive = scf.for %k = %c0 to %c64 step %c1 iter_args(%sum = %zeroF) -> (f32) {
        %x = memref.load %a[%row, %k] : memref<32x72xf16, #gpu.address_space<workgroup>>
        %y = memref.load %bRows[%k, %column] : memref<64x24xf16, #gpu.address_space<workgroup>>
        %xWide = arith.extf %x : f16 to f32
        %yWide = arith.extf %y : f16 to f32
        %product = arith.mulf %xWide, %yWide : f32
        %next = arith.addf %sum, %product : f32
        scf.yield %next : f32
      }
      %got = memref.load %out[%row, %column] : memref<32x16xf32>
      %wrong = arith.cmpf une, %got, %naive : f32
      %one = arith.extui %wrong : i1 to i32
      %next = arith.addi %differ, %one : i32
      scf.yield %next : i32
    }
    memref.store %count, %mismatches[%tid] : memref<64xi32>
    gpu.return
  }
}
