// A block-scaled product, m16n8k32 of e4m3 with a ue8m0 scale (1X) whose bytes and lanes are picked by selectors; fragments are
// read straight from memory, each lane its own. Random codes and scales; the sums are exact, so the kernel compares with sums
// in integers.

// RUN: sdq-simulate %s --arg=random --arg=random --arg=random --arg=random --arg=undefined --arg=undefined --print=4,5 | FileCheck %s

// CHECK: argument 4: {{.*[1-9].*}}
// CHECK-NEXT: argument 5:{{( 0){32}$}}

gpu.module @kernels {
  // Of a byte of a or b, the sign and the mantissa, for ±1 to ±1.875. Scales 1, 2, 4 or 8 by the two low bits of a byte: a's
  // in byte 2 of lanes t = 2, 3 of each four, b's in byte 1 of lanes t = 3.
  gpu.func @dense_e4m3(%a: memref<16x32xi8>, %b: memref<8x32xi8>, %scalesA: memref<16xi8>, %scalesB: memref<8xi8>,
                       %out: memref<16x8xf32>, %mismatches: memref<32xi32>)
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
    %i8 = arith.constant 8 : i32
    %f0 = arith.constant 0.0 : f32
    %lane = gpu.thread_id x
    %group = arith.divui %lane, %c4 : index
    %thread = arith.remui %lane, %c4 : index
    %threadLow = arith.remui %thread, %c2 : index
    %threadHigh = arith.divui %thread, %c2 : index
    %below = arith.addi %group, %c8 : index
    %word = arith.muli %thread, %c4 : index
    %rowShift = arith.muli %threadLow, %c8 : index
    %ownRow = arith.addi %group, %rowShift : index
    %h1 = arith.constant 1 : i16
    %h2 = arith.constant 2 : i16
    %h3 = arith.constant 3 : i16
    %kept = arith.constant 0x87878787 : i32
    %ones = arith.constant 0x38383838 : i32
    %atA1 = arith.addi %word, %c16 : index
    %a0RawBytes = vector.load %a[%group, %word] {alignment = 4} : memref<16x32xi8>, vector<4xi8>
    %a0RawWord = vector.bitcast %a0RawBytes : vector<4xi8> to vector<1xi32>
    %a0Raw = vector.extract %a0RawWord[0] : i32 from vector<1xi32>
    %a0Kept = arith.andi %a0Raw, %kept : i32
    %a0 = arith.ori %a0Kept, %ones : i32
    %a1RawBytes = vector.load %a[%below, %word] {alignment = 4} : memref<16x32xi8>, vector<4xi8>
    %a1RawWord = vector.bitcast %a1RawBytes : vector<4xi8> to vector<1xi32>
    %a1Raw = vector.extract %a1RawWord[0] : i32 from vector<1xi32>
    %a1Kept = arith.andi %a1Raw, %kept : i32
    %a1 = arith.ori %a1Kept, %ones : i32
    %a2RawBytes = vector.load %a[%group, %atA1] {alignment = 4} : memref<16x32xi8>, vector<4xi8>
    %a2RawWord = vector.bitcast %a2RawBytes : vector<4xi8> to vector<1xi32>
    %a2Raw = vector.extract %a2RawWord[0] : i32 from vector<1xi32>
    %a2Kept = arith.andi %a2Raw, %kept : i32
    %a2 = arith.ori %a2Kept, %ones : i32
    %a3RawBytes = vector.load %a[%below, %atA1] {alignment = 4} : memref<16x32xi8>, vector<4xi8>
    %a3RawWord = vector.bitcast %a3RawBytes : vector<4xi8> to vector<1xi32>
    %a3Raw = vector.extract %a3RawWord[0] : i32 from vector<1xi32>
    %a3Kept = arith.andi %a3Raw, %kept : i32
    %a3 = arith.ori %a3Kept, %ones : i32
    %b0RawBytes = vector.load %b[%group, %word] {alignment = 4} : memref<8x32xi8>, vector<4xi8>
    %b0RawWord = vector.bitcast %b0RawBytes : vector<4xi8> to vector<1xi32>
    %b0Raw = vector.extract %b0RawWord[0] : i32 from vector<1xi32>
    %b0Kept = arith.andi %b0Raw, %kept : i32
    %b0 = arith.ori %b0Kept, %ones : i32
    %b1RawBytes = vector.load %b[%group, %atA1] {alignment = 4} : memref<8x32xi8>, vector<4xi8>
    %b1RawWord = vector.bitcast %b1RawBytes : vector<4xi8> to vector<1xi32>
    %b1Raw = vector.extract %b1RawWord[0] : i32 from vector<1xi32>
    %b1Kept = arith.andi %b1Raw, %kept : i32
    %b1 = arith.ori %b1Kept, %ones : i32
    // Everywhere but in the bytes that are picked, a scale of 2^-127.
    %i16 = arith.constant 16 : i32
    %one = arith.constant 127 : i32
    %lastThread = arith.constant 3 : index
    %codeA = memref.load %scalesA[%ownRow] : memref<16xi8>
    %wideA = arith.extui %codeA : i8 to i32
    %lowA = arith.andi %wideA, %i3 : i32
    %biasedA = arith.addi %lowA, %one : i32
    %placedA = arith.shli %biasedA, %i16 : i32
    %isUpper = arith.cmpi eq, %threadHigh, %c1 : index
    %scaleA = arith.select %isUpper, %placedA, %i0 : i32
    %codeB = memref.load %scalesB[%group] : memref<8xi8>
    %wideB = arith.extui %codeB : i8 to i32
    %lowB = arith.andi %wideB, %i3 : i32
    %biasedB = arith.addi %lowB, %one : i32
    %placedB = arith.shli %biasedB, %i8 : i32
    %isLast = arith.cmpi eq, %thread, %lastThread : index
    %scaleB = arith.select %isLast, %placedB, %i0 : i32
    %dStruct = nvvm.mma.block_scale A[%a0, %a1, %a2, %a3] B[%b0, %b1] C[%f0, %f0, %f0, %f0]
        scaleA[%scaleA, %h2, %h1] scaleB[%scaleB, %h1, %h3]
        {shape = #nvvm.shape<m = 16, n = 8, k = 32>, multiplicandAPtxType = #nvvm.mma_type<e4m3>,
         multiplicandBPtxType = #nvvm.mma_type<e4m3>, scaleVecSize = #nvvm.scale_vec_size<x1>,
         blockScaleFormat = #nvvm.block_scale_format<ue8m0>, kind = #nvvm.block_scale_kind<mxf8f6f4>}
        : (i32, i32, f32) -> !llvm.struct<(f32, f32, f32, f32)>
    %d0 = llvm.extractvalue %dStruct[0] : !llvm.struct<(f32, f32, f32, f32)>
    %d1 = llvm.extractvalue %dStruct[1] : !llvm.struct<(f32, f32, f32, f32)>
    %d2 = llvm.extractvalue %dStruct[2] : !llvm.struct<(f32, f32, f32, f32)>
    %d3 = llvm.extractvalue %dStruct[3] : !llvm.struct<(f32, f32, f32, f32)>
    %pair0 = vector.from_elements %d0, %d1 : vector<2xf32>
    %pair1 = vector.from_elements %d2, %d3 : vector<2xf32>
    %column = arith.muli %thread, %c2 : index
    vector.store %pair0, %out[%group, %column] {alignment = 8} : memref<16x8xf32>, vector<2xf32>
    vector.store %pair1, %out[%below, %column] {alignment = 8} : memref<16x8xf32>, vector<2xf32>
    gpu.barrier

    // The products by their scales, in units of 1/64.
    %count = scf.for %i = %lane to %c128 step %c32 iter_args(%differ = %i0) -> (i32) {
      %m = arith.divui %i, %c8 : index
      %n = arith.remui %i, %c8 : index
      %sum = scf.for %k = %c0 to %c32 step %c1 iter_args(%sum = %i0) -> (i32) {
        %byteA = memref.load %a[%m, %k] : memref<16x32xi8>
        %byteB = memref.load %b[%n, %k] : memref<8x32xi8>
        %x = func.call @eighths(%byteA) : (i8) -> i32
        %y = func.call @eighths(%byteB) : (i8) -> i32
        %product = arith.muli %x, %y : i32
        %next = arith.addi %sum, %product : i32
        scf.yield %next : i32
      }
      %scaleOfM = memref.load %scalesA[%m] : memref<16xi8>
      %scaleOfN = memref.load %scalesB[%n] : memref<8xi8>
      %wideM = arith.extui %scaleOfM : i8 to i32
      %wideN = arith.extui %scaleOfN : i8 to i32
      %exponentM = arith.andi %wideM, %i3 : i32
      %exponentN = arith.andi %wideN, %i3 : i32
      %exponent = arith.addi %exponentM, %exponentN : i32
      %naive = arith.shli %sum, %exponent : i32
      %got = memref.load %out[%m, %n] : memref<16x8xf32>
      %unit = arith.constant 64.0 : f32
      %units = arith.mulf %got, %unit : f32
      %expected = arith.sitofp %naive : i32 to f32
      %wrong = arith.cmpf une, %units, %expected : f32
      %isWrong = arith.extui %wrong : i1 to i32
      %next = arith.addi %differ, %isWrong : i32
      scf.yield %next : i32
    }
    memref.store %count, %mismatches[%lane] : memref<32xi32>
    gpu.return
  }

  // Eight times ±1.mantissa.
  func.func private @eighths(%byte: i8) -> i32 {
    %i7 = arith.constant 7 : i32
    %i8 = arith.constant 8 : i32
    %zero = arith.constant 0 : i32
    %wide = arith.extsi %byte : i8 to i32
    %mantissa = arith.andi %wide, %i7 : i32
    %magnitude = arith.addi %mantissa, %i8 : i32
    %isNegative = arith.cmpi slt, %wide, %zero : i32
    %negative = arith.subi %zero, %magnitude : i32
    %value = arith.select %isNegative, %negative, %magnitude : i32
    return %value : i32
  }
}
