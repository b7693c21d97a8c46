# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Run `sdq.linear` and `sdq.decode` on random weights, and compare with arithmetic done here.

    check_linear.py DIRECTORY --weight 5x13xf16 --input 2x3x13xf16 FORMAT…

Each FORMAT is a weight of the program, with random parts; `FORMAT @ ACTIVATIONS` multiplies by it with
`activations [ACTIVATIONS]`. The program goes through sdq-run, the product's own way; what comes back is compared with a
decoder and a product that know nothing of the compiler. Decoded weights must agree bit for bit; products within the
rounding of f32 sums and of the result's type.
"""

from __future__ import annotations

import argparse
import ast
import random
import re
import struct
import subprocess
import sys
from pathlib import Path

from sdq_format import (
    FLOATS,
    LARGEST,
    TypedPart,
    bf16,
    bf16_bits,
    decode,
    f32,
    parse_format,
    random_parts,
    round_to,
    split_arguments,
)

# Of the result's type: half a unit in the last place, relative.
ROUNDING = {"f16": 2.0**-11, "bf16": 2.0**-8, "f32": 2.0**-24}
NPY = {"f16": ("<f2", "e"), "bf16": ("<V2", "H"), "f32": ("<f4", "f")}


def product(extents: list[int]) -> int:
    result = 1
    for extent in extents:
        result *= extent
    return result


def write_npy(path: Path, extents: list[int], dtype: str, numbers: list[float]) -> None:
    descr, code = NPY[dtype]
    shape = f"({', '.join(map(str, extents))}{',' if len(extents) == 1 else ''})"
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    raw = [bf16_bits(number) for number in numbers] if dtype == "bf16" else numbers
    data = struct.pack(f"<{len(raw)}{code}", *raw)
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data)


def read_npy(path: Path) -> tuple[list[int], list[float]]:
    raw = path.read_bytes()
    length = struct.unpack("<H", raw[8:10])[0]
    header = ast.literal_eval(raw[10 : 10 + length].decode())
    code = {"<f2": "e", "<f4": "f"}.get(header["descr"], "H")
    numbers = struct.unpack(f"<{product(header['shape'])}{code}", raw[10 + length :])
    return list(header["shape"]), [bf16(number) if code == "H" else number for number in numbers]


def elements_text(part: TypedPart) -> str:
    """The part as inline elements; integers are signless, so large ones are written as they are."""
    spell = (lambda number: f"{number:.20e}") if part.type.startswith("f") else str
    rows = ["[" + ", ".join(map(spell, row)) + "]" for row in part.rows]
    extents = [len(part.rows[0])] if part.flat else [len(part.rows), len(part.rows[0])]
    body = rows[0] if part.flat else "[" + ", ".join(rows) + "]"
    return f"dense<{body}> : tensor<{'x'.join(map(str, extents))}x{part.type}>"


def quantize_activations(x: list[float], activation: str) -> list[float]:
    """A token as a term meets it: vectors of consecutive inputs rounded under max |x| / largest, as f32 arithmetic does."""
    format = parse_format(activation)
    element, vector = format["element"], format["vector"]
    if element in FLOATS:
        return x
    rounded = []
    for begin in range(0, len(x), vector):
        piece = x[begin : begin + vector]
        scale = f32(max(map(abs, piece)) / LARGEST[element]) or 1.0
        rounded += [f32(round_to(element, f32(value / scale)) * scale) for value in piece]
    return rounded


def leaf_terms(format: dict, prefix: str = "") -> list[tuple[dict, str]]:
    """The terms of nested sums, in order, with the prefix of their parts."""
    if format["kind"] != "sum":
        return [(format, prefix)]
    return [leaf for i, term in enumerate(format["terms"]) for leaf in leaf_terms(term, f"{prefix}{i}.")]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--weight", required=True, help="rows x columns x type")
    parser.add_argument("--input", required=True, help="extents x type")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("formats", nargs="+")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    *shape, weight_type = arguments.weight.split("x")
    rows, columns = map(int, shape)
    *leading, dtype = arguments.input.split("x")
    extents = list(map(int, leading))
    assert extents[-1] == columns, "the input's last extent is the weight's columns"

    parameters, body, weights = [], [], []
    # Leading extents are dynamic in the program, but in rank 1.
    x_type = f"tensor<{'?x' * (len(extents) - 1)}{columns}x{dtype}>"
    y_type = f"tensor<{'?x' * (len(extents) - 1)}{rows}x{dtype}>"
    d_type = f"tensor<{rows}x{columns}xf32>"
    for i, text in enumerate(arguments.formats):
        format_text, _, activations = (piece.strip() for piece in text.partition("@"))
        format = parse_format(format_text)
        parts = random_parts(format, rows, columns, rng)
        weight = f"!sdq.weight<{arguments.weight}, {format_text}>"
        attributes = ", ".join(f'"{name}" = {elements_text(part)}' for name, part in parts.items())
        parameters.append(f"sdq.parameter @w{i} : {weight} = {{{attributes}}}")
        meets = f" activations [{activations}]" if activations else ""
        body.append(f"  %y{i} = sdq.linear %x, @w{i}{meets} : ({x_type}) -> {y_type}")
        body.append(f"  %w{i} = sdq.load @w{i} : {weight}\n  %d{i} = sdq.decode %w{i} : {weight} -> {d_type}")
        weights.append((text, format, activations, {name: part.rows for name, part in parts.items()}))
    count = len(weights)
    results = ", ".join(f'{y_type} {{onnx.name = "y{i}"}}, {d_type} {{onnx.name = "d{i}"}}' for i in range(count))
    returned = ", ".join(f"%y{i}, %d{i}" for i in range(count))
    types = ", ".join(f"{y_type}, {d_type}" for _ in range(count))
    program = "\n".join(parameters)
    program += f'\nfunc.func @main_graph(%x: {x_type} {{onnx.name = "x"}}) -> ({results}) {{\n'
    program += "\n".join(body) + f"\n  return {returned} : {types}\n}}\n"

    arguments.directory.mkdir(parents=True, exist_ok=True)
    model, x_path = arguments.directory / "model.mlir", arguments.directory / "x.npy"
    model.write_text(program)
    x = [rng.uniform(-4, 4) for _ in range(product(extents))]
    if len(x) > 2 * columns:
        x[:columns] = [0.0] * columns  # a token of zeros has no scale
    write_npy(x_path, extents, dtype, x)
    _, x = read_npy(x_path)  # as rounded
    command = ["sdq-run", str(model), "--input", f"x={x_path}", "--output-dir", str(arguments.directory)]
    run = subprocess.run(command, stdout=subprocess.DEVNULL)
    if run.returncode:
        return run.returncode

    tokens = [x[begin : begin + columns] for begin in range(0, len(x), columns)]
    for i, (text, format, activations, parts) in enumerate(weights):
        matrix = decode(format, rows, columns, parts)
        shape, found = read_npy(arguments.directory / f"d{i}.npy")
        flat = [number for row in matrix for number in row]
        if shape != [rows, columns] or list(found) != flat:
            place = next((k for k, (a, b) in enumerate(zip(flat, found)) if a != b), 0)
            print(f"{text}: decoded [{place // columns}, {place % columns}]: expected {flat[place]!r}, found "
                  f"{found[place]!r}, shape {shape}")
            return 1

        terms = leaf_terms(format)
        meets = split_arguments(activations) if activations else [f"#sdq.activation<{dtype}>"] * len(terms)
        shape, found = read_npy(arguments.directory / f"y{i}.npy")
        if shape != extents[:-1] + [rows]:
            print(f"{text}: expected shape {extents[:-1] + [rows]}, found {shape}")
            return 1
        # Terms that meet the activations alike are added before they are multiplied.
        matrices = [
            decode(term, rows, columns, {n.removeprefix(prefix): p for n, p in parts.items() if n.startswith(prefix)})
            for term, prefix in terms
        ]
        for t, token in enumerate(tokens):
            rounded = [quantize_activations(token, re.sub(r"\s+", " ", activation)) for activation in meets]
            for n in range(rows):
                products = [x_k * w for xs, m in zip(rounded, matrices) for x_k, w in zip(xs, m[n])]
                expected, size = sum(products), sum(map(abs, products))
                got = found[t * rows + n]
                bound = size * 1e-6 * len(terms) + abs(expected) * ROUNDING[dtype] * 1.01 + 1e-7
                if not abs(got - expected) <= bound:
                    print(f"{text}: token {t}, output {n}: expected {expected!r}, found {got!r}, off by more than {bound}")
                    return 1
    print(f"{count} formats agree on {len(tokens)} tokens of {dtype}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
