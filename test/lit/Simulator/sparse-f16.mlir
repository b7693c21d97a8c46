// RUN: sdq-simulate %s --arg=undefined --arg=undefined --print=0,1 | FileCheck %s

// A 2:4 product by nvgpu.mma.sp.sync of f16 (k32, plain metadata from lanes 2 and 3 of each four): 16×8, two
// instructions deep, tiles read by ldmatrix, codes that differ from group to group. The kernel's own naive sums put
// each stored element where its code says and count what differs.
//
// CHECK: argument 0: {{.*[1-9].*}}
// CHECK-NEXT: argument 1:{{( 0){32}$}}

gpu.module @kernels {
  gpu.func @sparse_f16(%out: memref<16x8xf32>, %mismatches: memref<32xi32>)
      workgroup(%a: memref<16x40xf16, #gpu.address_space<workgroup>> {llvm.align = 16 : i64},
                %b: memref<8x72xf16, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    %c5 = arith.constant 5 : index
    %c6 = arith.constant 6 : index
    %c7 = arith.constant 7 : index
    %c8 = arith.constant 8 : index
    %c13 = arith.constant 13 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    %c512 = arith.constant 512 : index
    %i0 = arith.constant 0 : i32
    %i2 = arith.constant 2 : i32
    %i3 = arith.constant 3 : i32
    %i4 = arith.constant 4 : i32
    %i6 = arith.constant 6 : i32
    %i15 = arith.constant 15 : i32
    // The six legal codes: 4, 8, 9, C, D, E.
    %legal = arith.constant 0xEDC984 : i32
    %zeros = arith.constant dense<0.0> : vector<2x2xf32>
    %lane = gpu.thread_id x

    // Stored A[row, s] = (7·row + 3·s + row·s) mod 13 − 6; B[k, n] = (5·k + 3·n + k·n) mod 13 − 6, by columns.
    scf.for %i = %lane to %c512 step %c32 {
      %row = arith.divui %i, %c32 : index
      %column = arith.remui %i, %c32 : index
      %integerX = arith.muli %row, %c7 : index
      %integerY = arith.muli %column, %c3 : index
      %integerXY = arith.muli %row, %column : index
      %integerSum0 = arith.addi %integerX, %integerY : index
      %integerSum = arith.addi %integerSum0, %integerXY : index
      %integerDigit = arith.remui %integerSum, %c13 : index
      %integerPositive = arith.index_cast %integerDigit : index to i32
      %integer = arith.subi %integerPositive, %i6 : i32
      %value = arith.sitofp %integer : i32 to f16
      memref.store %value, %a[%row, %column] : memref<16x40xf16, #gpu.address_space<workgroup>>
    }
    scf.for %i = %lane to %c512 step %c32 {
      %row = arith.divui %i, %c64 : index
      %column = arith.remui %i, %c64 : index
      %integerX = arith.muli %column, %c5 : index
      %integerY = arith.muli %row, %c3 : index
      %integerXY = arith.muli %column, %row : index
      %integerSum0 = arith.addi %integerX, %integerY : index
      %integerSum = arith.addi %integerSum0, %integerXY : index
      %integerDigit = arith.remui %integerSum, %c13 : index
      %integerPositive = arith.index_cast %integerDigit : index to i32
      %integer = arith.subi %integerPositive, %i6 : i32
      %value = arith.sitofp %integer : i32 to f16
      memref.store %value, %b[%row, %column] : memref<8x72xf16, #gpu.address_space<workgroup>>
    }
    gpu.barrier

    %group = arith.divui %lane, %c4 : index
    %thread = arith.remui %lane, %c4 : index
    %threadLow = arith.remui %thread, %c2 : index
    %threadHigh = arith.divui %thread, %c2 : index
    %row = arith.remui %lane, %c16 : index
    %half = arith.divui %lane, %c16 : index
    %chunkOfA = arith.muli %half, %c8 : index
    %rowOfB = arith.remui %lane, %c8 : index
    %quarter = arith.divui %lane, %c8 : index
    %chunkOfB = arith.muli %quarter, %c8 : index
    %d:1 = scf.for %step = %c0 to %c2 step %c1 iter_args(%old = %zeros) -> (vector<2x2xf32>) {
      %stepOfA = arith.muli %step, %c16 : index
      %columnOfA = arith.addi %stepOfA, %chunkOfA : index
      %fragmentA = nvgpu.ldmatrix %a[%row, %columnOfA] {numTiles = 4 : i32, transpose = false}
          : memref<16x40xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
      %stepOfB = arith.muli %step, %c32 : index
      %columnOfB = arith.addi %stepOfB, %chunkOfB : index
      %fragmentB = nvgpu.ldmatrix %b[%rowOfB, %columnOfB] {numTiles = 4 : i32, transpose = false}
          : memref<8x72xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>

      // Codes 0–3 are of row g, 4–7 of row g + 8; lanes 4g + 2 and 4g + 3 have 4 groups each, the others nothing.
      %firstGroup0 = arith.muli %step, %c8 : index
      %firstGroup1 = arith.muli %threadLow, %c4 : index
      %firstGroup = arith.addi %firstGroup0, %firstGroup1 : index
      %allCodes = scf.for %index = %c0 to %c8 step %c1 iter_args(%sofar = %i0) -> (i32) {
        %below = arith.divui %index, %c4 : index
        %rowShift = arith.muli %below, %c8 : index
        %codeRow = arith.addi %group, %rowShift : index
        %withinRow = arith.remui %index, %c4 : index
        %codeGroup = arith.addi %firstGroup, %withinRow : index
        %codeByRow = arith.muli %codeRow, %c5 : index
        %codeByGroup = arith.muli %codeGroup, %c3 : index
        %codeBoth = arith.muli %codeRow, %codeGroup : index
        %codeSum0 = arith.addi %codeByRow, %codeByGroup : index
        %codeSum = arith.addi %codeSum0, %codeBoth : index
        %codeWhich = arith.remui %codeSum, %c6 : index
        %codeIndex = arith.index_cast %codeWhich : index to i32
        %codeShift = arith.muli %codeIndex, %i4 : i32
        %codeWide = arith.shrui %legal, %codeShift : i32
        %code = arith.andi %codeWide, %i15 : i32
        %index32 = arith.index_cast %index : index to i32
        %position = arith.muli %index32, %i4 : i32
        %placed = arith.shli %code, %position : i32
        %more = arith.ori %sofar, %placed : i32
        scf.yield %more : i32
      }
      %selected = arith.cmpi eq, %threadHigh, %c1 : index
      %codes = arith.select %selected, %allCodes, %i0 : i32
      %codesVector = vector.broadcast %codes : i32 to vector<1xi32>
      %metadata = vector.bitcast %codesVector : vector<1xi32> to vector<2xi16>
      %new = nvgpu.mma.sp.sync(%fragmentA, %fragmentB, %old) metadata(%metadata) {mmaShape = [16, 8, 32], sparsitySelector = 1 : i32}
          : (vector<4x2xf16>, vector<4x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
      scf.yield %new : vector<2x2xf32>
    }
    %pair0 = vector.extract %d#0[0] : vector<2xf32> from vector<2x2xf32>
    %pair1 = vector.extract %d#0[1] : vector<2xf32> from vector<2x2xf32>
    %rowBelow = arith.addi %group, %c8 : index
    %column = arith.muli %thread, %c2 : index
    vector.store %pair0, %out[%group, %column] {alignment = 8} : memref<16x8xf32>, vector<2xf32>
    vector.store %pair1, %out[%rowBelow, %column] {alignment = 8} : memref<16x8xf32>, vector<2xf32>
    gpu.barrier

    // The naive product puts each stored element where its code says.
    %count = scf.for %i = %lane to %c128 step %c32 iter_args(%differ = %i0) -> (i32) {
      %m = arith.divui %i, %c8 : index
      %n = arith.remui %i, %c8 : index
      %naive = scf.for %s = %c0 to %c32 step %c1 iter_args(%sum = %i0) -> (i32) {
        %naiveGroup = arith.divui %s, %c2 : index
        %within = arith.remui %s, %c2 : index
        %keptByRow = arith.muli %m, %c5 : index
        %keptByGroup = arith.muli %naiveGroup, %c3 : index
        %keptBoth = arith.muli %m, %naiveGroup : index
        %keptSum0 = arith.addi %keptByRow, %keptByGroup : index
        %keptSum = arith.addi %keptSum0, %keptBoth : index
        %keptWhich = arith.remui %keptSum, %c6 : index
        %keptIndex = arith.index_cast %keptWhich : index to i32
        %keptShift = arith.muli %keptIndex, %i4 : i32
        %keptWide = arith.shrui %legal, %keptShift : i32
        %kept = arith.andi %keptWide, %i15 : i32
        %pair32 = arith.index_cast %within : index to i32
        %away = arith.muli %pair32, %i2 : i32
        %shifted = arith.shrui %kept, %away : i32
        %place32 = arith.andi %shifted, %i3 : i32
        %place = arith.index_cast %place32 : i32 to index
        %firstK = arith.muli %naiveGroup, %c4 : index
        %k = arith.addi %firstK, %place : index
        %xX = arith.muli %m, %c7 : index
        %xY = arith.muli %s, %c3 : index
        %xXY = arith.muli %m, %s : index
        %xSum0 = arith.addi %xX, %xY : index
        %xSum = arith.addi %xSum0, %xXY : index
        %xDigit = arith.remui %xSum, %c13 : index
        %xPositive = arith.index_cast %xDigit : index to i32
        %x = arith.subi %xPositive, %i6 : i32
        %yX = arith.muli %k, %c5 : index
        %yY = arith.muli %n, %c3 : index
        %yXY = arith.muli %k, %n : index
        %ySum0 = arith.addi %yX, %yY : index
        %ySum = arith.addi %ySum0, %yXY : index
        %yDigit = arith.remui %ySum, %c13 : index
        %yPositive = arith.index_cast %yDigit : index to i32
        %y = arith.subi %yPositive, %i6 : i32
        %product = arith.muli %x, %y : i32
        %next = arith.addi %sum, %product : i32
        scf.yield %next : i32
      }
      %got = memref.load %out[%m, %n] : memref<16x8xf32>
      %gotInteger = arith.fptosi %got : f32 to i32
      %wrong = arith.cmpi ne, %gotInteger, %naive : i32
      %one = arith.extui %wrong : i1 to i32
      %next = arith.addi %differ, %one : i32
      scf.yield %next : i32
    }
    memref.store %count, %mismatches[%lane] : memref<32xi32>
    gpu.return
  }
}
