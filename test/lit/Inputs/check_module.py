# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compress a module of another compiler's making, run it, and compare with the module itself on decoded weights.

    check_module.py DIRECTORY module.mlir --weights 2 [--recipe W4-g16] [--prepare torch] [--tolerance 2e-5]

A module is written without its numbers: every `dense_resource<name> : tensor<…>` gets random ones, and so does every
`dense<"0x${name}"> : tensor<…>`. Four things must hold:

1. `--sdq-decompose` that ignores every weight gives the module back, byte for byte in generic form.
2. `--sdq-raise` makes as many parameters as `--weights` says, each holding the bytes of one of the constants.
3. The compressed module's outputs equal those of the module as it was written, compiled without SDQ's weights, once its
   constants are what the compressed ones decode to (by a decoder that is not the compiler's), rounded to the constants'
   element type. `--tolerance` is relative to the largest output.
4. With the original constants the outputs are others by more than that.

`--reference`: a module that says the same in what sdq-run compiles, for one that has operations of nobody's; it takes
the place of the module in 3 and 4. A constant of its own that is named like a parameter stands for that one.
`--inline-globals` makes one: loads of ml_program's and IREE's globals become arith.constant.

`--prepare`: what brings operations that are not SDQ's to what sdq-run compiles, on both sides: `torch` or `tosa`.
"""

from __future__ import annotations

import argparse
import random
import re
import struct
import subprocess
import sys
from pathlib import Path

from check_linear import product, read_npy, write_npy
from module_text import parameters_of
from sdq_format import bf16_bits, decode, parse_format

PREPARE = {
    "torch": ["--sdq-torch-to-onnx"],
    "tosa": [
        "--pass-pipeline=builtin.module(func.func(tosa-to-linalg-named, tosa-to-linalg, tosa-to-arith, tosa-to-tensor))"
    ],
}
CODES = {"f16": "e", "f32": "f", "i8": "b", "ui8": "B", "si8": "b", "i64": "q", "si64": "q"}
TYPE = r"\s*: tensor<((?:\d+x)*)(\w+)>"
PLACE = rf'dense_resource<"?([\w.:/]+)"?>{TYPE}|dense<"0x\$\{{(\w+)\}}">{TYPE}'


class Constant:
    """The numbers of a placeholder, as bytes."""

    def __init__(self, name: str, extents: str, type: str, inline: bool):
        self.name, self.type, self.inline = name, type, inline
        self.count = product([int(extent) for extent in extents.split("x")[:-1]])
        rng = random.Random(name)
        if type in ("i8", "si8", "ui8"):
            low = 0 if type == "ui8" else -128
            self.bytes = self.pack([rng.randrange(low, low + 256) for _ in range(self.count)])
        else:
            self.bytes = self.pack([rng.uniform(-1, 1) for _ in range(self.count)])

    def pack(self, numbers: list) -> bytes:
        if self.type == "bf16":
            return struct.pack(f"<{len(numbers)}H", *map(bf16_bits, numbers))
        return struct.pack(f"<{len(numbers)}{CODES[self.type]}", *numbers)


def constants_of(text: str) -> dict[str, Constant]:
    found = {}
    for name, extents, type, inline, inline_extents, inline_type in re.findall(PLACE, text):
        if name or inline:
            found[name or inline] = Constant(name or inline, extents or inline_extents, type or inline_type, not name)
    return found


def fill(text: str, constants: dict[str, Constant]) -> str:
    """The module with numbers in it."""
    for constant in constants.values():
        text = text.replace(f"${{{constant.name}}}", constant.bytes.hex().upper())
    resources = [f'"{c.name}": "0x04000000{c.bytes.hex()}"' for c in constants.values() if not c.inline]
    if resources:
        text += "\n{-# dialect_resources: { builtin: {\n" + ",\n".join(resources) + "\n} } #-}\n"
    return text


class Failed(Exception):
    pass


def run(*command: str) -> str:
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise Failed(f"{' '.join(command)}\n{result.stderr}")
    return result.stdout


def optimize(module: Path, *flags: str) -> str:
    return run("sdq-opt", str(module), "--allow-unregistered-dialect", *flags)


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def inline_globals(text: str) -> str:
    """Loads of immutable globals as the constants that these are declared with."""
    declarations = [
        r"ml_program\.global \w+ @(?P<name>\S+)\((?P<value>.*)\) : .*\n",
        r'"util\.global"\(\) <\{initial_value = (?P<value>.*), sym_name = "(?P<name>\S+)", .*\n',
    ]
    for declaration in declarations:
        for match in list(re.finditer(declaration, text)):
            text = text.replace(match[0], "")
            name, constant = match["name"], f"arith.constant {match['value']}".replace("\\", r"\\")
            text = re.sub(rf"ml_program\.global_load_const @{name} : .*", constant, text)
            text = re.sub(rf'"util\.global\.load"\(\) <{{global = @{name}}}> .*', constant, text)
    return text


class Runner:
    """Runs modules of one signature on one set of random inputs."""

    def __init__(self, module: Path, prepare: list[str], directory: Path):
        self.prepare, self.inputs = prepare, []
        description = run("sdq-run", "--describe", str(self.prepared(module)))
        for name, dtype, shape in re.findall(r"^input (\S+) (\w+)\[(.*)\]$", description, re.M):
            rng = random.Random(name)
            extents = [int(word) if word.isdigit() else 3 for word in shape.split(", ") if word]
            path = directory / f"{name}.npy"
            write_npy(path, extents, dtype, [rng.uniform(-1, 1) for _ in range(product(extents))])
            self.inputs += ["--input", f"{name}={path}"]
        self.names = re.findall(r"^output (\S+) ", description, re.M)

    def prepared(self, module: Path) -> Path:
        if not self.prepare:
            return module
        return write(module.with_suffix(".prepared.mlir"), optimize(module, *self.prepare))

    def outputs_of(self, module: Path) -> dict[str, list[float]]:
        directory = module.with_suffix(".out")
        run("sdq-run", str(self.prepared(module)), *self.inputs, "--output-dir", str(directory))
        return {name: read_npy(directory / f"{name}.npy")[1] for name in self.names}


def distance(a: dict[str, list[float]], b: dict[str, list[float]]) -> float:
    """The largest difference of two runs, relative to the largest output of each array."""
    worst = 0.0
    for name, expected in b.items():
        largest = max(map(abs, expected)) or 1.0
        worst = max(worst, max(abs(x - y) for x, y in zip(a[name], expected, strict=True)) / largest)
    return worst


def decoded_constants(raised: str, compressed: str, constants: dict[str, Constant]) -> int:
    """Gives the constants that were raised the numbers that they were compressed to; says how many there are."""
    resources = {p.name: p for p in parameters_of(compressed)}
    originals = parameters_of(raised)
    for parameter in originals:
        numbers = [number for row in parameter.parts["values"].rows for number in row]
        code = {"i16": "H"}.get(parameter.parts["values"].type) or CODES[parameter.parts["values"].type]
        raw = struct.pack(f"<{len(numbers)}{code}", *numbers)
        matches = [constant for constant in constants.values() if constant.bytes == raw]
        matches = matches or [constant for constant in constants.values() if constant.name == parameter.name]
        if len(matches) != 1:
            raise Failed(f"@{parameter.name}: expected the bytes of one constant, found those of {len(matches)}")
        twin = resources[parameter.name]
        parts = {name: part.rows for name, part in twin.parts.items()}
        matrix = decode(parse_format(twin.format), twin.rows, twin.columns, parts)
        if "transposed" in parameter.format:
            matrix = [list(column) for column in zip(*matrix, strict=True)]
        matches[0].bytes = matches[0].pack([number for row in matrix for number in row])
    return len(originals)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("module", type=Path)
    parser.add_argument("--weights", type=int, required=True)
    parser.add_argument("--recipe", default="W3-g16")
    parser.add_argument("--prepare", choices=PREPARE)
    parser.add_argument("--reference", type=Path)
    parser.add_argument("--inline-globals", action="store_true")
    parser.add_argument("--tolerance", type=float, default=2e-5)
    arguments = parser.parse_args()
    directory = arguments.directory
    directory.mkdir(parents=True, exist_ok=True)
    text = arguments.module.read_text()
    constants = constants_of(text)
    module = write(directory / "module.mlir", fill(text, constants))

    decompose = f"--sdq-decompose=recipe={arguments.recipe} unweighted min-size=1"
    plain = optimize(module, "--mlir-print-op-generic")
    if plain != optimize(module, f"{decompose} ignore=.*", "--mlir-print-op-generic"):
        raise Failed("a module whose weights are all ignored came out changed")

    raised, compressed = optimize(module, "--sdq-raise=min-size=1"), optimize(module, decompose)
    reference = inline_globals(text) if arguments.inline_globals else text
    if arguments.reference:
        reference = arguments.reference.read_text()
        constants |= {name: c for name, c in constants_of(reference).items() if name not in constants}
        decoded_constants(raised, raised, constants)
    original = write(directory / "original.mlir", fill(reference, constants))
    runner = Runner(original, PREPARE.get(arguments.prepare, []), directory)
    before = runner.outputs_of(original)
    weights = decoded_constants(raised, compressed, constants)
    if weights != arguments.weights:
        raise Failed(f"expected {arguments.weights} weights to be raised, found {weights}")
    decoded = write(directory / "decoded.mlir", fill(reference, constants))
    expected = runner.outputs_of(decoded)
    found = runner.outputs_of(write(directory / "compressed.mlir", compressed))
    error, change = distance(found, expected), distance(found, before)
    if not error <= arguments.tolerance:
        raise Failed(f"outputs differ by {error:g} of the largest, more than {arguments.tolerance:g}")
    if not change > arguments.tolerance:
        raise Failed(f"compression changed the outputs by no more than {change:g}: nothing was compared")
    print(f"{weights} weights, outputs agree to {error:.1e}; compression changed them by {change:.1e}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        print(failure)
        sys.exit(1)
