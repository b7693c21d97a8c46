# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the demo measures with is right, and it cannot pass by comparing a thing with itself or with a stale file."""

import sys
from pathlib import Path

import numpy as np
import pytest

BYTELM = Path(__file__).parents[2] / "examples" / "bytelm"
sys.path.insert(0, str(BYTELM))

import heldout  # noqa: E402
import reference  # noqa: E402
import sdq_tools  # noqa: E402

MODEL = BYTELM / "bytelm-dynamo.onnx"
WEIGHT = "model.layers.0.self_attn.q_proj.weight"


def test_nats_per_byte_is_the_mean_cross_entropy():
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(2, 5, 256)).astype(np.float32) * 30
    targets = generator.integers(0, 256, (2, 5))
    wide = logits.astype(np.longdouble)
    probability = np.exp(wide) / np.exp(wide).sum(-1, keepdims=True)
    expected = -np.log(np.take_along_axis(probability, targets[..., None], -1)).mean()
    assert heldout.nats_per_byte(logits, targets) == pytest.approx(float(expected), rel=1e-9)


def test_windows_are_consecutive_and_targets_come_one_byte_later():
    text = heldout.load()
    assert text.ids.shape == text.targets.shape == (text.predictions_in_full // 256, 256)
    np.testing.assert_array_equal(text.ids.reshape(-1)[1:], text.targets.reshape(-1)[:-1])
    few = text.select(7)
    np.testing.assert_array_equal(few.ids[3], text.ids[3 * len(text.ids) // 7])
    assert text.select(10**6).predictions == text.predictions


def test_baseline_perplexity_is_reproduced_by_onnxruntime():
    text = heldout.load().select(24)
    logits = reference.logits(reference.session(MODEL), text.ids)
    # The 24 windows are easier or harder than the whole text (0.9048) by chance: a broken model is far outside.
    assert 0.75 < heldout.nats_per_byte(logits, text.targets) < 1.1


def test_difference_is_the_worst_position():
    expected = np.ones((1, 3, 256), np.float32)
    found = expected.copy()
    found[0, 1] *= 1.5
    assert reference.difference(found, expected) == pytest.approx(0.5)
    with pytest.raises(SystemExit, match="expected logits of shape"):
        reference.difference(found[:, :2], expected)


def test_replaced_weights_change_the_logits():
    ids = np.arange(8)[None]
    weight = reference.initializers(MODEL)[WEIGHT].astype(np.float32)
    plain = reference.logits(reference.session(MODEL), ids)
    assert reference.difference(reference.logits(reference.session(MODEL, {WEIGHT: weight}), ids), plain) < 1e-6
    assert reference.difference(reference.logits(reference.session(MODEL, {WEIGHT: weight * 0}), ids), plain) > 1e-2


@pytest.mark.parametrize(
    ("replacement", "message"),
    [
        ({"nowhere": np.zeros((1, 1), np.float32)}, "no initializer nowhere"),
        ({WEIGHT: np.zeros((256, 255), np.float32)}, r"expected float32 \(256, 256\), got float32 \(256, 255\)"),
        ({WEIGHT: np.zeros((256, 256), np.float16)}, "got float16"),
    ],
)
def test_a_wrong_replacement_is_refused(replacement, message):
    with pytest.raises(SystemExit, match=message):
        reference.session(MODEL, replacement)


def test_kernels_are_read_out_of_gpu_binaries(tmp_path):
    module = tmp_path / "lowered.mlir"
    module.write_text(
        'gpu.binary @a [#gpu.object<#nvvm.target<chip = "sm_80">, assembly = '
        '".target sm_80\\0A.visible .entry f()\\0A.visible .entry \\22g\\22()\\0A">]\n'
        'gpu.binary @b [#gpu.object<#nvvm.target<chip = "sm_90">, assembly = ".target sm_90\\0A.entry h()">]\n'
    )
    kernels = sdq_tools.find_kernels(module)
    assert (kernels.count, kernels.chips) == (3, ["sm_80", "sm_90"])
    assert kernels.sources[0].splitlines()[2] == '.visible .entry "g"()'


def test_a_missing_tool_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(sdq_tools, "BIN", tmp_path)
    with pytest.raises(SystemExit, match=r"sdq-run not found: run `make build` first"):
        sdq_tools.run("sdq-run")


def test_a_failing_tool_ends_the_demo_with_its_message(monkeypatch, tmp_path):
    tool = tmp_path / "sdq-run"
    tool.write_text("#!/bin/sh\necho 'a.sdq: expected 3, got 4' >&2\nexit 1\n")
    tool.chmod(0o755)
    monkeypatch.setattr(sdq_tools, "BIN", tmp_path)
    with pytest.raises(SystemExit, match=r"exit status 1\na.sdq: expected 3, got 4"):
        sdq_tools.run("sdq-run", "a.sdq")
