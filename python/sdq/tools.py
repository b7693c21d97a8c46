# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Where SDQ's command-line tools are, and how they are run."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from sdq.errors import SdqError

CHECKOUT = Path(__file__).resolve().parents[2]


def find_tool(name: str) -> Path:
    """A tool in $SDQ_BUILD_DIR/bin, else in the build folder of this checkout, else on PATH."""
    named = os.environ.get("SDQ_BUILD_DIR")
    folders = [Path(named) / "bin"] if named else [CHECKOUT / "build" / "bin"]
    found = [folder / name for folder in folders if (folder / name).is_file()]
    if not found and not named and (on_path := shutil.which(name)):
        found = [Path(on_path)]
    if not found:
        places = f"{folders[0]}" if named else f"{folders[0]} or on PATH"
        raise SdqError(f"{name}: expected it in {places}; build SDQ, or name its build folder in SDQ_BUILD_DIR")
    return found[0].resolve()


def find_library(name: str = "SDQ") -> Path:
    """lib<name>.so, beside the tools: in ../lib of theirs. SDQ is the compiler itself, SDQ-C its C interface."""
    path = find_tool("sdq-compile").parent.parent / "lib" / f"lib{name}.so"
    if not path.is_file():
        raise SdqError(f"{path}: no such file: expected lib{name} beside sdq-compile")
    return path.resolve()


def run_tool(name: str, *arguments: str | Path) -> str:
    """Run a tool, return what it printed; if it fails, the error is its own message."""
    command = [str(find_tool(name)), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode < 0:
        raise SdqError(f"{name}: ended by signal {-done.returncode}")
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        errors = [line for line in lines if "error" in line] or lines or [f"exit status {done.returncode}"]
        raise SdqError(f"{name}: {errors[0]}")
    return done.stdout
