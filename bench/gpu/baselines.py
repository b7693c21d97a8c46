# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What others take for the same product on the same GPU, by torch: cuBLAS f16, its own 2:4 sparse, int8."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np


def microseconds(work: Callable[[], object], repeats: int) -> float:
    """The median GPU time, the L2 cache overwritten before each."""
    import torch

    flush = torch.empty(1 << 28, dtype=torch.int32, device="cuda")
    work()
    times = []
    for _ in range(repeats):
        start, stop = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        flush.zero_()
        start.record()
        work()
        stop.record()
        stop.synchronize()
        times.append(start.elapsed_time(stop) * 1e3)
    return float(np.median(times))


@cache
def baselines(rows: int, columns: int, tokens: int, repeats: int) -> dict[str, float | str]:
    """Microseconds by name, or why there are none."""
    try:
        import torch
    except ImportError:
        return {"torch": "not installed"}
    if not torch.cuda.is_available():
        return {"torch": "sees no GPU"}
    x = torch.randn(tokens, columns, dtype=torch.float16, device="cuda")
    w = torch.randn(rows, columns, dtype=torch.float16, device="cuda")
    results: dict[str, float | str] = {}

    def measure(name: str, prepare: Callable[[], Callable[[], object]]) -> None:
        try:
            results[name] = microseconds(prepare(), repeats)
        except (RuntimeError, ValueError, AttributeError) as error:  # a torch, or a GPU, that has no such product
            results[name] = str(error).splitlines()[0]

    def sparse() -> Callable[[], object]:
        kept = w.view(rows, columns // 4, 4).abs().argsort(-1).argsort(-1) >= 2
        compressed = torch.sparse.to_sparse_semi_structured(w * kept.view(rows, columns))
        padded = torch.zeros(max(tokens, 8), columns, dtype=torch.float16, device="cuda")
        return lambda: torch.nn.functional.linear(padded, compressed)

    def integers() -> Callable[[], object]:
        a = torch.zeros(max(tokens, 32), columns, dtype=torch.int8, device="cuda")
        b = torch.zeros(rows, columns, dtype=torch.int8, device="cuda")
        return lambda: torch._int_mm(a, b.t())

    measure("cuBLAS f16", lambda: lambda: torch.mm(x, w.t()))
    measure("torch 2:4 f16", sparse)
    measure("torch int8", integers)
    return results
