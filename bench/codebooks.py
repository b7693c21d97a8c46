# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Exact codebooks beside scikit-learn's KMeans in the same run, one thread each.

    python bench/codebooks.py [--rows R] [--inits I] [--build build]

Rows are like an LLM's: heavy tails in f16 (Student's t with 5 degrees of freedom), Fisher weights over many orders of
magnitude (log-normal, sigma 2) in bf16. KMeans as SqueezeLLM calls it: n_init=1, max_iter=50, sample_weight. Prints
milliseconds of processor time a row and the ratio of the objectives, KMeans over ours: the smallest over all rows says
whether ours was ever higher. With --inits also the best of that many random starts, on the first rows.

What to expect. Lloyd costs n·k distances an iteration, at most 50 iterations: 3.3 million for n=4096, k=16, and
scikit-learn adds a millisecond or two of k-means++ and checks. Ours sorts once (n keys, two counting passes) and
sweeps once over all points, a few dozen operations each, half of their branches hard to predict: 20 to 50 ns a point,
0.1 to 0.2 ms for n=4096. So 10 to 40 times faster, more for larger k.
"""

from __future__ import annotations

import os

os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")})

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import sklearn
from sklearn.cluster import KMeans


def make_rows(count: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Values and Fisher weights, f32 [count, n] holding f16 and bf16 numbers."""
    generator = np.random.default_rng(n)
    values = (generator.standard_t(5, (count, n)) * 0.02).astype(np.float16).astype(np.float32)
    fisher = generator.lognormal(-20, 2, (count, n)).astype(np.float32)
    return values, (fisher.view(np.uint32) & 0xFFFF0000).view(np.float32)


def objective(values: np.ndarray, weights: np.ndarray, centroids: np.ndarray) -> float:
    """Σ f·(w - nearest centroid)², in f64; values and weights [n], centroids [k]."""
    centroids = np.sort(centroids.astype(np.float64).ravel())
    nearest = np.searchsorted((centroids[1:] + centroids[:-1]) / 2, values.astype(np.float64))
    return float(weights.astype(np.float64) @ (values - centroids[nearest]) ** 2)


def peer(values: np.ndarray, weights: np.ndarray, k: int, seed: int = 0) -> np.ndarray:
    model = KMeans(n_clusters=k, n_init=1, max_iter=50, random_state=seed)
    return model.fit(values.reshape(-1, 1), sample_weight=weights).cluster_centers_


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=64)
    parser.add_argument("--inits", type=int, default=0, help="compare with the best of so many random starts, too")
    parser.add_argument("--build", type=Path, default=Path(__file__).resolve().parents[1] / "build")
    arguments = parser.parse_args()
    print(f"scikit-learn {sklearn.__version__}, one thread, {arguments.rows} rows; ms of processor time a row")
    print(f"{'n':>6} {'k':>3} {'KMeans ms':>10} {'ours ms':>8} {'ratio':>6}   KMeans' objective / ours: least, median")
    for n, k in ((4096, 8), (4096, 16), (11008, 16)):
        values, weights = make_rows(arguments.rows, n)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            np.save(folder / "values.npy", values)
            np.save(folder / "weights.npy", weights)
            command = [arguments.build / "bin" / "bench-core-Solve", "kmeans", folder / "values.npy"]
            command += [folder / "weights.npy", str(k), folder / "centroids.npy"]
            ours = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["seconds"]
            centroids = np.load(folder / "centroids.npy")
        peer(values[0], weights[0], k)  # imports and thread pools are not the algorithm's
        start = time.process_time()
        theirs = [peer(v, w, k) for v, w in zip(values, weights, strict=True)]
        seconds = time.process_time() - start
        least = [objective(v, w, c) for v, w, c in zip(values, weights, centroids, strict=True)]
        ratios = [objective(v, w, c) / best for v, w, c, best in zip(values, weights, theirs, least, strict=True)]
        print(
            f"{n:6} {k:3} {1e3 * seconds / arguments.rows:10.2f} {1e3 * ours / arguments.rows:8.3f}"
            f" {seconds / ours:6.1f}   {min(ratios):.6f}, {np.median(ratios):.4f}"
        )
        if arguments.inits:
            some = [
                min(objective(values[r], weights[r], peer(values[r], weights[r], k, s)) for s in range(arguments.inits))
                / least[r]
                for r in range(min(8, arguments.rows))
            ]
            print(f"{'':10} best of {arguments.inits} starts, {len(some)} rows: {min(some):.6f}, {np.median(some):.4f}")


if __name__ == "__main__":
    main()
