#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Packs the GPU benchmark: kernels as the compiler launches them, their operands, and what runs them, in one file.

    python3 bench/gpu/pack.py --chip sm_90 -o build/gpu_bench.pyz     (needs what SDQ's build made, no GPU)
    python3 gpu_bench.pyz                                             (needs a GPU, its driver, numpy; torch to compare)

Each case is a model of one product by a random weight, run by sdq-run --device=cuda over a CUDA driver that only
writes down what it is given (test/fake-cuda). So the pack has every family as the host code launches it, with whatever
comes before, on the weights in whatever layout the compiler chose; nothing here knows of either.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from cases import ACTIVATIONS, Case, cases, random_weight
from formats import DTYPES, Parts
from reference import Reference

HERE = Path(__file__).resolve().parent
BUILD = HERE.parents[1] / "build"
LIMIT = 64 << 20  # bytes of the pack
SOURCES = ("cases.py", "cuda.py", "formats.py", "baselines.py", "reference.py")
NAMES = {np.dtype(dtype): name for name, dtype in DTYPES.items()}


def model_text(case: Case, parts: Parts) -> str:
    """A program of one product; the weight's parts are resources: an alignment of 16, as 32 bits, and the bytes."""
    listed = ", ".join(
        f'"{name}" = dense_resource<"{name}"> : tensor<{"x".join(map(str, part.shape))}x{NAMES[part.dtype]}>'
        for name, part in parts.items()
    )
    resources = ", ".join(f'"{name}": "0x10000000{part.tobytes().hex()}"' for name, part in parts.items())
    meets = f" activations [{ACTIVATIONS[case.meets]}]" if case.meets else ""
    x, y = f"tensor<?x{case.columns}x{case.dtype}>", f"tensor<?x{case.rows}x{case.dtype}>"
    return (
        f"sdq.parameter @w : !sdq.weight<{case.rows}x{case.columns}xf16, {case.format.spelling}> = {{{listed}}}\n"
        f'func.func @main_graph(%x: {x} {{onnx.name = "x"}}) -> ({y} {{onnx.name = "y"}}) {{\n'
        f"  %y = sdq.linear %x, @w{meets} : ({x}) -> {y}\n"
        f"  return %y : {y}\n}}\n{{-# dialect_resources: {{ builtin: {{ {resources} }} }} #-}}\n"
    )


def sdq_run(
    case: Case, folder: Path, x: np.ndarray, options: argparse.Namespace, device: str, **variables: str
) -> None:
    """Runs the model in the folder on x; y goes to out/y.npy. bf16 goes by ml_dtypes' convention."""
    np.save(folder / "x.npy", x.view("V2") if case.dtype == "bf16" else x)
    command = [options.build / "bin/sdq-run", folder / "model.mlirbc", f"--device={device}", f"--chip={options.chip}",
               f"--input=x={folder}/x.npy", f"--output-dir={folder}/out"]  # fmt: skip
    done = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{case.title}, {len(x)} tokens: sdq-run failed:\n{done.stderr}")


def simulate(case: Case, folder: Path, reference: Reference, plan: dict, options: argparse.Namespace) -> None:
    """Runs the plan's kernels in the simulator, and holds the result to what it is held to on a GPU."""
    sdq_run(case, folder, reference.x[: plan["tokens"]], options, "sim")
    y = np.load(folder / "out/y.npy")
    _, complaint = reference.judge(y.view(np.uint16) if case.dtype == "bf16" else y, plan["launches"][-1]["kernel"])
    if complaint:
        sys.exit(f"{case.title}, {plan['tokens']} tokens, in the simulator: {complaint}")


class Pack:
    """The zip file, which holds equal contents once."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)  # Python starts nothing else
        self._known: set[str] = set()

    def add(self, content: bytes) -> str:
        name = "data/" + hashlib.sha256(content).hexdigest()[:20]
        if name not in self._known:
            self._known.add(name)
            self._zip.writestr(name, content, zipfile.ZIP_LZMA)
        return name

    def finish(self, description: object) -> None:
        self._zip.writestr("pack.json", json.dumps(description))
        self._zip.write(HERE / "run.py", "__main__.py")
        for source in SOURCES:
            self._zip.write(HERE / source, source)
        self._zip.close()


def read_trace(folder: Path, pack: Pack) -> dict:
    """A recording as what to load, to allocate and to launch; buffers are numbered as they were allocated."""
    plan: dict = {"constants": [], "buffers": [], "launches": []}
    meaning: dict[str, list] = {}
    for line in (folder / "trace").read_text().splitlines():
        kind, *words = line.split()
        if kind == "module":
            plan["module"] = pack.add((folder / words[0]).read_bytes())
        elif kind == "alloc":
            meaning[words[0]] = ["buffer", len(plan["buffers"])]
            plan["buffers"].append(int(words[1]))
        elif kind == "constant":
            plan["buffers"].pop()  # it was just allocated
            meaning[words[0]] = ["constant", len(plan["constants"])]
            plan["constants"].append(pack.add((folder / words[2]).read_bytes()))
        elif kind == "upload":
            plan["x"] = meaning[words[0]][1]
        elif kind == "download":
            plan["y"] = meaning[words[0]][1]
        elif kind == "launch":
            name, *numbers = words
            shape = [int(n) for n in numbers[:7]]
            arguments = [meaning.get(n, ["number", int(n)]) for n in numbers[7:]]
            plan["launches"].append({"kernel": name, "grid": shape[:3], "block": shape[3:6], "shared": shape[6],
                                     "arguments": arguments})  # fmt: skip
    return plan


def record(case: Case, parts: Parts, reference: Reference, options: argparse.Namespace, pack: Pack) -> list[dict]:
    """A plan for each number of tokens."""
    plans = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        text, module = folder / "model.mlir", folder / "model.mlirbc"  # bytecode is mapped, not parsed, by each run
        text.write_text(model_text(case, parts))
        subprocess.run([options.build / "bin/sdq-opt", text, "--emit-bytecode", "-o", module], check=True)
        for tokens in case.tokens:
            recording = folder / str(tokens)
            recording.mkdir()
            sdq_run(case, folder, reference.x[:tokens], options, "cuda", FAKE_CUDA_RECORD=str(recording),
                    LD_LIBRARY_PATH=str(options.build / "test/fake-cuda"),
                    FAKE_CUDA_CAPABILITY=options.chip.removeprefix("sm_").rstrip("a"))  # fmt: skip
            plans.append({"tokens": tokens, **read_trace(recording, pack)})
            if options.simulate and case.rows < 4096:
                simulate(case, folder, reference, plans[-1], options)
    return plans


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chip", default="sm_90", help="NVIDIA chip that kernels are made for (default: %(default)s)")
    parser.add_argument("--build", type=Path, default=BUILD, help="SDQ's build folder")
    parser.add_argument("--small", action="store_true", help="odd extents only: checks, nothing worth timing")
    parser.add_argument("--simulate", action="store_true", help="check what is of odd extents in the simulator, too")
    parser.add_argument("--filter", default="", help="only cases whose title contains this")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", dest="output", type=Path, default=BUILD / "gpu_bench.pyz")
    options = parser.parse_args()

    options.output.parent.mkdir(parents=True, exist_ok=True)
    staged = options.output.with_suffix(".partial")
    pack, packed = Pack(staged), []
    chosen = [case for case in cases(not options.small) if options.filter in case.title]
    for number, case in enumerate(chosen):
        rng = np.random.default_rng(options.seed + number)
        block, parts = random_weight(case, rng)
        reference = Reference(case, block, options.seed + number)
        packed.append(
            {
                "case": case.title,
                "block": {name: [pack.add(part.tobytes()), part.dtype.str, part.shape] for name, part in block.items()},
                "bytes": sum(part.nbytes for part in parts.values()),
                "plans": record(case, parts, reference, options, pack),
            }
        )
    pack.finish({"chip": options.chip, "cases": packed})
    size = staged.stat().st_size
    if size > LIMIT:
        staged.unlink()
        sys.exit(f"the pack takes {size} bytes: expected at most {LIMIT}")
    staged.replace(options.output)
    launches = {plan["launches"][-1]["kernel"] for case in packed for plan in case["plans"]}
    print(f"{len(packed)} cases, {len(launches)} kernels for {options.chip}, {size / 1e6:.1f} MB: {options.output}")


if __name__ == "__main__":
    main()
