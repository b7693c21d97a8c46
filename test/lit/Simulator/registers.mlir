// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Proves: dot products of bytes, packed conversions, warp matches, reductions of a block and inline PTX compute what the
// PTX text says; PTX that is not known is an error that names it.

// RUN: sdq-simulate %s --kernel=dots --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=DOTS
// RUN: sdq-simulate %s --kernel=conversions --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=CONVERSIONS
// RUN: sdq-simulate %s --kernel=matches --arg=zeros --arg=zeros --print=0,1 2>&1 | FileCheck %s --check-prefix=MATCHES
// RUN: sdq-simulate %s --kernel=block_sum --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=SUM
// RUN: sdq-simulate %s --kernel=masks --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=MASKS
// RUN: sdq-simulate %s --kernel=lanes --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=LANES
// RUN: not sdq-simulate %s --kernel=inactive --arg=zeros 2>&1 | FileCheck %s --check-prefix=INACTIVE
// RUN: sdq-simulate %s --kernel=llvm --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=LLVM
// RUN: sdq-simulate %s --kernel=functions --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=FUNCTIONS
// RUN: not sdq-simulate %s --kernel=divergent_sum 2>&1 | FileCheck %s --check-prefix=DIVERGENT
// RUN: sdq-simulate %s --kernel=ptx --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=PTX
// RUN: sdq-simulate %s --kernel=assembly --arg=zeros --print=0 2>&1 | FileCheck %s --check-prefix=ASSEMBLY
// RUN: not sdq-simulate %s --kernel=unknown_ptx 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not sdq-simulate %s --kernel=wrong_ptx 2>&1 | FileCheck %s --check-prefix=WRONG

gpu.module @kernels {
  // Bytes 1, -2, 3, -4 with themselves: 1 + 4 + 9 + 16 = 30, plus 100. Unsigned by signed: 1·1 + 254·(-2) + 3·3 +
  // 252·(-4) = -1506, plus 100. Halves 5, -6 with bytes 1, -2: 5 + 12 = 17; with the high ones 3, -4: 15 + 24 = 39.
  // DOTS: argument 0: 130 -1406 17 39
  gpu.func @dots(%out: memref<4xi32>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0 : i32
    %hundred = arith.constant 100 : i32
    %a = arith.constant dense<[1, -2, 3, -4]> : vector<4xi8>
    %h = arith.constant dense<[5, -6]> : vector<2xi16>
    %0 = nvvm.dot.accumulate.4way %a <signed>, %a <signed>, %hundred : vector<4xi8>, vector<4xi8>
    %1 = nvvm.dot.accumulate.4way %a <unsigned>, %a <signed>, %hundred : vector<4xi8>, vector<4xi8>
    %2 = nvvm.dot.accumulate.2way %h <signed>, %a <signed>, %zero {b_hi = false} : vector<2xi16>, vector<4xi8>
    %3 = nvvm.dot.accumulate.2way %h <signed>, %a <signed>, %zero {b_hi = true} : vector<2xi16>, vector<4xi8>
    %all = vector.from_elements %0, %1, %2, %3 : vector<4xi32>
    vector.store %all, %out[%c0] : memref<4xi32>, vector<4xi32>
    gpu.return
  }

  // e4m3: 1.0 is 0x38, 500 saturates to 448, 0x7E; the first operand is the high half: 0x387E = 14462. e2m1: 1.0 is 2,
  // -6 is 0xF: 0x2F = 47. Back to f16: 448 and 1; 6 of e2m1 -6 and 1.
  // CONVERSIONS: argument 0: 14462 47 448 1 -6 1
  gpu.func @conversions(%out: memref<6xf32>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %one = arith.constant 1.0 : f32
    %big = arith.constant 500.0 : f32
    %low = arith.constant -6.0 : f32
    %0 = nvvm.convert.f32x2.to.f8x2 %one, %big {rnd = #nvvm.fp_rnd_mode<rn>, sat = #nvvm.sat_mode<satfinite>}
        : i16 (f8E4M3FN)
    %1 = nvvm.convert.f32x2.to.f4x2 %one, %low : i8 (f4E2M1FN)
    %pair = vector.broadcast %0 : i16 to vector<1xi16>
    %bytes = vector.bitcast %pair : vector<1xi16> to vector<2xi8>
    %2 = nvvm.convert.f8x2.to.f16x2 %bytes : vector<2xi8> (f8E4M3FN) -> vector<2xf16>
    %3 = nvvm.convert.f4x2.to.f16x2 %1 : i8 (f4E2M1FN) -> vector<2xf16>
    %4 = arith.uitofp %0 : i16 to f32
    %5 = arith.uitofp %1 : i8 to f32
    %6 = arith.extf %2 : vector<2xf16> to vector<2xf32>
    %7 = arith.extf %3 : vector<2xf16> to vector<2xf32>
    %8:2 = vector.to_elements %6 : vector<2xf32>
    %9:2 = vector.to_elements %7 : vector<2xf32>
    %all = vector.from_elements %4, %5, %8#0, %8#1, %9#0, %9#1 : vector<6xf32>
    vector.store %all, %out[%c0] : memref<6xf32>, vector<6xf32>
    gpu.return
  }

  // Four lanes with values 0 1 0 1: lanes 0 and 2 (5) or 1 and 3 (10) agree; all of them do not. The leader is lane 0.
  // MATCHES: argument 0: 5 10 5 10
  // MATCHES: argument 1: 1 0 0 0
  gpu.func @matches(%out: memref<4xi32>, %leader: memref<4xi32>)
      kernel attributes {known_block_size = array<i32: 4, 1, 1>} {
    %two = arith.constant 2 : i32
    %mask = arith.constant 15 : i32
    %t = gpu.thread_id x
    %n = arith.index_cast %t : index to i32
    %value = arith.remui %n, %two : i32
    %any = nvvm.match.sync any %mask, %value : i32 -> i32
    %all = nvvm.match.sync all %mask, %value : i32 -> !llvm.struct<(i32, i1)>
    %none = llvm.extractvalue %all[0] : !llvm.struct<(i32, i1)>
    %sum = arith.addi %any, %none : i32
    memref.store %sum, %out[%t] : memref<4xi32>
    %first = nvvm.elect.sync -> i1
    %flag = arith.extui %first : i1 to i32
    memref.store %flag, %leader[%t] : memref<4xi32>
    gpu.return
  }

  // 0 + 1 + … + 39 = 780, in every thread.
  // SUM: argument 0: 780 780
  gpu.func @block_sum(%out: memref<40xi32>) kernel attributes {known_block_size = array<i32: 40, 1, 1>} {
    %t = gpu.thread_id x
    %n = arith.index_cast %t : index to i32
    %sum = gpu.all_reduce add %n {} : (i32) -> i32
    memref.store %sum, %out[%t] : memref<40xi32>
    gpu.return
  }

  // In lane 2: 4, below 3, up to it 7, above -8 and from it -4.
  // MASKS: argument 0: 4 3 7 -8 -4
  gpu.func @masks(%out: memref<5xi32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %t = gpu.thread_id x
    %eq = nvvm.read.ptx.sreg.lanemask.eq : i32
    %lt = nvvm.read.ptx.sreg.lanemask.lt : i32
    %le = nvvm.read.ptx.sreg.lanemask.le : i32
    %gt = nvvm.read.ptx.sreg.lanemask.gt : i32
    %ge = nvvm.read.ptx.sreg.lanemask.ge : i32
    %all = vector.from_elements %eq, %lt, %le, %gt, %ge : vector<5xi32>
    %mine = arith.cmpi eq, %t, %c2 : index
    scf.if %mine {
      vector.store %all, %out[%c0] : memref<5xi32>, vector<5xi32>
    }
    gpu.return
  }

  // Lane i of four takes lane i + 1's number, around; then lane 2's, and the first one's.
  // LANES: argument 0: 1 2 3 0 2 2 2 2 0 0 0 0
  gpu.func @lanes(%out: memref<3x4xi32>) kernel attributes {known_block_size = array<i32: 4, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %two = arith.constant 2 : i32
    %t = gpu.thread_id x
    %n = arith.index_cast %t : index to i32
    %turned, %valid = gpu.rotate %n, 1, 4 : i32
    %second = gpu.subgroup_broadcast %n, specific_lane %two : i32
    %first = gpu.subgroup_broadcast %n, first_active_lane : i32
    memref.store %turned, %out[%c0, %t] : memref<3x4xi32>
    memref.store %second, %out[%c1, %t] : memref<3x4xi32>
    memref.store %first, %out[%c2, %t] : memref<3x4xi32>
    gpu.return
  }

  // INACTIVE: error: inactive-lane: thread (0,0,0) of block (0,0,0) shuffles from lane 7 of its warp, which is not active
  gpu.func @inactive(%out: memref<4xi32>) kernel attributes {known_block_size = array<i32: 4, 1, 1>} {
    %seven = arith.constant 7 : i32
    %t = gpu.thread_id x
    %x = gpu.subgroup_broadcast %seven, specific_lane %seven : i32
    memref.store %x, %out[%t] : memref<4xi32>
    gpu.return
  }

  // -7: shifted right by 1 with its sign -4, as a number of 8 bits without one 249 >> 1 = 124; widened either way -7 and
  // 249; -7 · 3 + 1 = -20; (-7 & 12) | 1 = 9.
  // LLVM: argument 0: -4 124 -7 249 -20 9
  gpu.func @llvm(%out: memref<6xi32>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %byte = llvm.mlir.constant(-7 : i8) : i8
    %b1 = llvm.mlir.constant(1 : i8) : i8
    %one = llvm.mlir.constant(1 : i32) : i32
    %three = llvm.mlir.constant(3 : i32) : i32
    %twelve = llvm.mlir.constant(12 : i32) : i32
    %wide = llvm.sext %byte : i8 to i32
    %0 = llvm.ashr %wide, %one : i32
    %half = llvm.lshr %byte, %b1 : i8
    %1 = llvm.zext %half : i8 to i32
    %3 = llvm.zext %byte : i8 to i32
    %times = llvm.mul %wide, %three : i32
    %4 = llvm.add %times, %one : i32
    %bits = llvm.and %wide, %twelve : i32
    %5 = llvm.or %bits, %one : i32
    %all = vector.from_elements %0, %1, %wide, %3, %4, %5 : vector<6xi32>
    vector.store %all, %out[%c0] : memref<6xi32>, vector<6xi32>
    gpu.return
  }

  // Of -2.5: trunc -2, round away from zero -3; with the sign of 1: 2.5; squared 6.25; and sin 0, cos 0, erf 0.
  // FUNCTIONS: argument 0: -2 -3 2.5 6.25 0 1 0
  gpu.func @functions(%out: memref<7xf32>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %x = arith.constant -2.5 : f32
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %two = arith.constant 2.0 : f32
    %0 = math.trunc %x : f32
    %1 = math.round %x : f32
    %2 = math.copysign %x, %one : f32
    %3 = math.powf %x, %two : f32
    %4 = math.sin %zero : f32
    %5 = math.cos %zero : f32
    %6 = math.erf %zero : f32
    %all = vector.from_elements %0, %1, %2, %3, %4, %5, %6 : vector<7xf32>
    vector.store %all, %out[%c0] : memref<7xf32>, vector<7xf32>
    gpu.return
  }

  // DIVERGENT: error: divergent-barrier: thread (0,0,0) of block (0,0,0) does not reach a reduction of the whole block
  gpu.func @divergent_sum() kernel attributes {known_block_size = array<i32: 2, 1, 1>} {
    %c1 = arith.constant 1 : index
    %t = gpu.thread_id x
    %n = arith.index_cast %t : index to i32
    %second = arith.cmpi eq, %t, %c1 : index
    scf.if %second {
      %sum = gpu.all_reduce add %n {} : (i32) -> i32
    }
    gpu.return
  }

  // Bytes 0 and 1 of 0x44332211 and of 0x88776655: 0x66552211. lop3 0xE8 is the majority of 12, 10 and 6: 14. Four bits
  // of 0xABCD from bit 4: 12. 3 put at bit 8 of 1: 769. Rotated left by 8: 0x33221144. f16x2 (1, 2)·(3, 4) + (5, 6) =
  // (8, 14): 0x4B004800. With a register of its own: 7 + 1, doubled.
  // PTX: argument 0: 1716855313 14 12 769 857870660 1258309632 16
  gpu.func @ptx(%out: memref<7xi32>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %a = arith.constant 0x44332211 : i32
    %b = arith.constant 0x88776655 : i32
    %c12 = arith.constant 12 : i32
    %c10 = arith.constant 10 : i32
    %c6 = arith.constant 6 : i32
    %d = arith.constant 0xABCD : i32
    %one = arith.constant 1 : i32
    %three = arith.constant 3 : i32
    %seven = arith.constant 7 : i32
    %x = arith.constant dense<[1.0, 2.0]> : vector<2xf16>
    %y = arith.constant dense<[3.0, 4.0]> : vector<2xf16>
    %z = arith.constant dense<[5.0, 6.0]> : vector<2xf16>
    %0 = nvvm.inline_ptx "prmt.b32 {$w0}, {$r0}, {$r1}, 0x5410;" ro(%a, %b : i32, i32) -> i32
    %1 = nvvm.inline_ptx "lop3.b32 $0, $1, $2, $3, 0xE8;" ro(%c12, %c10, %c6 : i32, i32, i32) -> i32
    %2 = nvvm.inline_ptx "bfe.u32 $0, $1, 4, 4;" ro(%d : i32) -> i32
    %3 = nvvm.inline_ptx "bfi.b32 $0, $1, $2, 8, 4;" ro(%three, %one : i32, i32) -> i32
    %4 = nvvm.inline_ptx "shf.l.wrap.b32 $0, $1, $1, 8;" ro(%a : i32) -> i32
    %5 = nvvm.inline_ptx "fma.rn.f16x2 $0, $1, $2, $3;"
        ro(%x, %y, %z : vector<2xf16>, vector<2xf16>, vector<2xf16>) -> i32
    %6 = nvvm.inline_ptx "{ .reg .b32 t; add.u32 t, {$r0}, 1; shl.b32 {$w0}, t, 1; }" ro(%seven : i32) -> i32
    %all = vector.from_elements %0, %1, %2, %3, %4, %5, %6 : vector<7xi32>
    vector.store %all, %out[%c0] : memref<7xi32>, vector<7xi32>
    gpu.return
  }

  // Two results; the halves of 0x00020001 taken apart; and a pair of e5m2 (1.0 is 0x3C, 2.0 is 0x40) made of f32.
  // ASSEMBLY: argument 0: 1 2 16444
  gpu.func @assembly(%out: memref<3xi32>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %both = arith.constant 0x00020001 : i32
    %one = arith.constant 1.0 : f32
    %two = arith.constant 2.0 : f32
    %halves = llvm.inline_asm "mov.b32 {$0, $1}, $2;", "=h,=h,r" %both : (i32) -> !llvm.struct<(i16, i16)>
    %low = llvm.extractvalue %halves[0] : !llvm.struct<(i16, i16)>
    %high = llvm.extractvalue %halves[1] : !llvm.struct<(i16, i16)>
    %packed = llvm.inline_asm "cvt.rn.satfinite.e5m2x2.f32 $0, $1, $2;", "=h,f,f" %two, %one : (f32, f32) -> i16
    %x = arith.extui %low : i16 to i32
    %y = arith.extui %high : i16 to i32
    %z = arith.extui %packed : i16 to i32
    memref.store %x, %out[%c0] : memref<3xi32>
    memref.store %y, %out[%c1] : memref<3xi32>
    memref.store %z, %out[%c2] : memref<3xi32>
    gpu.return
  }

  // UNKNOWN: registers.mlir:[[@LINE+3]]:10: error: 'nvvm.inline_ptx' op has PTX 'ex2.approx.f32', which the simulator does not know
  gpu.func @unknown_ptx() kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %x = arith.constant 1.0 : f32
    %0 = nvvm.inline_ptx "ex2.approx.f32 $0, $1;" ro(%x : f32) -> f32
    gpu.return
  }

  // WRONG: error: 'nvvm.inline_ptx' op gives PTX 'prmt.b32' 3 operands; expected 4
  gpu.func @wrong_ptx() kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    %x = arith.constant 1 : i32
    %0 = nvvm.inline_ptx "prmt.b32 $0, $1, $1;" ro(%x : i32) -> i32
    gpu.return
  }
}
