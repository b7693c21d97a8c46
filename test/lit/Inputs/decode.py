# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Print what the parameters of a module (text, on stdin) stand for, row by row:

    w : !sdq.weight<1x4xf16, #sdq.nm<1:4, f16>>
    w[0] = 0 0 -3 0

With --terms also each term of a sum, `w.0[0]` being row 0 of the first; with --parts what they are stored as: bytes in
hex, the other types as numbers.

    w.values[0] = -3
    w.indices[0] = 02

Parts that are no more than what the format needs and no less are the parameter verifier's business; here they are read
as docs/Formats.md says, by code that is not the compiler's.
"""

from __future__ import annotations

import argparse
import sys

from module_text import parameters_of
from sdq_format import decode, parse_format


def show_matrix(name: str, matrix: list[list[float]]) -> None:
    for row, numbers in enumerate(matrix):
        print(f"{name}[{row}] =", *(f"{number + 0.0:.8g}" for number in numbers))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", action="store_true")
    parser.add_argument("--terms", action="store_true")
    arguments = parser.parse_args()
    parameters = parameters_of(sys.stdin.read())
    if not parameters:
        print("no sdq.parameter in the module", file=sys.stderr)
        return 1
    for parameter in parameters:
        print(f"{parameter.name} : {parameter.type}")
        if arguments.parts:
            for name, part in parameter.parts.items():
                show = (lambda byte: f"{byte:02X}") if part.type == "i8" else (lambda number: f"{number:.8g}")
                for row, numbers in enumerate(part.rows):
                    index = "" if part.flat else f"[{row}]"
                    print(f"{parameter.name}.{name}{index} =", *map(show, numbers))
        parts = {name: part.rows for name, part in parameter.parts.items()}
        format = parse_format(parameter.format)
        if arguments.terms and format["kind"] == "sum":
            for i, term in enumerate(format["terms"]):
                own = {name.removeprefix(f"{i}."): rows for name, rows in parts.items() if name.startswith(f"{i}.")}
                show_matrix(f"{parameter.name}.{i}", decode(term, parameter.rows, parameter.columns, own))
        show_matrix(parameter.name, decode(format, parameter.rows, parameter.columns, parts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
