// A tiled product with mma.sync m16n8k32 of s8: any extents, tiles with zeros behind the edges, in padded shared memory,
// read by ldmatrix; several steps along k, several blocks of two warps. The kernel compares with naive sums.

// RUN: sdq-simulate %s --grid=2,3 --arg=random:43x100 --arg=random:37x100 --arg=undefined:43x37 --arg=undefined:6x64 --print=2,3 | FileCheck %s
// RUN: sdq-simulate %s --grid=1,1 --arg=random:32x64 --arg=random:16x64 --arg=undefined:32x16 --arg=undefined:1x64 --print=2,3 --table | FileCheck %s --check-prefixes=CHECK,COUNTS
// RUN: sdq-simulate %s --grid=1,1 --arg=random:1x1 --arg=random:1x1 --arg=undefined:1x1 --arg=undefined:1x64 --print=2,3 | FileCheck %s --check-prefix=ONE

// The generator's first bytes, 37 and −88.
// ONE: argument 2: -3256{{$}}
// ONE-NEXT: argument 3:{{( 0)+$}}
// CHECK: argument 2: {{.*[1-9].*}}
// CHECK-NEXT: argument 3:{{( 0)+$}}
// Two steps of two warps. Rows of 48 bytes put eight rows on different banks: 4·2·2 passes for A, as many for B, and none
// conflicts.
// COUNTS: {{ }}4 32.0 0 16 0 0 {{.*}}nvgpu.ldmatrix %tileA
// COUNTS: {{ }}4 32.0 0 16 0 0 {{.*}}nvgpu.ldmatrix %tileB
// COUNTS: {{ }}4 32.0 0 0 0 4 {{.*}}nvgpu.mma.sync
// COUNTS: {{ }}4 32.0 0 0 0 4 {{.*}}nvgpu.mma.sync

gpu.module @kernels {
  // out[m, n] = Σ_k a[m, k]·b[n, k]; a block has 32 rows and 16 columns, a warp 16 rows. A count of what differs for each
  // thread.
  gpu.func @matmul_s8(%a: memref<?x?xi8>, %b: memref<?x?xi8>, %out: memref<?x?xi32>, %mismatches: memref<?x64xi32>)
      workgroup(%tileA: memref<32x48xi8, #gpu.address_space<workgroup>> {llvm.align = 16 : i64},
                %tileB: memref<16x48xi8, #gpu.address_space<workgroup>> {llvm.align = 16 : i64},
                %tileD: memref<32x16xi32, #gpu.address_space<workgroup>> {llvm.align = 8 : i64})
      kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %c64 = arith.constant 64 : index
    %c512 = arith.constant 512 : index
    %c1024 = arith.constant 1024 : index
    %zero = arith.constant 0 : i32
    %zeroByte = arith.constant 0 : i8
    %zeros = arith.constant dense<0> : vector<2x2xi32>
    %rows = memref.dim %a, %c0 : memref<?x?xi8>
    %columns = memref.dim %b, %c0 : memref<?x?xi8>
    %depth = memref.dim %a, %c1 : memref<?x?xi8>
    %tid = gpu.thread_id x
    %lane = arith.remui %tid, %c32 : index
    %warp = arith.divui %tid, %c32 : index
    %blockRow = gpu.block_id x
    %blockColumn = gpu.block_id y
    %firstRow = arith.muli %blockRow, %c32 : index
    %firstColumn = arith.muli %blockColumn, %c16 : index

    %warpRow = arith.muli %warp, %c16 : index
    %lane16 = arith.remui %lane, %c16 : index
    %upper = arith.divui %lane, %c16 : index
    %rowOfA = arith.addi %warpRow, %lane16 : index
    %chunkOfA = arith.muli %upper, %c16 : index
    // Four matrices of B: columns 0–7 in two halves of k, columns 8–15 likewise.
    %lane8 = arith.remui %lane, %c8 : index
    %upper8 = arith.muli %upper, %c8 : index
    %rowOfB = arith.addi %lane8, %upper8 : index
    %quarter = arith.divui %lane16, %c8 : index
    %chunkOfB = arith.muli %quarter, %c16 : index

    %d:2 = scf.for %k = %c0 to %depth step %c32 iter_args(%left = %zeros, %right = %zeros)
        -> (vector<2x2xi32>, vector<2x2xi32>) {
      scf.for %i = %tid to %c1024 step %c64 {
        %row = arith.divui %i, %c32 : index
        %column = arith.remui %i, %c32 : index
        %m = arith.addi %firstRow, %row : index
        %at = arith.addi %k, %column : index
        %inRows = arith.cmpi ult, %m, %rows : index
        %inDepth = arith.cmpi ult, %at, %depth : index
        %inside = arith.andi %inRows, %inDepth : i1
        %value = scf.if %inside -> (i8) {
          %x = memref.load %a[%m, %at] : memref<?x?xi8>
          scf.yield %x : i8
        } else {
          scf.yield %zeroByte : i8
        }
        memref.store %value, %tileA[%row, %column] : memref<32x48xi8, #gpu.address_space<workgroup>>
      }
      scf.for %i = %tid to %c512 step %c64 {
        %row = arith.divui %i, %c32 : index
        %column = arith.remui %i, %c32 : index
        %n = arith.addi %firstColumn, %row : index
        %at = arith.addi %k, %column : index
        %inColumns = arith.cmpi ult, %n, %columns : index
        %inDepth = arith.cmpi ult, %at, %depth : index
        %inside = arith.andi %inColumns, %inDepth : i1
        %value = scf.if %inside -> (i8) {
          %x = memref.load %b[%n, %at] : memref<?x?xi8>
          scf.yield %x : i8
        } else {
          scf.yield %zeroByte : i8
        }
        memref.store %value, %tileB[%row, %column] : memref<16x48xi8, #gpu.address_space<workgroup>>
      }
      gpu.barrier
      %fragmentA = nvgpu.ldmatrix %tileA[%rowOfA, %chunkOfA] {numTiles = 4 : i32, transpose = false}
          : memref<32x48xi8, #gpu.address_space<workgroup>> -> vector<4x4xi8>
      %fragmentsB = nvgpu.ldmatrix %tileB[%rowOfB, %chunkOfB] {numTiles = 4 : i32, transpose = false}
          : memref<16x48xi8, #gpu.address_space<workgroup>> -> vector<4x4xi8>
      %fragmentB0 = vector.extract_strided_slice %fragmentsB {offsets = [0, 0], sizes = [2, 4], strides = [1, 1]}
          : vector<4x4xi8> to vector<2x4xi8>
      %fragmentB1 = vector.extract_strided_slice %fragmentsB {offsets = [2, 0], sizes = [2, 4], strides = [1, 1]}
          : vector<4x4xi8> to vector<2x4xi8>
      %newLeft = nvgpu.mma.sync(%fragmentA, %fragmentB0, %left) {mmaShape = [16, 8, 32]}
          : (vector<4x4xi8>, vector<2x4xi8>, vector<2x2xi32>) -> vector<2x2xi32>
      %newRight = nvgpu.mma.sync(%fragmentA, %fragmentB1, %right) {mmaShape = [16, 8, 32]}
          : (vector<4x4xi8>, vector<2x4xi8>, vector<2x2xi32>) -> vector<2x2xi32>
      gpu.barrier
      scf.yield %newLeft, %newRight : vector<2x2xi32>, vector<2x2xi32>
    }

    // Lane 4g + t has rows g and g + 8, columns 2t and 2t + 1.
    %group = arith.divui %lane, %c4 : index
    %thread = arith.remui %lane, %c4 : index
    %row0 = arith.addi %warpRow, %group : index
    %row1 = arith.addi %row0, %c8 : index
    %column0 = arith.muli %thread, %c2 : index
    %column1 = arith.addi %column0, %c8 : index
    %d00 = vector.extract %d#0[0] : vector<2xi32> from vector<2x2xi32>
    %d01 = vector.extract %d#0[1] : vector<2xi32> from vector<2x2xi32>
    %d10 = vector.extract %d#1[0] : vector<2xi32> from vector<2x2xi32>
    %d11 = vector.extract %d#1[1] : vector<2xi32> from vector<2x2xi32>
    vector.store %d00, %tileD[%row0, %column0] {alignment = 8}
        : memref<32x16xi32, #gpu.address_space<workgroup>>, vector<2xi32>
    vector.store %d01, %tileD[%row1, %column0] {alignment = 8}
        : memref<32x16xi32, #gpu.address_space<workgroup>>, vector<2xi32>
    vector.store %d10, %tileD[%row0, %column1] {alignment = 8}
        : memref<32x16xi32, #gpu.address_space<workgroup>>, vector<2xi32>
    vector.store %d11, %tileD[%row1, %column1] {alignment = 8}
        : memref<32x16xi32, #gpu.address_space<workgroup>>, vector<2xi32>
    gpu.barrier

    %count = scf.for %i = %tid to %c512 step %c64 iter_args(%differ = %zero) -> (i32) {
      %tileRow = arith.divui %i, %c16 : index
      %tileColumn = arith.remui %i, %c16 : index
      %m = arith.addi %firstRow, %tileRow : index
      %n = arith.addi %firstColumn, %tileColumn : index
      %inRows = arith.cmpi ult, %m, %rows : index
      %inColumns = arith.cmpi ult, %n, %columns : index
      %inside = arith.andi %inRows, %inColumns : i1
      %value = memref.load %tileD[%tileRow, %tileColumn] : memref<32x16xi32, #gpu.address_space<workgroup>>
      %one = scf.if %inside -> (i32) {
        memref.store %value, %out[%m, %n] : memref<?x?xi32>
        %naive = scf.for %k = %c0 to %depth step %c1 iter_args(%sum = %zero) -> (i32) {
          %x = memref.load %a[%m, %k] : memref<?x?xi8>
          %y = memref.load %b[%n, %k] : memref<?x?xi8>
          %xWide = arith.extsi %x : i8 to i32
          %yWide = arith.extsi %y : i8 to i32
          %product = arith.muli %xWide, %yWide : i32
          %next = arith.addi %sum, %product : i32
          scf.yield %next : i32
        }
        %wrong = arith.cmpi ne, %value, %naive : i32
        %one = arith.extui %wrong : i1 to i32
        scf.yield %one : i32
      } else {
        scf.yield %value : i32
      }
      %next = arith.addi %differ, %one : i32
      scf.yield %next : i32
    }
    // Behind the edges the tile holds zeros, which the count takes as they are.
    %gridRows = gpu.grid_dim x
    %blocksBefore = arith.muli %blockColumn, %gridRows : index
    %block = arith.addi %blocksBefore, %blockRow : index
    memref.store %count, %mismatches[%block, %tid] : memref<?x64xi32>
    gpu.return
  }
}
