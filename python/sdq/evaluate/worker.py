# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""One run in a process of its own: compile, execute, score, write. A crash here is one failed run, no more.

python -m sdq.evaluate.worker JOB        JOB: the path of a pickled Job
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sdq.errors import SdqError
from sdq.evaluate.engines import ENGINES, checked
from sdq.evaluate.runs import Run
from sdq.evaluate.tasks import Logits, Task
from sdq.files import write_json
from sdq.tools import run_tool


@dataclass(frozen=True)
class Job:
    """A run, the tasks still to be done and where their results go; `parent` is the process that wants them."""

    run: Run
    tasks: tuple[tuple[Task, Path], ...]
    model: Path
    calibration: Path | None
    chip: str | None
    engine: str
    batch: int
    scratch: Path
    parent: int


def perform(job: Job) -> None:
    """Compile once; write each task's result as soon as it is there."""
    with tempfile.TemporaryDirectory(dir=job.scratch) as folder:
        scratch = Path(folder)
        start = time.perf_counter()
        path, report = compile_model(job, scratch)
        compile_seconds = time.perf_counter() - start
        logits = while_wanted(checked(ENGINES[job.engine](path, job.model, scratch)), job.parent)
        for task, result in job.tasks:
            start = time.perf_counter()
            scores = task.score(logits, job.batch)
            seconds = time.perf_counter() - start
            if not all(np.isfinite(v).all() for v in scores.values()):
                raise SdqError(f"expected finite {', '.join(scores)}: the compressed model overflows")
            write_json(
                result,
                {
                    "label": job.run.label,
                    "recipe": job.run.recipe,
                    "options": list(job.run.options),
                    "engine": job.engine,
                    "task": task.name,
                    "data": task.describe(),
                    "compile_seconds": compile_seconds,
                    "run_seconds": seconds,
                    "report": report,
                    "scores": scores,
                },
            )


def compile_model(job: Job, scratch: Path) -> tuple[Path, dict[str, Any]]:
    """sdq-compile; the compiled model and its report."""
    output, report = scratch / "model.sdq", scratch / "report.json"
    recipe = job.run.recipe
    if job.run.is_yaml:
        (scratch / "recipe.yaml").write_text(recipe, encoding="utf-8")
        recipe = str(scratch / "recipe.yaml")
    options: list[str | Path] = ["--recipe", recipe, "-o", output, "--report", report, *job.run.options]
    if job.calibration:
        options += ["--calibration", job.calibration]
    if job.chip:
        options += ["--chip", job.chip]
    if job.engine != "sdq":
        options += ["--target", "none"]
    run_tool("sdq-compile", job.model, *options)
    return output, json.loads(report.read_text(encoding="utf-8"))


def while_wanted(logits: Logits, parent: int) -> Logits:
    """The same, but ends this process once the one that wants the result has been killed."""

    def run(ids: np.ndarray) -> np.ndarray:
        if os.getppid() != parent:
            raise SystemExit(1)
        return logits(ids)

    return run


def main() -> int:
    with open(sys.argv[1], "rb") as file:
        job: Job = pickle.load(file)
    try:
        perform(job)
    except SdqError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
