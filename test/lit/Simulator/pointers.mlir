// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: loads, stores, ldmatrix, stmatrix and cp.async through LLVM pointers reach the bytes that the arithmetic of
// pointers says, in every address space, and are checked like accesses through memrefs.

// RUN: sdq-simulate %s --kernel=members --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=MEMBERS
// RUN: sdq-simulate %s --kernel=spaces --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=SPACES
// RUN: not sdq-simulate %s --kernel=outside --arg=zeros 2>&1 | FileCheck %s --check-prefix=OUTSIDE
// RUN: not sdq-simulate %s --kernel=crooked --arg=zeros 2>&1 | FileCheck %s --check-prefix=CROOKED
// RUN: sdq-simulate %s --kernel=matrices --arg=zeros --arg=zeros --print=0,1 2>&1 | FileCheck %s --check-prefix=MATRICES
// RUN: sdq-simulate %s --kernel=copies --arg=zeros --arg=zeros --print=1 2>&1 | FileCheck %s --check-prefix=COPIES
// RUN: not sdq-simulate %s --kernel=unwaited --arg=zeros 2>&1 | FileCheck %s --check-prefix=UNWAITED

gpu.module @kernels {
  llvm.mlir.global internal @buffer() {addr_space = 3 : i32} : !llvm.array<4 x i32>

  // Of struct {i8, i32, [3 x i16]}, 16 bytes: the i32 of the second is at 20; element 2 of its array at 24 + 4 = 28.
  // MEMBERS: argument 0: 0 0 0 0 0 7 0 9
  gpu.func @members(%out: memref<8xi32>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c1 = arith.constant 1 : i64
    %c2 = arith.constant 2 : i32
    %seven = arith.constant 7 : i32
    %nine = arith.constant 9 : i16
    %start = memref.extract_aligned_pointer_as_index %out : memref<8xi32> -> index
    %number = arith.index_cast %start : index to i64
    %pointer = llvm.inttoptr %number : i64 to !llvm.ptr<1>
    %word = llvm.getelementptr %pointer[%c1, 1]
        : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, !llvm.struct<(i8, i32, array<3 x i16>)>
    llvm.store %seven, %word : i32, !llvm.ptr<1>
    %half = llvm.getelementptr %pointer[1, 2, %c2]
        : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, !llvm.struct<(i8, i32, array<3 x i16>)>
    llvm.store %nine, %half : i16, !llvm.ptr<1>
    gpu.return
  }

  // Thread t writes t to a shared global at t; its neighbour's value comes back through a generic pointer. A vector of
  // both moves through private memory.
  // SPACES: argument 0: 1 2 3 0
  gpu.func @spaces(%out: memref<4xi32>) private(%own: memref<2xi32, #gpu.address_space<private>>)
      kernel attributes {known_block_size = array<i32: 4, 1, 1>} {
    %one = arith.constant 1 : i32
    %four = arith.constant 4 : i32
    %t = gpu.thread_id x
    %n = arith.index_cast %t : index to i32
    %shared = llvm.mlir.addressof @buffer : !llvm.ptr<3>
    %mine = llvm.getelementptr %shared[%n] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i32
    llvm.store %n, %mine : i32, !llvm.ptr<3>
    gpu.barrier
    %next = arith.addi %n, %one : i32
    %other = arith.remui %next, %four : i32
    %generic = llvm.addrspacecast %shared : !llvm.ptr<3> to !llvm.ptr
    %theirs = llvm.getelementptr %generic[%other] : (!llvm.ptr, i32) -> !llvm.ptr, i32
    %value = llvm.load %theirs : !llvm.ptr -> i32
    %pair = vector.from_elements %n, %value : vector<2xi32>
    %start = memref.extract_aligned_pointer_as_index %own : memref<2xi32, #gpu.address_space<private>> -> index
    %number = arith.index_cast %start : index to i64
    %stack = llvm.inttoptr %number : i64 to !llvm.ptr
    llvm.store %pair, %stack : vector<2xi32>, !llvm.ptr
    %second = llvm.getelementptr %stack[1] : (!llvm.ptr) -> !llvm.ptr, i32
    %back = llvm.load %second : !llvm.ptr -> i32
    memref.store %back, %out[%t] : memref<4xi32>
    gpu.return
  }

  // OUTSIDE: error: out-of-bounds: thread (0,0,0) of block (0,0,0) reads 4 bytes at address 0x100010, which lie in no object
  gpu.func @outside(%out: memref<4xi32>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %start = memref.extract_aligned_pointer_as_index %out : memref<4xi32> -> index
    %number = arith.index_cast %start : index to i64
    %pointer = llvm.inttoptr %number : i64 to !llvm.ptr
    %past = llvm.getelementptr %pointer[4] : (!llvm.ptr) -> !llvm.ptr, i32
    %x = llvm.load %past : !llvm.ptr -> i32
    gpu.return
  }

  // CROOKED: error: misaligned: thread (0,0,0) of block (0,0,0) reads at address 0x100004, expected a multiple of 8
  gpu.func @crooked(%out: memref<4xi32>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %start = memref.extract_aligned_pointer_as_index %out : memref<4xi32> -> index
    %number = arith.index_cast %start : index to i64
    %pointer = llvm.inttoptr %number : i64 to !llvm.ptr
    %second = llvm.getelementptr %pointer[1] : (!llvm.ptr) -> !llvm.ptr, i32
    %x = llvm.load %second : !llvm.ptr -> vector<2xi32>
    gpu.return
  }

  // Element (r, c) of an 8×8 matrix of i16 is 8r + c. ldmatrix.trans gives lane l elements (2t, g) and (2t + 1, g), with
  // g = l / 4, t = l mod 4: lane 0 has 0 and 8 (8·65536 + 0), lane 1 has 16 and 24, lane 4 has 1 and 9. stmatrix of that
  // without .trans writes the transposed matrix.
  // MATRICES: argument 0: 0 8 16 24 32 40 48 56 1 9 17 25 33 41 49 57 2 10
  // MATRICES: argument 1: 524288 1572880 2621472 3670064 589825
  gpu.func @matrices(%turned: memref<64xi16>, %registers: memref<32xi32>)
      workgroup(%tile: memref<64xi16, #gpu.address_space<workgroup>>,
                %result: memref<64xi16, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c2 = arith.constant 2 : index
    %c8 = arith.constant 8 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : i32
    %t = gpu.thread_id x
    %first = arith.muli %t, %c2 : index
    %second = arith.addi %first, %c1 : index
    %x = arith.index_cast %first : index to i16
    %y = arith.index_cast %second : index to i16
    memref.store %x, %tile[%first] : memref<64xi16, #gpu.address_space<workgroup>>
    memref.store %y, %tile[%second] : memref<64xi16, #gpu.address_space<workgroup>>
    gpu.barrier
    %row = arith.remui %t, %c8 : index
    %n = arith.index_cast %row : index to i32
    %bytes = arith.muli %n, %c16 : i32
    %from = memref.extract_aligned_pointer_as_index %tile : memref<64xi16, #gpu.address_space<workgroup>> -> index
    %from64 = arith.index_cast %from : index to i64
    %source = llvm.inttoptr %from64 : i64 to !llvm.ptr<3>
    %address = llvm.getelementptr %source[%bytes] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i8
    %matrix = nvvm.ldmatrix %address {num = 1 : i32, layout = #nvvm.mma_layout<col>,
        shape = #nvvm.ld_st_matrix_shape<m = 8, n = 8>, eltType = #nvvm.ld_st_matrix_elt_type<b16>}
        : (!llvm.ptr<3>) -> i32
    memref.store %matrix, %registers[%t] : memref<32xi32>
    %to = memref.extract_aligned_pointer_as_index %result : memref<64xi16, #gpu.address_space<workgroup>> -> index
    %to64 = arith.index_cast %to : index to i64
    %target = llvm.inttoptr %to64 : i64 to !llvm.ptr<3>
    %place = llvm.getelementptr %target[%bytes] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i8
    nvvm.stmatrix %place, %matrix {layout = #nvvm.mma_layout<row>,
        shape = #nvvm.ld_st_matrix_shape<m = 8, n = 8>, eltType = #nvvm.ld_st_matrix_elt_type<b16>}
        : !llvm.ptr<3>, i32
    gpu.barrier
    %a = memref.load %result[%first] : memref<64xi16, #gpu.address_space<workgroup>>
    %b = memref.load %result[%second] : memref<64xi16, #gpu.address_space<workgroup>>
    memref.store %a, %turned[%first] : memref<64xi16>
    memref.store %b, %turned[%second] : memref<64xi16>
    gpu.return
  }

  // Thread t copies the 16 bytes from 4t on, of which it takes 4t; the rest are zeros.
  // COPIES: argument 1: 0 0 0 0 1 0 0 0 2 2 0 0 3 3 3 0
  gpu.func @copies(%in: memref<16xi32>, %out: memref<16xi32>)
      workgroup(%tile: memref<16xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 4, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %four = arith.constant 4 : i32
    %t = gpu.thread_id x
    %n = arith.index_cast %t : index to i32
    %row = arith.muli %t, %c4 : index
    scf.for %i = %c0 to %c4 step %c1 {
      %at = arith.addi %row, %i : index
      memref.store %n, %in[%at] : memref<16xi32>
    }
    gpu.barrier
    %first = arith.index_cast %row : index to i32
    %from = memref.extract_aligned_pointer_as_index %in : memref<16xi32> -> index
    %from64 = arith.index_cast %from : index to i64
    %source = llvm.inttoptr %from64 : i64 to !llvm.ptr<1>
    %address = llvm.getelementptr %source[%first] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, i32
    %to = memref.extract_aligned_pointer_as_index %tile : memref<16xi32, #gpu.address_space<workgroup>> -> index
    %to64 = arith.index_cast %to : index to i64
    %target = llvm.inttoptr %to64 : i64 to !llvm.ptr<3>
    %place = llvm.getelementptr %target[%first] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i32
    %taken = arith.muli %n, %four : i32
    nvvm.cp.async.shared.global %place, %address, 16, cache = cg, %taken : !llvm.ptr<3>, !llvm.ptr<1>, i32
    nvvm.cp.async.commit.group
    nvvm.cp.async.wait.group 0
    scf.for %i = %c0 to %c4 step %c1 {
      %at = arith.addi %row, %i : index
      %x = memref.load %tile[%at] : memref<16xi32, #gpu.address_space<workgroup>>
      memref.store %x, %out[%at] : memref<16xi32>
    }
    gpu.return
  }

  // UNWAITED: error: unwaited-copy: thread (0,0,0) of block (0,0,0) reads shared memory at byte 0 that an asynchronous copy of thread (0,0,0) of block (0,0,0) fills, before its group is waited for
  gpu.func @unwaited(%in: memref<4xi32>) workgroup(%tile: memref<4xi32, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %from = memref.extract_aligned_pointer_as_index %in : memref<4xi32> -> index
    %from64 = arith.index_cast %from : index to i64
    %source = llvm.inttoptr %from64 : i64 to !llvm.ptr<1>
    %to = memref.extract_aligned_pointer_as_index %tile : memref<4xi32, #gpu.address_space<workgroup>> -> index
    %to64 = arith.index_cast %to : index to i64
    %target = llvm.inttoptr %to64 : i64 to !llvm.ptr<3>
    nvvm.cp.async.shared.global %target, %source, 8, cache = ca : !llvm.ptr<3>, !llvm.ptr<1>
    %x = memref.load %tile[%c0] : memref<4xi32, #gpu.address_space<workgroup>>
    gpu.return
  }
}
