#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Replays the launches that pack.py recorded: compares their results with float64, and times them.

Times are medians of what the launches of a product take on the GPU (quantizing activations included), by CUDA events,
the L2 cache overwritten before each. "roofline" is the time that the weight's parts, x and y take at the rate of a
large copy on this GPU in this run, as a share of the measured time; the ratios say how many times as fast as torch it
is.
"""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
from pathlib import Path

import numpy as np
from baselines import baselines
from cases import Case, cases
from cuda import Buffer, CUDAError, Device
from formats import Parts
from reference import Reference

FLUSH_BYTES = 1 << 30  # more than any L2 cache, and long enough to enqueue a launch meanwhile
GUARD_BYTES = 256  # after y; must stay untouched
SENTINEL = 0xA5


class Replay:
    """A plan's operands on the GPU."""

    def __init__(self, device: Device, pack: zipfile.ZipFile, plan: dict, modules: dict) -> None:
        self.device, self.plan = device, plan
        if plan["module"] not in modules:
            modules[plan["module"]] = device.load(pack.read(plan["module"]) + b"\0")
        self.module = modules[plan["module"]]
        self.constants = [device.upload(np.frombuffer(pack.read(name), np.uint8)) for name in plan["constants"]]
        self.buffers: list[Buffer] = [device.allocate(size + GUARD_BYTES) for size in plan["buffers"]]
        self.launches = [self._prepare(launch) for launch in plan["launches"]]

    def _prepare(self, launch: dict):
        address = {"constant": self.constants, "buffer": self.buffers}
        arguments = [n if kind == "number" else address[kind][n].address for kind, n in launch["arguments"]]
        function = self.module.function(launch["kernel"])
        return function.prepare(launch["grid"], launch["block"], arguments, launch["shared"])

    def launch(self) -> None:
        for launch in self.launches:
            launch()

    def product(self, x: np.ndarray, rows: int) -> tuple[np.ndarray, bool]:
        """Y of the tokens x, and whether anything behind it was written."""
        self.device.write(self.buffers[self.plan["x"]], x)
        y = self.buffers[self.plan["y"]]
        y.fill(SENTINEL)
        self.launch()
        self.device.synchronize()
        written = y.download((y.size,), np.uint8)
        size = len(x) * rows * x.dtype.itemsize
        return written[:size].view(x.dtype).reshape(len(x), rows), bool(np.any(written[size:] != SENTINEL))

    def microseconds(self, flush: Buffer, repeats: int) -> float:
        times = [self.device.milliseconds(self.launch, before=flush.fill) for _ in range(repeats)]
        return float(np.median(times)) * 1e3


def copy_rate(device: Device, source: Buffer) -> float:
    """Bytes read and written a microsecond by a large copy."""
    target = device.allocate(source.size)
    times = [device.milliseconds(lambda: device.copy(target, source), before=lambda: None) for _ in range(10)]
    return 2 * source.size / float(np.median(times)) / 1e3


def read_block(pack: zipfile.ZipFile, described: dict) -> Parts:
    return {
        name: np.frombuffer(pack.read(file), dtype).reshape(shape) for name, (file, dtype, shape) in described.items()
    }


def compare(case: Case, tokens: int, taken: float, repeats: int) -> str:
    """How the time compares with torch's."""
    texts = []
    for name, other in baselines(case.rows, case.columns, tokens, repeats).items():
        texts.append(f"{name} {other / taken:.2f}x" if isinstance(other, float) else f"{name}: {other}")
    return ", ".join(texts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pack", type=Path, default=Path(__file__).resolve().parent, help="what pack.py wrote")
    parser.add_argument("--filter", default="", help="only cases whose name contains this")
    parser.add_argument("--repeats", type=int, default=50, help="timed runs of each (0: check only)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    pack = zipfile.ZipFile(options.pack)
    description = json.loads(pack.read("pack.json"))
    known = {case.title: case for case in cases(large=True)}
    try:
        device = Device()
        flush = device.allocate(FLUSH_BYTES)
        rate = copy_rate(device, flush)
    except CUDAError as error:
        sys.exit(str(error))
    print(f"{device.name}, copies at {rate / 1e3:.0f} GB/s; kernels for {description['chip']}")
    print(f"{'case':44}{'M':>6}{'max rel. error':>16}{'us':>10}{'roofline':>10}  result; against torch")
    failures, modules = 0, {}
    for number, packed in enumerate(description["cases"]):
        if options.filter not in packed["case"]:
            continue
        case = known[packed["case"]]
        reference = Reference(case, read_block(pack, packed["block"]), options.seed + number)
        for plan in packed["plans"]:
            tokens, kernel = plan["tokens"], plan["launches"][-1]["kernel"]
            replay = Replay(device, pack, plan, modules)
            y, beyond = replay.product(reference.x[:tokens], case.rows)
            worst, complaint = reference.judge(y, kernel)
            complaint = complaint or ("wrote past the last output" if beyond else "")
            failures += bool(complaint)
            timed = ""
            if options.repeats and case.rows >= 4096 and not complaint:
                taken = replay.microseconds(flush, options.repeats)
                moved = packed["bytes"] + (case.rows + case.columns) * tokens * y.dtype.itemsize
                timed = f"{taken:>10.1f}{moved / rate / taken:>10.1%}"
                complaint = "PASS; " + compare(case, tokens, taken, options.repeats)
            elif complaint:
                complaint = "FAIL: " + complaint
            print(f"{case.title:44}{tokens:>6}{worst:>16.2e}{timed:20}  {complaint or 'PASS'}", flush=True)
    print(f"{failures} failed" if failures else "all passed")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
