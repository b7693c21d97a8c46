# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""From results to the rows of a table: means, intervals, differences from dense on the same windows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from sdq.evaluate.bootstrap import intervals

Result = dict[str, Any]


@dataclass(frozen=True)
class Estimate:
    """A mean and its 95 % interval."""

    value: float
    low: float
    high: float

    def map(self, function) -> Estimate:
        """The estimate of a monotonically increasing function of the mean."""
        return Estimate(function(self.value), function(self.low), function(self.high))


@dataclass(frozen=True)
class ChoiceSummary:
    """Share of items answered rightly, its difference from dense on the same items, and how often both agree."""

    accuracy: Estimate
    change: Estimate
    agreement: float


@dataclass(frozen=True)
class Row:
    """What a table says of a run. `report` is sdq-compile's; times are in seconds.

    nats    mean negative log-likelihood of a token
    excess  its difference from that of dense, window by window
    """

    label: str
    report: dict[str, Any]
    nats: Estimate
    excess: Estimate
    compile_seconds: float
    run_seconds: float
    windows: int
    choices: ChoiceSummary | None = None

    @property
    def bits(self) -> dict[str, float]:
        return self.report["bits_per_weight"]

    @property
    def perplexity(self) -> float:
        return math.exp(self.nats.value)

    @property
    def change(self) -> Estimate:
        """Of perplexity, relative to dense, in percent."""
        return self.excess.map(lambda nats: 100 * math.expm1(nats))

    @property
    def family(self) -> str:
        """The first word of the label: what colour a plot gives it."""
        return self.label.split()[0].split("-")[0]

    def to_json(self) -> dict[str, Any]:
        estimate = lambda e: [e.value, e.low, e.high]  # noqa: E731
        entry = {
            "label": self.label,
            "bits_per_weight": self.bits,
            "paper_throughput": self.report["paper_throughput"],
            "realised_throughput": self.report["realised_throughput"],
            "relative_error": self.report["relative_error"],
            "relative_fisher_error": self.report.get("relative_fisher_error"),
            "nats": estimate(self.nats),
            "perplexity": self.perplexity,
            "perplexity_change_percent": estimate(self.change),
            "windows": self.windows,
            "compile_seconds": self.compile_seconds,
            "run_seconds": self.run_seconds,
        }
        if self.choices:
            entry["accuracy"] = estimate(self.choices.accuracy)
            entry["accuracy_change"] = estimate(self.choices.change)
            entry["agreement"] = self.choices.agreement
        return entry


def summarize(
    labels: list[str], losses: list[Result], dense: Result, choices: list[Result] | None = None, seed: int = 0
) -> list[Row]:
    """A row for every label from its `perplexity` result, and its `choices` result where there are any.

    The first of `choices` is that of dense, which need not be among the labels: one more than labels.
    """
    nats = np.array([result["scores"]["nats"] for result in losses])
    reference = np.array(dense["scores"]["nats"])
    means = estimates(np.concatenate([nats, nats - reference]), seed)
    summaries: list[ChoiceSummary | None] = [None] * len(labels)
    if choices:
        summaries = list(summarize_choices(choices[1:], choices[0], seed))
    return [
        Row(
            label,
            result["report"],
            means[i],
            means[len(labels) + i],
            result["compile_seconds"],
            result["run_seconds"],
            nats.shape[1],
            summaries[i],
        )
        for i, (label, result) in enumerate(zip(labels, losses, strict=True))
    ]


def summarize_choices(results: list[Result], dense: Result, seed: int) -> list[ChoiceSummary]:
    correct = np.array([result["scores"]["correct"] for result in results], float)
    reference = np.array(dense["scores"]["correct"], float)
    means = estimates(np.concatenate([correct, correct - reference]), seed)
    chosen = np.array([result["scores"]["chosen"] for result in results])
    agreement = (chosen == np.array(dense["scores"]["chosen"])).mean(axis=1)
    return [ChoiceSummary(means[i], means[len(results) + i], float(agreement[i])) for i in range(len(results))]


def estimates(values: np.ndarray, seed: int) -> list[Estimate]:
    """Mean and interval of each row."""
    return [
        Estimate(float(mean), float(low), float(high))
        for mean, (low, high) in zip(values.mean(axis=1), intervals(values, seed), strict=True)
    ]
