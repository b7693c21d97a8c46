# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The committed bytelm exports are one model: same logits, same weights, and the calibration finds both."""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper
from safetensors import safe_open
from safetensors.numpy import load_file

BYTELM = Path(__file__).parents[2] / "examples" / "bytelm"
EXPORTS = ("bytelm-dynamo.onnx", "bytelm-torchscript.onnx")


def matmul_weights(name: str) -> list[np.ndarray]:
    """Matmul weights of an export in the order of use, as [N, K]."""
    proto = onnx.load(BYTELM / name)
    initializers = {t.name: t for t in proto.graph.initializer}
    source = {node.output[0]: node for node in proto.graph.node}
    weights = []
    for node in proto.graph.node:
        if node.op_type != "MatMul" or node.input[1] not in source:
            continue
        producer, transposed = source[node.input[1]], True
        while producer.op_type in ("Transpose", "Cast") and producer.input[0] not in initializers:
            transposed ^= producer.op_type == "Transpose"
            producer = source[producer.input[0]]
        if producer.op_type == "Cast":
            value = numpy_helper.to_array(initializers[producer.input[0]])
            weights.append(value.T if transposed else value)
    return weights


def test_committed_binaries_stay_under_24_megabytes():
    size = sum(p.stat().st_size for p in BYTELM.iterdir() if p.suffix in (".onnx", ".data", ".safetensors"))
    assert size < 24_000_000


@pytest.mark.parametrize("shape", [(1, 1), (2, 7), (1, 256)])
def test_exports_agree(shape):
    ids = np.random.default_rng(1).integers(0, 256, shape)
    first, second = (onnxruntime.InferenceSession(BYTELM / e).run(None, {"input_ids": ids})[0] for e in EXPORTS)
    assert first.shape == (*shape, 256)
    assert np.abs(first - second).max() <= 1e-4 * np.abs(first).max()


def test_exports_hold_the_safetensors_weights():
    stored = {name: w for name, w in load_file(BYTELM / "model.safetensors").items() if w.ndim == 2}
    del stored["model.embed_tokens.weight"]
    for export in EXPORTS:
        weights = matmul_weights(export)
        assert len(weights) == len(stored) == 29
        for name, weight in stored.items():
            assert any(np.array_equal(weight, w) for w in weights), f"{export} lacks {name}"


def test_calibration_has_a_fisher_diagonal_and_a_content_key_for_every_matmul_weight():
    shapes = {name: w.shape for name, w in load_file(BYTELM / "model.safetensors").items()}
    with safe_open(BYTELM / "calibration.safetensors", "numpy") as file:
        keys = json.loads(file.metadata()["sdq.content"])
        fishers = {k.removesuffix(".fisher"): tuple(file.get_slice(k).get_shape()) for k in file.keys()}  # noqa: SIM118
    assert keys.keys() == fishers.keys()
    assert len(set(keys.values())) == 29
    assert all(shapes[name] == shape for name, shape in fishers.items())
