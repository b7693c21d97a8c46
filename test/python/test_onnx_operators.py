# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every operator we lower agrees with onnxruntime, on the shapes where lowerings go wrong, static and dynamic."""

import itertools
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx_runner import SDQError, assert_close, run, run_static_and_dynamic, tool

BYTELM = Path(__file__).parents[2] / "examples" / "bytelm"
INT64_MIN, INT64_MAX = np.iinfo(np.int64).min, np.iinfo(np.int64).max


@dataclass
class Case:
    """One node. `inputs` are fed; `constants` are initializers; None is an omitted operand."""

    operator: str
    inputs: list
    constants: list = field(default_factory=list)
    attributes: dict = field(default_factory=dict)
    opset: int = 17
    outputs: int = 1

    @property
    def name(self) -> str:
        def text(value):
            return "none" if value is None else f"{value.dtype}{list(value.shape)}".replace(" ", "")

        parts = [self.operator, *(text(v) for v in self.inputs)]
        parts += [str(np.asarray(c).tolist()).replace(" ", "") for c in self.constants if c is not None and c.size < 8]
        parts += [f"{k}={v}".replace(" ", "") for k, v in self.attributes.items()] + [f"opset{self.opset}"]
        return "-".join(parts)

    def model(self) -> onnx.ModelProto:
        values = [*self.inputs, *self.constants]
        names = ["" if v is None else f"x{i}" for i, v in enumerate(values)]
        outputs = [f"y{i}" for i in range(self.outputs)]
        node = helper.make_node(self.operator, names, outputs, name=self.operator, **self.attributes)
        fed = [
            helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape)
            for n, v in zip(names, self.inputs, strict=False)
            if n
        ]
        fixed = [
            numpy_helper.from_array(v, n) for n, v in zip(names[len(self.inputs) :], self.constants, strict=True) if n
        ]
        graph = helper.make_graph([node], "case", fed, [onnx.ValueInfoProto(name=o) for o in outputs], fixed)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)
        inferred = onnx.shape_inference.infer_shapes(model, data_prop=True)
        for value, known in zip(model.graph.output, inferred.graph.output, strict=True):
            value.CopyFrom(known)
        return model

    def feed(self) -> dict:
        return {f"x{i}": v for i, v in enumerate(self.inputs) if v is not None}


def reals(*shape, dtype=np.float32, low=-2.0, high=2.0):
    return np.random.default_rng(len(shape)).uniform(low, high, shape).astype(dtype)


def integers(*shape, dtype=np.int64, low=-9, high=10):
    return np.random.default_rng(7).integers(low, high, shape).astype(dtype)


def nonzero(*shape, dtype=np.int64):
    values = integers(*shape, dtype=np.int64, low=1, high=5)
    return (values * np.where(integers(*shape) < 0, -1, 1)).astype(dtype)


def ints(*values):
    return np.array(values, np.int64)


PAIRS = [
    ((2, 3), (2, 3)),
    ((2, 3), (3,)),
    ((2, 1, 3), (4, 1)),
    ((), (2, 3)),
    ((1,), (1,)),
    ((3, 1), (1, 4)),
    ((0, 3), (1, 3)),
    ((2, 1), (2, 0)),
    ((1, 5), (4, 5)),
]


def elementwise():
    for operator, (a, b) in itertools.product(["Add", "Sub", "Mul", "Div"], PAIRS):
        yield Case(operator, [reals(*a), reals(*b, low=1.0)])
    for operator in ("Add", "Sub", "Mul", "Div"):
        yield Case(operator, [integers(4, 3), nonzero(3)])
        yield Case(operator, [integers(4, 3, dtype=np.int32), nonzero(3, dtype=np.int32)])
        yield Case(operator, [reals(4, 3, dtype=np.float64), reals(3, dtype=np.float64, low=1.0)])
    for dtype in (np.int32, np.int64):
        yield Case("Mod", [integers(4, 6, dtype=dtype), nonzero(6, dtype=dtype)])
        yield Case("Mod", [integers(4, 6, dtype=dtype), nonzero(6, dtype=dtype)], attributes={"fmod": 1})
    yield Case("Mod", [reals(4, 6), reals(6, low=0.5)], attributes={"fmod": 1})
    for operator in ("Min", "Max"):
        yield Case(operator, [reals(2, 3), reals(3), reals(1)])
        yield Case(operator, [np.array([np.nan, 1, 2], np.float32), np.array([0, np.nan, 1], np.float32)])
        yield Case(operator, [integers(2, 3), integers(2, 1)])
        yield Case(operator, [reals(2, 3)])
    for exponent in (2.0, 0.5, 3.0, -1.0, 0.0):
        yield Case("Pow", [reals(2, 3, low=0.1)], [np.array(exponent, np.float32)])
    yield Case("Pow", [reals(2, 3), np.array([2, 3, 0], np.int64)])
    yield Case("Pow", [integers(2, 4), np.array([0, 1, 2, 3], np.int64)])
    yield Case("Pow", [integers(4, dtype=np.int32), reals(4, low=1.0)])
    for operator in ["Neg", "Abs", "Relu", "Exp", "Erf", "Tanh", "Sigmoid", "Sin", "Cos", "Reciprocal", "Sqrt", "Log"]:
        low = 0.25 if operator in ("Sqrt", "Log", "Reciprocal") else -3.0
        for shape in ((2, 3), (), (0, 2), (5, 1)):
            yield Case(operator, [reals(*shape, low=low, high=3.0)])
    yield Case("Sigmoid", [np.array([-200, -90, 0, 90, 200], np.float32)])
    yield Case("Neg", [integers(3)])
    yield Case("Abs", [integers(3, dtype=np.int32)])
    for approximate in ("none", "tanh"):
        yield Case("Gelu", [reals(3, 4)], attributes={"approximate": approximate}, opset=20)
    low, high = np.array(-0.5, np.float32), np.array(0.5, np.float32)
    for bounds in ([low, high], [low], [None, high], []):
        yield Case("Clip", [reals(3, 4)], bounds)
    yield Case("Clip", [integers(3, 4)], [np.array(-2), np.array(3)])


def logic():
    for operator in ["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"]:
        yield Case(operator, [integers(2, 3, low=0, high=3), integers(3, low=0, high=3)])
        yield Case(operator, [np.array([np.nan, 1, 2], np.float32), np.array([np.nan, 1, 1], np.float32)])
    yield Case("Equal", [integers(2, 3) > 0, integers(3) > 0])
    for operator in ("And", "Or"):
        yield Case(operator, [integers(2, 3) > 0, integers(3, low=-3) > 0])
    yield Case("Not", [integers(2, 3) > 0])
    yield Case("IsNaN", [np.array([np.nan, 1, np.inf], np.float32)])
    yield Case("Where", [integers(2, 3) > 0, reals(2, 3), reals()])
    yield Case("Where", [integers(2, 1) > 0, reals(1, 3), reals(3)])
    yield Case("Where", [integers(3) > 0, integers(2, 3), integers(2, 3, low=20, high=30)])


TYPES = (np.float32, np.float16, np.float64, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint32, np.bool_)


def casts():
    values = np.array([0, 1, 2.75, 100.5, 3])
    for source, target in itertools.product(TYPES, TYPES):
        to = helper.np_dtype_to_tensor_dtype(np.dtype(target))
        yield Case("Cast", [values.astype(source)], attributes={"to": to})
    yield Case("Cast", [np.array([-2.75, -0.5, np.nan], np.float32)], attributes={"to": TensorProto.BOOL})
    yield Case("Cast", [np.array([-2.75, -0.5], np.float32)], attributes={"to": TensorProto.INT32})
    yield Case("Cast", [integers(4)], attributes={"to": TensorProto.UINT8})
    yield Case("CastLike", [reals(2, 3), integers(1)])


def products():
    shapes = [
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 4)),
        ((2, 3), (3, 4)),
        ((5, 2, 3), (3, 4)),
        ((1, 2, 3), (5, 3, 4)),
        ((5, 1, 2, 3), (1, 4, 3, 2)),
        ((0, 3), (3, 4)),
        ((2, 0), (0, 4)),
        ((2, 3, 4), (4,)),
        ((4,), (3, 4, 2)),
        ((1, 1), (1, 1)),
    ]
    for a, b in shapes:
        yield Case("MatMul", [reals(*a), reals(*b)])
    yield Case("MatMul", [integers(2, 3, dtype=np.int32), integers(3, 4, dtype=np.int32)])
    yield Case("MatMul", [reals(2, 3, dtype=np.float64), reals(3, 4, dtype=np.float64)])
    for transposes_a, transposes_b in itertools.product((0, 1), (0, 1)):
        a, b = (reals(5, 3) if transposes_a else reals(3, 5)), (reals(4, 5) if transposes_b else reals(5, 4))
        for bias in ((), (4,), (3, 1), (3, 4), (1, 4)):
            yield Case(
                "Gemm",
                [a, b, reals(*bias)],
                attributes={"transA": transposes_a, "transB": transposes_b, "alpha": 0.5, "beta": -2.0},
            )
    yield Case("Gemm", [reals(3, 5), reals(5, 4)])
    yield Case("Gemm", [reals(3, 5), reals(5, 4), reals(4)], attributes={"beta": 0.0})


def movement():
    for permutation in ([0, 1, 2], [2, 0, 1], [1, 0, 2], None):
        yield Case("Transpose", [reals(2, 3, 4)], attributes={"perm": permutation} if permutation else {})
    yield Case("Transpose", [reals()])
    for shape in ([3, 8], [-1], [0, -1], [4, 0, -1], [2, 3, 2, 2], [1, 24, 1], [-1, 4], [2, -1, 1, 4], [6, 4]):
        yield Case("Reshape", [reals(2, 3, 4)], [ints(*shape)])
        yield Case("Reshape", [reals(2, 3, 4), ints(*shape)])
    yield Case("Reshape", [reals(0, 3)], [ints(3, 0)], {"allowzero": 1})
    yield Case("Reshape", [reals(0, 3)], [ints(0, 5)], {"allowzero": 1})
    yield Case("Reshape", [reals(1)], [np.array([], np.int64)])
    yield Case("Reshape", [reals()], [ints(1, 1)])
    for axis in (0, 1, 2, 3, -1):
        yield Case("Flatten", [reals(2, 3, 4)], attributes={"axis": axis})
    for axes in ([0], [2], [-1], [0, 2], [0, -1]):
        yield Case("Squeeze", [reals(1, 3, 1)], [ints(*axes)])
        yield Case("Unsqueeze", [reals(3, 4)], [ints(*axes)])
    for axis, parts in ((0, [(2, 3), (1, 3)]), (1, [(2, 3), (2, 1), (2, 0)]), (-1, [(2, 3)]), (-2, [(0, 3), (2, 3)])):
        yield Case("Concat", [reals(*p) for p in parts], attributes={"axis": axis})
    yield Case("Concat", [integers(2), integers(3)], attributes={"axis": 0})
    yield Case("Split", [reals(6, 4)], [ints(1, 2, 3)], {"axis": 0}, outputs=3)
    yield Case("Split", [reals(6, 4)], [ints(4, 0)], {"axis": -1}, outputs=2)
    yield Case("Split", [reals(6, 4)], attributes={"axis": 1}, outputs=2)
    yield Case("Split", [reals(7)], attributes={"axis": 0, "num_outputs": 3}, outputs=3, opset=18)
    slices = [
        ([1], [3], [0], [1]),
        ([0], [INT64_MAX], [-1], [1]),
        ([-3], [-1], [1], [1]),
        ([0, 1], [5, 4], [0, 2], [2, 3]),
        ([-1], [INT64_MIN], [0], [-1]),
        ([10], [1], [1], [-2]),
        ([3], [1], [0], [1]),
        ([-100], [100], [2], [1]),
        ([1, -1], [-1, -7], [0, 2], [1, -2]),
    ]
    for starts, ends, axes, steps in slices:
        yield Case("Slice", [reals(5, 4, 6)], [ints(*starts), ints(*ends), ints(*axes), ints(*steps)])
        yield Case("Slice", [reals(5, 4, 6), ints(*starts), ints(*ends)], [ints(*axes), ints(*steps)])
    yield Case("Slice", [reals(5, 4)], [ints(1, 1), ints(3, 3)])
    yield Case("Slice", [integers(6)], [ints(4), ints(0), ints(0), ints(-1)])


def indexing():
    for axis in (0, 1, -1):
        yield Case("Gather", [reals(4, 4, 4), ints(0, -1, 3)], attributes={"axis": axis})
        yield Case("Gather", [reals(4, 4, 4), np.array([[1], [-4]], np.int32)], attributes={"axis": axis})
        yield Case("Gather", [reals(4, 4, 4), np.array(2)], attributes={"axis": axis})
        yield Case("GatherElements", [reals(4, 3), integers(2, 3, low=-3, high=3)], attributes={"axis": axis})
    yield Case("Gather", [reals(4, 3), np.zeros((0,), np.int64)])
    yield Case("ScatterND", [reals(4, 3), np.array([[0], [-2]]), reals(2, 3)])
    yield Case("ScatterND", [reals(4, 3), np.array([[0, 1], [3, -1]]), reals(2)])
    yield Case("ScatterND", [reals(4, 3), np.array([[1], [1]]), reals(2, 3)], attributes={"reduction": "add"})
    yield Case("ScatterND", [reals(4, 3), np.array([[1], [1]]), reals(2, 3)], attributes={"reduction": "mul"})
    for upper in (0, 1):
        yield Case("Trilu", [reals(4, 5)], attributes={"upper": upper})
        for k in (-2, 0, 1, 9):
            yield Case("Trilu", [reals(2, 3, 4)], [np.array(k)], {"upper": upper})


def shapes():
    for attributes in ({}, {"start": 1}, {"start": -2, "end": -1}, {"end": 9}, {"start": 2, "end": 1}):
        yield Case("Shape", [reals(2, 3, 4)], attributes=attributes)
    yield Case("Size", [reals(2, 3, 4)])
    for shape in ([1], [2, 3, 4], [1, 1, 4], [2, 1, 1, 1]):
        yield Case("Expand", [reals(3, 1)], [ints(*shape)])
        yield Case("Expand", [reals(3, 1), ints(*shape)])
    for repeats in ([1, 1], [2, 3], [1, 0]):
        yield Case("Tile", [reals(2, 3)], [ints(*repeats)])
        yield Case("Tile", [reals(2, 3), ints(*repeats)])
    value = numpy_helper.from_array(np.array([7], np.int32))
    for shape in ([2, 3], [0], [5, 5, 5]):
        yield Case("ConstantOfShape", [], [ints(*shape)], {"value": value})
        yield Case("ConstantOfShape", [ints(*shape)])
    for start, limit, delta in ((0, 5, 1), (5, 0, -2), (1, 10, 3), (3, 3, 1), (4, 1, 1)):
        for dtype in (np.int64, np.int32, np.float32):
            yield Case("Range", [np.array(v, dtype) for v in (start, limit, delta)])
    yield Case("Range", [np.array(v, np.float32) for v in (0, 1, 0.3)])


def reductions():
    for operator, keepdims in itertools.product(("ReduceMean", "ReduceMax", "ReduceMin"), (0, 1)):
        for axes in ([0], [-1], [0, 2], [1], None):
            attributes = {"keepdims": keepdims} | ({"axes": axes} if axes else {})
            yield Case(operator, [reals(3, 4, 5)], attributes=attributes)
        yield Case(operator, [reals(3, 4, 5)], [ints(1, -1)], {"keepdims": keepdims}, opset=18)
    for axes in ([0], [-1, 0], []):
        yield Case("ReduceSum", [reals(3, 4, 5)], [ints(*axes)])
        yield Case("ReduceSum", [integers(3, 4, 5)], [ints(*axes)], {"keepdims": 0})
        yield Case("ReduceSum", [reals(3, 4)], [ints(*axes)], {"noop_with_empty_axes": 1})
    yield Case("ReduceSum", [reals(3, 0)], [ints(1)])
    yield Case("ReduceMax", [integers(3, 4, dtype=np.int32)], attributes={"axes": [1]})
    for axis in (0, 1, -1):
        yield Case("Softmax", [reals(3, 4, 5)], attributes={"axis": axis})
        yield Case("LogSoftmax", [reals(3, 4, 5)], attributes={"axis": axis})
        yield Case("ArgMax", [reals(3, 4)], attributes={"axis": axis, "keepdims": 0})
        for exclusive, reverse in itertools.product((0, 1), (0, 1)):
            flags = {"exclusive": exclusive, "reverse": reverse}
            yield Case("CumSum", [reals(3, 4)], [np.array(axis)], flags)
    yield Case("Softmax", [np.array([[1e4, 1e4 - 1, -np.inf]], np.float32)])
    for last in (0, 1):
        yield Case("ArgMax", [integers(4, 9, low=0, high=2)], attributes={"axis": 1, "select_last_index": last})


def normalizations():
    for axis in (-1, 1, 0):
        inner = (3, 4, 5)[axis:]
        yield Case("LayerNormalization", [reals(3, 4, 5), reals(*inner), reals(*inner)], attributes={"axis": axis})
        yield Case("RMSNormalization", [reals(3, 4, 5), reals(*inner)], attributes={"axis": axis}, opset=23)
    yield Case("LayerNormalization", [reals(3, 5), reals(5)], attributes={"epsilon": 0.1})
    yield Case("LayerNormalization", [reals(3, 5), reals(5), reals(5)], outputs=3)
    yield Case("Identity", [reals(3)])
    yield Case("Dropout", [reals(3)])


FAMILIES = (elementwise, logic, casts, products, movement, indexing, shapes, reductions, normalizations)
CASES = {f"{case.name}#{i}": case for i, case in enumerate(itertools.chain(*(f() for f in FAMILIES)))}


@pytest.mark.parametrize("name", CASES)
def test_agrees_with_onnxruntime(name):
    case = CASES[name]
    model = case.model()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    reference = onnxruntime.InferenceSession(model.SerializeToString(), options).run(None, case.feed())
    for extents, found in run_static_and_dynamic(model, case.feed()).items():
        for i, (value, expected) in enumerate(zip(found, reference, strict=True)):
            assert_close(value, expected, f"output {i}, {extents} extents")


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (Case("Gather", [reals(4, 3), ints(4)]), "an index is outside [-4, 4)"),
        (Case("Reshape", [reals(2, 3), ints(4, 2)]), "the shape does not hold the operand's number of elements"),
    ],
)
def test_broken_promises_are_caught_while_running(case, message):
    model = case.model()
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    with pytest.raises(SDQError, match=r"sdq-run exited") as caught:
        run(model, case.feed())
    assert message in str(caught.value)


def test_extents_that_do_not_broadcast_are_caught_while_running():
    model = Case("Add", [reals(2, 3), reals(2, 3)]).model()
    for value in [*model.graph.input, *model.graph.output]:
        value.type.tensor_type.shape.dim[0].dim_param = value.name
    with pytest.raises(SDQError, match=r"onnx.Add \(node 'Add'\): extents of dimension 0 differ and neither is 1"):
        run(model, {"x0": reals(2, 3), "x1": reals(5, 3)})


@pytest.mark.parametrize("export", ["bytelm-dynamo.onnx", "bytelm-torchscript.onnx"])
def test_bytelm_agrees_with_onnxruntime(export, tmp_path):
    session = onnxruntime.InferenceSession(BYTELM / export)
    tool("sdq-compile", BYTELM / export, "--recipe", "dense", "-o", tmp_path / "m.sdq")
    for shape in ((1, 1), (2, 7), (1, 256), (3, 64)):
        ids = np.random.default_rng(1).integers(0, 256, shape)
        np.save(tmp_path / "ids.npy", ids)
        arguments = ("--input", f"input_ids={tmp_path / 'ids.npy'}", "--output-dir", tmp_path / "out")
        tool("sdq-run", tmp_path / "m.sdq", *arguments)
        expected, found = session.run(None, {"input_ids": ids})[0], np.load(tmp_path / "out" / "logits.npy")
        assert found.shape == expected.shape
        assert np.abs(found - expected).max() <= 1e-4 * np.abs(expected).max()
