# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Write a safetensors file: safetensors.py FILE NAME=JSON…, each value a (nested) list of numbers, stored as F32.

    safetensors.py calibration.safetensors "w.fisher=[[1, 0], [2, 3]]"

`NAME=[2, 3]*x` fills a 2 x 3 tensor with x. The format: 8 bytes of header length, little-endian; a JSON header of
dtype, shape and byte range a tensor; the bytes.
"""

from __future__ import annotations

import json
import struct
import sys


def flatten(value) -> tuple[list[int], list[float]]:
    if not isinstance(value, list):
        return [], [value]
    inner = [flatten(element) for element in value]
    return [len(value), *inner[0][0]], [number for _, numbers in inner for number in numbers]


def main() -> int:
    path, *tensors = sys.argv[1:]
    header, data = {}, b""
    for tensor in tensors:
        name, _, text = tensor.partition("=")
        numbers_text, fills, fill = text.rpartition("*")
        if fills:
            shape, count = json.loads(numbers_text), 1
            for extent in shape:
                count *= extent
            numbers = [float(fill)] * count
        else:
            shape, numbers = flatten(json.loads(text))
        raw = struct.pack(f"<{len(numbers)}f", *numbers)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
