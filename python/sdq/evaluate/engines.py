# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Two ways to get logits of a compressed model.

`sdq` executes the compiled model, activations rounded as the recipe says. `onnxruntime` executes the original model
with the weights that the compressed ones decode to: faster, and the same up to rounding where activations are left
alone; so it refuses a model that rounds them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from sdq.errors import SdqError
from sdq.evaluate.tasks import Logits
from sdq.runtime import Model, load_library
from sdq.tools import find_library, run_tool

INPUT = "input_ids"
# How `sdq.linear` prints activations at low precision: `sdq.linear %x, @w activations [#sdq.activation<…>]`.
ROUNDED = re.compile(r"#sdq\.activation<")


def compiled(path: Path, model: Path, scratch: Path) -> Logits:
    """Logits of the compiled model in `path`: its input `input_ids`, its first output."""
    loaded = Model(path, load_library(find_library("SDQ-C")))
    if loaded.inputs != [INPUT]:
        raise SdqError(f"{model}: expected one input {INPUT}, found {', '.join(loaded.inputs) or 'none'}")
    output = loaded.outputs[0]
    return lambda ids: loaded.run({INPUT: ids})[output]


def decoded(path: Path, model: Path, scratch: Path) -> Logits:
    """Logits of the ONNX `model` with the weights of the compressed one in `path`."""
    # Lazily: neither is needed by the other engine.
    import onnx
    import onnxruntime
    from onnx import numpy_helper
    from safetensors.numpy import load_file

    program = scratch / "program.mlir"
    run_tool("sdq-opt", path, "--mlir-elide-resource-strings-if-larger=0", "-o", program)
    if ROUNDED.search(program.read_text(errors="replace")):
        raise SdqError(
            "--engine onnxruntime: expected a recipe that leaves activations alone, found one that rounds them"
        )
    weights = scratch / "decoded.safetensors"
    run_tool("sdq-translate", "--export-decoded", path, "-o", weights)
    proto = onnx.load(model)
    tensors = {tensor.name: tensor for tensor in proto.graph.initializer}
    for name, value in load_file(weights).items():
        if name not in tensors or tuple(tensors[name].dims) != value.shape:
            raise SdqError(f"{model}: expected an initializer {name} of shape {value.shape} for a decoded weight")
        kind = tensors[name].data_type
        tensors[name].CopyFrom(numpy_helper.from_array(value, name))
        if kind != onnx.TensorProto.FLOAT:
            widen(proto, name)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # evaluations run side by side
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda ids: session.run(None, {INPUT: ids})[0]


def widen(proto, name: str) -> None:
    """Check that an initializer which has become float32 is read by casts to float32 alone."""
    for node in proto.graph.node:
        if name in node.input and node.op_type not in ("Cast", "Transpose"):
            raise SdqError(
                f"--engine onnxruntime: weight {name}: expected a Cast to float32 behind it, found {node.op_type}"
            )


ENGINES: dict[str, Callable[[Path, Path, Path], Logits]] = {"sdq": compiled, "onnxruntime": decoded}


def checked(logits: Logits) -> Logits:
    """The same, but an output that no logits can be is an error."""

    def run(ids: np.ndarray) -> np.ndarray:
        values = logits(ids)
        if values.ndim != 3 or values.shape[:2] != ids.shape:
            raise SdqError(f"expected logits [{ids.shape[0]}, {ids.shape[1]}, vocabulary], got shape {values.shape}")
        return values.astype(np.float32, copy=False)

    return run
