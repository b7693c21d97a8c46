# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is measured, and the file it is written to.

For a weight W of N output channels by K inputs, each input x a row of K, in a calibration file:

    <weight>.fisher          [N, K]     sum over sequences of the squared gradient of the sequence's mean cross-entropy
    <weight>.act_sq          [K]        mean over tokens of x²
    <weight>.hessian         [K, K]     mean over tokens of x xᵀ
    <weight>.guided_hessian  [G, K, K]  mean over tokens of s x xᵀ, s the mean over a group of N/G output channels of
                                        the squared gradient of the sequence's mean cross-entropy by that output

Sources: Fisher, arXiv 2306.07629 §4.1; guided Hessian, GuidedQuant, arXiv 2505.07004 §3.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import numpy as np
import xxhash

from sdq.errors import SdqError
from sdq.safetensors_writer import TensorSpec

FISHER, ACT_SQ, HESSIAN, GUIDED_HESSIAN = "fisher", "act_sq", "hessian", "guided_hessian"
STATISTICS = (FISHER, ACT_SQ, HESSIAN, GUIDED_HESSIAN)
NEED_GRADIENTS = frozenset({FISHER, GUIDED_HESSIAN})


@dataclass(frozen=True)
class Request:
    """What to measure, and how much memory the sums may take.

    `sequences` is int64 [sequences, length]; `memory` is in bytes and bounds the sums that are kept at once, not the
    model: what does not fit waits for another pass over the text.
    """

    sequences: np.ndarray
    statistics: frozenset[str]
    groups: int = 4
    batch: int = 1
    memory: int = 1 << 62
    fisher_type: str = "BF16"

    def wants(self, statistic: str) -> bool:
        return statistic in self.statistics


@dataclass(frozen=True)
class Weight:
    """A weight that statistics are made for: N×K, and the hash that finds it where an exporter renamed it."""

    name: str
    rows: int
    columns: int
    key: str = field(default="", compare=False)

    def specs(self, request: Request) -> list[TensorSpec]:
        """The tensors that the file holds about it."""
        n, k, g = self.rows, self.columns, request.groups
        shapes = {FISHER: (n, k), ACT_SQ: (k,), HESSIAN: (k, k), GUIDED_HESSIAN: (g, k, k)}
        return [
            TensorSpec(f"{self.name}.{s}", request.fisher_type if s == FISHER else "F32", shapes[s])
            for s in STATISTICS
            if request.wants(s)
        ]

    def check_groups(self, request: Request) -> None:
        if request.wants(GUIDED_HESSIAN) and self.rows % request.groups:
            raise SdqError(
                f"--groups {request.groups}: expected a divisor of the {self.rows} output channels of {self.name}"
            )


def content_key(weight: np.ndarray) -> str:
    """XXH3-64, in 16 lower-case hex digits, of a weight's values as little-endian f32, row-major, [N, K]."""
    return xxhash.xxh3_64_hexdigest(np.ascontiguousarray(weight, dtype="<f4").data)


def metadata(request: Request, weights: list[Weight]) -> dict[str, str]:
    """The file's metadata: what was measured, and the content keys (calibration_c2)."""
    count, length = request.sequences.shape
    return {
        "sequences": str(count),
        "tokens": str(length),
        "statistics": ",".join(s for s in STATISTICS if request.wants(s)),
        "rule": "fisher: sum over sequences of the squared gradient of the mean loss; others: mean over tokens",
        "sdq.content": json.dumps({w.name: w.key for w in weights}, separators=(",", ":")),
    }


def pack(sizes: list[int], memory: int) -> list[list[int]]:
    """Consecutive indices grouped so that each group's sizes sum to at most `memory`; a larger one stands alone."""
    passes: list[list[int]] = []
    used = 0
    for index, size in enumerate(sizes):
        if not passes or used + size > memory:
            passes.append([])
            used = 0
        passes[-1].append(index)
        used += size
    return passes


def check_finite(name: str, finite: bool, tokens: int) -> None:
    """Refuse a statistic that the compiler would refuse, or one that no token reached."""
    if tokens == 0:
        raise SdqError(f"{name}: expected at least one token to reach this weight, found none: give more text")
    if not finite:
        raise SdqError(f"{name}: expected finite values: the model overflows on this text")
