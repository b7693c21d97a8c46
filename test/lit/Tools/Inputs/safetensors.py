# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes small safetensors files for tests: safetensors.py FILE NAME=ROWSxCOLUMNS:VALUE … (f32, one value throughout)."""

import json
import struct
import sys

header, data = {}, b""
for argument in sys.argv[2:]:
    name, rest = argument.rsplit("=", 1)
    shape, value = rest.split(":")
    extents = [int(extent) for extent in shape.split("x")]
    count = 1
    for extent in extents:
        count *= extent
    part = struct.pack("<f", float(value)) * count
    header[name] = {"dtype": "F32", "shape": extents, "data_offsets": [len(data), len(data) + len(part)]}
    data += part
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)
