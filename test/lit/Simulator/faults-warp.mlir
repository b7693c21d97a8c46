// Faults of what a warp does together: matrix multiplies, their metadata and scales, shuffles, ldmatrix, warp barriers. The last
// argument of each kernel plants the fault: with 1 it is found, with block, thread and values; with 0 the same kernel finds
// nothing.

// DEFINE: %{kernel} =
// DEFINE: %{prefix} =
// DEFINE: %{faulty} = not sdq-simulate %s --kernel=%{kernel} --arg=undefined --arg=1 2>&1 | FileCheck %s --check-prefix=%{prefix} --implicit-check-not=error:
// DEFINE: %{right} = sdq-simulate %s --kernel=%{kernel} --arg=undefined --arg=0

// REDEFINE: %{kernel} = equal_positions
// REDEFINE: %{prefix} = EQUAL
// RUN: %{faulty}
// RUN: %{right}
// EQUAL: error: illegal-metadata: thread (6,0,0) of block (0,0,0) holds metadata code 5 in bits 8 to 11, for row 1, k 40 and up of A; expected two different positions
// EQUAL-NEXT: nvvm.mma.sp.sync

// REDEFINE: %{kernel} = descending_positions
// REDEFINE: %{prefix} = DESCENDING
// RUN: %{faulty}
// RUN: %{right}
// DESCENDING: error: illegal-metadata: thread (6,0,0) of block (0,0,0) holds metadata code 1 in bits 8 to 11, for row 1, k 40 and up of A; expected 4, 8, 9, c, d or e
// DESCENDING-NEXT: nvvm.mma.sp.sync

// REDEFINE: %{kernel} = undefined_selector
// REDEFINE: %{prefix} = SELECTOR
// RUN: %{faulty}
// RUN: %{right}
// SELECTOR: error: undefined-selector: thread (0,0,0) of block (0,0,0) uses sparsity selector 2; PTX defines those below 2 for m16n8k32 of f16
// SELECTOR-NEXT: nvvm.mma.sp.sync

// REDEFINE: %{kernel} = undefined_scale
// REDEFINE: %{prefix} = SCALE
// RUN: %{faulty}
// RUN: %{right}
// SCALE: error: undefined-selector: thread (0,0,0) of block (0,0,0) takes the scales of B from byte 1 of thread 0; expected a byte below 4 that is a multiple of 4 and a thread below 4
// SCALE-NEXT: nvvm.mma.block_scale

// REDEFINE: %{kernel} = divergent_mma
// REDEFINE: %{prefix} = MMA
// RUN: %{faulty}
// RUN: %{right}
// MMA: error: divergent-collective: thread (16,0,0) of block (0,0,0) does not reach 'nvgpu.mma.sync', which needs it together with its warp
// MMA-NEXT: nvgpu.mma.sync

// REDEFINE: %{kernel} = divergent_shuffle
// REDEFINE: %{prefix} = SHUFFLE
// RUN: %{faulty}
// RUN: %{right}
// SHUFFLE: error: divergent-collective: thread (16,0,0) of block (0,0,0) does not reach 'nvvm.shfl.sync', which needs it together with its warp
// SHUFFLE-NEXT: nvvm.shfl.sync

// REDEFINE: %{kernel} = inactive_lane
// REDEFINE: %{prefix} = INACTIVE
// RUN: %{faulty}
// RUN: %{right}
// INACTIVE: error: inactive-lane: thread (15,0,0) of block (0,0,0) shuffles from lane 16 of its warp, which is not active
// INACTIVE-NEXT: nvvm.shfl.sync

// REDEFINE: %{kernel} = divergent_warp_barrier
// REDEFINE: %{prefix} = BARRIER
// RUN: %{faulty}
// RUN: %{right}
// BARRIER: error: divergent-collective: thread (16,0,0) of block (0,0,0) is named by mask 0xffffffff of a warp barrier but does not reach it
// BARRIER-NEXT: nvvm.bar.warp.sync

// REDEFINE: %{kernel} = misaligned_row
// REDEFINE: %{prefix} = ROW
// RUN: %{faulty}
// RUN: %{right}
// ROW: error: misaligned: thread (0,0,0) of block (0,0,0) loads a row at byte 8 of memref<8x16xf16, #gpu.address_space<workgroup>>, expected a multiple of 16 (and 7 more)
// ROW-NEXT: nvgpu.ldmatrix

// REDEFINE: %{kernel} = row_out_of_bounds
// REDEFINE: %{prefix} = BOUNDS
// RUN: %{faulty}
// RUN: %{right}
// BOUNDS: error: out-of-bounds: thread (7,0,0) of block (0,0,0) loads a row at index 8 of dimension 0, whose size is 8, of memref<8x16xf16, #gpu.address_space<workgroup>>
// BOUNDS-NEXT: nvgpu.ldmatrix

gpu.module @kernels {
  // Code 5 says positions 1 and 1: two elements for one place. Code 4 says 0 and 1.
  gpu.func @equal_positions(%out: memref<32xi32>, %faulty: i1)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %zero = arith.constant 0 : i32
    %c6 = arith.constant 6 : index
    %good = arith.constant 0x44444444 : i32
    %bad = arith.constant 0x44444544 : i32
    %isSix = arith.cmpi eq, %lane, %c6 : index
    %isBad = arith.andi %isSix, %faulty : i1
    %codes = arith.select %isBad, %bad, %good : i32
    %d = nvvm.mma.sp.sync A[%zero, %zero, %zero, %zero] B[%zero, %zero, %zero, %zero] C[%zero, %zero, %zero, %zero]
        sparseMetadata[%codes] selector[%zero]
        {intOverflowBehavior = #nvvm.mma_int_overflow<wrapped>, multiplicandAPtxType = #nvvm.mma_type<s8>,
         multiplicandBPtxType = #nvvm.mma_type<s8>, shape = #nvvm.shape<m = 16, n = 8, k = 64>}
        : (i32, i32, i32) -> !llvm.struct<(i32, i32, i32, i32)>
    %d0 = llvm.extractvalue %d[0] : !llvm.struct<(i32, i32, i32, i32)>
    memref.store %d0, %out[%lane] : memref<32xi32>
    gpu.return
  }

  // Code 1 says positions 1 and 0, which the ordered form has no meaning for.
  gpu.func @descending_positions(%out: memref<32xi32>, %faulty: i1)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %zero = arith.constant 0 : i32
    %c6 = arith.constant 6 : index
    %good = arith.constant 0x44444444 : i32
    %bad = arith.constant 0x44444144 : i32
    %isSix = arith.cmpi eq, %lane, %c6 : index
    %isBad = arith.andi %isSix, %faulty : i1
    %codes = arith.select %isBad, %bad, %good : i32
    %d = nvvm.mma.sp.sync A[%zero, %zero, %zero, %zero] B[%zero, %zero, %zero, %zero] C[%zero, %zero, %zero, %zero]
        sparseMetadata[%codes] selector[%zero]
        {intOverflowBehavior = #nvvm.mma_int_overflow<wrapped>, multiplicandAPtxType = #nvvm.mma_type<s8>,
         multiplicandBPtxType = #nvvm.mma_type<s8>, orderedMetadata, shape = #nvvm.shape<m = 16, n = 8, k = 64>}
        : (i32, i32, i32) -> !llvm.struct<(i32, i32, i32, i32)>
    %d0 = llvm.extractvalue %d[0] : !llvm.struct<(i32, i32, i32, i32)>
    memref.store %d0, %out[%lane] : memref<32xi32>
    gpu.return
  }

  // Selectors 0 and 1 name the lanes that hold the metadata, 2 none.
  gpu.func @undefined_selector(%out: memref<32xf32>, %faulty: i1)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %zero = arith.constant dense<0.0> : vector<2xf16>
    %sum = arith.constant 0.0 : f32
    %codes = arith.constant 0x44444444 : i32
    %one = arith.constant 1 : i32
    %two = arith.constant 2 : i32
    %selector = arith.select %faulty, %two, %one : i32
    %d = nvvm.mma.sp.sync A[%zero, %zero, %zero, %zero] B[%zero, %zero, %zero, %zero] C[%sum, %sum, %sum, %sum]
        sparseMetadata[%codes] selector[%selector] {orderedMetadata, shape = #nvvm.shape<m = 16, n = 8, k = 32>}
        : (vector<2xf16>, vector<2xf16>, f32) -> !llvm.struct<(f32, f32, f32, f32)>
    %d0 = llvm.extractvalue %d[0] : !llvm.struct<(f32, f32, f32, f32)>
    memref.store %d0, %out[%lane] : memref<32xf32>
    gpu.return
  }

  gpu.func @undefined_scale(%out: memref<32xf32>, %faulty: i1)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %ones = arith.constant 0x22222222 : i32
    %scales = arith.constant 0x38383838 : i32
    %sum = arith.constant 0.0 : f32
    %zero = arith.constant 0 : i16
    %one = arith.constant 1 : i16
    %byte = arith.select %faulty, %one, %zero : i16
    %d = nvvm.mma.block_scale A[%ones, %ones, %ones, %ones] B[%ones, %ones] C[%sum, %sum, %sum, %sum]
        scaleA[%scales, %zero, %zero] scaleB[%scales, %byte, %zero]
        {shape = #nvvm.shape<m = 16, n = 8, k = 64>, multiplicandAPtxType = #nvvm.mma_type<e2m1>,
         multiplicandBPtxType = #nvvm.mma_type<e2m1>, scaleVecSize = #nvvm.scale_vec_size<x4>,
         blockScaleFormat = #nvvm.block_scale_format<ue4m3>, kind = #nvvm.block_scale_kind<mxf4nvf4>}
        : (i32, i32, f32) -> !llvm.struct<(f32, f32, f32, f32)>
    %d0 = llvm.extractvalue %d[0] : !llvm.struct<(f32, f32, f32, f32)>
    memref.store %d0, %out[%lane] : memref<32xf32>
    gpu.return
  }

  // The upper half of the warp does not come.
  gpu.func @divergent_mma(%out: memref<32xf32>, %faulty: i1)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %c16 = arith.constant 16 : index
    %true = arith.constant true
    %a = arith.constant dense<1.0> : vector<4x2xf16>
    %b = arith.constant dense<1.0> : vector<2x2xf16>
    %c = arith.constant dense<0.0> : vector<2x2xf32>
    %lower = arith.cmpi ult, %lane, %c16 : index
    %right = arith.xori %faulty, %true : i1
    %comes = arith.ori %lower, %right : i1
    scf.if %comes {
      %d = nvgpu.mma.sync(%a, %b, %c) {mmaShape = [16, 8, 16]}
          : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
      %d0 = vector.extract %d[0, 0] : f32 from vector<2x2xf32>
      memref.store %d0, %out[%lane] : memref<32xf32>
    }
    gpu.return
  }

  // The lower half of the warp shuffles with a mask that names all lanes, or itself.
  gpu.func @divergent_shuffle(%out: memref<32xi32>, %faulty: i1)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %c16 = arith.constant 16 : index
    %value = arith.index_cast %lane : index to i32
    %all = arith.constant -1 : i32
    %lowerLanes = arith.constant 0xFFFF : i32
    %mask = arith.select %faulty, %all, %lowerLanes : i32
    %one = arith.constant 1 : i32
    %clamp = arith.constant 31 : i32
    %lower = arith.cmpi ult, %lane, %c16 : index
    scf.if %lower {
      %got = nvvm.shfl.sync bfly %mask, %value, %one, %clamp : i32 -> i32
      memref.store %got, %out[%lane] : memref<32xi32>
    }
    gpu.return
  }

  // Lane 15 takes from lane 16, which is not in the mask; in groups of sixteen lanes it takes from itself.
  gpu.func @inactive_lane(%out: memref<32xi32>, %faulty: i1)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %c16 = arith.constant 16 : index
    %value = arith.index_cast %lane : index to i32
    %lowerLanes = arith.constant 0xFFFF : i32
    %one = arith.constant 1 : i32
    // PTX: bits 8 to 12 are the lanes that name a group, bits 0 to 4 the last lane in it.
    %ofWarp = arith.constant 0x001F : i32
    %ofHalf = arith.constant 0x101F : i32
    %clamp = arith.select %faulty, %ofWarp, %ofHalf : i32
    %lower = arith.cmpi ult, %lane, %c16 : index
    scf.if %lower {
      %got = nvvm.shfl.sync down %lowerLanes, %value, %one, %clamp : i32 -> i32
      memref.store %got, %out[%lane] : memref<32xi32>
    }
    gpu.return
  }

  gpu.func @divergent_warp_barrier(%out: memref<32xi32>, %faulty: i1)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %c16 = arith.constant 16 : index
    %value = arith.index_cast %lane : index to i32
    %all = arith.constant -1 : i32
    %lowerLanes = arith.constant 0xFFFF : i32
    %mask = arith.select %faulty, %all, %lowerLanes : i32
    %lower = arith.cmpi ult, %lane, %c16 : index
    scf.if %lower {
      nvvm.bar.warp.sync %mask : i32
    }
    memref.store %value, %out[%lane] : memref<32xi32>
    gpu.return
  }

  // Rows that start at column 4, in the middle of 16 bytes, or at column 8.
  gpu.func @misaligned_row(%out: memref<32xf16>, %faulty: i1)
      workgroup(%tile: memref<8x16xf16, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %c16 = arith.constant 16 : index
    %one = arith.constant 1.0 : f16
    %fills = arith.cmpi ult, %lane, %c8 : index
    scf.if %fills {
      scf.for %column = %c0 to %c16 step %c1 {
        memref.store %one, %tile[%lane, %column] : memref<8x16xf16, #gpu.address_space<workgroup>>
      }
    }
    gpu.barrier
    %row = arith.remui %lane, %c8 : index
    %column = arith.select %faulty, %c4, %c8 : index
    %fragment = nvgpu.ldmatrix %tile[%row, %column] {numTiles = 1 : i32, transpose = false}
        : memref<8x16xf16, #gpu.address_space<workgroup>> -> vector<1x2xf16>
    %value = vector.extract %fragment[0, 1] : f16 from vector<1x2xf16>
    memref.store %value, %out[%lane] : memref<32xf16>
    gpu.return
  }

  gpu.func @row_out_of_bounds(%out: memref<32xf16>, %shift: index)
      workgroup(%tile: memref<8x16xf16, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %c16 = arith.constant 16 : index
    %one = arith.constant 1.0 : f16
    %fills = arith.cmpi ult, %lane, %c8 : index
    scf.if %fills {
      scf.for %column = %c0 to %c16 step %c1 {
        memref.store %one, %tile[%lane, %column] : memref<8x16xf16, #gpu.address_space<workgroup>>
      }
    }
    gpu.barrier
    // Only the first eight lanes' rows are read.
    %row = arith.addi %lane, %shift : index
    %fragment = nvgpu.ldmatrix %tile[%row, %c0] {numTiles = 1 : i32, transpose = false}
        : memref<8x16xf16, #gpu.address_space<workgroup>> -> vector<1x2xf16>
    %value = vector.extract %fragment[0, 1] : f16 from vector<1x2xf16>
    memref.store %value, %out[%lane] : memref<32xf16>
    gpu.return
  }
}
