# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A safetensors file written tensor by tensor: memory follows the largest tensor, not the file.

The `safetensors` package writes a whole dictionary at once. Here names and shapes are declared first, which fixes the
header and every offset; tensors then come in any order. The format: https://github.com/huggingface/safetensors#format.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from sdq.errors import SdqError
from sdq.files import Path, replacing

ITEM_BYTES = {"F32": 4, "BF16": 2}


@dataclass(frozen=True)
class TensorSpec:
    """A tensor to be written: `dtype` is the format's word for it, one of ITEM_BYTES."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * ITEM_BYTES[self.dtype]


class SafetensorsWriter:
    """Use as a context manager; the file appears, whole, when the block ends well."""

    def __init__(self, path: Path, tensors: list[TensorSpec], metadata: dict[str, str]) -> None:
        # Wide elements first, so that every tensor is aligned to its element.
        ordered = sorted(tensors, key=lambda t: -ITEM_BYTES[t.dtype])
        header: dict[str, object] = {"__metadata__": metadata}
        self._specs: dict[str, tuple[TensorSpec, int]] = {}
        end = 0
        for spec in ordered:
            if spec.name in self._specs:
                raise SdqError(f"{path}: tensor {spec.name} is declared twice")
            self._specs[spec.name] = (spec, end)
            offsets = [end, end := end + spec.nbytes]
            header[spec.name] = {"dtype": spec.dtype, "shape": list(spec.shape), "data_offsets": offsets}
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)  # the format wants tensor data on a multiple of eight
        self._path = path
        self._header = struct.pack("<Q", len(text)) + text
        self._missing = set(self._specs)

    def __enter__(self) -> Self:
        self._replacing = replacing(self._path)
        self._file = self._replacing.__enter__().open("wb")
        self._file.write(self._header)
        return self

    def write(self, name: str, data: bytes | memoryview) -> None:
        """The little-endian, row-major bytes of a declared tensor."""
        spec, offset = self._specs[name]
        found = memoryview(data).nbytes
        if found != spec.nbytes:
            raise SdqError(f"{self._path}: tensor {name}: expected {spec.nbytes} bytes, got {found}")
        self._file.seek(len(self._header) + offset)
        self._file.write(data)
        self._missing.discard(name)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None):
        self._file.close()
        if kind is None and self._missing:
            missing = SdqError(f"{self._path}: {len(self._missing)} tensors were never written: {min(self._missing)} …")
            self._replacing.__exit__(SdqError, missing, None)
            raise missing
        return self._replacing.__exit__(kind, error, trace)
