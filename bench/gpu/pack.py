#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles one kernel for each weight format, extent and activation type, for run.py to check on a GPU.

Writes OUT/kernels.ptx, and OUT/kernels.json: how each kernel is called, and which entry of formats.FORMATS it is for.
The weights here are zeros: a kernel depends on the shapes of the parts only. run.py draws the numbers.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from formats import FORMATS

ROOT = Path(__file__).resolve().parents[2]

ODD_SHAPES = [(5, 13), (37, 131)]
LLM_SHAPES = [(4096, 4096), (4096, 11008)]
# At the extents of a language model, one format of each way of decoding is enough.
LLM_FORMATS = [
    "dense_f16",
    "dense_i4_g128",
    "nm_grid",
    "nm_mask",
    "nm_indices",
    "nm_pairwise_indices",
    "lut3",
    "lut4",
    "csr_f16",
    "sum_sdq",
    "sum_squeezellm_w4",
    "sum_squeezellm_w3",
]
HALF_FORMATS = ["dense_f16", "lut4", "sum_sdq", "sum_squeezellm_w4"]

ZERO = {"f16": "0.0", "f32": "0.0"}


def cases() -> list[tuple[str, int, int, str]]:
    """(format, rows, columns, activation type) of each kernel."""
    odd = [(name, *shape, "f32") for shape in ODD_SHAPES for name in FORMATS]
    half = [(name, *ODD_SHAPES[1], kind) for kind in ("f16", "bf16") for name in HALF_FORMATS]
    large = [(name, *shape, "f32") for shape in LLM_SHAPES for name in LLM_FORMATS]
    half_large = [(name, *LLM_SHAPES[0], "f16") for name in HALF_FORMATS]
    return odd + half + large + half_large


def parameter(symbol: str, name: str, rows: int, columns: int) -> str:
    """An sdq.parameter of zeros."""
    parts = []
    for part, kind, shape in FORMATS[name].parts(rows, columns):
        extents = "x".join("1" if extent is None else str(extent) for extent in shape)
        parts.append(f'"{part}" = dense<{ZERO.get(kind, "0")}> : tensor<{extents}x{kind}>')
    return (
        f"sdq.parameter @{symbol} : !sdq.weight<{rows}x{columns}xf32, {FORMATS[name].spelling}> =\n"
        f"  {{{', '.join(parts)}}}\n"
    )


def multiplication(symbol: str, rows: int, columns: int, kind: str) -> str:
    """A function that multiplies by the parameter of that name."""
    signature = f"(tensor<?x{columns}x{kind}>) -> tensor<?x{rows}x{kind}>"
    return (
        f"func.func @use_{symbol}(%x: tensor<?x{columns}x{kind}>) -> tensor<?x{rows}x{kind}> {{\n"
        f"  %y = sdq.linear %x, @{symbol} : {signature}\n"
        f"  return %y : tensor<?x{rows}x{kind}>\n}}\n"
    )


def module_of(chosen: list[tuple[str, int, int, str]]) -> str:
    text = ""
    for name, rows, columns, kind in chosen:
        symbol = f"{name}_{rows}x{columns}_{kind}"
        text += parameter(symbol, name, rows, columns) + multiplication(symbol, rows, columns, kind)
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chip", default="sm_90", help="NVIDIA chip to generate PTX for (default: %(default)s)")
    parser.add_argument("--sdq-opt", type=Path, default=ROOT / "build/bin/sdq-opt")
    parser.add_argument("--out", type=Path, default=ROOT / "build/gpu_bench")
    options = parser.parse_args()

    chosen = cases()
    with tempfile.TemporaryDirectory() as folder:
        pipeline = f"--sdq-lower-nvgpu=chip={options.chip} kernels-dir={folder}"
        command = [options.sdq_opt, pipeline, "-o", "/dev/null"]
        done = subprocess.run(command, input=module_of(chosen), text=True, stderr=subprocess.PIPE)
        if done.returncode:
            sys.exit(f"{options.sdq_opt} failed:\n{done.stderr}")
        stem = Path(folder) / f"sdq_kernels.{options.chip}"
        ptx = stem.with_name(stem.name + ".ptx").read_text()
        description = json.loads(stem.with_name(stem.name + ".json").read_text())

    # Kernels are found again by what they were made for: one of every family that serves it.
    by_use: dict[tuple, list[dict]] = {}
    for k in description["kernels"]:
        kind = next(a["type"] for a in k["arguments"] if a["name"] == "x")
        by_use.setdefault((k["format"], k["rows"], k["columns"], kind), []).append(k)
    kernels = [
        k | {"case": name, "activation": kind}
        for name, rows, columns, kind in chosen
        for k in by_use[FORMATS[name].spelling, rows, columns, kind]
    ]
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "kernels.ptx").write_text(ptx)
    (options.out / "kernels.json").write_text(json.dumps({"chip": options.chip, "kernels": kernels}, indent=1))
    print(f"{len(kernels)} kernels for {options.chip}, {len(ptx) / 1e6:.1f} MB of PTX: {options.out}")


if __name__ == "__main__":
    main()
