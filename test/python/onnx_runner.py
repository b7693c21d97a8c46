# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a small ONNX model through sdq-compile and sdq-run, as a user would."""

import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import ml_dtypes
import numpy as np
import onnx

TOOLS = Path(__file__).parents[2] / "build" / "bin"


class SDQError(Exception):
    """A tool refused the model or failed; the text is what it printed."""


def tool(name: str, *arguments: object) -> str:
    """Runs a tool of ours to its end; standard output, or SDQError with its error output."""
    command = [str(TOOLS / name), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SDQError(f"{name} exited with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def compile_model(model: onnx.ModelProto, folder: Path) -> Path:
    """The model as an uncompressed .sdq file in `folder`."""
    onnx.save(model, folder / "model.onnx")
    tool("sdq-compile", folder / "model.onnx", "--recipe", "dense", "-o", folder / "model.sdq")
    return folder / "model.sdq"


def run(model: onnx.ModelProto, inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """The outputs of an uncompressed model, in the order it declares them."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        compiled = compile_model(model, folder)
        arguments = []
        for key, value in inputs.items():
            path = folder / f"input{len(arguments)}.npy"
            np.save(path, value)
            arguments += ["--input", f"{key}={path}"]
        tool("sdq-run", compiled, *arguments, "--output-dir", folder / "out")
        outputs = [np.load(folder / "out" / f"{value.name}.npy") for value in model.graph.output]
    # NumPy has no bfloat16: files hold its two bytes as void.
    return [o.view(ml_dtypes.bfloat16) if o.dtype == np.dtype("V2") else o for o in outputs]


def with_initializers(model: onnx.ModelProto, values: Mapping[str, np.ndarray]) -> onnx.ModelProto:
    """The model with some of its inputs turned into constants."""
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    for value in [i for i in changed.graph.input if i.name in values]:
        changed.graph.input.remove(value)
        changed.graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(values[value.name]), value.name))
    return changed


# Operands whose extent is the rank of the result or the number of parameters: (operator, operand).
SHAPE_OPERANDS = {("Reshape", 1), ("Expand", 1), ("Tile", 1), ("ConstantOfShape", 0), ("Split", 1)}
SHAPE_OPERANDS |= {("Slice", i) for i in (1, 2, 3, 4)}
# Operands whose last extent is the depth of an index.
INDEX_OPERANDS = {("ScatterND", 1), ("GatherND", 1)}


def with_dynamic_extents(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with every extent that decides no rank a symbol of its own, and nothing known of the outputs."""
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    uses = {name: (n.op_type, i) for n in changed.graph.node for i, name in enumerate(n.input)}
    for value in changed.graph.input:
        extents = list(value.type.tensor_type.shape.dim)
        if uses.get(value.name) in SHAPE_OPERANDS:
            continue
        if uses.get(value.name) in INDEX_OPERANDS:
            extents.pop()
        for i, extent in enumerate(extents):
            extent.dim_param = f"{value.name}_{i}"
    for value in changed.graph.output:
        value.type.tensor_type.ClearField("shape")
    del changed.graph.value_info[:]
    return changed


def run_static_and_dynamic(model: onnx.ModelProto, inputs: Mapping[str, np.ndarray]) -> dict[str, list[np.ndarray]]:
    """The outputs with extents as declared and with all of them left open."""
    models = {"static": model, "dynamic": with_dynamic_extents(model)}
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(models, pool.map(lambda m: run(m, inputs), models.values()), strict=True))


TOLERANCES = {"float16": (2e-3, 1e-3), "bfloat16": (1e-2, 1e-2), "float32": (1e-5, 1e-6), "float64": (1e-6, 1e-7)}


def assert_close(found: np.ndarray, expected: np.ndarray, what: str) -> None:
    """Same shape, same element type, and floats equal up to rounding (NaN equals NaN)."""
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype), what
    if found.dtype.name in TOLERANCES:
        rtol, atol = TOLERANCES[found.dtype.name]
        found, expected = found.astype(np.float64), expected.astype(np.float64)
        np.testing.assert_allclose(found, expected, rtol=rtol, atol=atol, err_msg=what)
    else:
        np.testing.assert_array_equal(found, expected, err_msg=what)
