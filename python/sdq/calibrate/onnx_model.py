# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Mean squares and Hessians of what every matmul of an ONNX file multiplies, by onnxruntime."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import ModelProto, ValueInfoProto
from tqdm import tqdm

from sdq.calibrate.onnx_graph import Weights, find_matmuls, load
from sdq.calibrate.request import (
    ACT_SQ,
    HESSIAN,
    NEED_GRADIENTS,
    Request,
    Weight,
    check_finite,
    content_key,
    metadata,
    pack,
)
from sdq.errors import SdqError
from sdq.safetensors_writer import SafetensorsWriter


@dataclass(frozen=True)
class Input:
    """A value that matmuls read: its name, whether it comes as [K, tokens], its channels K."""

    name: str
    swapped: bool
    columns: int


class Sums:
    """Sums over tokens of x² [K] and, where wanted, x xᵀ [K, K], in float32."""

    def __init__(self, columns: int, hessian: bool) -> None:
        self.tokens = 0
        self.act_sq = np.zeros(columns, np.float32)
        self.hessian = np.zeros((columns, columns), np.float32) if hessian else None

    def add(self, value: np.ndarray, swapped: bool) -> None:
        """Add activations [..., tokens, K], or [..., K, tokens] if swapped."""
        value = np.swapaxes(value, -1, -2) if swapped else value
        x = np.ascontiguousarray(value.reshape(-1, value.shape[-1]), np.float32)
        self.tokens += len(x)
        self.act_sq += np.einsum("tk,tk->k", x, x)
        if self.hessian is not None:
            self.hessian += x.T @ x


def calibrate(path: Path, request: Request, output: Path) -> int:
    """Measure the model in `path` and write the calibration file, atomically; returns how many weights it speaks of."""
    needed = sorted(request.statistics & NEED_GRADIENTS)
    if needed:
        raise SdqError(
            f"{path}: {', '.join(needed)} needs gradients: expected a Hugging Face model folder (torch), found an ONNX "
            f"file; from it come {ACT_SQ} and {HESSIAN}"
        )
    proto = load(path)
    inputs = matmul_inputs(proto, path.parent)
    if not inputs:
        raise SdqError(f"{path}: no MatMul or Gemm by a constant matrix found")
    session = expose(proto, path, {i.name for used in inputs.values() for i in used})
    # The first weight that reads a value pays for its sums.
    paid: set[Input] = set()
    sizes = []
    for used in inputs.values():
        new = set(used) - paid
        sizes.append(sum(4 * i.columns * (1 + i.columns * request.wants(HESSIAN)) for i in new))
        paid |= new
    passes = pack(sizes, request.memory)
    weights = list(inputs)
    specs = [spec for weight in weights for spec in weight.specs(request)]
    with (
        SafetensorsWriter(output, specs, metadata(request, weights)) as writer,
        tqdm(total=len(passes) * len(request.sequences), unit="seq", desc="calibrate", disable=None) as bar,
    ):
        for number, members in enumerate(passes, 1):
            bar.set_postfix_str(f"pass {number}/{len(passes)}")
            used = {i for index in members for i in inputs[weights[index]]}
            sums = {i: Sums(i.columns, request.wants(HESSIAN)) for i in used}
            for batch in feeds(session, path, request):
                names = sorted({i.name for i in used})
                values = dict(zip(names, run(session, path, names, batch), strict=True))
                for i, total in sums.items():
                    total.add(values[i.name], i.swapped)
                bar.update(len(next(iter(batch.values()))))
            for index in members:
                weight = weights[index]
                write(writer, weight, [sums[i] for i in inputs[weight]], request)
    return len(weights)


def matmul_inputs(proto: ModelProto, folder: Path) -> dict[Weight, list[Input]]:
    """Every compressible weight, in the graph's order, with what it multiplies (several values where it is tied)."""
    stored = Weights(proto.graph, folder)
    inputs: dict[str, tuple[Weight, list[Input]]] = {}
    for matmul in find_matmuls(proto.graph, stored):
        if matmul.weight not in inputs:
            matrix = stored.matrix(matmul)
            inputs[matmul.weight] = Weight(matmul.weight, *matrix.shape, content_key(matrix)), []
        weight, used = inputs[matmul.weight]
        columns = stored[matmul.weight].dims[0 if matmul.transposed else 1]
        if columns != weight.columns:
            raise SdqError(
                f"weight {matmul.weight}: expected one orientation in all its matmuls, found inputs of "
                f"{weight.columns} and of {columns} channels"
            )
        used.append(Input(matmul.activations, matmul.swapped, columns))
    return dict(inputs.values())


def expose(proto: ModelProto, path: Path, values: set[str]) -> onnxruntime.InferenceSession:
    """A session on the model that can also return `values`."""
    present = {output.name for output in proto.graph.output} | {value.name for value in proto.graph.input}
    proto.graph.output.extend(ValueInfoProto(name=name) for name in sorted(values - present))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # External data lies beside the file, and the session is made from memory.
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(path.resolve().parent))
    try:
        return onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions share no base class of their own
        raise SdqError(f"{path}: onnxruntime: {error}") from error


def feeds(session: onnxruntime.InferenceSession, path: Path, request: Request) -> Iterator[dict[str, np.ndarray]]:
    """Batches of sequences as the model's inputs: `input_ids`, `attention_mask` and `position_ids`, if it has them."""
    declared = {value.name: value for value in session.get_inputs()}
    unknown = declared.keys() - {"input_ids", "attention_mask", "position_ids"}
    if unknown or "input_ids" not in declared:
        raise SdqError(
            f"{path}: expected inputs input_ids and, where there are any more, attention_mask and position_ids, found "
            f"{', '.join(declared)}"
        )
    for start in range(0, len(request.sequences), request.batch):
        ids = request.sequences[start : start + request.batch]
        values = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "position_ids": np.broadcast_to(np.arange(ids.shape[1]), ids.shape),
        }
        yield {
            name: np.ascontiguousarray(values[name], np.int32 if value.type == "tensor(int32)" else np.int64)
            for name, value in declared.items()
        }


def run(
    session: onnxruntime.InferenceSession, path: Path, names: list[str], batch: dict[str, np.ndarray]
) -> list[np.ndarray]:
    """The values of `names`, those that are the model's own inputs included."""
    computed = [name for name in names if name not in batch]
    try:
        results = dict(zip(computed, session.run(computed, batch), strict=True))
    except Exception as error:  # as above
        raise SdqError(f"{path}: onnxruntime: {error}") from error
    return [batch[name] if name in batch else results[name] for name in names]


def write(writer: SafetensorsWriter, weight: Weight, sums: list[Sums], request: Request) -> None:
    """Turn the sums of every value that a weight multiplies into means over all their tokens."""
    tokens = sum(s.tokens for s in sums)
    for spec in weight.specs(request):
        parts = [s.act_sq if spec.name == f"{weight.name}.{ACT_SQ}" else s.hessian for s in sums]
        mean = sum(parts) / np.float32(max(tokens, 1))
        check_finite(spec.name, bool(np.isfinite(mean).all()), tokens)
        writer.write(spec.name, np.ascontiguousarray(mean, "<f4").data.cast("B"))
