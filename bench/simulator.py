# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How fast the simulator runs kernels.

    python bench/simulator.py [--build build] [--workers N] [--repeat R]

gemv      4-bit weights, 4096 x 4096, one token: a warp a row, 16-byte loads of codes, f16 products, f32 sums, a
          butterfly of shuffles. All detectors on; the weights are 8 MB that nobody writes.
gemv i8   the same as compilers write it first: a byte at a time, so one access a lane and op.
mma.sp    64 blocks of a warp, 500 `mma.sp.m16n8k64` of s8 each, operands in registers.

Prints thread-operations a second of processor time, start and parsing included: ops of the IR, a vector op counting
once, times the lanes that executed them. An `mma` counts as 32 of them and does 8192 multiply-adds.

What to expect. A pure op is a loop over the block's threads on arrays of 64-bit codes that stay in the cache, about
half a nanosecond a component and thread; f16 goes through f32 and back, 3 ns. A load takes about 20 ns a lane: bounds,
alignment, copying, sectors. The first kernel's loop has about 100 ops a thread for 32 weights, of 250 components and
three loads: some 500 ns for 100 ops, 100 to 200 million thread-operations a second and core. An `mma.sp` walks all
products of its 16 x 8 results, 8192 multiply-adds at two a nanosecond and the unpacking of its fragments: 5 us.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import tempfile
from pathlib import Path

SHUFFLES = (16, 8, 4, 2, 1)


def gemv() -> str:
    lines = [
        """gpu.module @kernels {
  gpu.func @gemv(%w: memref<4096x2048xi8>, %s: memref<4096xf16>, %x: memref<4096xf16>, %y: memref<4096xf32>)
      kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %c512 = arith.constant 512 : index
    %c2048 = arith.constant 2048 : index
    %zero = arith.constant 0.0 : f32
    %four = arith.constant dense<4> : vector<16xi8>
    %thread = gpu.thread_id x
    %block = gpu.block_id x
    %warp = arith.divui %thread, %c32 : index
    %lane = arith.remui %thread, %c32 : index
    %first = arith.muli %block, %c4 : index
    %row = arith.addi %first, %warp : index
    %start = arith.muli %lane, %c16 : index
    %sum = scf.for %k = %start to %c2048 step %c512 iter_args(%acc = %zero) -> (f32) {
      %codes = vector.load %w[%row, %k] : memref<4096x2048xi8>, vector<16xi8>
      %high = arith.shrsi %codes, %four : vector<16xi8>
      %shifted = arith.shli %codes, %four : vector<16xi8>
      %low = arith.shrsi %shifted, %four : vector<16xi8>
      %kx = arith.muli %k, %c2 : index
      %ky = arith.addi %kx, %c16 : index
      %xa = vector.load %x[%kx] : memref<4096xf16>, vector<16xf16>
      %xb = vector.load %x[%ky] : memref<4096xf16>, vector<16xf16>
      %wa = arith.sitofp %low : vector<16xi8> to vector<16xf16>
      %wb = arith.sitofp %high : vector<16xi8> to vector<16xf16>
      %pa = arith.mulf %wa, %xa : vector<16xf16>
      %pb = arith.mulf %wb, %xb : vector<16xf16>"""
    ]
    accumulator = "%acc"
    for half in "ab":
        for i in range(16):
            lines.append(f"""      %e{half}{i} = vector.extract %p{half}[{i}] : f16 from vector<16xf16>
      %f{half}{i} = arith.extf %e{half}{i} : f16 to f32
      %s{half}{i} = arith.addf {accumulator}, %f{half}{i} : f32""")
            accumulator = f"%s{half}{i}"
    lines.append(f"      scf.yield {accumulator} : f32\n    }}\n" + reduction())
    return "\n".join(lines)


def gemv_of_bytes() -> str:
    return """gpu.module @kernels {
  gpu.func @gemv(%w: memref<4096x4096xi8>, %s: memref<4096xf16>, %x: memref<4096xf16>, %y: memref<4096xf32>)
      kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %c32 = arith.constant 32 : index
    %c4096 = arith.constant 4096 : index
    %zero = arith.constant 0.0 : f32
    %thread = gpu.thread_id x
    %block = gpu.block_id x
    %warp = arith.divui %thread, %c32 : index
    %lane = arith.remui %thread, %c32 : index
    %first = arith.muli %block, %c4 : index
    %row = arith.addi %first, %warp : index
    %sum = scf.for %k = %lane to %c4096 step %c32 iter_args(%acc = %zero) -> (f32) {
      %code = memref.load %w[%row, %k] : memref<4096x4096xi8>
      %weight = arith.sitofp %code : i8 to f32
      %half = memref.load %x[%k] : memref<4096xf16>
      %value = arith.extf %half : f16 to f32
      %next = math.fma %weight, %value, %acc : f32
      scf.yield %next : f32
    }
""" + reduction()


def reduction() -> str:
    """Sums %sum over a warp, scales it and stores it; closes the kernel."""
    lines, total = ["    %width = arith.constant 32 : i32"], "%sum"
    for step in SHUFFLES:
        lines.append(f"""    %by{step} = arith.constant {step} : i32
    %other{step}, %valid{step} = gpu.shuffle xor {total}, %by{step}, %width : f32
    %total{step} = arith.addf {total}, %other{step} : f32""")
        total = f"%total{step}"
    return (
        "\n".join(lines)
        + f"""
    %half_scale = memref.load %s[%row] : memref<4096xf16>
    %scale = arith.extf %half_scale : f16 to f32
    %result = arith.mulf {total}, %scale : f32
    %writes = arith.cmpi eq, %lane, %c0 : index
    scf.if %writes {{
      memref.store %result, %y[%row] : memref<4096xf32>
    }}
    gpu.return
  }}
}}
"""
    )


def sparse_mma() -> str:
    return """gpu.module @kernels {
  gpu.func @mma(%y: memref<64x32xi32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c500 = arith.constant 500 : index
    %zero = arith.constant 0 : i32
    %a = arith.constant 0x01FF0203 : i32
    %b = arith.constant 0x02010403 : i32
    %codes = arith.constant 0xE4E4E4E4 : i32
    %lane = gpu.lane_id
    %block = gpu.block_id x
    %none = arith.constant 0 : i32
    %sum = scf.for %k = %c0 to %c500 step %c1 iter_args(%acc = %zero) -> (i32) {
      %d = nvvm.mma.sp.sync A[%a, %a, %a, %a] B[%b, %b, %b, %b] C[%acc, %acc, %acc, %acc] sparseMetadata[%codes]
          selector[%none] {intOverflowBehavior = #nvvm.mma_int_overflow<wrapped>,
          multiplicandAPtxType = #nvvm.mma_type<s8>, multiplicandBPtxType = #nvvm.mma_type<s8>, orderedMetadata,
          shape = #nvvm.shape<m = 16, n = 8, k = 64>}
          : (i32, i32, i32) -> !llvm.struct<(i32, i32, i32, i32)>
      %first = llvm.extractvalue %d[0] : !llvm.struct<(i32, i32, i32, i32)>
      scf.yield %first : i32
    }
    memref.store %sum, %y[%block, %lane] : memref<64x32xi32>
    gpu.return
  }
}
"""


KERNELS = {
    "gemv": (gemv(), 1024, ["random", "zeros", "random", "undefined"]),
    "gemv i8": (gemv_of_bytes(), 1024, ["random", "zeros", "random", "undefined"]),
    "mma.sp": (sparse_mma(), 64, ["undefined"]),
}


def processor_time() -> float:
    """Of processes that ended: on a shared machine the clock says little."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    print(f"{'kernel':10} {'thread-ops':>12} {'seconds':>8} {'million a second':>17}")
    for name, (text, grid, arguments) in KERNELS.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "kernel.mlir"
            path.write_text(text)
            command = [options.build / "bin" / "sdq-simulate", path, f"--grid={grid}", f"--workers={options.workers}"]
            command += [f"--arg={argument}" for argument in arguments]
            counted = subprocess.run([*command, "--counts=-"], check=True, capture_output=True, text=True).stdout
            lanes = json.loads(counted)["total"]["lanes"]
            seconds = []
            for _ in range(options.repeat):
                before = processor_time()
                subprocess.run(command, check=True)
                seconds.append(processor_time() - before)
        print(f"{name:10} {lanes:12} {min(seconds):8.3f} {lanes / min(seconds) / 1e6:17.1f}")


if __name__ == "__main__":
    main()
