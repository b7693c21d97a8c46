// A tiled product with mma.sync m16n8k16 of bf16 in f32: one warp a block, any extents, tiles with zeros behind the edges read
// by ldmatrix. The factors are bytes, which bf16 holds exactly, so every sum is exact and the kernel compares with naive
// sums.

// RUN: sdq-simulate %s --grid=3,2 --arg=random:37x50 --arg=random:13x50 --arg=undefined:37x13 --arg=undefined:6x32 --print=2,3 | FileCheck %s
// RUN: sdq-simulate %s --arg=random:16x16 --arg=random:8x16 --arg=undefined:16x8 --arg=undefined:1x32 --print=2,3 | FileCheck %s
// RUN: sdq-simulate %s --arg=random:1x1 --arg=random:1x1 --arg=undefined:1x1 --arg=undefined:1x32 --print=2,3 | FileCheck %s --check-prefix=ONE

// The generator's first bytes, 37 and −88.
// ONE: argument 2: -3256{{$}}
// ONE-NEXT: argument 3:{{( 0)+$}}
// CHECK: argument 2: {{.*[1-9].*}}
// CHECK-NEXT: argument 3:{{( 0)+$}}

gpu.module @kernels {
  // out[m, n] = Σ_k a[m, k]·b[n, k]; a block has 16 rows and 8 columns.
  gpu.func @matmul_bf16(%a: memref<?x?xi8>, %b: memref<?x?xi8>, %out: memref<?x?xf32>, %mismatches: memref<?x32xi32>)
      workgroup(%tileA: memref<16x24xbf16, #gpu.address_space<workgroup>> {llvm.align = 16 : i64},
                %tileB: memref<8x24xbf16, #gpu.address_space<workgroup>> {llvm.align = 16 : i64},
                %tileD: memref<16x8xf32, #gpu.address_space<workgroup>> {llvm.align = 8 : i64})
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %c128 = arith.constant 128 : index
    %c256 = arith.constant 256 : index
    %zero = arith.constant 0 : i32
    %zeroB = arith.constant 0.0 : bf16
    %zeroF = arith.constant 0.0 : f32
    %zeros = arith.constant dense<0.0> : vector<2x2xf32>
    %rows = memref.dim %a, %c0 : memref<?x?xi8>
    %columns = memref.dim %b, %c0 : memref<?x?xi8>
    %depth = memref.dim %a, %c1 : memref<?x?xi8>
    %lane = gpu.thread_id x
    %blockRow = gpu.block_id x
    %blockColumn = gpu.block_id y
    %firstRow = arith.muli %blockRow, %c16 : index
    %firstColumn = arith.muli %blockColumn, %c8 : index
    %lane16 = arith.remui %lane, %c16 : index
    %lane8 = arith.remui %lane, %c8 : index
    %upper = arith.divui %lane, %c16 : index
    %chunkOfA = arith.muli %upper, %c8 : index
    %eighth = arith.divui %lane16, %c8 : index
    %chunkOfB = arith.muli %eighth, %c8 : index

    %d = scf.for %k = %c0 to %depth step %c16 iter_args(%sum = %zeros) -> (vector<2x2xf32>) {
      scf.for %i = %lane to %c256 step %c32 {
        %row = arith.divui %i, %c16 : index
        %column = arith.remui %i, %c16 : index
        %m = arith.addi %firstRow, %row : index
        %at = arith.addi %k, %column : index
        %inRows = arith.cmpi ult, %m, %rows : index
        %inDepth = arith.cmpi ult, %at, %depth : index
        %inside = arith.andi %inRows, %inDepth : i1
        %value = scf.if %inside -> (bf16) {
          %x = memref.load %a[%m, %at] : memref<?x?xi8>
          %float = arith.sitofp %x : i8 to bf16
          scf.yield %float : bf16
        } else {
          scf.yield %zeroB : bf16
        }
        memref.store %value, %tileA[%row, %column] : memref<16x24xbf16, #gpu.address_space<workgroup>>
      }
      scf.for %i = %lane to %c128 step %c32 {
        %row = arith.divui %i, %c16 : index
        %column = arith.remui %i, %c16 : index
        %n = arith.addi %firstColumn, %row : index
        %at = arith.addi %k, %column : index
        %inColumns = arith.cmpi ult, %n, %columns : index
        %inDepth = arith.cmpi ult, %at, %depth : index
        %inside = arith.andi %inColumns, %inDepth : i1
        %value = scf.if %inside -> (bf16) {
          %x = memref.load %b[%n, %at] : memref<?x?xi8>
          %float = arith.sitofp %x : i8 to bf16
          scf.yield %float : bf16
        } else {
          scf.yield %zeroB : bf16
        }
        memref.store %value, %tileB[%row, %column] : memref<8x24xbf16, #gpu.address_space<workgroup>>
      }
      gpu.barrier
      %fragmentA = nvgpu.ldmatrix %tileA[%lane16, %chunkOfA] {numTiles = 4 : i32, transpose = false}
          : memref<16x24xbf16, #gpu.address_space<workgroup>> -> vector<4x2xbf16>
      %fragmentB = nvgpu.ldmatrix %tileB[%lane8, %chunkOfB] {numTiles = 2 : i32, transpose = false}
          : memref<8x24xbf16, #gpu.address_space<workgroup>> -> vector<2x2xbf16>
      %next = nvgpu.mma.sync(%fragmentA, %fragmentB, %sum) {mmaShape = [16, 8, 16]}
          : (vector<4x2xbf16>, vector<2x2xbf16>, vector<2x2xf32>) -> vector<2x2xf32>
      gpu.barrier
      scf.yield %next : vector<2x2xf32>
    }

    %group = arith.divui %lane, %c4 : index
    %thread = arith.remui %lane, %c4 : index
    %row1 = arith.addi %group, %c8 : index
    %column = arith.muli %thread, %c2 : index
    %d0 = vector.extract %d[0] : vector<2xf32> from vector<2x2xf32>
    %d1 = vector.extract %d[1] : vector<2xf32> from vector<2x2xf32>
    vector.store %d0, %tileD[%group, %column] {alignment = 8}
        : memref<16x8xf32, #gpu.address_space<workgroup>>, vector<2xf32>
    vector.store %d1, %tileD[%row1, %column] {alignment = 8}
        : memref<16x8xf32, #gpu.address_space<workgroup>>, vector<2xf32>
    gpu.barrier

    // Behind the edges the tile must hold zeros.
    %count = scf.for %i = %lane to %c128 step %c32 iter_args(%differ = %zero) -> (i32) {
      %tileRow = arith.divui %i, %c8 : index
      %tileColumn = arith.remui %i, %c8 : index
      %m = arith.addi %firstRow, %tileRow : index
      %n = arith.addi %firstColumn, %tileColumn : index
      %inRows = arith.cmpi ult, %m, %rows : index
      %inColumns = arith.cmpi ult, %n, %columns : index
      %inside = arith.andi %inRows, %inColumns : i1
      %value = memref.load %tileD[%tileRow, %tileColumn] : memref<16x8xf32, #gpu.address_space<workgroup>>
      %expected = scf.if %inside -> (f32) {
        memref.store %value, %out[%m, %n] : memref<?x?xf32>
        %naive = scf.for %k = %c0 to %depth step %c1 iter_args(%sum = %zero) -> (i32) {
          %x = memref.load %a[%m, %k] : memref<?x?xi8>
          %y = memref.load %b[%n, %k] : memref<?x?xi8>
          %xWide = arith.extsi %x : i8 to i32
          %yWide = arith.extsi %y : i8 to i32
          %product = arith.muli %xWide, %yWide : i32
          %next = arith.addi %sum, %product : i32
          scf.yield %next : i32
        }
        %float = arith.sitofp %naive : i32 to f32
        scf.yield %float : f32
      } else {
        scf.yield %zeroF : f32
      }
      %wrong = arith.cmpf une, %value, %expected : f32
      %one = arith.extui %wrong : i1 to i32
      %next = arith.addi %differ, %one : i32
      scf.yield %next : i32
    }
    %gridRows = gpu.grid_dim x
    %blocksBefore = arith.muli %blockColumn, %gridRows : index
    %block = arith.addi %blocksBefore, %blockRow : index
    memref.store %count, %mismatches[%block, %lane] : memref<?x32xi32>
    gpu.return
  }
}
