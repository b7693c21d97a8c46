# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`python -m sdq evaluate` on bytelm: faithful to onnxruntime and to the report, resumable, robust as a command."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from sdq.errors import SdqError
from sdq.runtime import Model, load_library
from sdq.tools import find_library, run_tool

ROOT = Path(__file__).parents[2]
BYTELM = ROOT / "examples" / "bytelm"
sys.path.insert(0, str(BYTELM))

import heldout  # noqa: E402
import reference  # noqa: E402
import stdlib_text  # noqa: E402

MODEL, CALIBRATION = BYTELM / "bytelm-dynamo.onnx", BYTELM / "calibration.safetensors"
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "python"), "OMP_NUM_THREADS": "1"}
WINDOWS = 6
ROUNDED, PLAIN = "SDQ-W8:8-1:8int8-7:8fp4", "SDQ-W8:8-1:8int8-7:8fp4-a16"


def command(folder: Path, *arguments: object) -> list[str]:
    fixed = ["--text", folder.parent / "heldout.txt", "--calibration", CALIBRATION, "-o", folder]
    return [sys.executable, "-m", "sdq", "evaluate", *map(str, [MODEL, *fixed, *arguments])]


def evaluate(folder: Path, *arguments: object, status: int = 0) -> str:
    done = subprocess.run(command(folder, *arguments), env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("evaluate")
    (folder / "heldout.txt").write_bytes(stdlib_text.heldout()[0])
    return folder


@pytest.fixture(scope="module")
def evaluated(place) -> Path:
    """Recipes that the tests below look at."""
    folder = place / "first"
    recipes = [ROUNDED, PLAIN, "SqueezeLLM-w3-s0.45"]
    log = evaluate(folder, "--recipes", *recipes, "--windows", WINDOWS, "--choices", 24, "--jobs", 2)
    assert "4 runs to do" in log
    return folder


def row(folder: Path, label: str) -> dict:
    (table,) = json.loads((folder / "tables.json").read_text())
    return next(r for r in table["rows"] if r["label"] == label)


def window_nats(folder: Path, label: str) -> np.ndarray:
    results = [json.loads(path.read_text()) for path in (folder / "results").glob("*.perplexity.*.json")]
    return np.array(next(r["scores"]["nats"] for r in results if r["label"] == label))


def test_dense_loss_is_that_of_onnxruntime(evaluated):
    text = heldout.load().select(WINDOWS)
    logits = reference.logits(reference.session(MODEL), text.ids)
    expected = [heldout.nats_per_byte(logits[i : i + 1], text.targets[i : i + 1]) for i in range(WINDOWS)]
    np.testing.assert_allclose(window_nats(evaluated, "dense"), expected, rtol=1e-5)
    assert row(evaluated, "dense")["nats"][0] == pytest.approx(np.mean(expected), rel=1e-5)


def test_activations_are_rounded_where_the_recipe_says_so(evaluated, place):
    """The same weights: without rounding the loss is that of onnxruntime on them, with rounding it is another."""
    folder = place / "onnxruntime"
    log = evaluate(
        folder, "--recipes", PLAIN, ROUNDED, "--windows", WINDOWS, "--engine", "onnxruntime", "--no-plot", status=1
    )
    np.testing.assert_allclose(window_nats(folder, PLAIN), window_nats(evaluated, PLAIN), rtol=1e-4)
    assert np.abs(window_nats(evaluated, ROUNDED) - window_nats(evaluated, PLAIN)).min() > 1e-4
    assert row(evaluated, ROUNDED)["relative_error"] == row(evaluated, PLAIN)["relative_error"]
    assert f"sdq: error: {ROUNDED}: --engine onnxruntime: expected a recipe that leaves activations alone" in log
    assert not (folder / "table.png").exists()


def test_the_table_says_what_the_report_says(evaluated, tmp_path):
    recipe, report = "SqueezeLLM-w3-s0.45", tmp_path / "r.json"
    run_tool(
        "sdq-compile", MODEL, "--recipe", recipe, "--calibration", CALIBRATION, "-o", tmp_path / "m.sdq", "--target",
        "none", "--report", report,
    )  # fmt: skip
    expected, found = json.loads(report.read_text()), row(evaluated, recipe)
    keys = ("bits_per_weight", "relative_error", "relative_fisher_error", "paper_throughput", "realised_throughput")
    assert {key: found[key] for key in keys} == {key: expected[key] for key in keys}
    by_layer = [layer["relative_fisher_error"] for layer in expected["layers"]]
    assert min(by_layer) < expected["relative_fisher_error"] < max(by_layer)
    line = next(line for line in (evaluated / "tables.md").read_text().splitlines() if f"`{recipe}`" in line)
    bits = expected["bits_per_weight"]
    for value in (
        *(f"{bits[part]:.3f}" for part in bits),
        f"{expected['relative_error']:.4f}",
        f"{found['nats'][0]:.4f}",
    ):
        assert f" {value} " in line
    assert (evaluated / "table.png").read_bytes().startswith(b"\x89PNG")


def test_compression_costs_and_the_choices_are_not_chance(evaluated):
    dense, squeezed = row(evaluated, "dense"), row(evaluated, "SqueezeLLM-w3-s0.45")
    assert squeezed["perplexity_change_percent"][0] > 0.2 and dense["perplexity_change_percent"] == [0, 0, 0]
    # 24 items: by chance, 13 right or more happen once in 2000 times.
    assert dense["accuracy"][0] >= 13 / 24 and dense["agreement"] == 1
    assert squeezed["agreement"] > 0.7


def test_a_second_run_computes_nothing_and_says_the_same(evaluated):
    files = sorted((evaluated / "results").iterdir())
    times, tables = [f.stat().st_mtime_ns for f in files], (evaluated / "tables.md").read_bytes()
    recipes = [ROUNDED, PLAIN, "SqueezeLLM-w3-s0.45"]
    log = evaluate(evaluated, "--recipes", ",".join(recipes), "--windows", WINDOWS, "--choices", 24)
    assert "0 runs to do" in log
    assert [f.stat().st_mtime_ns for f in sorted((evaluated / "results").iterdir())] == times
    assert (evaluated / "tables.md").read_bytes() == tables


def test_what_changes_is_computed_again(evaluated, place):
    """Other windows, and an option of the compiler; the choices stay as they were."""
    recipe = "SqueezeLLM-w3-s0.45"
    log = evaluate(evaluated, "--recipes", recipe, "--windows", 3, "--choices", 24, "--no-plot")
    assert "2 runs to do" in log
    experiments = place / "e.yaml"
    experiments.write_text(
        "- {id: x, title: Without the head, choices: 24, runs: [{recipe: SqueezeLLM-w3-s0.45, options: [--ignore, lm_head]}]}"
    )
    log = evaluate(evaluated, "--experiments", experiments, "--windows", 3)
    assert "1 runs to do" in log
    text = (evaluated / "tables.md").read_text()
    assert (
        text.startswith("## Without the head\n")
        and "SqueezeLLM-w3-s0.45 --ignore lm_head" in text
        and "(x.png)" in text
    )


def test_a_chip_adds_the_throughput_that_it_realises(place, tmp_path):
    """The A100 multiplies 2:4 int8 at twice the rate of dense int8, which is twice that of dense f16."""
    folder, recipe, chip = place / "chip", "SDQ-W2:4-2:4int8", "sm_80"
    (tmp_path / "doc.md").write_text("Words.\n<!-- sdq evaluate: table -->\n<!-- end -->\n")
    evaluate(folder, "--recipes", recipe, "--windows", 3, "--chip", chip, "--into", tmp_path / "doc.md")
    assert row(folder, recipe)["realised_throughput"] == row(folder, recipe)["paper_throughput"] == pytest.approx(4)
    text = (tmp_path / "doc.md").read_text()
    assert text.startswith("Words.\n") and "| T on sm_80 |" in text and "(doc/table.png)" in text
    assert (tmp_path / "doc" / "table.png").stat().st_size > 1000
    run_tool(
        "sdq-compile", MODEL, "--recipe", recipe, "--chip", "sm_75", "--target", "none", "-o", tmp_path / "m.sdq",
        "--report", tmp_path / "r.json",
    )  # fmt: skip
    assert json.loads((tmp_path / "r.json").read_text())["realised_throughput"] < 4


def test_a_killed_run_continues(place):
    """SIGKILL after the first result; the next run does the rest only, and no worker or scratch file outlives them."""
    folder = place / "killed"
    recipes = ["W8", "W4", "W4-g32"]
    options = ["--recipes", *recipes, "--windows", 3, "--jobs", 1, "--no-plot"]
    process = subprocess.Popen(command(folder, *options), env=ENVIRONMENT, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 300
    while not list(folder.glob("results/*.json")) and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    done = len(list(folder.glob("results/*.json")))
    assert 1 <= done < 4
    log = evaluate(folder, *options)
    assert int(log.split(" runs to do")[0].split()[-1]) <= 4 - done
    assert len(list(folder.glob("results/*.json"))) == 4
    assert len(json.loads((folder / "tables.json").read_text())[0]["rows"]) == 4
    assert not list(folder.glob("scratch/*"))


def test_a_recipe_that_fails_does_not_stop_the_others(place):
    folder = place / "failing"
    log = evaluate(folder, "--recipes", "W4", "W17", "--windows", 3, "--no-plot", status=1)
    errors = [line for line in log.splitlines() if line.startswith("sdq: error")]
    assert len(errors) == 1 and errors[0].startswith("sdq: error: W17: sdq-compile: error: recipe 'W17'")
    assert "- `W17`: sdq-compile: error: recipe 'W17'" in (folder / "tables.md").read_text()
    assert [r["label"] for r in json.loads((folder / "tables.json").read_text())[0]["rows"]] == ["dense", "W4"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--recipes", "W4", "--windows", "99999"], "expected at least 99999 windows of 256 tokens"),
        (["--recipes", "W4", "--window", "0"], "--window: expected at least 1, found 0"),
        (["--recipes", "W4", "--only", "a"], "--only: expected --experiments beside it"),
        (["--experiments", "nowhere.yaml"], "nowhere.yaml: [Errno 2] No such file"),
        (["--recipes", "W4", "--tokenizer", "nowhere"], "--tokenizer: expected `bytes` or a folder, found nowhere"),
        (["--recipes", "W4", "--calibration", "nowhere"], "nowhere: expected a file"),
    ],
)
def test_mistakes_are_one_line(arguments, message, place):
    log = evaluate(place / "mistakes", *arguments, status=1)
    assert log.startswith("sdq: error: ") and message in log and len(log.splitlines()) == 1


def test_missing_tools_are_said_to_be_missing(place, tmp_path):
    environment = ENVIRONMENT | {"SDQ_BUILD_DIR": str(tmp_path)}
    done = subprocess.run(
        command(place / "toolless", "--recipes", "W4"), env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"sdq: error: sdq-compile: expected it in {tmp_path / 'bin'}; build SDQ" in done.stderr


def test_the_c_interface_refuses_what_the_model_does_not_take(tmp_path):
    run_tool("sdq-compile", MODEL, "--recipe", "dense", "-o", tmp_path / "m.sdq")
    model = Model(tmp_path / "m.sdq", load_library(find_library("SDQ-C")))
    assert (model.inputs, model.outputs) == (["input_ids"], ["logits"])
    ids = np.arange(14).reshape(2, 7)
    expected = reference.logits(reference.session(MODEL), ids)
    backwards = np.asfortranarray(ids)  # not row-major: the interface is given a copy that is
    assert reference.difference(model.run({"input_ids": backwards})["logits"], expected) < 1e-4
    assert reference.difference(model.run({"input_ids": ids})["logits"], expected) < 1e-4
    with pytest.raises(SdqError, match="expected inputs input_ids, got ids"):
        model.run({"ids": ids})
    with pytest.raises(SdqError, match="input_ids"):
        model.run({"input_ids": ids.astype(np.float32)})
    model.close()
    with pytest.raises(SdqError, match=r"nothing\.sdq"):
        Model(tmp_path / "nothing.sdq", load_library(find_library("SDQ-C")))
