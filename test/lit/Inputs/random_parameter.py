# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Print a module with one parameter of random numbers: random_parameter.py NAME 256x768xf16 [--linear].

Gaussian f16 values in a dense format; with --linear also a function that multiplies by it.
"""

from __future__ import annotations

import argparse
import random
import struct


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("shape", help="rows x columns x f16")
    parser.add_argument("--linear", action="store_true")
    arguments = parser.parse_args()
    rows, columns, element = arguments.shape.split("x")
    rng = random.Random(arguments.name)
    count = int(rows) * int(columns)
    data = struct.pack(f"<{count}e", *(rng.gauss(0, 0.05) for _ in range(count)))
    weight = f"!sdq.weight<{arguments.shape}, #sdq.dense<{element}>>"
    print(
        f"sdq.parameter @{arguments.name} : {weight} = {{values = dense_resource<values> : tensor<{arguments.shape}>}}"
    )
    if arguments.linear:
        types = f"(tensor<?x{columns}xf32>) -> tensor<?x{rows}xf32>"
        print(f"func.func @main_graph(%x: tensor<?x{columns}xf32>) -> tensor<?x{rows}xf32> {{")
        print(f"  %y = sdq.linear %x, @{arguments.name} : {types}\n  return %y : tensor<?x{rows}xf32>\n}}")
    print(f'{{-# dialect_resources: {{ builtin: {{ values: "0x10000000{data.hex()}" }} }} #-}}')


if __name__ == "__main__":
    main()
