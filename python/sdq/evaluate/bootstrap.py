# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Bootstrap intervals of means (Efron 1979; the percentile interval).

Windows are drawn with replacement, 10 000 times, by a fixed seed; an interval goes from the 2.5th to the 97.5th
percentile of their means. All recipes share the draws, so a difference of two is a difference on the same windows.
Neighbouring windows of one module resemble each other, which this leaves out: with all windows (not a subset at equal
distances) the intervals are somewhat too narrow.
"""

from __future__ import annotations

import numpy as np

DRAWS = 10_000
CHUNK = 500  # draws at once: memory follows CHUNK × windows
PERCENTILES = (2.5, 97.5)


def intervals(values: np.ndarray, seed: int = 0) -> np.ndarray:
    """95 % intervals [rows, 2] of the means of `values` [rows, samples] over samples, with the same draws for all."""
    samples = values.shape[1]
    generator = np.random.default_rng(seed)
    means = np.empty((len(values), DRAWS))
    for start in range(0, DRAWS, CHUNK):
        drawn = generator.integers(0, samples, (CHUNK, samples))
        counts = np.zeros((CHUNK, samples))
        np.add.at(counts, (np.arange(CHUNK)[:, None], drawn), 1)
        means[:, start : start + CHUNK] = values @ counts.T / samples
    return np.percentile(means, PERCENTILES, axis=1).T
