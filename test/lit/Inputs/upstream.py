# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compile and run a module with tools that do not know SDQ: stock mlir-opt, mlir-translate, clang.

    upstream.py MODULE.mlir --input x.npy … --output-dir DIRECTORY

Takes @main_graph on tensors down to LLVM by upstream's own passes, compiles it, and calls it through its C interface
on the inputs, in order. Results go to 0.npy, 1.npy, … in the directory.
"""

from __future__ import annotations

import argparse
import ast
import ctypes
import re
import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

PASSES = (
    "one-shot-bufferize{bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map}",
    "buffer-deallocation-pipeline",
    "convert-bufferization-to-memref",
    "func.func(convert-linalg-to-loops,llvm-request-c-wrappers)",
    "expand-strided-metadata,lower-affine,convert-scf-to-cf,convert-math-to-llvm,convert-math-to-libm",
    "finalize-memref-to-llvm,convert-cf-to-llvm,convert-func-to-llvm,convert-arith-to-llvm,reconcile-unrealized-casts",
)
DTYPES = {"f16": "<f2", "bf16": "<V2", "f32": "<f4", "f64": "<f8", "i64": "<i8", "i32": "<i4", "i8": "|i1", "i1": "|b1"}
SIZES = {"f16": 2, "bf16": 2, "f32": 4, "f64": 8, "i64": 8, "i32": 4, "i8": 1, "i1": 1}


@dataclass
class Array:
    shape: list[int]
    dtype: str  # MLIR's word
    data: bytes


def read_npy(path: Path) -> Array:
    raw = path.read_bytes()
    length = struct.unpack("<H", raw[8:10])[0]
    header = ast.literal_eval(raw[10 : 10 + length].decode())
    dtype = next(name for name, descr in DTYPES.items() if descr == header["descr"])
    return Array(list(header["shape"]), dtype, raw[10 + length :])


def write_npy(path: Path, array: Array) -> None:
    shape = f"({', '.join(map(str, array.shape))}{',' if len(array.shape) == 1 else ''})"
    header = f"{{'descr': '{DTYPES[array.dtype]}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + array.data)


def signature(text: str) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Rank and element type of each argument and result of @main_graph."""
    found = re.search(r"func\.func @main_graph\((.*?)\) -> (.*?) \{\n", text)
    if not found:
        raise SystemExit("expected func.func @main_graph of tensors")
    types = [re.findall(r"tensor<((?:[\d?]+x)*)(\w+)>", side) for side in found.groups()]
    arguments, results = ([(extents.count("x"), element) for extents, element in side] for side in types)
    return arguments, results


def build(module: Path, directory: Path) -> ctypes.CDLL:
    """Everything from linalg down by other people's tools."""
    lowered, code, library = directory / "llvm.mlir", directory / "code.ll", directory / "code.so"
    pipeline = f"builtin.module({','.join(PASSES)})"
    subprocess.run(["mlir-opt", f"--pass-pipeline={pipeline}", module, "-o", lowered], check=True)
    subprocess.run(["mlir-translate", "--mlir-to-llvmir", lowered, "-o", code], check=True)
    tools = Path(shutil.which("mlir-opt")).resolve().parent
    utilities = [f"-L{tools}/../lib", f"-Wl,-rpath,{tools}/../lib", "-lmlir_c_runner_utils"]  # memrefCopy
    flags = ["-O2", "-march=native", "-shared", "-fPIC", "-Wno-override-module"]
    subprocess.run(["clang", *flags, code, "-lm", *utilities, "-o", library.resolve()], check=True)
    return ctypes.CDLL(str(library.resolve()))


def descriptor(rank: int) -> type[ctypes.Structure]:
    """MLIR's memref descriptor."""
    fields = [("allocated", ctypes.c_void_p), ("aligned", ctypes.c_void_p), ("offset", ctypes.c_int64)]
    if rank:
        fields += [("sizes", ctypes.c_int64 * rank), ("strides", ctypes.c_int64 * rank)]
    return type(f"MemRef{rank}", (ctypes.Structure,), {"_fields_": fields})


def view(array: Array, buffer: ctypes.Array) -> ctypes.Structure:
    address, rank = ctypes.addressof(buffer), len(array.shape)
    result = descriptor(rank)(address, address, 0)
    stride = 1
    for i in reversed(range(rank)):
        result.sizes[i], result.strides[i] = array.shape[i], stride
        stride *= array.shape[i]
    return result


def copy(memref: ctypes.Structure, rank: int, dtype: str) -> Array:
    shape = [memref.sizes[i] for i in range(rank)]
    count, expected = 1, []
    for extent in reversed(shape):
        expected.insert(0, count)
        count *= extent
    if rank and count and list(memref.strides) != expected:
        raise SystemExit(f"expected a dense result, found strides {list(memref.strides)} of {shape}")
    size = SIZES[dtype]
    return Array(shape, dtype, ctypes.string_at(memref.aligned + memref.offset * size, count * size))


def run(module: Path, inputs: list[Array], directory: Path) -> list[Array]:
    arguments, results = signature(module.read_text())
    given = [(len(array.shape), array.dtype) for array in inputs]
    if given != arguments:
        raise SystemExit(f"expected inputs of rank and type {arguments}, got {given}")
    library = build(module, directory)
    memrefs = [descriptor(rank) for rank, _ in results]
    returned = type("Returned", (ctypes.Structure,), {"_fields_": [(f"r{i}", t) for i, t in enumerate(memrefs)]})()
    buffers = [ctypes.create_string_buffer(array.data, max(len(array.data), 1)) for array in inputs]
    views = [view(array, buffer) for array, buffer in zip(inputs, buffers, strict=True)]
    library._mlir_ciface_main_graph.restype = None
    library._mlir_ciface_main_graph(ctypes.byref(returned), *map(ctypes.byref, views))
    return [copy(getattr(returned, f"r{i}"), rank, dtype) for i, (rank, dtype) in enumerate(results)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", type=Path)
    parser.add_argument("--input", type=Path, action="append", default=[])
    parser.add_argument("--output-dir", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.output_dir.mkdir(parents=True, exist_ok=True)
    inputs = [read_npy(path) for path in arguments.input]
    for i, array in enumerate(run(arguments.module, inputs, arguments.output_dir)):
        write_npy(arguments.output_dir / f"{i}.npy", array)


if __name__ == "__main__":
    main()
