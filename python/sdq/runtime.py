# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Run a compiled model through SDQ's C interface (include/sdq-c/model.h)."""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np

from sdq.errors import SdqError

CPU = 1  # sdq_device_type
VERSION = 2  # SDQ_ABI_VERSION, of what is described below
# sdq_dtype, in its order; bfloat16 (number 2) has no NumPy type of its own.
DTYPES = (
    "float32",
    "float16",
    None,
    "float64",
    "int64",
    "int32",
    "int16",
    "int8",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
)


class Tensor(ctypes.Structure):
    """sdq_tensor."""

    _fields_ = (
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("dtype", ctypes.c_int32),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("stream", ctypes.c_void_p),
    )


class TensorInfo(ctypes.Structure):
    """sdq_tensor_info."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("dtype", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("symbols", ctypes.POINTER(ctypes.c_char_p)),
    )


def load_library(path: Path) -> ctypes.CDLL:
    """Load libSDQ-C, with the types of its functions declared."""
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise SdqError(f"{path}: {error}") from error
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    tensors = ctypes.POINTER(ctypes.POINTER(Tensor))
    signatures = {
        "sdq_abi_version": (ctypes.c_int, []),
        "sdq_model_load": (pointer, [ctypes.c_char_p]),
        "sdq_model_free": (None, [pointer]),
        "sdq_model_num_inputs": (size, [pointer]),
        "sdq_model_num_outputs": (size, [pointer]),
        "sdq_model_input": (ctypes.POINTER(TensorInfo), [pointer, size]),
        "sdq_model_output": (ctypes.POINTER(TensorInfo), [pointer, size]),
        "sdq_invoke": (ctypes.c_int, [pointer, ctypes.POINTER(Tensor), size, tensors, size]),
        "sdq_tensor_free": (None, [ctypes.POINTER(Tensor)]),
        "sdq_last_error": (ctypes.c_char_p, []),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    if (version := library.sdq_abi_version()) != VERSION:
        raise SdqError(f"{path}: expected version {VERSION} of the C interface, found {version}")
    return library


class Model:
    """A loaded model. Calls of `run` may overlap: the interpreter's lock is released while the model runs."""

    def __init__(self, path: Path, library: ctypes.CDLL) -> None:
        self._library = library
        self._path = path
        self._model = library.sdq_model_load(str(path).encode())
        if not self._model:
            raise SdqError(self._last_error())

    def _last_error(self) -> str:
        return self._library.sdq_last_error().decode()

    def close(self) -> None:
        self._library.sdq_model_free(self._model)
        self._model = None

    @property
    def inputs(self) -> list[str]:
        """Names of the inputs, in order."""
        return self._names("input")

    @property
    def outputs(self) -> list[str]:
        """Names of the outputs, in order."""
        return self._names("output")

    def _names(self, side: str) -> list[str]:
        count = getattr(self._library, f"sdq_model_num_{side}s")(self._model)
        describe = getattr(self._library, f"sdq_model_{side}")
        return [describe(self._model, i).contents.name.decode() for i in range(count)]

    def run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Outputs by name, each a copy of its own. Wrong names, types or shapes are errors that say so."""
        names = self.inputs
        if inputs.keys() != set(names):
            raise SdqError(f"{self._path}: expected inputs {', '.join(names)}, got {', '.join(inputs)}")
        arrays = [np.ascontiguousarray(inputs[name]) for name in names]
        shapes = [(ctypes.c_int64 * array.ndim)(*array.shape) for array in arrays]
        views = (Tensor * len(arrays))(*map(view, arrays, shapes))
        results = (ctypes.POINTER(Tensor) * len(self.outputs))()
        if self._library.sdq_invoke(self._model, views, len(views), results, len(results)):
            raise SdqError(f"{self._path}: {self._last_error()}")
        try:
            return {name: copy(result.contents) for name, result in zip(self.outputs, results, strict=True)}
        finally:
            for result in results:
                self._library.sdq_tensor_free(result)


def view(array: np.ndarray, shape: ctypes.Array) -> Tensor:
    """What the interface wants to know of a contiguous array; the array and its shape must outlive the result."""
    return Tensor(array.ctypes.data, CPU, 0, array.ndim, DTYPES.index(array.dtype.name), shape, None, None)


def copy(tensor: Tensor) -> np.ndarray:
    """The values of a dense tensor in CPU memory."""
    name = DTYPES[tensor.dtype]
    if name is None:
        raise SdqError("expected an output of a type that NumPy has, found bfloat16")
    shape = tensor.shape[: tensor.ndim]
    dtype = np.dtype(name)
    count = int(np.prod(shape, dtype=np.int64))
    data = ctypes.string_at(tensor.data, count * dtype.itemsize) if count else b""
    return np.frombuffer(data, dtype).reshape(shape)
