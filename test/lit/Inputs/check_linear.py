# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Run `sdq.linear` and `sdq.decode` on random weights, and compare with arithmetic done here.

    check_linear.py DIRECTORY --weight 5x13xf16 --input 2x3x13xf16 [--upstream] FORMAT…

Each FORMAT is a weight of the program, with random parts; `FORMAT @ ACTIVATIONS` multiplies by it with
`activations [ACTIVATIONS]`. The program goes through sdq-run, the product's own way, or, `--upstream`, is given back as
linalg (`sdq-opt --sdq-decompose-to=linalg`) and run by tools that do not know sdq. What comes back is compared with a
decoder and a product that know nothing of the compiler. Decoded weights must agree bit for bit; products within the
rounding of f32 sums and of the result's type.
"""

from __future__ import annotations

import argparse
import ast
import random
import struct
import subprocess
import sys
from dataclasses import dataclass
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
    """Divide vectors of inputs by max |x| / largest, round, multiply back, all in f32."""
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


@dataclass
class Weight:
    text: str  # the format, as given
    format: dict
    activations: str  # "" where they come as they are
    parts: dict[str, TypedPart]

    def rows_of_parts(self) -> dict[str, list[list]]:
        return {name: part.rows for name, part in self.parts.items()}


def program_of(weights: list[Weight], shape: str, rows: int, columns: int, rank: int, dtype: str) -> str:
    """Outputs yI = x · wIᵀ and dI = wI decoded; all extents of x and yI but the last are dynamic."""
    x_type = f"tensor<{'?x' * (rank - 1)}{columns}x{dtype}>"
    y_type = f"tensor<{'?x' * (rank - 1)}{rows}x{dtype}>"
    d_type = f"tensor<{rows}x{columns}xf32>"
    parameters, body, values, types, results = [], [], [], [], []
    for i, weight in enumerate(weights):
        type = f"!sdq.weight<{shape}, {weight.text.partition('@')[0].strip()}>"
        parts = ", ".join(f'"{name}" = {elements_text(part)}' for name, part in weight.parts.items())
        meets = f" activations [{weight.activations}]" if weight.activations else ""
        parameters.append(f"sdq.parameter @w{i} : {type} = {{{parts}}}")
        body.append(f"  %y{i} = sdq.linear %x, @w{i}{meets} : ({x_type}) -> {y_type}")
        body.append(f"  %w{i} = sdq.load @w{i} : {type}")
        body.append(f"  %d{i} = sdq.decode %w{i} : {type} -> {d_type}")
        values += [f"%y{i}", f"%d{i}"]
        types += [y_type, d_type]
        results += [f'{y_type} {{onnx.name = "y{i}"}}', f'{d_type} {{onnx.name = "d{i}"}}']
    signature = f'func.func @main_graph(%x: {x_type} {{onnx.name = "x"}}) -> ({", ".join(results)}) {{'
    return "\n".join([*parameters, signature, *body, f"  return {', '.join(values)} : {', '.join(types)}", "}", ""])


def check_decoded(weight: Weight, rows: int, columns: int, path: Path) -> str:
    """What is wrong with the decoded weight in `path`, or ""."""
    expected = [number for row in decode(weight.format, rows, columns, weight.rows_of_parts()) for number in row]
    shape, found = read_npy(path)
    if shape != [rows, columns]:
        return f"decoded: expected shape {[rows, columns]}, found {shape}"
    for place, (want, have) in enumerate(zip(expected, found, strict=True)):
        if want != have:
            return f"decoded [{place // columns}, {place % columns}]: expected {want!r}, found {have!r}"
    return ""


def check_product(
    weight: Weight,
    rows: int,
    columns: int,
    extents: list[int],
    dtype: str,
    x: list[float],
    path: Path,
    roundings: int = 0,
    exact: bool = False,
) -> str:
    """What is wrong with the product in `path`, or "". `roundings`: how often each product, or a sum that it is part
    of, may have been rounded to the activations' type before sums of f32. `exact`: nothing was rounded at all.
    """
    terms = leaf_terms(weight.format)
    meets = split_arguments(weight.activations) if weight.activations else [f"#sdq.activation<{dtype}>"] * len(terms)
    shape, found = read_npy(path)
    if shape != [*extents[:-1], rows]:
        return f"product: expected shape {[*extents[:-1], rows]}, found {shape}"
    matrices = []
    for term, prefix in terms:
        parts = weight.rows_of_parts().items()
        own = {name.removeprefix(prefix): part for name, part in parts if name.startswith(prefix)}
        matrices.append(decode(term, rows, columns, own))
    for t in range(len(x) // columns):
        token = x[t * columns : (t + 1) * columns]
        rounded = [quantize_activations(token, activation) for activation in meets]
        for n in range(rows):
            products = []
            for activations, matrix in zip(rounded, matrices, strict=True):
                products += [a * w for a, w in zip(activations, matrix[n], strict=True)]
            want, have, size = sum(products), found[t * rows + n], sum(map(abs, products))
            bound = size * 1e-6 * len(terms) + abs(want) * ROUNDING[dtype] * 1.01 + 1e-7
            bound += size * ROUNDING[dtype] * 1.01 * roundings
            bound = 0 if exact else bound
            if not abs(have - want) <= bound:
                return f"product, token {t}, output {n}: expected {want!r}, found {have!r}, off by more than {bound}"
    return ""


def run_sdq(model: Path, x: Path, directory: Path, weights: int) -> None:
    command = ["sdq-run", str(model), "--input", f"x={x}", "--output-dir", str(directory)]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


def run_upstream(model: Path, x: Path, directory: Path, weights: int) -> None:
    module = directory / "linalg.mlir"
    subprocess.run(["sdq-opt", "--sdq-decompose-to=linalg", str(model), "-o", str(module)], check=True)
    if "sdq" in module.read_text():
        raise SystemExit(f"{module}: expected no word of sdq")
    subprocess.run(
        [sys.executable, Path(__file__).parent / "upstream.py", module, "--input", x, "--output-dir", directory],
        check=True,
    )
    for i in range(weights):
        for j, kind in enumerate("yd"):
            (directory / f"{2 * i + j}.npy").rename(directory / f"{kind}{i}.npy")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--weight", required=True, help="rows x columns x type")
    parser.add_argument("--input", required=True, help="extents x type")
    parser.add_argument("--upstream", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("formats", nargs="+")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    rows, columns = map(int, arguments.weight.split("x")[:2])
    *leading, dtype = arguments.input.split("x")
    extents = list(map(int, leading))
    if extents[-1] != columns:
        parser.error(f"expected an input whose last extent is {columns}, found {arguments.input}")

    weights = []
    for text in arguments.formats:
        format_text, _, activations = (piece.strip() for piece in text.partition("@"))
        format = parse_format(format_text)
        weights.append(Weight(text, format, activations, random_parts(format, rows, columns, rng)))

    arguments.directory.mkdir(parents=True, exist_ok=True)
    model, x_path = arguments.directory / "model.mlir", arguments.directory / "x.npy"
    model.write_text(program_of(weights, arguments.weight, rows, columns, len(extents), dtype))
    x = [rng.uniform(-4, 4) for _ in range(product(extents))]
    if len(x) > 2 * columns:
        x[:columns] = [0.0] * columns  # a token of zeros has no scale
    write_npy(x_path, extents, dtype, x)
    _, x = read_npy(x_path)  # as rounded
    run = run_upstream if arguments.upstream else run_sdq
    run(model, x_path, arguments.directory, len(weights))

    for i, weight in enumerate(weights):
        wrong = check_decoded(weight, rows, columns, arguments.directory / f"d{i}.npy") or check_product(
            weight, rows, columns, extents, dtype, x, arguments.directory / f"y{i}.npy"
        )
        if wrong:
            print(f"{weight.text}: {wrong}")
            return 1
    print(f"{len(weights)} formats agree on {len(x) // columns} tokens of {dtype}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
