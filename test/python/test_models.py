# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whole models, as a user runs them: sdq-compile and sdq-run against onnxruntime.

The uncompressed model must agree with onnxruntime on the model; a compressed one with onnxruntime on its own decoded
weights, so that what is compared is the execution and not the compression.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
BYTELM = ROOT / "examples" / "bytelm"
sys.path.insert(0, str(BYTELM))

import heldout  # noqa: E402
import reference  # noqa: E402
import sdq_tools  # noqa: E402

EXPORTS = ["bytelm-dynamo.onnx", "bytelm-torchscript.onnx"]
RECIPES = [
    "dense",
    "SDQ-W7:8-1:8int8-6:8fp4-a16",
    "SDQ-W4:8p-4:8int4-q32-a16",
    "SqueezeLLM-w4-s0.45",
    "SqueezeLLM-w3-s0.45",
    "W4-g128",
]
SHAPES = [(1, 1), (3, 7), (2, 64)]


def compile_model(export: str, recipe: str, folder: Path, *options: str) -> Path:
    output = folder / "model.sdq"
    calibration = ["--calibration", BYTELM / "calibration.safetensors"]
    sdq_tools.run("sdq-compile", BYTELM / export, "--recipe", recipe, *calibration, "-o", output, "--force", *options)
    return output


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("export", EXPORTS)
def test_logits_agree_with_onnxruntime(export, recipe, tmp_path):
    model = compile_model(export, recipe, tmp_path)
    replacements = None if recipe == "dense" else sdq_tools.decoded_weights(model, tmp_path)
    session = reference.session(BYTELM / export, replacements)
    generator = np.random.default_rng(0)
    for shape in SHAPES:
        ids = generator.integers(0, 256, shape)
        found, _ = sdq_tools.run_model(model, ids, tmp_path, batch=shape[0])
        assert reference.difference(found, reference.logits(session, ids)) < 1e-4, shape


def test_perplexity_barely_moves_when_activations_are_quantized_too(tmp_path):
    """W4A4 and W8A8 products, rounded in the generated code: worse than 16-bit activations, and by little."""
    text = heldout.load().select(8)
    losses = {}
    for recipe in ("dense", "SDQ-W7:8-1:8int8-6:8fp4-a16", "SDQ-W7:8-1:8int8-6:8fp4"):
        model = compile_model(EXPORTS[0], recipe, tmp_path)
        logits, _ = sdq_tools.run_model(model, text.ids, tmp_path, batch=8)
        losses[recipe] = heldout.nats_per_byte(logits, text.targets)
    dense, a16, quantized = losses.values()
    assert dense < a16 < quantized < dense * 1.1, losses


def test_both_exports_compress_to_the_same_numbers(tmp_path):
    """The TorchScript export has other names and transposed weights; its Fisher is found by content."""
    decoded = []
    for export in EXPORTS:
        folder = tmp_path / export
        folder.mkdir()
        model = compile_model(export, "SqueezeLLM-w3-s0.45", folder, "--target", "none")
        weights = sdq_tools.decoded_weights(model, folder)
        assert len(weights) == 29
        decoded.append(sorted((w if export == EXPORTS[0] else w.T).tobytes() for w in weights.values()))
    assert decoded[0] == decoded[1]


def test_a_model_without_code_is_compiled_at_load_and_says_so(tmp_path):
    model = compile_model(EXPORTS[0], "W4-g128", tmp_path, "--target", "none")
    np.save(tmp_path / "ids.npy", np.zeros((1, 4), np.int64))
    result = subprocess.run(
        [ROOT / "build/bin/sdq-run", model, "--input", f"input_ids={tmp_path / 'ids.npy'}", "--output-dir", tmp_path],
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert "compil" in result.stderr
    assert np.load(tmp_path / "logits.npy").shape == (1, 4, 256)
