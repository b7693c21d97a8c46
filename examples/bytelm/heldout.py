# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Held-out text for bytelm: sources of this interpreter's own standard library that training never saw.

stdlib_text.py reads it. It is cut into windows of 256 bytes; the model predicts the byte after each of the 256, so a
window scores 256 predictions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import stdlib_text

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
    source, missing = stdlib_text.heldout()
    tokens = np.frombuffer(source, np.uint8).astype(np.int64)
    windows = (len(tokens) - 1) // WINDOW
    end = windows * WINDOW
    ids, targets = tokens[:end].reshape(windows, WINDOW), tokens[1 : end + 1].reshape(windows, WINDOW)
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
