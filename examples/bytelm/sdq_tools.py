# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The command-line tools, as the demo uses them: compile, run, decode, lower."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / "build" / "bin"


def run(tool: str, *arguments: str | Path, show: bool = False) -> float:
    """Run build/bin/<tool>, return its seconds; a tool that fails ends the demo with its own message."""
    command = [str(BIN / tool), *map(str, arguments)]
    if not Path(command[0]).exists():
        raise SystemExit(f"{command[0]} not found: run `make build` first")
    shown = shlex.join(str(Path(a).relative_to(ROOT)) if a.startswith(f"{ROOT}/") else a for a in command)
    if show:
        print(f"$ {shown}", flush=True)
    start = time.perf_counter()
    result = subprocess.run(command, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if result.returncode != 0:
        raise SystemExit(f"{shown}\nended with exit status {result.returncode}\n{result.stdout}{result.stderr}")
    return seconds


def run_model(model: Path, ids: np.ndarray, scratch: Path, batch: int) -> tuple[np.ndarray, float]:
    """Logits of `ids` int64 [windows, length] from sdq-run, `batch` windows a call, and the seconds it took."""
    parts, seconds = [], 0.0
    for start in range(0, len(ids), batch):
        (scratch / "logits.npy").unlink(missing_ok=True)
        np.save(scratch / "ids.npy", ids[start : start + batch])
        seconds += run("sdq-run", model, "--input", f"input_ids={scratch / 'ids.npy'}", "--output-dir", scratch)
        parts.append(np.load(scratch / "logits.npy"))
    return np.concatenate(parts), seconds


def decoded_weights(model: Path, scratch: Path) -> dict[str, np.ndarray]:
    """Every compressed weight as the float32 matrix it decodes to, under its ONNX initializer's name and layout."""
    path = scratch / "decoded.safetensors"
    run("sdq-translate", "--export-decoded", model, "-o", path)
    return load_file(path)


@dataclass
class Kernels:
    """GPU code in a lowered module."""

    sources: list[str]  # PTX, one text per GPU module

    @property
    def count(self) -> int:
        return sum(source.count(".entry ") for source in self.sources)

    @property
    def chips(self) -> list[str]:
        return sorted({chip for source in self.sources for chip in re.findall(r"^\.target (\w+)", source, re.M)})


def find_kernels(module: Path) -> Kernels:
    """The PTX in a module that `sdq-opt --sdq-lower-nvgpu` wrote as text: `gpu.binary` objects hold it as strings."""
    strings = re.findall(r'assembly = "((?:[^"\\]|\\.)*)"', module.read_text())
    return Kernels([re.sub(r"\\([0-9A-Fa-f]{2}|.)", unescape, text) for text in strings])


def unescape(match: re.Match) -> str:
    return chr(int(match[1], 16)) if len(match[1]) == 2 else match[1]


def read_report(path: Path) -> dict:
    return json.loads(path.read_text())
