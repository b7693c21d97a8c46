# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A compressed model given back as linalg runs on compilers that have never heard of SDQ, and gives the same numbers.

Stock mlir-opt, mlir-translate and clang (test/lit/Inputs/upstream.py), and IREE.
"""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import yaml
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file
from sdq.tools import run_tool

ROOT = Path(__file__).parents[2]
BYTELM = ROOT / "examples" / "bytelm"
TOKENS, INPUTS, OUTPUTS = 5, 128, 24


def recipes() -> list:
    """Every recipe that docs/Evaluation.md measures: those of its experiments, and those that it names."""
    experiments = yaml.safe_load((BYTELM / "experiments.yaml").read_text())
    found = [run["recipe"] if isinstance(run, dict) else run for each in experiments for run in each["runs"]]
    names = re.findall(r"`((?:SDQ|SqueezeLLM|LNQ|W\d)[\w:.-]*)`", (ROOT / "docs" / "Evaluation.md").read_text())
    distinct = {yaml.safe_dump(recipe): recipe for recipe in found + names}
    assert len(distinct) > 60 and len(set(names)) > 20
    return list(distinct.values())


def model_of(count: int, folder: Path) -> tuple[Path, Path]:
    """A model of `count` products of one input, and statistics of its weights."""
    generator = np.random.default_rng(0)
    weights = [generator.standard_t(4, (INPUTS, OUTPUTS)).astype(np.float32) for _ in range(count)]
    nodes = [helper.make_node("MatMul", ["x", f"w{i}"], [f"y{i}"]) for i in range(count)]
    outputs = [helper.make_tensor_value_info(f"y{i}", TensorProto.FLOAT, ["t", OUTPUTS]) for i in range(count)]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["t", INPUTS])
    initializers = [numpy_helper.from_array(weight, f"w{i}") for i, weight in enumerate(weights)]
    graph = helper.make_graph(nodes, "products", [x], outputs, initializers)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), folder / "model.onnx")
    samples = generator.standard_normal((400, INPUTS)).astype(np.float32)
    hessian = samples.T @ samples / len(samples)
    statistics = {}
    for i in range(count):
        statistics[f"w{i}.fisher"] = generator.random((OUTPUTS, INPUTS), dtype=np.float32)
        statistics[f"w{i}.hessian"] = hessian
        statistics[f"w{i}.act_sq"] = np.diag(hessian).copy()
    save_file(statistics, folder / "calibration.safetensors")
    return folder / "model.onnx", folder / "calibration.safetensors"


def give_back(model: Path, folder: Path) -> Path:
    """The compressed model as linalg; no operation, type or attribute of ours is left in it."""
    module = folder / "linalg.mlir"
    run_tool("sdq-opt", model, "--sdq-decompose-to=linalg", "-o", module)
    assert not re.search(r"sdq\.", module.read_text())
    return module


def constant_bytes(module: Path) -> int:
    """Bytes of the constants that are tensors of a resource."""
    sizes = {"i8": 1, "i16": 2, "f16": 2, "i32": 4, "f32": 4, "i64": 8}
    found = re.findall(r"arith\.constant dense_resource<[^>]*> : tensor<((?:\d+x)+)(\w+)>", module.read_text())
    return sum(int(np.prod([int(e) for e in extents[:-1].split("x")])) * sizes[type] for extents, type in found)


def run_upstream(module: Path, x: np.ndarray, folder: Path, outputs: int) -> list[np.ndarray]:
    np.save(folder / "x.npy", x)
    script = ROOT / "test" / "lit" / "Inputs" / "upstream.py"
    command = [sys.executable, script, module, "--input", folder / "x.npy", "--output-dir", folder / "upstream"]
    subprocess.run(command, check=True)
    return [np.load(folder / "upstream" / f"{i}.npy") for i in range(outputs)]


def run_sdq(model: Path, name: str, x: np.ndarray, folder: Path) -> dict[str, np.ndarray]:
    np.save(folder / "x.npy", x)
    run_tool("sdq-run", model, "--input", f"{name}={folder / 'x.npy'}", "--output-dir", folder / "sdq")
    return {path.stem: np.load(path) for path in (folder / "sdq").glob("*.npy")}


def test_every_recipe_of_the_evaluation_runs_on_upstream_passes_alone(tmp_path):
    every = recipes()
    model, calibration = model_of(len(every), tmp_path)
    overrides = [{"targets": [f"w{i}"], "recipe": recipe} for i, recipe in enumerate(every)]
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump({"recipe": "dense", "overrides": overrides}))
    compressed = tmp_path / "model.sdq"
    options = ["--recipe", tmp_path / "recipe.yaml", "--calibration", calibration, "--min-size", "0"]
    run_tool("sdq-compile", model, *options, "-o", compressed)
    module = give_back(compressed, tmp_path)

    x = np.random.default_rng(1).standard_normal((TOKENS, INPUTS)).astype(np.float32)
    expected = run_sdq(compressed, "x", x, tmp_path)
    found = run_upstream(module, x, tmp_path, len(every))
    for i, recipe in enumerate(every):
        bound = 1e-5 * np.abs(expected[f"y{i}"]).max()
        np.testing.assert_allclose(found[i], expected[f"y{i}"], rtol=0, atol=bound, err_msg=str(recipe))


@pytest.fixture(scope="module")
def bytelm(tmp_path_factory) -> tuple[Path, Path, np.ndarray, np.ndarray]:
    """bytelm by a recipe of two formats: compressed, given back; input, and logits of our own execution."""
    folder = tmp_path_factory.mktemp("bytelm")
    compressed = folder / "model.sdq"
    options = ["--recipe", "SqueezeLLM-w3-s0.45", "--calibration", BYTELM / "calibration.safetensors"]
    run_tool("sdq-compile", BYTELM / "bytelm-dynamo.onnx", *options, "-o", compressed)
    ids = np.random.default_rng(2).integers(0, 256, (2, 33))
    logits = run_sdq(compressed, "input_ids", ids, folder)["logits"]
    return compressed, give_back(compressed, folder), ids, logits


def test_bytelm_stays_packed(bytelm):
    _, module, _, _ = bytelm
    # 3.675 bits for each of 3473408 weights, and 256x256 embeddings and norms as they were.
    assert 3473408 * 3.675 / 8 < constant_bytes(module) < 3473408 * 3.675 / 8 + 256 * 256 * 4 + 20_000


def test_bytelm_runs_on_upstream_passes_alone(bytelm, tmp_path):
    _, module, ids, logits = bytelm
    (found,) = run_upstream(module, ids, tmp_path, 1)
    np.testing.assert_allclose(found, logits, rtol=0, atol=1e-5 * np.abs(logits).max())
    # Nobody has folded the weights: upstream's LLVM constants are as small.
    assert (tmp_path / "upstream" / "code.so").stat().st_size < 3473408


def test_bytelm_runs_on_iree(bytelm, tmp_path):
    pytest.importorskip("iree.compiler", reason="iree-base-compiler is not installed (python/requirements-test.txt)")
    from iree import runtime

    _, module, ids, logits = bytelm
    code = tmp_path / "bytelm.vmfb"
    compiler = [sys.executable, "-m", "iree.compiler.tools.scripts.iree_compile"]
    options = [
        "--iree-hal-target-device=local",
        "--iree-hal-local-target-device-backends=llvm-cpu",
        "--iree-llvmcpu-target-cpu=host",
        "--iree-opt-const-expr-hoisting=false",  # else IREE decodes weights under a megabyte as it compiles
    ]
    subprocess.run([*compiler, *options, module, "-o", code], check=True)
    found = runtime.load_vm_flatbuffer_file(str(code), driver="local-task").main_graph(ids).to_host()
    np.testing.assert_allclose(found, logits, rtol=0, atol=1e-5 * np.abs(logits).max())
    assert code.stat().st_size < 3473408
