# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Statistics from an ONNX file: the right values of the right matmuls, however the exporter wrote them."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from safetensors import safe_open
from safetensors.numpy import load_file
from sdq.calibrate import onnx_model
from sdq.calibrate.onnx_graph import Weights, find_matmuls
from sdq.calibrate.request import Request, content_key
from sdq.errors import SdqError

VOCABULARY, K, N = 11, 6, 4
GENERATOR = np.random.default_rng(0)
W = GENERATOR.normal(size=(N, K)).astype(np.float16)
TABLE = GENERATOR.normal(size=(VOCABULARY, K)).astype(np.float32)
SEQUENCES = GENERATOR.integers(0, VOCABULARY, (4, 5))

# How a product of x [tokens, K] by W [N, K] may be written: what is stored, the nodes, and whether x comes as [K, tokens].
WRITINGS = {
    "matmul": (W.T, [("Cast", "w", "wide"), ("MatMul", "x2 wide", "y", {})], False),
    "transpose": (
        W,
        [("Cast", "w", "c"), ("Transpose", "c", "t", {"perm": [1, 0]}), ("MatMul", "x2 t", "y", {})],
        False,
    ),
    "plain transpose": (W, [("Transpose", "w", "t"), ("Cast", "t", "c"), ("MatMul", "x2 c", "y", {})], False),
    "there and back": (
        W.T,
        [
            ("Transpose", "w", "a"),
            ("Transpose", "a", "b"),
            ("Identity", "b", "i"),
            ("Cast", "i", "c"),
            ("MatMul", "x2 c", "y"),
        ],
        False,
    ),
    "gemm": (W.T, [("Cast", "w", "c"), ("Gemm", "x2 c", "y")], False),
    "gemm transB": (W, [("Cast", "w", "c"), ("Gemm", "x2 c", "y", {"transB": 1})], False),
    "gemm transA": (
        W,
        [("Cast", "w", "c"), ("Transpose", "x2", "xt"), ("Gemm", "xt c", "y", {"transA": 1, "transB": 1})],
        True,
    ),
    "left": (
        W,
        [("Cast", "w", "c"), ("Transpose", "x2", "xt"), ("MatMul", "c xt", "z"), ("Transpose", "z", "y")],
        True,
    ),
    "left gemm": (
        W.T,
        [("Cast", "w", "c"), ("Gemm", "c x2", "z", {"transA": 1, "transB": 1}), ("Transpose", "z", "y")],
        False,
    ),
}


def node(op, inputs, output, attributes=None):
    attributes = dict(attributes or {})
    if op == "Cast":
        attributes.setdefault("to", TensorProto.FLOAT)
    return helper.make_node(op, inputs.split(), [output], **attributes)


def write(path, stored, nodes, initializers=()):
    """x2 is the table's rows at input_ids, flattened to [tokens, K]."""
    lookup = [
        helper.make_node("Gather", ["table", "input_ids"], ["x"]),
        helper.make_node("Reshape", ["x", "shape"], ["x2"]),
    ]
    tensors = {"w": stored, "table": TABLE, "shape": np.array([-1, K])} | dict(initializers)
    graph = helper.make_graph(
        lookup + [node(*n) for n in nodes],
        "g",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "sequence"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, None])],
        [numpy_helper.from_array(np.ascontiguousarray(v), name) for name, v in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


@pytest.mark.parametrize("writing", WRITINGS)
def test_every_writing_of_a_linear_layer_gives_the_same_statistics(writing, tmp_path):
    stored, nodes, swapped = WRITINGS[writing]
    path = write(tmp_path / "m.onnx", stored, nodes)
    x = TABLE[SEQUENCES].reshape(-1, K)
    (y,) = onnxruntime.InferenceSession(path).run(None, {"input_ids": SEQUENCES})
    np.testing.assert_allclose(y, x @ W.T.astype(np.float32), rtol=1e-5, atol=1e-5)  # the test's own graph is right

    proto = onnx.load(path)
    (matmul,) = find_matmuls(proto.graph, Weights(proto.graph, tmp_path))
    assert (matmul.weight, matmul.swapped) == ("w", swapped)
    request = Request(SEQUENCES, frozenset({"act_sq", "hessian"}), batch=3)
    assert onnx_model.calibrate(path, request, tmp_path / "c.safetensors") == 1
    found = load_file(tmp_path / "c.safetensors")
    np.testing.assert_allclose(found["w.hessian"], x.T @ x / len(x), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found["w.act_sq"], (x**2).mean(0), rtol=1e-5)
    with safe_open(tmp_path / "c.safetensors", "np") as file:
        assert file.metadata()["sdq.content"] == f'{{"w":"{content_key(W)}"}}'


def test_what_is_no_compressible_matmul_is_left_alone(tmp_path):
    """A product of two activations, a cast that rounds, a constant of rank 3."""
    nodes = [
        ("Transpose", "x2", "xt"),
        ("MatMul", "x2 xt", "a"),
        ("Cast", "w", "rounded", {"to": TensorProto.BFLOAT16}),
        ("Cast", "rounded", "c"),
        ("MatMul", "xt a", "b"),
        ("MatMul", "c b", "d"),
        ("MatMul", "cube b", "e"),
        ("Identity", "e", "y"),
    ]
    path = write(tmp_path / "m.onnx", W, nodes, {"cube": np.ones((2, 3, K), np.float32)}.items())
    with pytest.raises(SdqError, match="no MatMul or Gemm by a constant matrix found"):
        onnx_model.calibrate(path, Request(SEQUENCES, frozenset({"act_sq"})), tmp_path / "c.safetensors")
    assert not (tmp_path / "c.safetensors").exists()


def test_a_tied_weight_is_averaged_over_all_it_multiplies(tmp_path):
    square = GENERATOR.normal(size=(K, K)).astype(np.float32)
    path = write(tmp_path / "m.onnx", square, [("MatMul", "x2 w", "z"), ("MatMul", "z w", "y")])
    onnx_model.calibrate(path, Request(SEQUENCES, frozenset({"hessian"}), batch=2), tmp_path / "c.safetensors")
    x = TABLE[SEQUENCES].reshape(-1, K)
    both = np.concatenate([x, x @ square])
    found = load_file(tmp_path / "c.safetensors")["w.hessian"]
    np.testing.assert_allclose(found, both.T @ both / len(both), rtol=1e-4, atol=1e-5)


def test_gradients_cannot_come_from_an_onnx_file(tmp_path):
    path = write(tmp_path / "m.onnx", *WRITINGS["gemm"][:2])
    message = r"m\.onnx: fisher, guided_hessian needs gradients: expected a Hugging Face model folder \(torch\)"
    with pytest.raises(SdqError, match=message):
        onnx_model.calibrate(
            path, Request(SEQUENCES, frozenset({"fisher", "guided_hessian", "act_sq"})), tmp_path / "c"
        )


def test_other_inputs_are_refused_by_name(tmp_path):
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["pixels", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", K])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, None])],
        [numpy_helper.from_array(W.T.astype(np.float32), "w")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), tmp_path / "m.onnx")
    with pytest.raises(SdqError, match=r"expected inputs input_ids .* found pixels"):
        onnx_model.calibrate(tmp_path / "m.onnx", Request(SEQUENCES, frozenset({"act_sq"})), tmp_path / "c")
