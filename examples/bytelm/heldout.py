# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Held-out text for bytelm: sources of this interpreter's own standard library that training never saw.

`heldout_modules.json` names the modules and the rule that chose them. They are joined by two newlines and cut into
windows of 256 bytes; the model predicts the byte after each of the 256, so a window scores 256 predictions.
"""

from __future__ import annotations

import json
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
WINDOW = 256


@dataclass
class HeldOut:
    """Windows of the held-out text: `ids` and `targets` are int64 [windows, 256], targets one byte later."""

    ids: np.ndarray
    targets: np.ndarray
    missing: list[str]  # modules that this interpreter lacks
    predictions_in_full: int

    @property
    def predictions(self) -> int:
        return self.targets.size

    def select(self, count: int) -> HeldOut:
        """`count` windows at equal distances, the first included; all if there are fewer."""
        total = len(self.ids)
        rows = [i * total // count for i in range(count)] if count < total else list(range(total))
        return HeldOut(self.ids[rows], self.targets[rows], self.missing, self.predictions_in_full)


def load() -> HeldOut:
    """Read the modules of this interpreter; ends with a message if it lacks more than half of them."""
    rule = json.loads((HERE / "heldout_modules.json").read_text())
    library = Path(sysconfig.get_path("stdlib"))
    present = [name for name in rule["modules"] if (library / name).is_file()]
    missing = [name for name in rule["modules"] if name not in present]
    if len(missing) > len(present):
        version = ".".join(map(str, sys.version_info[:2]))
        raise SystemExit(
            f"held-out text: expected the standard library of Python {rule['python']}, found Python {version} in "
            f"{library}, which lacks {len(missing)} of {len(rule['modules'])} modules"
        )
    text = np.frombuffer(b"\n\n".join((library / name).read_bytes() for name in present), np.uint8).astype(np.int64)
    windows = (len(text) - 1) // WINDOW
    end = windows * WINDOW
    ids, targets = text[:end].reshape(windows, WINDOW), text[1 : end + 1].reshape(windows, WINDOW)
    return HeldOut(ids, targets, missing, end)


def nats_per_byte(logits: np.ndarray, targets: np.ndarray) -> float:
    """Mean cross-entropy of `logits` [windows, 256, 256] at `targets` [windows, 256], in nats."""
    total = 0.0
    for window, target in zip(logits, targets, strict=True):
        window = window.astype(np.float64)
        top = window.max(axis=-1, keepdims=True)
        normalizer = np.log(np.exp(window - top).sum(axis=-1)) + top[:, 0]
        total += float((normalizer - window[np.arange(len(target)), target]).sum())
    return total / targets.size
