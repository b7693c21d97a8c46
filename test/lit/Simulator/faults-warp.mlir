// What is wrong with a warp's collectives and matrix ops is found, with block, thread and values; the correct twin of each
// kernel finds nothing.

// RUN: not sdq-simulate %s --kernel=illegal_code --arg=undefined 2>&1 | FileCheck %s --check-prefix=CODE
// RUN: sdq-simulate %s --kernel=legal_code --arg=undefined --print=0 2>&1 | FileCheck %s --check-prefix=CLEAN
// RUN: not sdq-simulate %s --kernel=undefined_selector --arg=undefined 2>&1 | FileCheck %s --check-prefix=SELECTOR
// RUN: not sdq-simulate %s --kernel=undefined_scale --arg=undefined 2>&1 | FileCheck %s --check-prefix=SCALE
// RUN: sdq-simulate %s --kernel=defined_scale --arg=undefined --print=0 2>&1 | FileCheck %s --check-prefix=CLEAN
// RUN: not sdq-simulate %s --kernel=divergent_mma --arg=undefined 2>&1 | FileCheck %s --check-prefix=MMA
// RUN: not sdq-simulate %s --kernel=divergent_shuffle --arg=undefined 2>&1 | FileCheck %s --check-prefix=SHUFFLE
// RUN: sdq-simulate %s --kernel=partial_shuffle --arg=undefined --print=0 2>&1 | FileCheck %s --check-prefix=CLEAN
// RUN: not sdq-simulate %s --kernel=inactive_lane --arg=undefined 2>&1 | FileCheck %s --check-prefix=INACTIVE
// RUN: not sdq-simulate %s --kernel=misaligned_row --arg=undefined 2>&1 | FileCheck %s --check-prefix=ROW
// RUN: not sdq-simulate %s --kernel=row_out_of_bounds --arg=undefined 2>&1 | FileCheck %s --check-prefix=BOUNDS
// RUN: sdq-simulate %s --kernel=aligned_rows --arg=undefined --print=0 2>&1 | FileCheck %s --check-prefix=CLEAN

// CODE: faults-warp.mlir:[[#]]:{{[0-9]+}}: error: illegal-metadata: thread (6,0,0) of block (0,0,0) holds metadata code 5 in bits 8 to 11, for row 1, k 40 and up of A; expected 4, 8, 9, c, d or e
// SELECTOR: error: undefined-selector: thread (0,0,0) of block (0,0,0) uses sparsity selector 2; PTX defines those below 2 for m16n8k32 of f16
// SCALE: error: undefined-selector: thread (0,0,0) of block (0,0,0) takes the scales of B from byte 1 of thread 0; expected a byte below 4 that is a multiple of 4 and a thread below 4
// MMA: error: divergent-collective: thread (16,0,0) of block (0,0,0) does not reach 'nvgpu.mma.sync', which needs it together with its warp
// SHUFFLE: error: divergent-collective: thread (16,0,0) of block (0,0,0) does not reach 'nvvm.shfl.sync', which needs it together with its warp
// INACTIVE: error: inactive-lane: thread (15,0,0) of block (0,0,0) shuffles from lane 16 of its warp, which is not active
// ROW: error: misaligned: thread (1,0,0) of block (0,0,0) loads a row at byte 24 of memref<8x12xf16, #gpu.address_space<workgroup>>, expected a multiple of 16 (and 3 more)
// BOUNDS: error: out-of-bounds: thread (7,0,0) of block (0,0,0) loads a row at index 8 of dimension 0, whose size is 8, of memref<8x16xf16, #gpu.address_space<workgroup>>
// CLEAN-NOT: error
// CLEAN: argument 0

gpu.module @kernels {
  gpu.func @illegal_code(%out: memref<32xi32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %zero = arith.constant 0 : i32
    %c6 = arith.constant 6 : index
    %good = arith.constant 0x44444444 : i32
    %bad = arith.constant 0x44444544 : i32
    %isSix = arith.cmpi eq, %lane, %c6 : index
    %codes = arith.select %isSix, %bad, %good : i32
    %d = nvvm.mma.sp.sync A[%zero, %zero, %zero, %zero] B[%zero, %zero, %zero, %zero] C[%zero, %zero, %zero, %zero]
        sparseMetadata[%codes] selector[%zero]
        {intOverflowBehavior = #nvvm.mma_int_overflow<wrapped>, multiplicandAPtxType = #nvvm.mma_type<s8>,
         multiplicandBPtxType = #nvvm.mma_type<s8>, orderedMetadata, shape = #nvvm.shape<m = 16, n = 8, k = 64>}
        : (i32, i32, i32) -> !llvm.struct<(i32, i32, i32, i32)>
    %d0 = llvm.extractvalue %d[0] : !llvm.struct<(i32, i32, i32, i32)>
    memref.store %d0, %out[%lane] : memref<32xi32>
    gpu.return
  }

  // Positions 1, 0: legal in the plain form.
  gpu.func @legal_code(%out: memref<32xi32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %zero = arith.constant 0 : i32
    %codes = arith.constant 0x44441444 : i32
    %d = nvvm.mma.sp.sync A[%zero, %zero, %zero, %zero] B[%zero, %zero, %zero, %zero] C[%zero, %zero, %zero, %zero]
        sparseMetadata[%codes] selector[%zero]
        {intOverflowBehavior = #nvvm.mma_int_overflow<wrapped>, multiplicandAPtxType = #nvvm.mma_type<s8>,
         multiplicandBPtxType = #nvvm.mma_type<s8>, shape = #nvvm.shape<m = 16, n = 8, k = 64>}
        : (i32, i32, i32) -> !llvm.struct<(i32, i32, i32, i32)>
    %d0 = llvm.extractvalue %d[0] : !llvm.struct<(i32, i32, i32, i32)>
    memref.store %d0, %out[%lane] : memref<32xi32>
    gpu.return
  }

  gpu.func @undefined_selector(%out: memref<32xf32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %zero = arith.constant dense<0.0> : vector<2xf16>
    %sum = arith.constant 0.0 : f32
    %codes = arith.constant 0x44444444 : i32
    %selector = arith.constant 2 : i32
    %d = nvvm.mma.sp.sync A[%zero, %zero, %zero, %zero] B[%zero, %zero, %zero, %zero] C[%sum, %sum, %sum, %sum]
        sparseMetadata[%codes] selector[%selector] {orderedMetadata, shape = #nvvm.shape<m = 16, n = 8, k = 32>}
        : (vector<2xf16>, vector<2xf16>, f32) -> !llvm.struct<(f32, f32, f32, f32)>
    gpu.return
  }

  gpu.func @undefined_scale(%out: memref<32xf32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %zero = arith.constant 0 : i32
    %sum = arith.constant 0.0 : f32
    %id = arith.constant 0 : i16
    %one = arith.constant 1 : i16
    %d = nvvm.mma.block_scale A[%zero, %zero, %zero, %zero] B[%zero, %zero] C[%sum, %sum, %sum, %sum]
        scaleA[%zero, %id, %id] scaleB[%zero, %one, %id]
        {shape = #nvvm.shape<m = 16, n = 8, k = 64>, multiplicandAPtxType = #nvvm.mma_type<e2m1>,
         multiplicandBPtxType = #nvvm.mma_type<e2m1>, scaleVecSize = #nvvm.scale_vec_size<x4>,
         blockScaleFormat = #nvvm.block_scale_format<ue4m3>, kind = #nvvm.block_scale_kind<mxf4nvf4>}
        : (i32, i32, f32) -> !llvm.struct<(f32, f32, f32, f32)>
    gpu.return
  }

  gpu.func @defined_scale(%out: memref<32xf32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    // e2m1 ones, scales of one: 64 products each.
    %ones = arith.constant 0x22222222 : i32
    %scales = arith.constant 0x38383838 : i32
    %sum = arith.constant 0.0 : f32
    %id = arith.constant 0 : i16
    %d = nvvm.mma.block_scale A[%ones, %ones, %ones, %ones] B[%ones, %ones] C[%sum, %sum, %sum, %sum]
        scaleA[%scales, %id, %id] scaleB[%scales, %id, %id]
        {shape = #nvvm.shape<m = 16, n = 8, k = 64>, multiplicandAPtxType = #nvvm.mma_type<e2m1>,
         multiplicandBPtxType = #nvvm.mma_type<e2m1>, scaleVecSize = #nvvm.scale_vec_size<x4>,
         blockScaleFormat = #nvvm.block_scale_format<ue4m3>, kind = #nvvm.block_scale_kind<mxf4nvf4>}
        : (i32, i32, f32) -> !llvm.struct<(f32, f32, f32, f32)>
    %d0 = llvm.extractvalue %d[0] : !llvm.struct<(f32, f32, f32, f32)>
    memref.store %d0, %out[%lane] : memref<32xf32>
    gpu.return
  }

  gpu.func @divergent_mma(%out: memref<32xf32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %c16 = arith.constant 16 : index
    %a = arith.constant dense<1.0> : vector<4x2xf16>
    %b = arith.constant dense<1.0> : vector<2x2xf16>
    %c = arith.constant dense<0.0> : vector<2x2xf32>
    %lower = arith.cmpi ult, %lane, %c16 : index
    scf.if %lower {
      %d = nvgpu.mma.sync(%a, %b, %c) {mmaShape = [16, 8, 16]}
          : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
      %d0 = vector.extract %d[0, 0] : f32 from vector<2x2xf32>
      memref.store %d0, %out[%lane] : memref<32xf32>
    }
    gpu.return
  }

  gpu.func @divergent_shuffle(%out: memref<32xi32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %c16 = arith.constant 16 : index
    %value = arith.index_cast %lane : index to i32
    %all = arith.constant -1 : i32
    %one = arith.constant 1 : i32
    %clamp = arith.constant 31 : i32
    %lower = arith.cmpi ult, %lane, %c16 : index
    scf.if %lower {
      %got = nvvm.shfl.sync bfly %all, %value, %one, %clamp : i32 -> i32
      memref.store %got, %out[%lane] : memref<32xi32>
    }
    gpu.return
  }

  // The mask names the sixteen lanes that are here.
  gpu.func @partial_shuffle(%out: memref<32xi32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %c16 = arith.constant 16 : index
    %value = arith.index_cast %lane : index to i32
    %lowerLanes = arith.constant 0xFFFF : i32
    %one = arith.constant 1 : i32
    %clamp = arith.constant 31 : i32
    %lower = arith.cmpi ult, %lane, %c16 : index
    scf.if %lower {
      %got = nvvm.shfl.sync bfly %lowerLanes, %value, %one, %clamp : i32 -> i32
      memref.store %got, %out[%lane] : memref<32xi32>
    }
    gpu.return
  }

  gpu.func @inactive_lane(%out: memref<32xi32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %c16 = arith.constant 16 : index
    %value = arith.index_cast %lane : index to i32
    %lowerLanes = arith.constant 0xFFFF : i32
    %one = arith.constant 1 : i32
    %clamp = arith.constant 31 : i32
    %lower = arith.cmpi ult, %lane, %c16 : index
    scf.if %lower {
      %got = nvvm.shfl.sync down %lowerLanes, %value, %one, %clamp : i32 -> i32
      memref.store %got, %out[%lane] : memref<32xi32>
    }
    gpu.return
  }

  // Rows of 12 elements are 24 bytes apart: every other one starts off a multiple of 16.
  gpu.func @misaligned_row(%out: memref<32xf16>)
      workgroup(%tile: memref<8x12xf16, #gpu.address_space<workgroup>>)
      kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %lane = gpu.thread_id x
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %c12 = arith.constant 12 : index
    %one = arith.constant 1.0 : f16
    %row = arith.remui %lane, %c8 : index
    %fills = arith.cmpi ult, %lane, %c8 : index
    scf.if %fills {
      scf.for %column = %c0 to %c12 step %c1 {
        memref.store %one, %tile[%row, %column] : memref<8x12xf16, #gpu.address_space<workgroup>>
      }
    }
    gpu.barrier
    %fragment = nvgpu.ldmatrix %tile[%row, %c0] {numTiles = 1 : i32, transpose = false}
        : memref<8x12xf16, #gpu.address_space<workgroup>> -> vector<1x2xf16>
    gpu.return
  }

  gpu.func @row_out_of_bounds(%out: memref<32xf16>)
      workgroup(%tile: memref<8x16xf16, #gpu.address_space<workgroup>>)
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
    %next = arith.addi %lane, %c1 : index
    %fragment = nvgpu.ldmatrix %tile[%next, %c0] {numTiles = 1 : i32, transpose = false}
        : memref<8x16xf16, #gpu.address_space<workgroup>> -> vector<1x2xf16>
    gpu.return
  }

  gpu.func @aligned_rows(%out: memref<32xf16>)
      workgroup(%tile: memref<8x16xf16, #gpu.address_space<workgroup>>)
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
    %row = arith.remui %lane, %c8 : index
    %fragment = nvgpu.ldmatrix %tile[%row, %c8] {numTiles = 1 : i32, transpose = false}
        : memref<8x16xf16, #gpu.address_space<workgroup>> -> vector<1x2xf16>
    %value = vector.extract %fragment[0, 1] : f16 from vector<1x2xf16>
    memref.store %value, %out[%lane] : memref<32xf16>
    gpu.return
  }
}
