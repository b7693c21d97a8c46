# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compression and execution at the shapes of LLaMA-7B's feed-forward layers, beside onnxruntime in the same run.

    .venv/bin/python bench/llm_shapes.py [--layers N] [--recipes …]

Makes a model of N matrices, 11008 by 4096 and 4096 by 11008 in turn, f16 with heavy tails (Student's t with 5 degrees
of freedom), as external data. For each recipe prints the seconds and peak memory of sdq-compile, and the milliseconds
of a run for 1 and 64 tokens with their ratio to onnxruntime's on the uncompressed f32 model.

What to expect. A token costs 2·K·N operations and reads the weights once: 45 million f32 weights are 180 MB, 15 ms at
12 GB/s. onnxruntime is bound by that at one token. Our reference kernels decode every weight to f32 before multiplying,
a few operations a weight on one thread, so they are bound by decoding at one token, and by arithmetic at many.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

BIN = Path(__file__).resolve().parents[1] / "build" / "bin"
K, N = 4096, 11008


def make_model(folder: Path, layers: int) -> Path:
    """Gemms, each behind a Cast of its f16 weight [outputs, inputs] in weights.bin."""
    generator = np.random.default_rng(0)
    nodes, weights, value = [], [], "x"
    with open(folder / "weights.bin", "wb") as file:
        for i in range(layers):
            inputs, outputs = (K, N) if i % 2 == 0 else (N, K)
            numbers = (generator.standard_t(5, (outputs, inputs)) * 0.02).astype(np.float16)
            tensor = TensorProto(name=f"layers.{i}.weight", data_type=TensorProto.FLOAT16, dims=[outputs, inputs])
            tensor.data_location = TensorProto.EXTERNAL
            for key, text in (("location", "weights.bin"), ("offset", file.tell()), ("length", numbers.nbytes)):
                tensor.external_data.add(key=key, value=str(text))
            file.write(numbers.tobytes())
            weights.append(tensor)
            nodes.append(helper.make_node("Cast", [tensor.name], [f"wide{i}"], to=TensorProto.FLOAT))
            nodes.append(helper.make_node("Gemm", [value, f"wide{i}"], [f"y{i}"], transB=1))
            value = f"y{i}"
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["tokens", K])
    y = helper.make_tensor_value_info(value, TensorProto.FLOAT, ["tokens", N if layers % 2 else K])
    graph = helper.make_graph(nodes, "layers", [x], [y], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), folder / "m.onnx")
    return folder / "m.onnx"


def peer(model: Path, inputs: dict[int, np.ndarray], repeats: int) -> dict[int, float]:
    """Median milliseconds of onnxruntime, by tokens; two threads at most, as many as the machine has cores."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    medians = {}
    for tokens, x in inputs.items():
        times = []
        for _ in range(repeats + 1):
            start = time.perf_counter()
            session.run(None, {"x": x})
            times.append(time.perf_counter() - start)
        medians[tokens] = 1e3 * statistics.median(times[1:])
    return medians


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    recipes = ["W4-g128", "SDQ-W7:8-1:8int8-6:8fp4-a16", "SqueezeLLM-w4-s0.45"]
    parser.add_argument("--recipes", nargs="+", default=recipes)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = make_model(folder, arguments.layers)
        generator = np.random.default_rng(1)
        inputs = {tokens: generator.standard_normal((tokens, K), np.float32) for tokens in (1, 64)}
        for tokens, x in inputs.items():
            np.save(folder / f"x{tokens}.npy", x)
        reference = peer(model, inputs, arguments.repeats)
        print(f"onnxruntime, f32: {reference[1]:.0f} ms for 1 token, {reference[64]:.0f} ms for 64")
        titles = {"bits": 6, "compile s": 10, "peak MB": 8, "1 token ms": 11, "ratio": 6, "64 ms": 7, "ratio ": 6}
        print(f"{'recipe':28}", *(f"{title:>{width}}" for title, width in titles.items()))
        for recipe in arguments.recipes:
            output = folder / "m.sdq"
            command = [BIN / "sdq-compile", model, "--recipe", recipe, "--unweighted", "-o", output, "--force"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            report = json.loads((folder / "m.sdq.report.json").read_text())
            median = {}
            for tokens in inputs:
                command = [BIN / "sdq-run", output, "--input", f"x={folder}/x{tokens}.npy", "--output-dir", folder]
                run = subprocess.run(
                    [*command, "--repeat", str(arguments.repeats)], check=True, capture_output=True, text=True
                )
                median[tokens] = float(re.search(r"median ([\d.]+) ms", run.stdout + run.stderr)[1])
            print(
                f"{recipe:28} {report['bits_per_weight']['total']:6.3f} {report['seconds']:10.1f}"
                f" {report['peak_memory_bytes'] >> 20:8} {median[1]:11.0f} {median[1] / reference[1]:6.2f}"
                f" {median[64]:7.0f} {median[64] / reference[64]:6.2f}"
            )


if __name__ == "__main__":
    main()
