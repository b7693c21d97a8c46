// A block-scaled 2:4 product, m16n8k128 of e2m1 with a ue4m3 scale for 32 of k (4X), ordered metadata that names pairs: two
// instructions deep, fragments read straight from memory, each lane its own. Random codes, metadata and scales; the sums are
// exact, so the kernel compares with sums in integers.

// RUN: sdq-simulate %s --arg=random --arg=random --arg=random --arg=random --arg=random --arg=undefined --arg=undefined --print=5,6 | FileCheck %s

// CHECK: argument 5: {{.*[1-9].*}}
// CHECK-NEXT: argument 6:{{( 0){32}$}}

gpu.module @kernels {
  // Two steps of k. a, b: nibbles, the even element in the low one; a holds what is stored. codes: of a byte, mod 6, which of
  // the legal metadata codes; a code is for a pair of pairs of eight k. scales: of a byte, the low bits, for 1 to 3.75.
  gpu.func @sparse_e2m1(%a: memref<16x64xi8>, %b: memref<8x128xi8>, %codes: memref<16x32xi8>, %scalesA: memref<16x8xi8>,
                        %scalesB: memref<8x8xi8>, %out: memref<16x8xf32>, %mismatches: memref<32xi32>)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %c128 = arith.constant 128 : index
    %i0 = arith.constant 0 : i32
    %i3 = arith.constant 3 : i32
    %i4 = arith.constant 4 : i32
    %i7 = arith.constant 7 : i32
    %i8 = arith.constant 8 : i32
    %i15 = arith.constant 15 : i32
    %f0 = arith.constant 0.0 : f32
    %h0 = arith.constant 0 : i16
    %lane = gpu.thread_id x
    %group = arith.divui %lane, %c4 : index
    %thread = arith.remui %lane, %c4 : index
    %threadLow = arith.remui %thread, %c2 : index
    %threadHigh = arith.divui %thread, %c2 : index
    %below = arith.addi %group, %c8 : index
    %word = arith.muli %thread, %c4 : index
    %rowShift = arith.muli %threadLow, %c8 : index
    %ownRow = arith.addi %group, %rowShift : index
    %c6 = arith.constant 6 : i32
    %legal = arith.constant 0xEDC984 : i32
    %oneA = arith.constant 0x38383838 : i32
    %maskA = arith.constant 0x0F0F0F0F : i32
    %maskB = arith.constant 0x07070707 : i32
    %d:4 = scf.for %step = %c0 to %c2 step %c1 iter_args(%old0 = %f0, %old1 = %f0, %old2 = %f0, %old3 = %f0)
        -> (f32, f32, f32, f32) {
      %firstA = arith.muli %step, %c32 : index
      %atA0 = arith.addi %firstA, %word : index
      %atA1 = arith.addi %atA0, %c16 : index
      %a0Bytes = vector.load %a[%group, %atA0] {alignment = 4} : memref<16x64xi8>, vector<4xi8>
      %a0Word = vector.bitcast %a0Bytes : vector<4xi8> to vector<1xi32>
      %a0 = vector.extract %a0Word[0] : i32 from vector<1xi32>
      %a1Bytes = vector.load %a[%below, %atA0] {alignment = 4} : memref<16x64xi8>, vector<4xi8>
      %a1Word = vector.bitcast %a1Bytes : vector<4xi8> to vector<1xi32>
      %a1 = vector.extract %a1Word[0] : i32 from vector<1xi32>
      %a2Bytes = vector.load %a[%group, %atA1] {alignment = 4} : memref<16x64xi8>, vector<4xi8>
      %a2Word = vector.bitcast %a2Bytes : vector<4xi8> to vector<1xi32>
      %a2 = vector.extract %a2Word[0] : i32 from vector<1xi32>
      %a3Bytes = vector.load %a[%below, %atA1] {alignment = 4} : memref<16x64xi8>, vector<4xi8>
      %a3Word = vector.bitcast %a3Bytes : vector<4xi8> to vector<1xi32>
      %a3 = vector.extract %a3Word[0] : i32 from vector<1xi32>
      %c64 = arith.constant 64 : index
      %firstB = arith.muli %step, %c64 : index
      %atB0 = arith.addi %firstB, %word : index
      %atB1 = arith.addi %atB0, %c16 : index
      %atB2 = arith.addi %atB1, %c16 : index
      %atB3 = arith.addi %atB2, %c16 : index
      %b0Bytes = vector.load %b[%group, %atB0] {alignment = 4} : memref<8x128xi8>, vector<4xi8>
      %b0Word = vector.bitcast %b0Bytes : vector<4xi8> to vector<1xi32>
      %b0 = vector.extract %b0Word[0] : i32 from vector<1xi32>
      %b1Bytes = vector.load %b[%group, %atB1] {alignment = 4} : memref<8x128xi8>, vector<4xi8>
      %b1Word = vector.bitcast %b1Bytes : vector<4xi8> to vector<1xi32>
      %b1 = vector.extract %b1Word[0] : i32 from vector<1xi32>
      %b2Bytes = vector.load %b[%group, %atB2] {alignment = 4} : memref<8x128xi8>, vector<4xi8>
      %b2Word = vector.bitcast %b2Bytes : vector<4xi8> to vector<1xi32>
      %b2 = vector.extract %b2Word[0] : i32 from vector<1xi32>
      %b3Bytes = vector.load %b[%group, %atB3] {alignment = 4} : memref<8x128xi8>, vector<4xi8>
      %b3Word = vector.bitcast %b3Bytes : vector<4xi8> to vector<1xi32>
      %b3 = vector.extract %b3Word[0] : i32 from vector<1xi32>
      // Lane 4g + t has the codes of row g + 8·(t mod 2), groups 8·(t / 2) and up.
      %firstGroup0 = arith.muli %step, %c16 : index
      %firstGroup1 = arith.muli %threadHigh, %c8 : index
      %firstGroup = arith.addi %firstGroup0, %firstGroup1 : index
      %metadata = scf.for %index = %c0 to %c8 step %c1 iter_args(%sofar = %i0) -> (i32) {
        %codeGroup = arith.addi %firstGroup, %index : index
        %byte = memref.load %codes[%ownRow, %codeGroup] : memref<16x32xi8>
        %wide = arith.extui %byte : i8 to i32
        %which = arith.remui %wide, %c6 : i32
        %shift = arith.muli %which, %i4 : i32
        %shifted = arith.shrui %legal, %shift : i32
        %code = arith.andi %shifted, %i15 : i32
        %index32 = arith.index_cast %index : index to i32
        %position = arith.muli %index32, %i4 : i32
        %placed = arith.shli %code, %position : i32
        %more = arith.ori %sofar, %placed : i32
        scf.yield %more : i32
      }
      // Scales: lane 4g + t, t below 2, has those of row g + 8·t of A; lane 4g those of column g of B.
      %firstScale = arith.muli %step, %c4 : index
      %saBytes = vector.load %scalesA[%ownRow, %firstScale] {alignment = 4} : memref<16x8xi8>, vector<4xi8>
      %saWord = vector.bitcast %saBytes : vector<4xi8> to vector<1xi32>
      %sa = vector.extract %saWord[0] : i32 from vector<1xi32>
      %sbBytes = vector.load %scalesB[%group, %firstScale] {alignment = 4} : memref<8x8xi8>, vector<4xi8>
      %sbWord = vector.bitcast %sbBytes : vector<4xi8> to vector<1xi32>
      %sb = vector.extract %sbWord[0] : i32 from vector<1xi32>
      %lowA = arith.andi %sa, %maskA : i32
      %lowB = arith.andi %sb, %maskB : i32
      %scaleA = arith.addi %oneA, %lowA : i32
      %scaleB = arith.addi %oneA, %lowB : i32
      %new = nvvm.mma.sp.block_scale A[%a0, %a1, %a2, %a3] B[%b0, %b1, %b2, %b3] C[%old0, %old1, %old2, %old3]
          sparseMetadata[%metadata] selector[%i0] scaleA[%scaleA, %h0, %h0] scaleB[%scaleB, %h0, %h0]
          {shape = #nvvm.shape<m = 16, n = 8, k = 128>, multiplicandAPtxType = #nvvm.mma_type<e2m1>,
           multiplicandBPtxType = #nvvm.mma_type<e2m1>, scaleVecSize = #nvvm.scale_vec_size<x4>,
           blockScaleFormat = #nvvm.block_scale_format<ue4m3>, kind = #nvvm.block_scale_kind<mxf4nvf4>, orderedMetadata}
          : (i32, i32, f32) -> !llvm.struct<(f32, f32, f32, f32)>
      %new0 = llvm.extractvalue %new[0] : !llvm.struct<(f32, f32, f32, f32)>
      %new1 = llvm.extractvalue %new[1] : !llvm.struct<(f32, f32, f32, f32)>
      %new2 = llvm.extractvalue %new[2] : !llvm.struct<(f32, f32, f32, f32)>
      %new3 = llvm.extractvalue %new[3] : !llvm.struct<(f32, f32, f32, f32)>
      scf.yield %new0, %new1, %new2, %new3 : f32, f32, f32, f32
    }
    %pair0 = vector.from_elements %d#0, %d#1 : vector<2xf32>
    %pair1 = vector.from_elements %d#2, %d#3 : vector<2xf32>
    %column = arith.muli %thread, %c2 : index
    vector.store %pair0, %out[%group, %column] {alignment = 8} : memref<16x8xf32>, vector<2xf32>
    vector.store %pair1, %out[%below, %column] {alignment = 8} : memref<16x8xf32>, vector<2xf32>
    gpu.barrier

    // Each stored element where its code says, by its scales, in units of 1/256.
    %count = scf.for %i = %lane to %c128 step %c32 iter_args(%differ = %i0) -> (i32) {
      %m = arith.divui %i, %c8 : index
      %n = arith.remui %i, %c8 : index
      %naive = scf.for %s = %c0 to %c128 step %c1 iter_args(%sum = %i0) -> (i32) {
        %codeGroup = arith.divui %s, %c4 : index
        %within = arith.remui %s, %c4 : index
        %pair = arith.divui %within, %c2 : index
        %element = arith.remui %within, %c2 : index
        %byte = memref.load %codes[%m, %codeGroup] : memref<16x32xi8>
        %wide = arith.extui %byte : i8 to i32
        %which = arith.remui %wide, %c6 : i32
        %shift = arith.muli %which, %i4 : i32
        %pair32 = arith.index_cast %pair : index to i32
        %pairShift = arith.addi %pair32, %pair32 : i32
        %bothShifts = arith.addi %shift, %pairShift : i32
        %shifted = arith.shrui %legal, %bothShifts : i32
        %place32 = arith.andi %shifted, %i3 : i32
        %place = arith.index_cast %place32 : i32 to index
        %firstK = arith.muli %codeGroup, %c8 : index
        %place2 = arith.muli %place, %c2 : index
        %kOfPair = arith.addi %firstK, %place2 : index
        %k = arith.addi %kOfPair, %element : index
        %pairA = arith.divui %s, %c2 : index
        %pairB = arith.divui %k, %c2 : index
        %byteA = memref.load %a[%m, %pairA] : memref<16x64xi8>
        %byteB = memref.load %b[%n, %pairB] : memref<8x128xi8>
        %x = func.call @doubledE2M1At(%byteA, %element) : (i8, index) -> i32
        %y = func.call @doubledE2M1At(%byteB, %element) : (i8, index) -> i32
        %scaleAt = arith.divui %k, %c32 : index
        %sa = memref.load %scalesA[%m, %scaleAt] : memref<16x8xi8>
        %sb = memref.load %scalesB[%n, %scaleAt] : memref<8x8xi8>
        %saWide = arith.extui %sa : i8 to i32
        %sbWide = arith.extui %sb : i8 to i32
        // (8 + mantissa)·2^exponent eighths.
        %mantissaA = arith.andi %saWide, %i7 : i32
        %eighthsA = arith.addi %mantissaA, %i8 : i32
        %i1 = arith.constant 1 : i32
        %exponent0 = arith.shrui %saWide, %i3 : i32
        %exponent = arith.andi %exponent0, %i1 : i32
        %scaleA = arith.shli %eighthsA, %exponent : i32
        %mantissaB = arith.andi %sbWide, %i7 : i32
        %scaleB = arith.addi %mantissaB, %i8 : i32
        %product = arith.muli %x, %y : i32
        %scale = arith.muli %scaleA, %scaleB : i32
        %scaled = arith.muli %product, %scale : i32
        %next = arith.addi %sum, %scaled : i32
        scf.yield %next : i32
      }
      %got = memref.load %out[%m, %n] : memref<16x8xf32>
      %unit = arith.constant 256.0 : f32
      %units = arith.mulf %got, %unit : f32
      %expected = arith.sitofp %naive : i32 to f32
      %wrong = arith.cmpf une, %units, %expected : f32
      %one = arith.extui %wrong : i1 to i32
      %next = arith.addi %differ, %one : i32
      scf.yield %next : i32
    }
    memref.store %count, %mismatches[%lane] : memref<32xi32>
    gpu.return
  }

  // Twice the value of a byte's nibble.
  func.func private @doubledE2M1At(%byte: i8, %nibble: index) -> i32 {
    %i4 = arith.constant 4 : i32
    %i7 = arith.constant 7 : i32
    %i8 = arith.constant 8 : i32
    %i15 = arith.constant 15 : i32
    %zero = arith.constant 0 : i32
    // 0, 1, 2, 3, 4, 6, 8, 12.
    %magnitudes = arith.constant 0xC8643210 : i32
    %wide = arith.extui %byte : i8 to i32
    %nibble32 = arith.index_cast %nibble : index to i32
    %shift = arith.muli %nibble32, %i4 : i32
    %code = arith.shrui %wide, %shift : i32
    %low = arith.andi %code, %i7 : i32
    %away = arith.muli %low, %i4 : i32
    %shifted = arith.shrui %magnitudes, %away : i32
    %magnitude = arith.andi %shifted, %i15 : i32
    %sign = arith.andi %code, %i8 : i32
    %isNegative = arith.cmpi ne, %sign, %zero : i32
    %negative = arith.subi %zero, %magnitude : i32
    %value = arith.select %isNegative, %negative, %magnitude : i32
    return %value : i32
  }
}
