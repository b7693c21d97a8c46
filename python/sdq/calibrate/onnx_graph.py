# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The matmuls of an ONNX file that the compiler compresses: MatMul and Gemm with a constant matrix on either side.

The rule is that of `--sdq-raise` (lib/Frontend/ONNXFrontend.cpp, WeightSource.cpp): from the matmul back through
Identity, Cast that rounds nothing, and Transpose of two extents, to a matrix of float32, float16 or bfloat16.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, external_data_helper, numpy_helper

from sdq.errors import SdqError

FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16)


@dataclass(frozen=True)
class Matmul:
    """A product of activations by a stored matrix.

    weight       name of the initializer (or of the value of a Constant)
    transposed   the matrix is stored [K, N]
    activations  name of the value it is multiplied with
    swapped      the activations come as [K, tokens]: their last two extents are the other way round
    """

    weight: str
    transposed: bool
    activations: str
    swapped: bool


def load(path: Path) -> ModelProto:
    """The model without its external data."""
    try:
        return onnx.load(path, load_external_data=False)
    except (OSError, ValueError, RuntimeError) as error:
        raise SdqError(f"{path}: {error}") from error
    except Exception as error:  # protobuf's DecodeError shares no base class with anything narrower
        raise SdqError(f"{path}: expected an ONNX model ({error})") from error


class Weights:
    """The constant tensors of a graph, read from the file or its external data when asked for."""

    def __init__(self, graph: GraphProto, folder: Path) -> None:
        self._folder = folder
        self._tensors = {tensor.name: tensor for tensor in graph.initializer}
        for node in graph.node:
            if node.op_type == "Constant" and (value := attribute(node, "value")) is not None:
                self._tensors[node.output[0]] = value.t

    def __getitem__(self, name: str) -> TensorProto:
        return self._tensors[name]

    def __contains__(self, name: str) -> bool:
        return name in self._tensors

    def matrix(self, matmul: Matmul) -> np.ndarray:
        """The weight as float32 [N, K]."""
        tensor = TensorProto()
        tensor.CopyFrom(self._tensors[matmul.weight])
        try:
            if external_data_helper.uses_external_data(tensor):
                external_data_helper.load_external_data_for_tensor(tensor, str(self._folder))
            value = numpy_helper.to_array(tensor).astype(np.float32)
        except (OSError, ValueError, onnx.checker.ValidationError) as error:
            raise SdqError(f"{self._folder}: weight {matmul.weight}: {error}") from error
        return value.T if matmul.transposed else value


def attribute(node: NodeProto, name: str) -> AttributeProto | None:
    return next((a for a in node.attribute if a.name == name), None)


def find_matmuls(graph: GraphProto, weights: Weights) -> Iterator[Matmul]:
    """Every compressible matmul, in the graph's order."""
    producers = {output: node for node in graph.node for output in node.output}
    for node in graph.node:
        if node.op_type not in ("MatMul", "Gemm") or node.domain not in ("", "ai.onnx"):
            continue
        swaps = [(a := attribute(node, name)) is not None and bool(a.i) for name in ("transA", "transB")]
        traced = [trace(value, weights, producers) for value in node.input[:2]]
        if (traced[0] is None) == (traced[1] is None):
            continue
        side = 0 if traced[0] is not None else 1
        name, swapped = traced[side]
        # On the right, a stored [K, N] multiplies as it is; on the left, a stored [N, K] does.
        transposed = (swapped != swaps[0]) if side == 0 else (swapped == swaps[1])
        yield Matmul(name, transposed, node.input[1 - side], swaps[0] if side == 1 else not swaps[1])


def trace(value: str, weights: Weights, producers: dict[str, NodeProto]) -> tuple[str, bool] | None:
    """The matrix that `value` is, and whether it is transposed on the way; None if it is no such matrix."""
    swapped = False
    casts: list[int] = []  # the types that it is cast to, the last one first
    while value not in weights:
        node = producers.get(value)
        if node is None:
            return None
        if node.op_type == "Cast":
            casts.append(attribute(node, "to").i)
        elif node.op_type == "Transpose":
            order = attribute(node, "perm")
            if order is not None and list(order.ints) not in ([0, 1], [1, 0]):
                return None
            swapped ^= order is None or list(order.ints) == [1, 0]
        elif node.op_type != "Identity":
            return None
        value = node.input[0]
    tensor = weights[value]
    if len(tensor.dims) != 2 or min(tensor.dims) < 1 or tensor.data_type not in FLOATS:
        return None
    kind = tensor.data_type
    for target in reversed(casts):
        if target not in (kind, TensorProto.FLOAT, TensorProto.DOUBLE):
            return None
        kind = target
    return value, swapped
