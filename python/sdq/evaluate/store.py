# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Results on disk: one JSON file for each run and task, found again by what it is the result of.

The name of a file ends in the fingerprint of everything the result depends on: the model (external data included), the
recipe's content, options, calibration, tokens, engine, and the compiler itself. What has changed is computed
again, what has not is read.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx
from onnx import external_data_helper

from sdq.errors import SdqError
from sdq.evaluate.runs import Run
from sdq.evaluate.tasks import Task
from sdq.files import digest, fingerprint
from sdq.tools import find_library

SCHEMA = 1  # incremented when a result's content changes its meaning


@dataclass(frozen=True)
class Setting:
    """What all runs share: digests of the model, of the calibration (None without), of the compiler."""

    model: str
    calibration: str | None
    compiler: str
    engine: str
    chip: str | None


def setting(model: Path, calibration: Path | None, engine: str, any_build: bool, chip: str | None) -> Setting:
    """Digests of the files. With `any_build`, results of another build of the compiler count as well."""
    return Setting(
        model_digest(model),
        digest(calibration) if calibration else None,
        "any" if any_build else digest(find_library()),
        engine,
        chip,
    )


def model_digest(path: Path) -> str:
    """Of an ONNX file and the external data it names; of any other file, of its content."""
    if path.suffix != ".onnx":
        return digest(path)
    try:
        proto = onnx.load(path, load_external_data=False)
    except Exception as error:  # protobuf's DecodeError shares no base class with anything narrower
        raise SdqError(f"{path}: expected an ONNX model ({error})") from error
    external = {
        external_data_helper.ExternalDataInfo(tensor).location
        for tensor in proto.graph.initializer
        if external_data_helper.uses_external_data(tensor)
    }
    try:
        return fingerprint([digest(path), *(digest(path.parent / name) for name in sorted(external))])
    except OSError as error:
        raise SdqError(f"{path}: external data: {error}") from error


class Store:
    """The results in a folder."""

    def __init__(self, folder: Path, common: Setting) -> None:
        self._folder = folder
        self._common = common
        self._digests: dict[int, dict[str, Any]] = {}  # of a task's tokens, computed once
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, run: Run, task: Task) -> Path:
        """Where the result of a run's task is, or will be."""
        key = fingerprint(
            {
                "schema": SCHEMA,
                "setting": vars(self._common),
                "recipe": run.recipe,
                "options": run.options,
                "task": task.name,
                "data": self._describe(task),
            }
        )
        # Not the label: a run may have another in another experiment.
        name = "recipe" if run.is_yaml else re.sub(r"[^A-Za-z0-9.]+", "-", run.recipe).strip("-")[:80]
        return self._folder / f"{name}.{task.name}.{key[:16]}.json"

    def _describe(self, task: Task) -> dict[str, Any]:
        return self._digests.setdefault(id(task), task.describe())

    def read(self, run: Run, task: Task) -> dict[str, Any] | None:
        """A result; None if there is none yet."""
        path = self.path(run, task)
        if not path.is_file():
            return None
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise SdqError(f"{path}: expected JSON ({error}); remove the file to compute it again") from error
