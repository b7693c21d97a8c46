# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Codebooks of `SqueezeLLM-w<bits>` are never worse than scikit-learn's best of twenty runs, row by row."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file, save_file
from sklearn.cluster import KMeans

BIN = Path(__file__).resolve().parents[2] / "build" / "bin"
ROWS, COLUMNS = 24, 400


def objective(values: np.ndarray, weights: np.ndarray, centroids: np.ndarray) -> float:
    """Σ f·(w - nearest centroid)² in f64, centroids as f16, the tables' type."""
    centroids = np.unique(centroids.astype(np.float16)).astype(np.float64)
    apart = np.abs(values[:, None].astype(np.float64) - centroids).min(axis=1)
    return float(weights.astype(np.float64) @ apart**2)


@pytest.mark.parametrize("bits", [2, 3, 4])
def test_never_worse_than_the_best_of_twenty(bits: int, tmp_path: Path) -> None:
    generator = np.random.default_rng(bits)
    weight = (generator.standard_t(5, (ROWS, COLUMNS)) * 0.02).astype(np.float16)
    fisher = generator.lognormal(0, 1.5, (ROWS, COLUMNS)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["w"], ["wide"], to=TensorProto.FLOAT),
            helper.make_node("MatMul", ["x", "wide"], ["y"]),
        ],
        "one_matmul",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["tokens", COLUMNS])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["tokens", ROWS])],
        [numpy_helper.from_array(np.ascontiguousarray(weight.T), "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, tmp_path / "model.onnx")
    save_file({"w.fisher": fisher}, tmp_path / "fisher.safetensors")
    options = ["--recipe", f"SqueezeLLM-w{bits}", "--calibration", "fisher.safetensors", "--target", "none"]
    compiled = [BIN / "sdq-compile", "model.onnx", *options, "-o", "model.sdq"]
    subprocess.run(compiled, cwd=tmp_path, check=True, env=os.environ, stdout=subprocess.DEVNULL)
    export = [BIN / "sdq-translate", "--export-decoded", "model.sdq", "-o", "decoded.safetensors"]
    subprocess.run(export, cwd=tmp_path, check=True)
    decoded = load_file(tmp_path / "decoded.safetensors")["w"].T

    worse_by_one_start = 0
    for row, ours, importance in zip(weight.astype(np.float32), decoded, fisher, strict=True):
        assert len(np.unique(ours)) <= 2**bits
        reached = float(importance.astype(np.float64) @ (row.astype(np.float64) - ours) ** 2)
        runs = [
            KMeans(2**bits, n_init=1, max_iter=50, random_state=seed)
            .fit(row[:, None], sample_weight=importance)
            .cluster_centers_.ravel()
            for seed in range(20)
        ]
        objectives = [objective(row, importance, centroids) for centroids in runs]
        # What rounding the table to f16 may cost either side.
        assert reached <= min(objectives) * (1 + 2e-4)
        worse_by_one_start += objectives[0] > reached * 1.001
    assert worse_by_one_start > 0, "the rows are too easy to tell an exact solver from a single start"
