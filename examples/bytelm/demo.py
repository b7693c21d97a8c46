# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compress a trained model by every recipe, run it on the CPU, compare with onnxruntime, lower it to PTX.

bytelm is a byte-level LLaMA of 3.5 million weights, trained on Python's standard library. For fp32 and each recipe, the
demo compiles `bytelm-dynamo.onnx` with sdq-compile, runs it with sdq-run over held-out text and prints size, error and
perplexity; then it checks every result against onnxruntime, for both exports. It ends with exit status 1 if a check
fails.

By default the text is 48 windows of 256 predictions at equal distances through the held-out modules; --all takes every
window (about 1360).
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import heldout
import numpy as np
import reference
from sdq_tools import ROOT, decoded_weights, find_kernels, read_report, run, run_model

HERE = Path(__file__).resolve().parent
DYNAMO, TORCHSCRIPT = HERE / "bytelm-dynamo.onnx", HERE / "bytelm-torchscript.onnx"
CALIBRATION = HERE / "calibration.safetensors"
DENSE = "dense"
SDQ = "SDQ-W7:8-1:8int8-6:8fp4-a16"
RECIPES = (DENSE, SDQ, "SqueezeLLM-w4-s0.45", "SqueezeLLM-w3-s0.45")
TOLERANCE = 1e-4  # of logits, relative (see reference.difference)
SECOND_EXPORT_WINDOWS = 4  # the TorchScript export is the same model: fewer windows show that it runs the same


@dataclass
class Row:
    """One line of the table."""

    recipe: str
    report: dict
    nats: float
    compile_s: float
    run_s: float


@dataclass
class Checks:
    """Checks in the order made, each with its figures."""

    failed: int = 0
    lines: list[str] = field(default_factory=list)

    def add(self, passed: bool, text: str) -> None:
        self.failed += not passed
        self.lines.append(f"{'PASS' if passed else 'FAIL'}  {text}")

    def close(self, what: str, found: np.ndarray, expected: np.ndarray) -> None:
        apart = reference.difference(found, expected)
        self.add(apart <= TOLERANCE, f"{what}: differ by {apart:.1e}, allowed {TOLERANCE:.0e}")


def compile_model(model: Path, recipe: str, scratch: Path) -> tuple[Path, Path, float]:
    """sdq-compile; returns the compressed model, its report and the seconds."""
    name = f"{model.stem}-{recipe.replace(':', '_')}"
    output, report = scratch / f"{name}.sdq", scratch / f"{name}.json"
    options = ["--recipe", recipe, "--calibration", CALIBRATION, "-o", output, "--force", "--report", report]
    seconds = run("sdq-compile", model, *options, show=True)
    return output, report, seconds


def compare(
    model: Path, compiled: Path, recipe: str, found: np.ndarray, ids: np.ndarray, scratch: Path, checks: Checks
):
    """Check logits against onnxruntime on the model, or on the model with its decoded weights; returns those."""
    if recipe == DENSE:
        expected = reference.logits(reference.session(model), ids)
        checks.close(f"{model.name}, uncompressed, against onnxruntime", found, expected)
        return {}
    decoded = decoded_weights(compiled, scratch)
    expected = reference.logits(reference.session(model, decoded), ids)
    checks.close(f"{model.name}, {recipe}, against onnxruntime on the decoded weights", found, expected)
    return decoded


def same_weights(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> tuple[bool, int]:
    """Whether both exports decode to the same matrices, and how many do.

    The second stores [K, N] under names of its own; the original weights say which is which.
    """
    originals = {w.T.tobytes(): name for name, w in reference.initializers(TORCHSCRIPT).items() if w.ndim == 2}
    stored = reference.initializers(DYNAMO)
    equal = sum(
        (name := originals.get(stored[key].tobytes())) in second and np.array_equal(weight, second[name].T)
        for key, weight in first.items()
    )
    return equal == len(first) == len(second) > 0, equal


def table(rows: list[Row]) -> str:
    heads = ["recipe", "values", "metadata", "scales", "tables", "total", "paper T", "realised T", "rel. error",
             "nats/byte", "perplexity", "compile s", "run s"]  # fmt: skip
    cells = [heads]
    for row in rows:
        bits = row.report["bits_per_weight"]
        cells.append(
            [
                row.recipe,
                *(f"{bits[part]:.3f}" for part in ("values", "metadata", "scales", "tables", "total")),
                f"{row.report['paper_throughput']:.2f}",
                f"{row.report['realised_throughput']:.2f}",
                f"{row.report['relative_error']:.4f}",
                f"{row.nats:.4f}",
                f"{math.exp(row.nats):.4f}",
                f"{row.compile_s:.1f}",
                f"{row.run_s:.1f}",
            ]
        )
    widths = [max(len(line[i]) for line in cells) for i in range(len(heads))]
    return "\n".join(
        "  ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True))
        )
        for line in cells
    )


def lower_to_ptx(scratch: Path, checks: Checks) -> None:
    """The mission command: every matmul of the model as a GPU kernel that decodes from the packed parts."""
    module, lowered = scratch / "model.mlirbc", scratch / "lowered.mlir"
    run("sdq-translate", "--import-onnx", DYNAMO, "-o", module, show=True)
    seconds = run("sdq-opt", "--sdq-decompose", "--sdq-lower-nvgpu", module, "-o", lowered, show=True)
    kernels = find_kernels(lowered)
    checks.add(kernels.count > 0, f"the model's matmuls lowered to PTX: {kernels.count} kernels")
    if not kernels.count:
        return
    print(f"{kernels.count} kernels for {', '.join(kernels.chips)} in {seconds:.1f} s; the first begins:")
    lines = kernels.sources[0].splitlines()
    start = next(i for i, line in enumerate(lines) if ".entry " in line)
    body = [line for line in lines[start:] if line.strip()]
    print("\n".join(f"    {line.expandtabs(4)}" for line in body[:24]) + f"\n    … {len(body)} lines in all")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--windows", type=int, default=48, help="how many windows of held-out text (default 48)")
    parser.add_argument("--all", action="store_true", help="every window")
    parser.add_argument("--batch", type=int, default=16, help="windows in one call of sdq-run (default 16)")
    parser.add_argument("--output-dir", type=Path, default=ROOT / "build" / "demo")
    args = parser.parse_args()
    if args.windows < 1 or args.batch < 1:
        parser.error("--windows and --batch: expected at least 1")

    start = time.perf_counter()
    scratch = args.output_dir.resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    text = heldout.load()
    text = text if args.all else text.select(args.windows)
    print(f"held-out text: {text.predictions} of {text.predictions_in_full} predictions")
    if text.missing:
        print(
            f"  this Python lacks {', '.join(text.missing)}: the text is shorter than the one baseline.json was made on"
        )

    checks, rows = Checks(), []
    for recipe in RECIPES:
        print(f"\n== {recipe}")
        compiled, report, compile_s = compile_model(DYNAMO, recipe, scratch)
        logits, run_s = run_model(compiled, text.ids, scratch, args.batch)
        rows.append(Row(recipe, read_report(report), heldout.nats_per_byte(logits, text.targets), compile_s, run_s))
        first = compare(DYNAMO, compiled, recipe, logits, text.ids, scratch, checks)

        few = text.select(SECOND_EXPORT_WINDOWS)
        compiled, _, _ = compile_model(TORCHSCRIPT, recipe, scratch)
        logits, _ = run_model(compiled, few.ids, scratch, args.batch)
        second = compare(TORCHSCRIPT, compiled, recipe, logits, few.ids, scratch, checks)
        if recipe != DENSE:
            same, count = same_weights(first, second)
            checks.add(same, f"{recipe}: both exports decode to the same weights, {count} of {len(first)}")

    print("\n== lowered to an NVIDIA GPU")
    lower_to_ptx(scratch, checks)

    paper = next(row.report["paper_throughput"] for row in rows if row.recipe == SDQ)
    checks.add(abs(paper - 4) < 5e-3, f"{SDQ}: effective throughput {paper:.2f} in the paper's measure, expected 4.00")

    print(f"\n{table(rows)}\n")
    print("bits per weight are of the compressed matrices; T is effective compute throughput, 1 = dense 16-bit.")
    print("paper T counts activations at each term's precision: not realised here, activations run in 32 bits.")
    print("\n" + "\n".join(checks.lines))
    seconds = time.perf_counter() - start
    print(f"\n{len(checks.lines) - checks.failed} checks passed, {checks.failed} failed in {seconds:.0f} s")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
