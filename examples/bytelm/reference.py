# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What onnxruntime makes of a model, as it stands or with some of its weights replaced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper


def initializers(model: Path) -> dict[str, np.ndarray]:
    """Every initializer of a model, external data included."""
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(model).graph.initializer}


def session(model: Path, replacements: dict[str, np.ndarray] | None = None) -> onnxruntime.InferenceSession:
    """A session on `model` whose initializers named in `replacements` hold the float32 arrays given there.

    A name the model lacks, or another shape, is an error: silently running the old weight would prove nothing.
    """
    providers = ["CPUExecutionProvider"]
    if not replacements:
        return onnxruntime.InferenceSession(model, providers=providers)
    proto = onnx.load(model)
    tensors = {tensor.name: tensor for tensor in proto.graph.initializer}
    for name, value in replacements.items():
        if name not in tensors:
            raise SystemExit(f"{model.name}: no initializer {name} to replace by its decoded weight")
        expected = tuple(tensors[name].dims)
        if value.shape != expected or value.dtype != np.float32:
            raise SystemExit(
                f"{model.name}: initializer {name} expected float32 {expected}, got {value.dtype} {value.shape}"
            )
        tensors[name].CopyFrom(numpy_helper.from_array(value, name))
    return onnxruntime.InferenceSession(proto.SerializeToString(), providers=providers)


def logits(model: onnxruntime.InferenceSession, ids: np.ndarray, batch: int = 16) -> np.ndarray:
    """Logits [windows, length, 256] of `ids` [windows, length], `batch` windows at a time."""
    parts = [model.run(["logits"], {"input_ids": ids[i : i + batch]})[0] for i in range(0, len(ids), batch)]
    return np.concatenate(parts)


def difference(found: np.ndarray, expected: np.ndarray) -> float:
    """Largest over all positions of |found - expected|₂ / |expected|₂, norms over a position's logits."""
    if found.shape != expected.shape:
        raise SystemExit(f"expected logits of shape {expected.shape}, got {found.shape}")
    apart = np.linalg.norm(found.astype(np.float64) - expected, axis=-1)
    return float((apart / np.linalg.norm(expected.astype(np.float64), axis=-1)).max())
