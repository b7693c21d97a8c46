# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`python -m sdq calibrate` on bytelm: right against autograd and onnxruntime, found by content, robust as a command."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from sdq.calibrate import torch_model

ROOT = Path(__file__).parents[2]
BYTELM = ROOT / "examples" / "bytelm"
sys.path.insert(0, str(BYTELM))

import sdq_tools  # noqa: E402
import stdlib_text  # noqa: E402

# One thread: several that wait for each other on a busy machine take minutes.
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "python"), "OMP_NUM_THREADS": "1"}
torch.set_num_threads(1)
SEQUENCES, LENGTH = 24, 256


def calibrate(*arguments, stdin=b"") -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "sdq", "calibrate", *map(str, arguments)]
    return subprocess.run(command, input=stdin, env=ENVIRONMENT, capture_output=True, check=False)


def refused(*arguments, stdin=b"") -> str:
    done = calibrate(*arguments, stdin=stdin)
    assert done.returncode == 1
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def content_keys(path):
    with safe_open(path, "pt") as file:
        return json.loads(file.metadata()["sdq.content"])


@pytest.fixture(scope="module")
def training() -> bytes:
    return stdlib_text.training()


@pytest.fixture(scope="module")
def calibration(tmp_path_factory, training) -> Path:
    path = tmp_path_factory.mktemp("calibration") / "bytelm.safetensors"
    statistics = "fisher,act_sq,hessian"
    done = calibrate(
        BYTELM, "-o", path, "--sequences", SEQUENCES, "--length", LENGTH, "--statistics", statistics, stdin=training
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"of 29 weights from 24 sequences of 256 tokens" in done.stderr
    return path


def test_training_text_is_what_the_rule_leaves(training):
    rule = json.loads((BYTELM / "heldout_modules.json").read_text())
    if sys.version_info[:2] == tuple(map(int, rule["python"].split("."))):
        assert [m for m in stdlib_text.modules() if stdlib_text.is_held_out(m)] == rule["modules"]
    held, missing = stdlib_text.heldout()
    assert len(training) > 20 * len(held)
    for name in set(rule["modules"]) - set(missing):
        assert (stdlib_text.LIBRARY / name).read_bytes() not in training


def test_fisher_is_that_of_autograd_one_sequence_at_a_time(calibration, training):
    """Of the first and the last matmul, which every layer between carries gradients to; bf16 keeps 8 bits."""
    found = load_file(calibration)
    model = torch_model.load_model(BYTELM, "f32", "cpu")
    names = ["model.layers.0.self_attn.q_proj.weight", "model.layers.1.mlp.down_proj.weight", "lm_head.weight"]
    weights = [model.get_parameter(name).requires_grad_(True) for name in names]
    available = len(training) // LENGTH
    starts = [LENGTH * (i * available // SEQUENCES) for i in range(SEQUENCES)]
    expected = [torch.zeros_like(w) for w in weights]
    for start in starts:
        ids = torch.tensor(list(training[start : start + LENGTH]))[None]
        loss = model(input_ids=ids, labels=ids).loss
        for total, gradient in zip(expected, torch.autograd.grad(loss, weights), strict=True):
            total += gradient.square()
    for name, value in zip(names, expected, strict=True):
        torch.testing.assert_close(found[f"{name}.fisher"].float(), value, rtol=2**-7, atol=1e-5 * float(value.max()))


def ranks(values: torch.Tensor) -> np.ndarray:
    return values.float().flatten().argsort().argsort().numpy()


def test_fisher_ranks_weights_as_the_committed_calibration_does(calibration):
    """The committed one is of other sequences of the same text, made by another program; chance would give 0."""
    found, committed = load_file(calibration), load_file(BYTELM / "calibration.safetensors")
    fishers = [key for key in committed if key.endswith(".fisher")]
    assert set(fishers) == {key for key in found if key.endswith(".fisher")}
    correlations = {key: np.corrcoef(ranks(found[key]), ranks(committed[key]))[0, 1] for key in fishers}
    assert np.median(list(correlations.values())) > 0.7, correlations
    assert min(correlations.values()) > 0.4, correlations


def test_onnxruntime_measures_what_torch_measures(calibration, training, tmp_path):
    """Weights of both exports, renamed and transposed in the second, matched by content alone."""
    found, keys = load_file(calibration), content_keys(calibration)
    for export in ("bytelm-dynamo.onnx", "bytelm-torchscript.onnx"):
        path = tmp_path / f"{export}.safetensors"
        arguments = ["--sequences", SEQUENCES, "--length", LENGTH, "--statistics", "act_sq,hessian", "--memory", "2M"]
        done = calibrate(BYTELM / export, "-o", path, *arguments, stdin=training)
        assert done.returncode == 0, done.stderr.decode()
        names = {key: name for name, key in content_keys(path).items()}
        other = load_file(path)
        assert len(names) == 29
        for name, key in keys.items():
            for statistic in ("act_sq", "hessian"):
                value = found[f"{name}.{statistic}"]
                tolerance = 1e-5 * float(value.abs().max())
                torch.testing.assert_close(other[f"{names[key]}.{statistic}"], value, rtol=1e-4, atol=tolerance)


def test_the_compiler_finds_every_weight_of_the_renamed_export(calibration, tmp_path):
    """SqueezeLLM refuses a weight without Fisher information, so that it compiles says that all were found."""
    output, report = tmp_path / "model.sdq", tmp_path / "report.json"
    sdq_tools.run(
        "sdq-compile", BYTELM / "bytelm-torchscript.onnx", "--recipe", "SqueezeLLM-w4", "--calibration", calibration,
        "-o", output, "--report", report, "--target", "none",
    )  # fmt: skip
    layers = json.loads(report.read_text())["layers"]
    assert len(layers) == 29 and all(layer["relative_fisher_error"] < 0.2 for layer in layers)


def test_mistakes_are_one_line_and_leave_no_file(tmp_path):
    out = tmp_path / "c.safetensors"
    text = b"import os\n" * 100
    assert "found 'fischer'" in refused(BYTELM, "-o", out, "--statistics", "fischer", stdin=text)
    message = refused(BYTELM, "-o", out, stdin=text)
    assert "expected 128 sequences of 256 tokens, found 1000 tokens, which make 3" in message
    few = ["--sequences", "3", "-o", out]
    assert "at most the model's 256 positions" in refused(BYTELM, *few, "--length", "300", stdin=text)
    message = refused(BYTELM, *few, "--statistics", "guided_hessian", "--groups", "3", stdin=text)
    assert "expected a divisor of the 256 output channels of model.layers.0.self_attn.q_proj.weight" in message
    assert "needs gradients" in refused(BYTELM / "bytelm-dynamo.onnx", *few, "--statistics", "fisher", stdin=text)
    assert "expected a Hugging Face model folder or an .onnx file" in refused(BYTELM / "no", *few, stdin=text)
    assert "expected a Hugging Face causal language model" in refused(
        tmp_path, *few, "--length", "9", "--tokenizer", "bytes", stdin=text
    )
    assert "expected a tokenizer" in refused(tmp_path, *few, stdin=text)
    assert "/missing.txt: No such file" in refused(BYTELM, *few, "--text", tmp_path / "missing.txt")
    assert "--memory: expected a size such as" in refused(BYTELM, *few, "--memory", "much", stdin=text)
    (tmp_path / "broken.onnx").write_bytes(b"not a model")
    assert "broken.onnx: expected an ONNX model" in refused(
        tmp_path / "broken.onnx", *few, "--length", "9", "--tokenizer", "bytes", stdin=text
    )
    assert not out.exists()
    out.write_bytes(b"precious")
    assert "exists already: expected --force" in refused(BYTELM, *few, stdin=text)
    assert out.read_bytes() == b"precious"
    assert calibrate(BYTELM, *few, "--force", stdin=text).returncode == 0
    assert load_file(out)["lm_head.weight.fisher"].dtype == torch.bfloat16


def test_a_killed_calibration_leaves_the_old_file(tmp_path, training):
    out = tmp_path / "c.safetensors"
    out.write_bytes(b"old")
    (tmp_path / "t.txt").write_bytes(training)
    command = [sys.executable, "-m", "sdq", "calibrate", BYTELM, "--text", tmp_path / "t.txt", "-o", out, "--force"]
    # A background job of a shell inherits an ignored SIGINT.
    process = subprocess.Popen(
        [*map(str, command), "--sequences", "4000"],
        env=ENVIRONMENT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".c.safetensors.*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    assert out.read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["c.safetensors", "t.txt"]
