# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is asked of a model: the loss on windows of text, and the choice of a true continuation among four.

A task is arrays of tokens and a way to score logits; `logits` below is any function from ids int64 [batch, length] to
float32 [batch, length, vocabulary].
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sdq.errors import SdqError
from sdq.text import spread

Logits = Callable[[np.ndarray], np.ndarray]
CANDIDATES = 4


def log_probabilities(logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The log p(target) at every position: float64 [batch, length] of logits [batch, length, vocabulary]."""
    top = logits.max(axis=-1)
    sums = np.exp(logits - top[..., None]).sum(axis=-1, dtype=np.float64)
    chosen = np.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
    return chosen.astype(np.float64) - top - np.log(sums)


@dataclass(frozen=True)
class Perplexity:
    """Windows of text: `ids` int64 [windows, length] and the token after each of them, `targets`, of the same shape."""

    ids: np.ndarray
    targets: np.ndarray
    name = "perplexity"

    @staticmethod
    def of(tokens: np.ndarray, length: int, count: int | None) -> Perplexity:
        """Consecutive windows, or `count` of them at equal distances."""
        windows = (len(tokens) - 1) // length
        if windows < (count or 2) or windows < 2:
            raise SdqError(
                f"text: expected at least {count or 2} windows of {length} tokens, found {len(tokens)} tokens, which "
                f"make {max(windows, 0)}"
            )
        rows = spread(windows, count or windows)
        end = windows * length
        return Perplexity(
            tokens[:end].reshape(windows, length)[rows], tokens[1 : end + 1].reshape(windows, length)[rows]
        )

    def describe(self) -> dict[str, Any]:
        return {"windows": len(self.ids), "length": self.ids.shape[1], "tokens": digest(self.ids, self.targets)}

    def score(self, logits: Logits, batch: int) -> dict[str, list[float]]:
        """`nats`: for each window the mean of -log p over its tokens."""
        nats = [
            -log_probabilities(logits(ids), targets).mean(axis=1)
            for ids, targets in batches(batch, self.ids, self.targets)
        ]
        return {"nats": np.concatenate(nats).tolist()}


@dataclass(frozen=True)
class Choices:
    """Items of one context and four continuations, one of them the true one.

    `ids` int64 [items, 4, context + continuation], `answers` int64 [items].
    """

    ids: np.ndarray
    answers: np.ndarray
    continuation: int
    name = "choices"

    @staticmethod
    def of(tokens: np.ndarray, items: int, context: int, continuation: int, seed: int = 0) -> Choices:
        """Contexts at equal distances through the text; false continuations from anywhere else in it, by `seed`."""
        span = context + continuation
        if len(tokens) < max(items * span, 2 * CANDIDATES * span):
            raise SdqError(
                f"text: expected at least {max(items * span, 2 * CANDIDATES * span)} tokens for {items} choices of "
                f"{context} + {continuation}, found {len(tokens)}"
            )
        generator = np.random.default_rng(seed)
        ids = np.empty((items, CANDIDATES, span), np.int64)
        answers = generator.integers(0, CANDIDATES, items)
        for item, start in enumerate(spread(len(tokens) - span + 1, items)):
            end = start + context
            ids[item, :, :context] = tokens[start:end]
            for candidate in range(CANDIDATES):
                place = end
                while candidate != answers[item] and abs(place - end) < span:  # clear of the context and its end
                    place = generator.integers(0, len(tokens) - continuation + 1)
                ids[item, candidate, context:] = tokens[place : place + continuation]
        return Choices(ids, answers, continuation)

    def describe(self) -> dict[str, Any]:
        context = self.ids.shape[2] - self.continuation
        what = {"items": len(self.ids), "context": context, "continuation": self.continuation}
        return what | {"tokens": digest(self.ids, self.answers)}

    def score(self, logits: Logits, batch: int) -> dict[str, list]:
        """`chosen`: the candidate with the largest total log-likelihood; `correct`: 1 where it is the true one."""
        sequences = self.ids.reshape(-1, self.ids.shape[2])
        totals = [
            log_probabilities(logits(ids[:, :-1])[:, -self.continuation :], ids[:, -self.continuation :]).sum(axis=1)
            for (ids,) in batches(batch, sequences)
        ]
        chosen = np.concatenate(totals).reshape(-1, CANDIDATES).argmax(axis=1)
        return {"chosen": chosen.tolist(), "correct": (chosen == self.answers).astype(int).tolist()}


Task = Perplexity | Choices


def batches(size: int, *arrays: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
    for start in range(0, len(arrays[0]), size):
        yield tuple(array[start : start + size] for array in arrays)


def digest(*arrays: np.ndarray) -> str:
    """SHA-256 of arrays' values, in hex."""
    state = hashlib.sha256()
    for array in arrays:
        state.update(np.ascontiguousarray(array, "<i8").data)
    return state.hexdigest()
