# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Hold the importer's types against ONNX's own backend tests.

Of every operator that sdq-translate knows, the first tests are imported with the types of their outputs taken away:
what the importer infers must be what the test declared. Inputs of integers and bools become initializers, because
shapes are made of them. Prints one line a failure, then the number of operators that were covered.
"""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper
from onnx.backend.test.loader import load_model_tests

FOLDER = Path(sys.argv[1])
TESTS_PER_OPERATOR = 6
INTEGERS = {TensorProto.INT32, TensorProto.INT64, TensorProto.BOOL}
NAMES = {1: "f32", 2: "ui8", 3: "i8", 4: "ui16", 5: "i16", 6: "i32", 7: "i64", 9: "i1", 10: "f16", 11: "f64"}
NAMES |= {12: "ui32", 13: "ui64", 16: "bf16", 17: "f8E4M3FN", 19: "f8E5M2"}

# What a refusal may be about: things that are not claimed.
NOT_CLAIMED = (
    "unsupported element type|supported for constants only|cast to u?int4|expected a tensor; sequences|"
    "unknown operator|control flow is not supported|expected inference|has no attribute 'round_mode'|"
    "expected fmod = 1 for floats"
)
# Extents that would need a computation in floats.
UNKNOWN_EXTENTS = {"test_range_float_type_positive_delta", "test_range_float16_type_positive_delta"}
UNKNOWN_EXTENTS |= {"test_range_bfloat16_type_positive_delta"}


def prepare(test) -> tuple[onnx.ModelProto, list[str]] | None:
    """The model without its outputs' types, and these types in MLIR's spelling."""
    model = onnx.ModelProto()
    model.CopyFrom(test.model)
    (opset,) = (o for o in model.opset_import if o.domain in ("", "ai.onnx"))
    if opset.version < 13:  # fine if the operator is still the same one
        (node,) = model.graph.node
        versions = {onnx.defs.get_schema(node.op_type, version).since_version for version in (opset.version, 13)}
        if len(versions) != 1:
            return None
    opset.version = min(max(opset.version, 13), 23)  # the tests are declared at their operator's newest version
    for place, value in enumerate(model.graph.input):
        if value.type.tensor_type.elem_type in INTEGERS:
            model.graph.initializer.append(numpy_helper.from_array(np.asarray(test.data_sets[0][0][place]), value.name))
    types = []
    for output in model.graph.output:
        tensor = output.type.tensor_type
        extents = [str(d.dim_value) for d in tensor.shape.dim]
        types.append("tensor<" + "x".join([*extents, NAMES.get(tensor.elem_type, "?")]) + ">")
        output.type.Clear()
    return model, types


def run(test) -> str | None:
    """What is wrong, "" if nothing is, or None if the test is about something that is not claimed."""
    prepared = prepare(test)
    if prepared is None:
        return None
    model, types = prepared
    path = FOLDER / f"{test.name}.onnx"
    path.write_bytes(model.SerializeToString())
    done = subprocess.run(["sdq-translate", "--import-onnx", str(path)], capture_output=True, text=True)
    if done.returncode:
        return None if re.search(NOT_CLAIMED, done.stderr) else f"{test.name}: {done.stderr.strip()}"
    (found,) = re.findall(r"^ *return .* : (.*)$", done.stdout, re.MULTILINE)
    if found.split(", ") == types or test.name in UNKNOWN_EXTENTS:
        return ""
    return f"{test.name}: expected {', '.join(types)}, found {found}"


chosen: dict[str, list] = {}
for test in load_model_tests(kind="node"):
    nodes = test.model.graph.node
    if len(nodes) == 1 and nodes[0].domain == "":
        tests = chosen.setdefault(nodes[0].op_type, [])
        if len(tests) < TESTS_PER_OPERATOR:
            tests.append(test)

FOLDER.mkdir(parents=True, exist_ok=True)
covered = set()
with ThreadPoolExecutor() as pool:
    pairs = [(operator, test) for operator, tests in chosen.items() for test in tests]
    for (operator, _), message in zip(pairs, pool.map(lambda pair: run(pair[1]), pairs), strict=True):
        if message:
            print(message)
        elif message == "":
            covered.add(operator)
print(f"{len(covered)} operators: {' '.join(sorted(covered))}")
