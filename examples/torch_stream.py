#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A compressed product as a torch function: device pointers in and out, on torch's current stream.

    python3 examples/torch_stream.py libSDQ-C.so product.sdq 16 4096

`product.sdq` is a model with one input and one output whose program is products by compressed weights, such as
sdq-compile makes of a single Linear; the numbers are the shape of its input. Needs a GPU, its driver and torch.
"""

from __future__ import annotations

import ctypes
import sys

# sdq_dtype and torch's names, in the order of sdq-c/model.h.
DTYPES = ["float32", "float16", "bfloat16", "float64", "int64", "int32", "int16", "int8", "uint8"]
TYPESTR = {"float32": "<f4", "float16": "<f2", "float64": "<f8", "int64": "<i8", "int32": "<i4"}
SDQ_CUDA = 2


class Tensor(ctypes.Structure):
    """sdq_tensor of sdq-c/model.h."""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("dtype", ctypes.c_int32),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("stream", ctypes.c_void_p),
    ]


class Output:
    """A tensor that sdq_invoke returned, as torch adopts it: it keeps this object, which frees it."""

    def __init__(self, library: ctypes.CDLL, handle: ctypes._Pointer) -> None:
        self._library, self._handle = library, handle
        tensor = handle.contents
        self.dtype = DTYPES[tensor.dtype]
        # torch has no bfloat16 in this protocol: the bits go as integers, and are viewed.
        self.__cuda_array_interface__ = {
            "version": 3,
            "shape": tuple(tensor.shape[: tensor.ndim]),
            "typestr": TYPESTR.get(self.dtype, "<i2"),
            "data": (tensor.data or 0, False),
            "stream": None,  # torch's own, on which it was made
        }

    def __del__(self) -> None:
        """Frees it, in the stream's order."""
        self._library.sdq_tensor_free(self._handle)


class Product:
    """y = model(x) on a GPU."""

    def __init__(self, library: str, path: str, gpu: int = 0) -> None:
        self._library = ctypes.CDLL(library)
        self._library.sdq_model_load_with.restype = ctypes.c_void_p
        self._library.sdq_last_error.restype = ctypes.c_char_p
        options = [b"device=cuda", b"tensors=device", f"gpu={gpu}".encode()]
        array = (ctypes.c_char_p * len(options))(*options)
        self._model = self._library.sdq_model_load_with(path.encode(), array, ctypes.c_size_t(len(options)))
        if not self._model:
            raise RuntimeError(self._library.sdq_last_error().decode())
        self._gpu = gpu

    def invoke(self, data: int, shape: tuple[int, ...], dtype: str, stream: int) -> Output:
        """The product by the dense row-major tensor at the device address `data`, on the stream."""
        extents = (ctypes.c_int64 * len(shape))(*shape)
        x = Tensor(data, SDQ_CUDA, self._gpu, len(shape), DTYPES.index(dtype), extents, None, stream)
        y = ctypes.POINTER(Tensor)()
        size = ctypes.c_size_t(1)
        if self._library.sdq_invoke(ctypes.c_void_p(self._model), ctypes.byref(x), size, ctypes.byref(y), size):
            raise RuntimeError(self._library.sdq_last_error().decode())
        return Output(self._library, y)

    def __call__(self, x):
        """x: a torch tensor on the GPU, [..., K]; returns [..., N] on the same stream."""
        import torch

        x = x.contiguous()
        stream = torch.cuda.current_stream(x.device).cuda_stream
        y = self.invoke(x.data_ptr(), tuple(x.shape), str(x.dtype).removeprefix("torch."), stream)
        adopted = torch.as_tensor(y, device=x.device)
        return adopted.view(torch.bfloat16) if y.dtype == "bfloat16" else adopted


def main() -> None:
    import torch

    library, path, *shape = sys.argv[1:]
    product = Product(library, path)
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        x = torch.randn(*(int(n) for n in shape), device="cuda")
        y = product(x)
        print(y.shape, y.float().norm().item())


if __name__ == "__main__":
    main()
