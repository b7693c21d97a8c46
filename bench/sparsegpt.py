# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""SparseGPT beside the published algorithm in torch, in the same run, one thread each.

    python bench/sparsegpt.py [--size 4096] [--pattern 2:4] [--build build]

A square matrix and the second moments of inputs that share a few directions. The peer follows arXiv 2301.00774,
Algorithm 1, as its authors run it: Cholesky factor, inverse, Cholesky factor of the inverse, then blocks of 128
columns, within a block column by column over all rows. Prints seconds of processor time and the output error of both,
tr(D·H·Dᵀ) with D what pruning changed.

What to expect, K = 4096. The peer: 4/3·K³ flops for the factor and K³ (a product a block) plus K²·128 for the rows, in
torch's BLAS at 60 to 100 GFLOP/s with AVX-512: 160 GFLOP, 2 to 3 s. Ours: K³/3 and K³, 92 GFLOP, in the library's own
product: 1.5 s.
"""

from __future__ import annotations

import os

os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")})

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import torch


def reference(weights: torch.Tensor, hessian: torch.Tensor, keep: int, m: int, block: int = 128) -> torch.Tensor:
    """Prunes f32 weights [N, K] to keep:m given f32 second moments [K, K]."""
    weights, hessian = weights.clone(), hessian.clone()
    columns = weights.shape[1]
    hessian.diagonal().add_(0.01 * hessian.diagonal().mean())
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(hessian))
    factor = torch.linalg.cholesky(inverse, upper=True)
    for first in range(0, columns, block):
        last = min(first + block, columns)
        part, own = weights[:, first:last].clone(), factor[first:last, first:last]
        errors = torch.zeros_like(part)
        goes = torch.zeros_like(part, dtype=torch.bool)
        for i in range(last - first):
            if (first + i) % m == 0:
                scores = part[:, i : i + m] ** 2 / own.diagonal()[i : i + m] ** 2
                count = max(scores.shape[1] - keep, 0)
                goes.scatter_(1, i + torch.topk(scores, count, dim=1, largest=False)[1], True)
            column = part[:, i]
            kept = torch.where(goes[:, i], 0.0, column)
            error = (column - kept) / own[i, i]
            part[:, i:] -= error.unsqueeze(1) * own[i, i:].unsqueeze(0)
            part[:, i] = kept
            errors[:, i] = error
        weights[:, first:last] = part
        weights[:, last:] -= errors @ factor[first:last, last:]
    return weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--pattern", default="2:4")
    parser.add_argument("--build", type=Path, default=Path(__file__).resolve().parents[1] / "build")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    size = arguments.size
    generator = torch.Generator().manual_seed(0)
    weights = 0.02 * torch.randn(size, size, generator=generator)
    directions = torch.randn(size, 16, generator=generator)
    inputs = torch.randn(2 * size, size, generator=generator)
    inputs += torch.randn(2 * size, 16, generator=generator) @ directions.T
    hessian = inputs.T @ inputs / len(inputs)
    hessian = (hessian + hessian.T) / 2

    def error(pruned: torch.Tensor) -> float:
        difference = weights - pruned
        return float(((difference @ hessian) * difference).sum())

    keep, m = map(int, arguments.pattern.split(":"))
    reference(weights[:, :256], hessian[:256, :256], keep, m)  # warms up
    start = time.process_time()
    theirs = reference(weights, hessian, keep, m)
    seconds = time.process_time() - start
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.save(folder / "weights.npy", weights.numpy())
        np.save(folder / "hessian.npy", hessian.numpy())
        command = [arguments.build / "bin" / "bench-core-Solve", "sparsegpt", folder / "weights.npy"]
        command += [folder / "hessian.npy", arguments.pattern, folder / "pruned.npy"]
        ours = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["seconds"]
        pruned = torch.from_numpy(np.load(folder / "pruned.npy"))
    print(f"{size} x {size}, {arguments.pattern}, one thread, seconds of processor time")
    print(f"torch {torch.__version__}: {seconds:.2f} s, error {error(theirs):.6g}")
    print(f"ours: {ours:.2f} s, error {error(pruned):.6g}; {seconds / ours:.2f} times as fast")
    print(f"the same values stay: {float(((pruned == 0) == (theirs == 0)).float().mean()):.4%}")


if __name__ == "__main__":
    main()
