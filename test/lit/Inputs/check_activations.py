# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Round activations in every number format, and compare bit for bit with arithmetic done here.

    check_activations.py DIRECTORY

Multiplies by the identity, so that y is x as the weight meets it. Every type, with vectors of one input, of four (13
inputs: the last has one), and of the whole token; tokens of random numbers, of ties, of zeros, with one outlier, and of
numbers near both ends of what f32 holds.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from pathlib import Path

from check_linear import quantize_activations, read_npy, write_npy
from sdq_format import LARGEST, f32

COLUMNS = 13
VECTORS = (1, 4, COLUMNS)


def tokens(rng: random.Random) -> list[list[float]]:
    rows = [[0.0] * COLUMNS]
    rows += [[rng.gauss(0, 1) for _ in range(COLUMNS)] for _ in range(20)]
    rows += [[rng.gauss(0, 1e30) for _ in range(COLUMNS)], [rng.gauss(0, 1e-30) for _ in range(COLUMNS)]]
    rows += [[rng.gauss(0, 1) * (1000.0 if i == 5 else 1.0) for i in range(COLUMNS)]]
    # Under a scale of 1/4: halves, quarters and eighths of small integers, where numbers of every format tie.
    for largest in LARGEST.values():
        rows += [[largest / 4, *(rng.randrange(-64, 65) / 32 for _ in range(COLUMNS - 1))] for _ in range(4)]
    # ±0.5, ±1.5, … of each type's spacing near its largest.
    for largest, spacing in ((7.0, 1.0), (127.0, 1.0), (448.0, 32.0), (57344.0, 8192.0)):
        rows.append([largest, *(largest - spacing * (i + 0.5) for i in range(COLUMNS - 1))])
    return [[f32(x) for x in row] for row in rows]


def program_of(activations: list[str]) -> str:
    rows = (["1.0" if r == c else "0.0" for c in range(COLUMNS)] for r in range(COLUMNS))
    identity = ", ".join(f"[{', '.join(row)}]" for row in rows)
    weight = f"!sdq.weight<{COLUMNS}x{COLUMNS}xf32, #sdq.dense<f32>>"
    tensor = f"tensor<?x{COLUMNS}xf32>"
    body = [
        f"  %y{i} = sdq.linear %x, @identity activations [{activation}] : ({tensor}) -> {tensor}"
        for i, activation in enumerate(activations)
    ]
    results = ", ".join(f'{tensor} {{onnx.name = "y{i}"}}' for i in range(len(activations)))
    values = ", ".join(f"%y{i}" for i in range(len(activations)))
    types = ", ".join([tensor] * len(activations))
    return "\n".join(
        [
            f"sdq.parameter @identity : {weight} = {{values = dense<[{identity}]> : tensor<{COLUMNS}x{COLUMNS}xf32>}}",
            f'func.func @main_graph(%x: {tensor} {{onnx.name = "x"}}) -> ({results}) {{',
            *body,
            f"  return {values} : {types}",
            "}",
            "",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    directory = parser.parse_args().directory
    directory.mkdir(parents=True, exist_ok=True)
    rows = tokens(random.Random(0))
    activations = [f"#sdq.activation<{kind}, vector = {vector}>" for kind in LARGEST for vector in VECTORS]
    (directory / "model.mlir").write_text(program_of(activations))
    write_npy(directory / "x.npy", [len(rows), COLUMNS], "f32", [x for row in rows for x in row])
    command = ["sdq-run", directory / "model.mlir", "--input", f"x={directory / 'x.npy'}", "--output-dir", directory]
    run = subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL)
    if run.returncode:
        return run.returncode
    for i, activation in enumerate(activations):
        _, found = read_npy(directory / f"y{i}.npy")
        expected = [x for row in rows for x in quantize_activations(row, activation)]
        for place, (want, have) in enumerate(zip(expected, found, strict=True)):
            if want != have:
                token, column = divmod(place, COLUMNS)
                x = rows[token][column]
                print(f"{activation}, token {token}, input {column}, of {x!r}: expected {want!r}, found {have!r}")
                return 1
    print(f"{len(activations)} activation formats agree on {len(rows)} tokens, bit for bit")
    return 0


if __name__ == "__main__":
    sys.exit(main())
