// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: transfers with padding, masks and permutations, masked, gathered, scattered and compressed accesses, and the
// ops that rearrange vectors move each element where the vector dialect says.

// RUN: sdq-simulate %s --kernel=padding --arg=zeros --arg=zeros --print=1 2>&1 | FileCheck %s --check-prefix=PADDING
// RUN: sdq-simulate %s --kernel=permuted --arg=zeros --arg=zeros --print=0,1 2>&1 | FileCheck %s --check-prefix=PERMUTED
// RUN: not sdq-simulate %s --kernel=in_bounds --arg=zeros 2>&1 | FileCheck %s --check-prefix=BOUNDS
// RUN: sdq-simulate %s --kernel=masked --arg=zeros --arg=undefined:16 --print=1 2>&1 | FileCheck %s --check-prefix=MASKED
// RUN: sdq-simulate %s --kernel=arranged --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=ARRANGED
// RUN: sdq-simulate %s --kernel=positions --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=POSITIONS
// RUN: not sdq-simulate %s --kernel=bad_position --arg=zeros 2>&1 | FileCheck %s --check-prefix=POSITION

gpu.module @kernels {
  // From index 3 of 1 2 3 4 5: 4 5 and padding 9; written back to index 2 of five places, three fit. Then the same
  // read under a mask of the first element.
  // PADDING: argument 1: 0 0 4 5 9 4 9 9 9
  gpu.func @padding(%in: memref<5xi32>, %out: memref<9xi32>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c5 = arith.constant 5 : index
    %nine = arith.constant 9 : i32
    %numbers = arith.constant dense<[1, 2, 3, 4, 5]> : vector<5xi32>
    vector.store %numbers, %in[%c0] : memref<5xi32>, vector<5xi32>
    %end = vector.transfer_read %in[%c3], %nine : memref<5xi32>, vector<4xi32>
    %five = memref.subview %out[0] [5] [1] : memref<9xi32> to memref<5xi32, strided<[1]>>
    vector.transfer_write %end, %five[%c2] : vector<4xi32>, memref<5xi32, strided<[1]>>
    %mask = vector.create_mask %c1 : vector<4xi1>
    %one = vector.transfer_read %in[%c3], %nine, %mask {in_bounds = [true]} : memref<5xi32>, vector<4xi32>
    vector.store %one, %out[%c5] : memref<9xi32>, vector<4xi32>
    gpu.return
  }

  // Rows 0 1 2 and 3 4 5. Columns as rows: (0 3)(1 4)(2 5); row 1, twice: (3 4 5)(3 4 5). Then a write of the turned
  // vector under a mask, which has the memref's order: row 0 and columns 0 and 1 of it, plus 10.
  // PERMUTED: argument 0: 10 11 2 3 4 5
  // PERMUTED: argument 1: 0 3 1 4 2 5 3 4 5 3 4 5
  gpu.func @permuted(%in: memref<2x3xi32>, %out: memref<12xi32>)
      kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c6 = arith.constant 6 : index
    %zero = arith.constant 0 : i32
    %ten = arith.constant dense<10> : vector<3x2xi32>
    %rows = arith.constant dense<[[0, 1, 2], [3, 4, 5]]> : vector<2x3xi32>
    vector.transfer_write %rows, %in[%c0, %c0] {in_bounds = [true, true]} : vector<2x3xi32>, memref<2x3xi32>
    %turned = vector.transfer_read %in[%c0, %c0], %zero
        {permutation_map = affine_map<(i, j) -> (j, i)>, in_bounds = [true, true]} : memref<2x3xi32>, vector<3x2xi32>
    %twice = vector.transfer_read %in[%c1, %c0], %zero
        {permutation_map = affine_map<(i, j) -> (0, j)>, in_bounds = [true, true]} : memref<2x3xi32>, vector<2x3xi32>
    %first = vector.shape_cast %turned : vector<3x2xi32> to vector<6xi32>
    %second = vector.shape_cast %twice : vector<2x3xi32> to vector<6xi32>
    vector.store %first, %out[%c0] : memref<12xi32>, vector<6xi32>
    vector.store %second, %out[%c6] : memref<12xi32>, vector<6xi32>
    %more = arith.addi %turned, %ten : vector<3x2xi32>
    %mask = vector.create_mask %c1, %c2 : vector<2x3xi1>
    vector.transfer_write %more, %in[%c0, %c0], %mask
        {permutation_map = affine_map<(i, j) -> (j, i)>, in_bounds = [true, true]} : vector<3x2xi32>, memref<2x3xi32>
    gpu.return
  }

  // BOUNDS: error: out-of-bounds: thread (0,0,0) of block (0,0,0) reads at index 4 of dimension 0, whose size is 4, of memref<4xi32>
  gpu.func @in_bounds(%in: memref<4xi32>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c2 = arith.constant 2 : index
    %zero = arith.constant 0 : i32
    %x = vector.transfer_read %in[%c2], %zero {in_bounds = [true]} : memref<4xi32>, vector<4xi32>
    gpu.return
  }

  // Of 1 2 3 4 under mask 1 0 1 1: 1 7 3 4; gathered at 3 -5 0 2 of it: 4 7 1 3; expanded: 1 7 2 3; compressed from
  // the gathered: 4 1 3 and a place left alone (here: written before as 8); scattered 4 and 1 3 to places 1, 0 and 3.
  // MASKED: argument 1: 1 7 3 4 4 7 1 3 1 7 2 3 4 1 3 8
  gpu.func @masked(%in: memref<8xi32>, %out: memref<?xi32>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %c12 = arith.constant 12 : index
    %c15 = arith.constant 15 : index
    %eight = arith.constant 8 : i32
    %seven = arith.constant dense<7> : vector<4xi32>
    %numbers = arith.constant dense<[1, 2, 3, 4]> : vector<4xi32>
    %mask = arith.constant dense<[true, false, true, true]> : vector<4xi1>
    %places = arith.constant dense<[3, -5, 0, 2]> : vector<4xi32>
    vector.store %numbers, %in[%c0] : memref<8xi32>, vector<4xi32>
    %loaded = vector.maskedload %in[%c0], %mask, %seven : memref<8xi32>, vector<4xi1>, vector<4xi32> into vector<4xi32>
    vector.store %loaded, %out[%c0] : memref<?xi32>, vector<4xi32>
    %gathered = vector.gather %in[%c0] [%places], %mask, %seven
        : memref<8xi32>, vector<4xi32>, vector<4xi1>, vector<4xi32> into vector<4xi32>
    vector.store %gathered, %out[%c4] : memref<?xi32>, vector<4xi32>
    %expanded = vector.expandload %in[%c0], %mask, %seven : memref<8xi32>, vector<4xi1>, vector<4xi32> into vector<4xi32>
    // Scattered to the second half of the input, from where a masked store and a load bring it to the result.
    %order = arith.constant dense<[1, 9, 0, 3]> : vector<4xi32>
    vector.scatter %in[%c4] [%order], %mask, %expanded : memref<8xi32>, vector<4xi32>, vector<4xi1>, vector<4xi32>
    %scattered = vector.load %in[%c4] : memref<8xi32>, vector<4xi32>
    // 2 1 0 3 → 1 0(masked, 7 below) 2 3
    %back = vector.shuffle %scattered, %seven [1, 4, 0, 3] : vector<4xi32>, vector<4xi32>
    vector.maskedstore %out[%c8], %mask, %back : memref<?xi32>, vector<4xi1>, vector<4xi32>
    %rest = arith.constant dense<[false, true, false, false]> : vector<4xi1>
    vector.maskedstore %out[%c8], %rest, %back : memref<?xi32>, vector<4xi1>, vector<4xi32>
    memref.store %eight, %out[%c15] : memref<?xi32>
    vector.compressstore %out[%c12], %mask, %gathered : memref<?xi32>, vector<4xi1>, vector<4xi32>
    gpu.return
  }

  // a = (0 1 2)(3 4 5). Transposed 0 3 1 4 2 5; its columns 1 and 2 of row 1: 4 5; stretched along rows from (6)(7):
  // 6 6 7 7; 8 9 put into row 1 from column 1: 0 1 2 3 8 9; interleaved 0 1 and 4 5: 0 4 1 5, and back: 0 1; step 0 1 2.
  // ARRANGED: argument 0: 0 3 1 4 2 5 4 5 6 6 7 7 0 1 2 3 8 9 0 4 1 5 0 1 0 1 2
  gpu.func @arranged(%out: memref<27xi32>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c6 = arith.constant 6 : index
    %c8 = arith.constant 8 : index
    %c12 = arith.constant 12 : index
    %c18 = arith.constant 18 : index
    %c22 = arith.constant 22 : index
    %c24 = arith.constant 24 : index
    %a = arith.constant dense<[[0, 1, 2], [3, 4, 5]]> : vector<2x3xi32>
    %column = arith.constant dense<[[6], [7]]> : vector<2x1xi32>
    %pair = arith.constant dense<[[8, 9]]> : vector<1x2xi32>
    %low = arith.constant dense<[0, 1]> : vector<2xi32>
    %turned = vector.transpose %a, [1, 0] : vector<2x3xi32> to vector<3x2xi32>
    %1 = vector.shape_cast %turned : vector<3x2xi32> to vector<6xi32>
    vector.store %1, %out[%c0] : memref<27xi32>, vector<6xi32>
    %slice = vector.extract_strided_slice %a {offsets = [1, 1], sizes = [1, 2], strides = [1, 1]}
        : vector<2x3xi32> to vector<1x2xi32>
    %2 = vector.shape_cast %slice : vector<1x2xi32> to vector<2xi32>
    vector.store %2, %out[%c6] : memref<27xi32>, vector<2xi32>
    %wide = vector.broadcast %column : vector<2x1xi32> to vector<2x2xi32>
    %3 = vector.shape_cast %wide : vector<2x2xi32> to vector<4xi32>
    vector.store %3, %out[%c8] : memref<27xi32>, vector<4xi32>
    %put = vector.insert_strided_slice %pair, %a {offsets = [1, 1], strides = [1, 1]}
        : vector<1x2xi32> into vector<2x3xi32>
    %4 = vector.shape_cast %put : vector<2x3xi32> to vector<6xi32>
    vector.store %4, %out[%c12] : memref<27xi32>, vector<6xi32>
    %mixed = vector.interleave %low, %2 : vector<2xi32> -> vector<4xi32>
    vector.store %mixed, %out[%c18] : memref<27xi32>, vector<4xi32>
    %even, %odd = vector.deinterleave %mixed : vector<4xi32> -> vector<2xi32>
    vector.store %even, %out[%c22] : memref<27xi32>, vector<2xi32>
    %steps = vector.step : vector<3xindex>
    %5 = arith.index_cast %steps : vector<3xindex> to vector<3xi32>
    vector.store %5, %out[%c24] : memref<27xi32>, vector<3xi32>
    gpu.return
  }

  // Thread t takes element t of 5 6 7 and puts it at place 2 − t of zeros.
  // POSITIONS: argument 0: 0 0 5 0 6 0 7 0 0
  gpu.func @positions(%out: memref<9xi32>) kernel attributes {known_block_size = array<i32: 3, 1, 1>} {
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %t = gpu.thread_id x
    %numbers = arith.constant dense<[5, 6, 7]> : vector<3xi32>
    %zeros = arith.constant dense<0> : vector<3xi32>
    %x = vector.extract %numbers[%t] : i32 from vector<3xi32>
    %place = arith.subi %c2, %t : index
    %mine = vector.insert %x, %zeros[%place] : i32 into vector<3xi32>
    %row = arith.muli %t, %c3 : index
    vector.store %mine, %out[%row] : memref<9xi32>, vector<3xi32>
    gpu.return
  }

  // POSITION: error: out-of-bounds: thread (3,0,0) of block (0,0,0) takes position 3 of dimension 0, whose size is 3, of a vector
  gpu.func @bad_position(%out: memref<4xi32>) kernel attributes {known_block_size = array<i32: 4, 1, 1>} {
    %t = gpu.thread_id x
    %numbers = arith.constant dense<[5, 6, 7]> : vector<3xi32>
    %x = vector.extract %numbers[%t] : i32 from vector<3xi32>
    memref.store %x, %out[%t] : memref<4xi32>
    gpu.return
  }
}
