# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Run the GPU kernels of `sdq.linear` on random weights in the simulator, and compare with arithmetic done here.

    check_simulated.py DIRECTORY --weight 5x13xf16 --input 9x13xf16 FORMAT…

As check_linear.py, whose arguments these are, but by way of `sdq-lower-nvgpu` and `sdq-simulate`: the kernel must run
without a finding, and its result agree with a decoder and a product that know nothing of the compiler. Results start
uninitialised, so an output that a kernel leaves out shows as well.
"""

from __future__ import annotations

import argparse
import random
import re
import struct
import subprocess
import sys
from pathlib import Path

from check_linear import Weight, check_product, elements_text, product, read_npy, write_npy
from sdq_format import TypedPart, parse_format, random_parts

NPY_PARTS = {"i8": ("<i1", "b"), "i16": ("<i2", "h"), "i32": ("<i4", "i"), "f16": ("<f2", "e"), "f32": ("<f4", "f")}


def write_part(path: Path, part: TypedPart) -> None:
    """The part's bytes; integers may be given unsigned."""
    descr, code = NPY_PARTS[part.type]
    extents = [len(part.rows[0])] if part.flat else [len(part.rows), len(part.rows[0])]
    flat = [number for row in part.rows for number in row]
    if part.type.startswith("i"):
        bits = int(part.type[1:])
        flat = [(number + (1 << bits - 1)) % (1 << bits) - (1 << bits - 1) for number in flat]
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({', '.join(map(str, extents))},), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    data = struct.pack(f"<{len(flat)}{code}", *flat)
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data)


def simulate(
    directory: Path, weight: Weight, shape: str, rows: int, columns: int, tokens: int, dtype: str, x_path: Path
) -> Path | None:
    """The file with the kernel's result; nothing if a tool failed, which has then said why."""
    parts = ", ".join(f'"{name}" = {elements_text(part)}' for name, part in weight.parts.items())
    model, kernels, result = (directory / name for name in ("model.mlir", "kernels.mlir", "y.npy"))
    model.write_text(
        f"sdq.parameter @w : !sdq.weight<{shape}, {weight.text}> = {{{parts}}}\n"
        f"func.func @main(%x: tensor<?x{columns}x{dtype}>) -> tensor<?x{rows}x{dtype}> {{\n"
        f"  %y = sdq.linear %x, @w : (tensor<?x{columns}x{dtype}>) -> tensor<?x{rows}x{dtype}>\n"
        f"  return %y : tensor<?x{rows}x{dtype}>\n}}\n"
    )
    lower = ["sdq-opt", str(model), "--sdq-lower-nvgpu=stop-after=kernels", "--mlir-print-op-generic"]
    if subprocess.run([*lower, "-o", str(kernels)]).returncode:
        return None
    description = re.search(r"sdq\.kernel = \{arguments = \[(.*?)\], block", kernels.read_text()).group(1)
    arguments, save = [], 0
    for i, name in enumerate(re.findall(r'name = "([^"]*)"', description)):
        if name == "tokens":
            arguments.append(str(tokens))
        elif name == "x":
            arguments.append(str(x_path))
        elif name == "y":
            save = i
            arguments.append(f"undefined:{tokens}x{rows}")
        elif name.startswith("extent of "):
            arguments.append(str(len(weight.parts[name.removeprefix("extent of ")].rows[0])))
        else:
            write_part(directory / f"{name}.npy", weight.parts[name])
            arguments.append(str(directory / f"{name}.npy"))
    blocks = -(-rows // 4) * max(1, -(-tokens // 8))
    run = ["sdq-simulate", str(kernels), f"--grid={blocks}", f"--save={save}={result}"]
    return None if subprocess.run([*run, *(f"--arg={a}" for a in arguments)]).returncode else result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--weight", required=True, help="rows x columns x type")
    parser.add_argument("--input", required=True, help="tokens x columns x type")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("formats", nargs="+")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    rows, columns = map(int, arguments.weight.split("x")[:2])
    *leading, dtype = arguments.input.split("x")
    extents = list(map(int, leading))
    arguments.directory.mkdir(parents=True, exist_ok=True)
    x_path = arguments.directory / "x.npy"
    write_npy(x_path, extents, dtype, [rng.uniform(-4, 4) for _ in range(product(extents))])
    _, x = read_npy(x_path)  # as rounded
    for text in arguments.formats:
        format = parse_format(text)
        weight = Weight(text, format, "", random_parts(format, rows, columns, rng))
        result = simulate(arguments.directory, weight, arguments.weight, rows, columns, extents[0], dtype, x_path)
        if result is None:
            print(f"{text}: not simulated")
            return 1
        wrong = check_product(weight, rows, columns, extents, dtype, x, result)
        if wrong:
            print(f"{text}: {wrong}")
            return 1
    print(f"{len(arguments.formats)} kernels agree on {extents[0]} tokens of {dtype}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
