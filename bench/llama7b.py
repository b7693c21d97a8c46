# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How long a model of LLaMA-7B's shapes takes to compress, from the real pipeline on some of its layers.

    .venv/bin/python bench/llama7b.py [--recipe SqueezeLLM-w4-s0.45] [--layers 1] [--build build]

Writes decoder layers (four matrices of 4096×4096, two of 11008×4096, one of 4096×11008 each: 202 million weights) in
f16 with heavy tails and their Fisher information in bf16, runs sdq-compile on them, everything included, and scales to
the 32 layers of the model. Then one matrix of 11008×4096 by itself, for the memory that compressing it takes, less what
a model of 16×16 takes: the most that was resident at any time, mapped pages of model and calibration included, and the
most that no file backs (sampled every 10 ms).

What to expect of SqueezeLLM-w4-s0.45 for each weight: the bytes of it and of its Fisher information are widened four
times (three for outliers, one for codebooks, at about 1 ns), the codebook takes 50 ns (bench/codebooks.py), and
assigning, packing, decoding and comparing 5 to 10 ns: 65 ns for 6.5 billion weights are 420 s of processor time, 3.5
minutes on two cores. Memory, of the matrix in f16: the matrix without outliers 1, codes 0.25, and in mapped pages the
matrix 1 and its Fisher information 1.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import struct
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

LAYER = [(4096, 4096)] * 4 + [(11008, 4096)] * 2 + [(4096, 11008)]  # outputs, inputs
LAYERS = 32
POOL = 4_194_301  # a prime: rows are all different though numbers repeat


def pools() -> tuple[np.ndarray, np.ndarray]:
    """Numbers that weights (f16, Student's t) and Fisher information (bf16 as u16, log-normal) are cut from."""
    generator = np.random.default_rng(0)
    weights = (generator.standard_t(5, POOL) * 0.02).astype(np.float16)
    fisher = generator.lognormal(-20, 2, POOL).astype(np.float32)
    return weights, (fisher.view(np.uint32) >> 16).astype(np.uint16)


def write_numbers(file, pool: np.ndarray, count: int, start: int) -> None:
    """`count` numbers of the pool, over and over, from `start`."""
    while count:
        start %= len(pool)
        part = pool[start : start + count]
        file.write(part.tobytes())
        start += len(part)
        count -= len(part)


def make_model(folder: Path, shapes: list[tuple[int, int]]) -> tuple[Path, Path]:
    """Gemms on f16 weights behind Casts, as external data, each with its own output, and their calibration."""
    weight_pool, fisher_pool = pools()
    names = [f"layers.{i}.weight" for i in range(len(shapes))]
    nodes, tensors, outputs, header, end = [], [], [], {}, 0
    with open(folder / "weights.bin", "wb") as file:
        for i, (name, shape) in enumerate(zip(names, shapes, strict=True)):
            count = math.prod(shape)
            tensor = TensorProto(name=name, data_type=TensorProto.FLOAT16, dims=shape)
            tensor.data_location = TensorProto.EXTERNAL
            for key, text in (("location", "weights.bin"), ("offset", file.tell()), ("length", 2 * count)):
                tensor.external_data.add(key=key, value=str(text))
            write_numbers(file, weight_pool, count, 7919 * i)
            tensors.append(tensor)
            nodes.append(helper.make_node("Cast", [name], [f"wide{i}"], to=TensorProto.FLOAT))
            nodes.append(helper.make_node("Gemm", [f"x{shape[1]}", f"wide{i}"], [f"y{i}"], transB=1))
            outputs.append(helper.make_tensor_value_info(f"y{i}", TensorProto.FLOAT, ["tokens", shape[0]]))
            header[f"{name}.fisher"] = {"dtype": "BF16", "shape": shape, "data_offsets": [end, end + 2 * count]}
            end += 2 * count
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(folder / "calibration.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for i, shape in enumerate(shapes):
            write_numbers(file, fisher_pool, math.prod(shape), 104729 * i)
    widths = sorted({inputs for _, inputs in shapes})
    inputs = [helper.make_tensor_value_info(f"x{width}", TensorProto.FLOAT, ["tokens", width]) for width in widths]
    graph = helper.make_graph(nodes, "layers", inputs, outputs, tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), folder / "m.onnx")
    return folder / "m.onnx", folder / "calibration.safetensors"


def memory_of(process: int) -> tuple[int, int]:
    """Bytes that are resident: all, and those that no file backs."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0
    fields = dict(line.split(":", 1) for line in lines)
    if "VmHWM" not in fields:
        return 0, 0
    return tuple(int(fields[key].split()[0]) << 10 for key in ("VmHWM", "RssAnon"))


def compress(build: Path, recipe: str, shapes: list[tuple[int, int]]) -> dict[str, float]:
    """Seconds by the clock and of processors, bytes of memory, bits a weight, of sdq-compile on such a model."""
    with tempfile.TemporaryDirectory() as name:
        model, calibration = make_model(Path(name), shapes)
        command = [build / "bin" / "sdq-compile", model, "--recipe", recipe, "--calibration", calibration]
        begin = time.perf_counter()
        process = subprocess.Popen(
            [*command, "-o", f"{name}/m.sdq"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        resident = anonymous = 0
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            now = memory_of(process.pid)
            resident, anonymous = max(resident, now[0]), max(anonymous, now[1])
            time.sleep(0.01)
        wall = time.perf_counter() - begin
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"sdq-compile failed: {errors}")
        report = json.loads(Path(f"{name}/m.sdq.report.json").read_text())
    return {
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "resident": usage.ru_maxrss << 10,
        "anonymous": anonymous,
        "bits": report["bits_per_weight"]["total"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", default="SqueezeLLM-w4-s0.45")
    parser.add_argument("--layers", type=int, default=1, help="decoder layers to measure")
    parser.add_argument("--build", type=Path, default=Path(__file__).resolve().parents[1] / "build")
    arguments = parser.parse_args()

    shapes = LAYER * arguments.layers
    weights = sum(math.prod(shape) for shape in shapes)
    whole = LAYERS * sum(math.prod(shape) for shape in LAYER)
    found = compress(arguments.build, arguments.recipe, shapes)
    cores = os.cpu_count()
    print(
        f"{arguments.recipe}: {weights / 1e6:.0f} million weights in {len(shapes)} matrices, {found['bits']:.3f} bits"
    )
    print(f"{found['wall']:.1f} s by the clock on {cores} cores, {found['cpu']:.1f} s of processor time")
    print(f"{1e9 * found['cpu'] / weights:.1f} ns of processor time a weight")
    scale = whole / weights
    print(
        f"LLaMA-7B, {whole / 1e9:.2f} billion weights: {found['wall'] * scale / 60:.1f} minutes by the clock,"
        f" {found['cpu'] * scale / cores / 60:.1f} by processor time on {cores} cores"
    )

    matrix = (11008, 4096)
    empty, full = (compress(arguments.build, arguments.recipe, [shape]) for shape in ((16, 16), matrix))
    size = 2 * math.prod(matrix)
    for what in ("resident", "anonymous"):
        extra = full[what] - empty[what]
        print(f"one matrix of {size >> 20} MiB: {extra >> 20} MiB {what} at most, {extra / size:.2f} times the matrix")


if __name__ == "__main__":
    main()
