# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Write into a folder models that must be refused: damaged files, and external data that are not what is declared."""

import random
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

FOLDER = Path(sys.argv[1])
INSIDE = FOLDER / "model"
INSIDE.mkdir(parents=True)


def model(**external: str) -> onnx.ModelProto:
    """Return the identity of w, a float[2, 48] in weights.bin or wherever `external` says."""
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2, 48])
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": "weights.bin", **external}.items():
        tensor.external_data.add(key=key, value=value)
    node = helper.make_node("Identity", ["w"], ["y"], name="n")
    graph = helper.make_graph([node], "main", [], [onnx.ValueInfoProto(name="y")], [tensor])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def write(name: str, content: bytes | onnx.ModelProto) -> None:
    if isinstance(content, onnx.ModelProto):
        content = content.SerializeToString()
    (INSIDE / f"{name}.onnx").write_bytes(content)


data = np.arange(96, dtype="<f4").tobytes()
(INSIDE / "weights.bin").write_bytes(data)
(INSIDE / "short.bin").write_bytes(data[:100])
(INSIDE / "directory.bin").mkdir()
(FOLDER / "outside.bin").write_bytes(data)
(INSIDE / "link.bin").symlink_to("../outside.bin")
(INSIDE / "loop.bin").symlink_to("loop.bin")

write("external-absolute", model(location=str((FOLDER / "outside.bin").resolve())))
write("external-directory", model(location="directory.bin"))
write("external-empty", model(location=""))
write("external-length", model(length="100"))
write("external-link", model(location="link.bin"))
write("external-loop", model(location="loop.bin"))
write("external-missing", model(location="missing.bin"))
write("external-number", model(offset="four"))
write("external-offset", model(offset="4"))
write("external-offset-huge", model(offset="18446744073709551615"))
write("external-parent", model(location="../outside.bin"))
write("external-parent-hidden", model(location="folder/../../outside.bin"))
write("external-short", model(location="short.bin"))

whole = model().SerializeToString()
write("file-empty", b"")
write("file-graphless", helper.make_model(onnx.GraphProto()).SerializeToString()[:2])
write("file-random", random.Random(1).randbytes(4096))
write("file-text", b"ONNX, or so I claim to be\n" * 10)
for end in range(1, len(whole)):
    (FOLDER / f"cut-{end:03}.onnx").write_bytes(whole[:end])
(FOLDER / "weights.bin").write_bytes(data)

negative = model()
negative.graph.initializer[0].dims[0] = -2
write("tensor-negative", negative)
overflow = model()
overflow.graph.initializer[0].dims[:] = [2**40, 2**40]
write("tensor-overflow", overflow)
raw = model()
raw.graph.initializer[0].ClearField("external_data")
raw.graph.initializer[0].ClearField("data_location")
raw.graph.initializer[0].raw_data = data + b"\0"
write("tensor-raw", raw)
raw.graph.initializer[0].ClearField("raw_data")
raw.graph.initializer[0].float_data.extend([1.0] * 95)
write("tensor-typed", raw)
