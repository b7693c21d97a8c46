# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""ONNX's own node tests for every operator we lower; onnx_backend_excluded.txt names each one left out, and why."""

import warnings
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from onnx.backend.test.loader import load_model_tests
from onnx_runner import SDQError, assert_close, compile_model, run_static_and_dynamic, with_initializers

OPERATORS = """
    Abs Add And ArgMax Cast CastLike Clip Concat Constant ConstantOfShape Cos CumSum Div Dropout Equal Erf Exp Expand
    Flatten Gather GatherElements Gelu Gemm Greater GreaterOrEqual Identity IsNaN LayerNormalization Less LessOrEqual
    Log LogSoftmax MatMul Max Min Mod Mul Neg Not Or Pow RMSNormalization Range Reciprocal ReduceMax ReduceMean
    ReduceMin ReduceSum Relu Reshape ScatterND Shape Sigmoid Sin Size Slice Softmax Split Sqrt Squeeze Sub Tanh Tile
    Transpose Trilu Unsqueeze Where
""".split()  # noqa: SIM905

# Inputs that exporters write as constants and that decide ranks or extents: constants here too.
PARAMETERS = {"axes", "axis", "steps", "starts", "ends", "shape", "repeats", "split", "k", "sizes", "x_shape"}
OPSETS = range(13, 24)


def excluded() -> dict[str, str]:
    """The tests left out, each with the heading it stands under."""
    reasons, reason = {}, ""
    for line in (Path(__file__).parent / "onnx_backend_excluded.txt").read_text().splitlines():
        if line.startswith("# "):
            reason = line[2:]
        elif line.strip() and reason:
            reasons[line.strip()] = reason
    return reasons


def claimed_tests() -> dict:
    """By name, ONNX's tests of one node whose operator we lower (not of functions expanded into such nodes)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's, while onnx computes its reference data.
        tests = load_model_tests(kind="node")
    return {
        t.name.removeprefix("test_"): t
        for t in tests
        if len(t.model.graph.node) == 1 and t.model.graph.node[0].op_type in OPERATORS and "_expanded" not in t.name
    }


def in_our_opsets(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model at the nearest opset we import.

    Opsets after 23 only add element types to these operators (and fmod = 0 on floats to Mod). An older operator is
    left alone unless it is the same in opset 13.
    """
    found, operator = model.opset_import[0].version, model.graph.node[0].op_type
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    if found > OPSETS[-1]:
        changed.opset_import[0].version = OPSETS[-1]
    elif found < OPSETS[0] and onnx.defs.get_schema(operator, OPSETS[0]).since_version <= found:
        changed.opset_import[0].version = OPSETS[0]
    return changed


TESTS = claimed_tests()
EXCLUDED = excluded()


def test_the_exclusions_are_tests_of_this_onnx():
    assert sorted(EXCLUDED.keys() - TESTS.keys()) == []


@pytest.mark.parametrize("name", sorted(EXCLUDED))
def test_what_is_excluded_is_refused(name, tmp_path):
    with pytest.raises(SDQError, match=r"sdq-compile exited with 1: .*error: "):
        compile_model(in_our_opsets(TESTS[name].model), tmp_path)


@pytest.mark.parametrize("name", sorted(TESTS.keys() - EXCLUDED.keys()))
def test_node(name):
    test = TESTS[name]
    model = in_our_opsets(test.model)
    for inputs, outputs in test.data_sets:
        arrays = [numpy_helper.to_array(i) if isinstance(i, onnx.TensorProto) else np.asarray(i) for i in inputs]
        given = dict(zip((i.name for i in model.graph.input), arrays, strict=True))
        constants = {key: value for key, value in given.items() if key in PARAMETERS}
        given = {key: value for key, value in given.items() if key not in PARAMETERS}
        results = run_static_and_dynamic(with_initializers(model, constants), given)
        for extents, found in results.items():
            for value, expected, declared in zip(found, outputs, model.graph.output, strict=True):
                expected = numpy_helper.to_array(expected) if isinstance(expected, onnx.TensorProto) else expected
                assert_close(value, np.asarray(expected), f"{declared.name}, {extents} extents")
