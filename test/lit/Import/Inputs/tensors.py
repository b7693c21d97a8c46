# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Write models whose initializers are stored in each of the ways ONNX knows.

tensors.py typed FILE      every element type in protobuf's typed fields
tensors.py raw FILE        every element type as raw bytes
tensors.py long FILE       65 and more elements: f32 raw, f16 typed, bool raw, int4 raw
tensors.py external FILE   weights.bin and folder/more.bin beside FILE, with offsets
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

KIND, FILE = sys.argv[1], Path(sys.argv[2])

# One value a type whose bytes tell it apart, and its raw bytes.
VALUES = {
    "FLOAT": (1.5, "0000c03f"),
    "DOUBLE": (-0.5, "000000000000e0bf"),
    "FLOAT16": (1.5, "003e"),
    "BFLOAT16": (1.5, "c03f"),
    "FLOAT8E4M3FN": (1.5, "3c"),
    "FLOAT8E5M2": (1.5, "3e"),
    "INT64": (-(2**40), "0000000000ffffff"),
    "INT32": (-7, "f9ffffff"),
    "INT16": (-300, "d4fe"),
    "INT8": (-128, "80"),
    "UINT8": (200, "c8"),
    "UINT16": (65535, "ffff"),
    "UINT32": (4294967295, "ffffffff"),
    "UINT64": (18446744073709551615, "ffffffffffffffff"),
    "BOOL": (1, "01"),
}


def tensor(name: str, data_type: int, dims: list[int], raw: bytes | None = None) -> TensorProto:
    """A tensor with its bytes in raw_data, or with no data yet."""
    result = TensorProto(name=name, data_type=data_type, dims=dims)
    if raw is not None:
        result.raw_data = raw
    return result


def typed() -> list[TensorProto]:
    tensors = []
    for name, (value, raw) in VALUES.items():
        result = tensor(name, getattr(TensorProto, name), [1])
        if name == "FLOAT":
            result.float_data.append(value)
        elif name == "DOUBLE":
            result.double_data.append(value)
        elif name == "INT64":
            result.int64_data.append(value)
        elif name in ("UINT32", "UINT64"):
            result.uint64_data.append(value)
        elif name.startswith(("FLOAT", "BFLOAT")):
            result.int32_data.append(int.from_bytes(bytes.fromhex(raw), "little"))
        else:
            result.int32_data.append(value)
        tensors.append(result)
    for name in ("INT4", "UINT4"):
        result = tensor(name, 22 if name == "INT4" else 21, [3])
        result.int32_data.extend([0xF1, 0x08])  # two to a value, the first in the low bits
        tensors.append(result)
    return tensors


def raw() -> list[TensorProto]:
    tensors = [tensor(name, getattr(TensorProto, name), [1], bytes.fromhex(raw)) for name, (_, raw) in VALUES.items()]
    tensors += [tensor("INT4", 22, [3], b"\xf1\x08"), tensor("UINT4", 21, [3], b"\xf1\x08")]
    return tensors


def long() -> list[TensorProto]:
    half = tensor("half", TensorProto.FLOAT16, [65])
    half.int32_data.extend([0x3C00] * 65)
    return [
        tensor("single", TensorProto.FLOAT, [8, 32], np.arange(256, dtype="<f4").tobytes()),
        half,
        tensor("flags", TensorProto.BOOL, [70], b"\1\0" * 35),
        tensor("nibbles", 22, [67], bytes(range(33)) + b"\x08"),
    ]


def external() -> list[TensorProto]:
    (FILE.parent / "folder").mkdir(exist_ok=True)
    (FILE.parent / "weights.bin").write_bytes(b"head" + np.arange(100, dtype="<f4").tobytes())
    (FILE.parent / "folder" / "more.bin").write_bytes(np.arange(3, dtype="<i8").tobytes())
    tensors = []
    for name, data_type, dims, entries in (
        ("aligned", TensorProto.FLOAT, [2, 48], {"location": "weights.bin", "offset": "4", "length": "384"}),
        ("misaligned", TensorProto.FLOAT, [96], {"location": "weights.bin", "offset": "6"}),
        ("small", TensorProto.INT64, [3], {"location": "folder/more.bin", "checksum": "unused"}),
    ):
        result = tensor(name, data_type, dims)
        result.data_location = TensorProto.EXTERNAL
        for key, value in entries.items():
            result.external_data.add(key=key, value=value)
        tensors.append(result)
    return tensors


tensors = {"typed": typed, "raw": raw, "long": long, "external": external}[KIND]()
nodes = [helper.make_node("Identity", [t.name], [t.name + "_out"]) for t in tensors]
outputs = [onnx.ValueInfoProto(name=t.name + "_out") for t in tensors]
graph = helper.make_graph(nodes, "main", [], outputs, tensors)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
FILE.write_bytes(model.SerializeToString())
