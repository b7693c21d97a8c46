// RUN: sdq-simulate %s --arg=undefined --arg=undefined --print=0,1 | FileCheck %s

// A 2:4 product by nvvm.mma.sp.sync of s4 (k128, ordered metadata), whose codes name pairs of eight neighbours:
// 16×8, two instructions deep, tiles of packed nibbles read by ldmatrix, codes that differ from group to group. The
// kernel's own naive sums put each stored element where its code says and count what differs.
//
// CHECK: argument 0: {{.*[1-9].*}}
// CHECK-NEXT: argument 1:{{( 0){32}$}}

gpu.module @kernels {
  gpu.func @sparse_s4(%out: memref<16x8xi32>, %mismatches: memref<32xi32>)
      workgroup(%a: memref<16x80xi8, #gpu.address_space<workgroup>> {llvm.align = 16 : i64},
                %b: memref<8x144xi8, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
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
    %c15 = arith.constant 15 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    %c1024 = arith.constant 1024 : index
    %i0 = arith.constant 0 : i32
    %i2 = arith.constant 2 : i32
    %i3 = arith.constant 3 : i32
    %i4 = arith.constant 4 : i32
    %i6 = arith.constant 6 : i32
    %i7 = arith.constant 7 : i32
    %i15 = arith.constant 15 : i32
    // The six legal codes: 4, 8, 9, C, D, E.
    %legal = arith.constant 0xEDC984 : i32
    %lane = gpu.thread_id x

    // Stored A[row, s] = (7·row + 3·s + row·s) mod 15 − 7; B[k, n] = (5·k + 3·n + k·n) mod 13 − 6, by columns.
    scf.for %i = %lane to %c1024 step %c32 {
      %row = arith.divui %i, %c64 : index
      %column = arith.remui %i, %c64 : index
      %first = arith.muli %column, %c2 : index
      %second = arith.addi %first, %c1 : index
      %lowX = arith.muli %row, %c7 : index
      %lowY = arith.muli %first, %c3 : index
      %lowXY = arith.muli %row, %first : index
      %lowSum0 = arith.addi %lowX, %lowY : index
      %lowSum = arith.addi %lowSum0, %lowXY : index
      %lowDigit = arith.remui %lowSum, %c15 : index
      %lowPositive = arith.index_cast %lowDigit : index to i32
      %low = arith.subi %lowPositive, %i7 : i32
      %highX = arith.muli %row, %c7 : index
      %highY = arith.muli %second, %c3 : index
      %highXY = arith.muli %row, %second : index
      %highSum0 = arith.addi %highX, %highY : index
      %highSum = arith.addi %highSum0, %highXY : index
      %highDigit = arith.remui %highSum, %c15 : index
      %highPositive = arith.index_cast %highDigit : index to i32
      %high = arith.subi %highPositive, %i7 : i32
      %byteLow = arith.andi %low, %i15 : i32
      %byteHigh = arith.shli %high, %i4 : i32
      %byteWide = arith.ori %byteLow, %byteHigh : i32
      %byte = arith.trunci %byteWide : i32 to i8
      memref.store %byte, %a[%row, %column] : memref<16x80xi8, #gpu.address_space<workgroup>>
    }
    scf.for %i = %lane to %c1024 step %c32 {
      %row = arith.divui %i, %c128 : index
      %column = arith.remui %i, %c128 : index
      %first = arith.muli %column, %c2 : index
      %second = arith.addi %first, %c1 : index
      %lowX = arith.muli %first, %c5 : index
      %lowY = arith.muli %row, %c3 : index
      %lowXY = arith.muli %first, %row : index
      %lowSum0 = arith.addi %lowX, %lowY : index
      %lowSum = arith.addi %lowSum0, %lowXY : index
      %lowDigit = arith.remui %lowSum, %c13 : index
      %lowPositive = arith.index_cast %lowDigit : index to i32
      %low = arith.subi %lowPositive, %i6 : i32
      %highX = arith.muli %second, %c5 : index
      %highY = arith.muli %row, %c3 : index
      %highXY = arith.muli %second, %row : index
      %highSum0 = arith.addi %highX, %highY : index
      %highSum = arith.addi %highSum0, %highXY : index
      %highDigit = arith.remui %highSum, %c13 : index
      %highPositive = arith.index_cast %highDigit : index to i32
      %high = arith.subi %highPositive, %i6 : i32
      %byteLow = arith.andi %low, %i15 : i32
      %byteHigh = arith.shli %high, %i4 : i32
      %byteWide = arith.ori %byteLow, %byteHigh : i32
      %byte = arith.trunci %byteWide : i32 to i8
      memref.store %byte, %b[%row, %column] : memref<8x144xi8, #gpu.address_space<workgroup>>
    }
    gpu.barrier

    %group = arith.divui %lane, %c4 : index
    %thread = arith.remui %lane, %c4 : index
    %threadLow = arith.remui %thread, %c2 : index
    %threadHigh = arith.divui %thread, %c2 : index
    %row = arith.remui %lane, %c16 : index
    %half = arith.divui %lane, %c16 : index
    %chunkOfA = arith.muli %half, %c16 : index
    %rowOfB = arith.remui %lane, %c8 : index
    %quarter = arith.divui %lane, %c8 : index
    %chunkOfB = arith.muli %quarter, %c16 : index
    %d:4 = scf.for %step = %c0 to %c2 step %c1 iter_args(%old0 = %i0, %old1 = %i0, %old2 = %i0, %old3 = %i0)
        -> (i32, i32, i32, i32) {
      %stepOfA = arith.muli %step, %c32 : index
      %columnOfA = arith.addi %stepOfA, %chunkOfA : index
      %fragmentA = nvgpu.ldmatrix %a[%row, %columnOfA] {numTiles = 4 : i32, transpose = false}
          : memref<16x80xi8, #gpu.address_space<workgroup>> -> vector<4x4xi8>
      %stepOfB = arith.muli %step, %c64 : index
      %columnOfB = arith.addi %stepOfB, %chunkOfB : index
      %fragmentB = nvgpu.ldmatrix %b[%rowOfB, %columnOfB] {numTiles = 4 : i32, transpose = false}
          : memref<8x144xi8, #gpu.address_space<workgroup>> -> vector<4x4xi8>

      // Lane 4g + t has the codes of row g + 8·(t mod 2), groups 8·(t / 2) and up.
      %rowShift = arith.muli %threadLow, %c8 : index
      %codeRow = arith.addi %group, %rowShift : index
      %firstGroup0 = arith.muli %step, %c16 : index
      %firstGroup1 = arith.muli %threadHigh, %c8 : index
      %firstGroup = arith.addi %firstGroup0, %firstGroup1 : index
      %codes = scf.for %index = %c0 to %c8 step %c1 iter_args(%sofar = %i0) -> (i32) {
        %codeGroup = arith.addi %firstGroup, %index : index
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
      %wordsA = vector.bitcast %fragmentA : vector<4x4xi8> to vector<4x1xi32>
      %a0 = vector.extract %wordsA[0, 0] : i32 from vector<4x1xi32>
      %a1 = vector.extract %wordsA[1, 0] : i32 from vector<4x1xi32>
      %a2 = vector.extract %wordsA[2, 0] : i32 from vector<4x1xi32>
      %a3 = vector.extract %wordsA[3, 0] : i32 from vector<4x1xi32>
      %wordsB = vector.bitcast %fragmentB : vector<4x4xi8> to vector<4x1xi32>
      %b0 = vector.extract %wordsB[0, 0] : i32 from vector<4x1xi32>
      %b1 = vector.extract %wordsB[1, 0] : i32 from vector<4x1xi32>
      %b2 = vector.extract %wordsB[2, 0] : i32 from vector<4x1xi32>
      %b3 = vector.extract %wordsB[3, 0] : i32 from vector<4x1xi32>
      %new = nvvm.mma.sp.sync A[%a0, %a1, %a2, %a3] B[%b0, %b1, %b2, %b3] C[%old0, %old1, %old2, %old3]
          sparseMetadata[%codes] selector[%i0]
          {intOverflowBehavior = #nvvm.mma_int_overflow<wrapped>, multiplicandAPtxType = #nvvm.mma_type<s4>,
           multiplicandBPtxType = #nvvm.mma_type<s4>, orderedMetadata, shape = #nvvm.shape<m = 16, n = 8, k = 128>}
          : (i32, i32, i32) -> !llvm.struct<(i32, i32, i32, i32)>
      %new0 = llvm.extractvalue %new[0] : !llvm.struct<(i32, i32, i32, i32)>
      %new1 = llvm.extractvalue %new[1] : !llvm.struct<(i32, i32, i32, i32)>
      %new2 = llvm.extractvalue %new[2] : !llvm.struct<(i32, i32, i32, i32)>
      %new3 = llvm.extractvalue %new[3] : !llvm.struct<(i32, i32, i32, i32)>
      scf.yield %new0, %new1, %new2, %new3 : i32, i32, i32, i32
    }
    %pair0 = vector.from_elements %d#0, %d#1 : vector<2xi32>
    %pair1 = vector.from_elements %d#2, %d#3 : vector<2xi32>
    %rowBelow = arith.addi %group, %c8 : index
    %column = arith.muli %thread, %c2 : index
    vector.store %pair0, %out[%group, %column] {alignment = 8} : memref<16x8xi32>, vector<2xi32>
    vector.store %pair1, %out[%rowBelow, %column] {alignment = 8} : memref<16x8xi32>, vector<2xi32>
    gpu.barrier

    // The naive product puts each stored element where its code says.
    %count = scf.for %i = %lane to %c128 step %c32 iter_args(%differ = %i0) -> (i32) {
      %m = arith.divui %i, %c8 : index
      %n = arith.remui %i, %c8 : index
      %naive = scf.for %s = %c0 to %c128 step %c1 iter_args(%sum = %i0) -> (i32) {
        %naiveGroup = arith.divui %s, %c4 : index
        %within = arith.remui %s, %c4 : index
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
        %pair = arith.divui %within, %c2 : index
        %element = arith.remui %within, %c2 : index
        %pair32 = arith.index_cast %pair : index to i32
        %away = arith.muli %pair32, %i2 : i32
        %shifted = arith.shrui %kept, %away : i32
        %place32 = arith.andi %shifted, %i3 : i32
        %place = arith.index_cast %place32 : i32 to index
        %firstK = arith.muli %naiveGroup, %c8 : index
        %place2 = arith.muli %place, %c2 : index
        %kOfPair = arith.addi %firstK, %place2 : index
        %k = arith.addi %kOfPair, %element : index
        %xX = arith.muli %m, %c7 : index
        %xY = arith.muli %s, %c3 : index
        %xXY = arith.muli %m, %s : index
        %xSum0 = arith.addi %xX, %xY : index
        %xSum = arith.addi %xSum0, %xXY : index
        %xDigit = arith.remui %xSum, %c15 : index
        %xPositive = arith.index_cast %xDigit : index to i32
        %x = arith.subi %xPositive, %i7 : i32
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
      %got = memref.load %out[%m, %n] : memref<16x8xi32>
      %wrong = arith.cmpi ne, %got, %naive : i32
      %one = arith.extui %wrong : i1 to i32
      %next = arith.addi %differ, %one : i32
      scf.yield %next : i32
    }
    memref.store %count, %mismatches[%lane] : memref<32xi32>
    gpu.return
  }
}
