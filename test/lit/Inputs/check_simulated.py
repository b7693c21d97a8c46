# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Run the GPU kernels of `sdq.linear` on random weights in the simulator, and compare with arithmetic done here.

    check_simulated.py DIRECTORY --weight 5x13xf16 --input 9x13xf16 FORMAT…

As check_linear.py, whose arguments these are, but by way of `sdq-run --device=sim`: the host picks a kernel by the
number of tokens, the kernel must run without a finding, and its result agree with a decoder and a product that know
nothing of the compiler.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from pathlib import Path

from check_linear import Weight, check_product, elements_text, product, read_npy, write_npy
from sdq_format import parse_format, random_parts


def simulate(
    directory: Path,
    weight: Weight,
    shape: str,
    rows: int,
    columns: int,
    dtype: str,
    x_path: Path,
    chip: str,
    family: str,
) -> Path | None:
    """The file with the result; nothing, and why is said, if a tool failed or no kernel of `family` ran."""
    parts = ", ".join(f'"{name}" = {elements_text(part)}' for name, part in weight.parts.items())
    model, results = directory / "model.mlir", directory / "results"
    format_text = weight.text.partition("@")[0].strip()
    meets = f" activations [{weight.activations}]" if weight.activations else ""
    model.write_text(
        f"sdq.parameter @w : !sdq.weight<{shape}, {format_text}> = {{{parts}}}\n"
        f'func.func @main_graph(%x: tensor<?x{columns}x{dtype}> {{onnx.name = "x"}}) '
        f'-> (tensor<?x{rows}x{dtype}> {{onnx.name = "y"}}) {{\n'
        f"  %y = sdq.linear %x, @w{meets} : (tensor<?x{columns}x{dtype}>) -> tensor<?x{rows}x{dtype}>\n"
        f"  return %y : tensor<?x{rows}x{dtype}>\n}}\n"
    )
    run = [
        "sdq-run",
        str(model),
        "--device=sim",
        "--counts",
        f"--chip={chip}",
        f"--input=x={x_path}",
        f"--output-dir={results}",
    ]
    done = subprocess.run(run, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        return None
    if family and f"_{family}: launches 1," not in done.stdout:
        print(f"expected a kernel of {family}, found {done.stdout}")
        return None
    return results / "y.npy"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--weight", required=True, help="rows x columns x type")
    parser.add_argument("--input", required=True, help="tokens x columns x type")
    parser.add_argument("--chip", default="sm_80")
    parser.add_argument("--family", default="", help="the kernel's name must end so")
    parser.add_argument(
        "--roundings", type=int, default=0, help="how often the kernel may round a product to the input's type"
    )
    parser.add_argument(
        "--integers",
        type=int,
        help="inputs are integers up to this, which each token begins with: scales "
        "of activations are 1, the weights' powers of two, and products must agree bit for bit",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("formats", nargs="+")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    rows, columns = map(int, arguments.weight.split("x")[:2])
    *leading, dtype = arguments.input.split("x")
    extents = list(map(int, leading))
    arguments.directory.mkdir(parents=True, exist_ok=True)
    x_path = arguments.directory / "x.npy"
    if largest := arguments.integers:
        numbers = [rng.randint(-largest, largest) if i % columns else largest for i in range(product(extents))]
    else:
        numbers = [rng.uniform(-4, 4) for _ in range(product(extents))]
    write_npy(x_path, extents, dtype, numbers)
    _, x = read_npy(x_path)  # as rounded
    for text in arguments.formats:
        format_text, _, activations = (piece.strip() for piece in text.partition("@"))
        format = parse_format(format_text)
        weight = Weight(text, format, activations, random_parts(format, rows, columns, rng))
        result = simulate(
            arguments.directory,
            weight,
            arguments.weight,
            rows,
            columns,
            dtype,
            x_path,
            arguments.chip,
            arguments.family,
        )
        if result is None:
            print(f"{text}: not simulated")
            return 1
        wrong = check_product(
            weight, rows, columns, extents, dtype, x, result, arguments.roundings, bool(arguments.integers)
        )
        if wrong:
            print(f"{text}: {wrong}")
            return 1
    print(f"{len(arguments.formats)} kernels agree on {extents[0]} tokens of {dtype}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
