#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the kernels that pack.py compiled, and compares them with a float64 multiplication in numpy.

For each kernel: random parts, random activations, M = 1, 7 and 33 tokens. An output passes where its error is within
what its roundings can add up to,

    |y - ref| <= 1.01 (roundings of a lane + 5 of the butterfly + 3 of the decoding) 2^-24 sum |w| |x|  +  u |ref|,

u the unit roundoff of f16 or bf16 for outputs in those (1.01 covers second-order terms), and where nothing beyond the
M x N results was written. Times are the median over --repeats launches, the L2 cache overwritten before each.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
from cuda import CUDAError, Device
from formats import DTYPES, FORMATS, Parts, ceil_div, from_bf16, to_bf16

ROOT = Path(__file__).resolve().parents[2]
TOKENS = (1, 7, 33)
UNIT = {"f32": 0.0, "f16": 2.0**-11, "bf16": 2.0**-8}  # half a unit in the last place, relative
SMALLEST = {"f32": 0.0, "f16": 2.0**-25, "bf16": 0.0}  # half a unit among subnormals
SENTINEL = 0xA5
GUARD = 64  # elements after y that must stay untouched
FLUSH_BYTES = 1 << 30  # more than any L2 cache, and long enough to enqueue a launch meanwhile


def stored(values: np.ndarray, kind: str) -> np.ndarray:
    return to_bf16(values) if kind == "bf16" else values.astype(DTYPES[kind])


def widened(values: np.ndarray, kind: str) -> np.ndarray:
    return (from_bf16(values) if kind == "bf16" else values).astype(np.float64)


def launch_arguments(kernel: dict, parts: dict[str, int], sizes: dict[str, int], x: int, y: int, tokens: int) -> list:
    """The kernel's arguments in its own order; each part by address, each extent by name."""
    known = {**parts, "x": x, "y": y, "tokens": tokens}
    known |= {f"extent of {name}": size for name, size in sizes.items()}
    return [known[argument["name"]] for argument in kernel["arguments"]]


def check_shapes(kernel: dict, parts: Parts) -> None:
    """The compiler and formats.py must agree on every part."""
    declared = {a["name"]: a for a in kernel["arguments"] if "shape" in a and a["name"] not in ("x", "y")}
    if list(declared) != list(parts):
        sys.exit(f"{kernel['name']}: the compiler's parts {list(declared)} are not ours, {list(parts)}")
    for name, part in parts.items():
        shape, kind = declared[name]["shape"], declared[name]["type"]
        if part.dtype != DTYPES[kind] or any(a is not None and a != b for a, b in zip(shape, part.shape, strict=True)):
            sys.exit(
                f"{kernel['name']}: {name} is {shape} of {kind} to the compiler, {part.shape} of {part.dtype} here"
            )


class Problem:
    """Random parts and activations of one kernel, with the reference result for the largest token count."""

    def __init__(self, kernel: dict, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.kernel, self.rows, self.columns = kernel, kernel["rows"], kernel["columns"]
        self.kind = kernel["activation"]
        self.format = FORMATS[kernel["case"]]
        self.parts = self.format.random(rng, self.rows, self.columns)
        check_shapes(kernel, self.parts)
        self.x = stored(rng.standard_normal((max(TOKENS), self.columns), np.float32), self.kind)
        x = widened(self.x, self.kind)
        self.reference = x @ self.format.decode(self.parts, self.rows, self.columns).T
        magnitude = np.abs(x) @ self.format.magnitude(self.parts, self.rows, self.columns).T
        steps = self.format.roundings(self.columns) + 5 + 3
        self.bound = (
            1.01 * steps * 2.0**-24 * magnitude + UNIT[self.kind] * np.abs(self.reference) + SMALLEST[self.kind]
        )
        if kernel["name"].endswith("_tensor_core"):  # decoded weights are rounded to the activations' type
            self.bound += 1.01 * UNIT[self.kind] * magnitude
        self.magnitude = np.maximum(magnitude, np.finfo(np.float32).tiny)

    def grid(self, tokens: int) -> int:
        tiles = max(1, ceil_div(tokens, self.kernel["tokens_per_block"]))
        return ceil_div(self.rows, self.kernel["rows_per_block"]) * tiles

    def judge(self, written: np.ndarray, tokens: int) -> tuple[float, str]:
        """Largest |y - ref| / sum |w| |x|, and what is wrong, if anything. `written` includes the guard."""
        y = widened(written[: tokens * self.rows].reshape(tokens, self.rows), self.kind)
        error = np.abs(y - self.reference[:tokens])
        worst = float(np.max(error / self.magnitude[:tokens]))
        if not np.all(np.isfinite(y)):
            return worst, "not finite"
        wrong = error > self.bound[:tokens]
        if np.any(wrong):
            t, n = np.argwhere(wrong)[0]
            return worst, f"{wrong.sum()} outputs out of bound; y[{t},{n}] = {y[t, n]:g}, not {self.reference[t, n]:g}"
        if np.any(written[tokens * self.rows :].view(np.uint8) != SENTINEL):
            return worst, "wrote past the last output"
        return worst, ""


class GPU:
    """Launches kernels of one PTX file."""

    def __init__(self, ptx: bytes, repeats: int) -> None:
        self.device = Device()
        start = time.perf_counter()
        self.module = self.device.load(ptx)
        self.compile_seconds = time.perf_counter() - start
        self.flush = self.device.allocate(FLUSH_BYTES)
        self.repeats = repeats

    def run(self, problem: Problem) -> list[tuple[int, np.ndarray, float]]:
        """(tokens, what was written, median microseconds) for each token count."""
        function = self.module.function(problem.kernel["name"])
        parts = {name: self.device.upload(part) for name, part in problem.parts.items()}
        addresses = {name: buffer.address for name, buffer in parts.items()}
        sizes = {name: len(part) for name, part in problem.parts.items()}
        x = self.device.upload(problem.x)
        results = []
        for tokens in TOKENS:
            count = tokens * problem.rows + GUARD
            dtype = problem.x.dtype
            y = self.device.allocate(count * dtype.itemsize)
            y.fill(SENTINEL)
            arguments = launch_arguments(problem.kernel, addresses, sizes, x.address, y.address, tokens)
            launch = function.prepare(problem.grid(tokens), problem.kernel["block"], arguments)
            launch()
            self.device.synchronize()
            written = y.download((count,), dtype)
            times = [self.device.milliseconds(launch, before=self.flush.fill) for _ in range(self.repeats)]
            results.append((tokens, written, float(np.median(times)) * 1e3 if times else 0.0))
        return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernels", type=Path, default=ROOT / "build/gpu_bench", help="folder of pack.py")
    parser.add_argument("--filter", default="", help="run only kernels whose case or name contains this")
    parser.add_argument("--repeats", type=int, default=20, help="timed launches of each (0: check only)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    description = json.loads((options.kernels / "kernels.json").read_text())
    try:
        gpu = GPU((options.kernels / "kernels.ptx").read_bytes() + b"\0", options.repeats)
    except CUDAError as error:
        sys.exit(str(error))
    kernels = [k for k in description["kernels"] if options.filter in k["case"] or options.filter in k["name"]]
    print(
        f"{gpu.device.name}, sm_{gpu.device.capability[0]}{gpu.device.capability[1]}; PTX for {description['chip']} "
        f"compiled by the driver in {gpu.compile_seconds:.1f} s; {len(kernels)} kernels"
    )
    print(f"{'case':24}{'N x K':>14}{'type':>6}{'M':>4}{'max rel. error':>16}{'us':>10}{'GB/s':>8}  result")
    failures = 0
    for number, kernel in enumerate(kernels):
        problem = Problem(kernel, options.seed + number)
        size = sum(part.nbytes for part in problem.parts.values())
        for tokens, written, microseconds in gpu.run(problem):
            worst, complaint = problem.judge(written, tokens)
            failures += bool(complaint)
            shape = f"{problem.rows} x {problem.columns}"
            rate = f"{size / microseconds / 1e3:8.0f}" if microseconds else " " * 8
            print(
                f"{kernel['case']:24}{shape:>14}{problem.kind:>6}{tokens:>4}{worst:>16.2e}{microseconds:>10.1f}{rate}"
                f"  {'FAIL: ' + complaint if complaint else 'PASS'}",
                flush=True,
            )
    print(f"{failures} of {len(kernels) * len(TOKENS)} failed" if failures else "all passed")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
