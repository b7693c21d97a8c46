# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Products in float64, and how far a kernel's may be from them.

An output passes where its error is within what its roundings can add up to,

    |y - ref| <= 1.01 (n 2^-24 + h u) sum |w| |x|  +  u |ref|  +  half the smallest subnormal,

u the unit roundoff of f16 or bf16 where activations are, else 0. Kernels that decode in f32 make n = the roundings of a
lane + 5 of the butterfly + 3 of the decoding, h = 0. The others add K products in f32 in some order, n = K, and round a
decoded weight to the activations' type, h = 1; those that add up to eight products in f16 before, h = 9, or do
all in f32 where activations are something else, h = 0; those of plain nonzeros round none, h = 0. 1.01 covers terms of
second order.
"""

from __future__ import annotations

import numpy as np
from cases import Case, quantized
from formats import DTYPES, Parts, from_bf16, to_bf16

UNIT = {"f32": 0.0, "f16": 2.0**-11, "bf16": 2.0**-8}
SMALLEST = {"f32": 0.0, "f16": 2.0**-25, "bf16": 0.0}
CHUNK = 256  # tokens judged at a time


def stored(values: np.ndarray, dtype: str) -> np.ndarray:
    """f32 as the type's bits: bf16 as unsigned integers."""
    return to_bf16(values) if dtype == "bf16" else values.astype(DTYPES[dtype])


def widened(values: np.ndarray, dtype: str) -> np.ndarray:
    return (from_bf16(values) if dtype == "bf16" else values).astype(np.float64)


class Reference:
    """Random activations of a case, and the product by the weight whose first rows have the parts `block`."""

    def __init__(self, case: Case, block: Parts, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.case = case
        self.x = stored(rng.standard_normal((max(case.tokens), case.columns), np.float32), case.dtype)
        x = quantized(widened(self.x, case.dtype), case.meets).astype(np.float64)
        # [M, period]: the other rows' are the same.
        self.y = x @ case.format.decode(block, case.period, case.columns).T
        self.magnitude = np.abs(x) @ case.format.magnitude(block, case.period, case.columns).T

    def bound(self, kernel: str, tokens: slice) -> np.ndarray:
        case = self.case
        decodes = kernel.endswith(f"_{case.dtype}")  # of all families only this one's kernels have no suffix
        roundings = case.format.roundings(case.columns) + 5 + 3 if decodes else case.columns
        few = "gemv" in kernel
        exact = decodes or "csr_spmm" in kernel or (few and case.dtype != "f16")
        halves = 0 if exact else 9 if few else 1
        unit = UNIT[case.dtype]
        relative = 1.01 * (roundings * 2.0**-24 + halves * unit)
        return relative * self.magnitude[tokens] + unit * np.abs(self.y[tokens]) + SMALLEST[case.dtype]

    def judge(self, y: np.ndarray, kernel: str) -> tuple[float, str]:
        """`y`: [M, N] as stored. The largest |y - ref| / sum |w| |x|, and what is wrong, if anything."""
        worst, count, first, period = 0.0, 0, "", self.case.period
        for begin in range(0, len(y), CHUNK):
            tokens = slice(begin, min(begin + CHUNK, len(y)))
            got = widened(y[tokens], self.case.dtype).reshape(-1, self.case.rows // period, period)
            error = np.abs(got - self.y[tokens, None])
            tiny = np.finfo(np.float32).tiny
            worst = float(np.maximum(worst, np.max(error / np.maximum(self.magnitude[tokens, None], tiny))))  # or NaN
            wrong = np.argwhere(~(error <= self.bound(kernel, tokens)[:, None]))  # NaN is wrong
            count += len(wrong)
            if len(wrong) and not first:
                t, block, n = wrong[0]
                place = f"y[{begin + t},{block * period + n}]"
                first = f"; {place} = {got[t, block, n]:g}, not {self.y[begin + t, n]:g}"
        return worst, f"{count} outputs out of bound{first}" if count else ""
