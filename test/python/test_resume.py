# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A compression that is killed, however often and whenever, goes on where it was and ends in the same bytes."""

import json
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file, save_file

SDQ_COMPILE = Path(__file__).parents[2] / "build" / "bin" / "sdq-compile"
LAYERS, WIDTH = 12, 448
KILLS = 20


def make_model(folder: Path, seed: int = 0) -> Path:
    """LAYERS square products in a row, with heavy-tailed weights, and their Fisher information."""
    generator = np.random.default_rng(seed)
    nodes, weights, statistics = [], [], {}
    for i in range(LAYERS):
        weight = (generator.standard_t(5, (WIDTH, WIDTH)) * 0.02).astype(np.float32)
        weights.append(numpy_helper.from_array(weight, f"layers.{i}.weight"))
        nodes.append(helper.make_node("MatMul", [f"y{i}", f"layers.{i}.weight"], [f"y{i + 1}"]))
        statistics[f"layers.{i}.weight.fisher"] = generator.random((WIDTH, WIDTH), dtype=np.float32)
    x = helper.make_tensor_value_info("y0", TensorProto.FLOAT, ["tokens", WIDTH])
    y = helper.make_tensor_value_info(f"y{LAYERS}", TensorProto.FLOAT, ["tokens", WIDTH])
    graph = helper.make_graph(nodes, "layers", [x], [y], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), folder / "m.onnx")
    save_file(statistics, folder / "calibration.safetensors")
    return folder / "m.onnx"


def start(folder: Path, output: str, *options: str, recipe: str = "SqueezeLLM-w4-s0.45") -> subprocess.Popen:
    """The compression of m.onnx, in its folder: where an operation comes from is part of the output."""
    calibration = ["--calibration", "calibration.safetensors"]
    command = [SDQ_COMPILE, "m.onnx", "--recipe", recipe, *calibration, "-o", output, *options]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def run(*arguments: str, **keywords: str) -> tuple[int, str]:
    """Exit status and stderr of a compression."""
    process = start(*arguments, **keywords)
    _, errors = process.communicate()
    return process.returncode, errors


def change_calibration(folder: Path, weights: set[str]) -> None:
    statistics = load_file(folder / "calibration.safetensors")
    for name in weights:
        statistics[f"{name}.fisher"] *= np.linspace(1, 9, WIDTH, dtype=np.float32)
    save_file(statistics, folder / "calibration.safetensors")


def finished(folder: Path) -> list[Path]:
    """The finished weights in the store of m.sdq."""
    return [path for path in (folder / "m.sdq.partial").glob("weight-*") if ".tmp-" not in path.name]


def interrupt(folder: Path, weights: int, *options: str, **keywords: str) -> None:
    """Starts the compression of m.sdq and kills it once so many weights are finished."""
    process = start(folder, "m.sdq", *options, **keywords)
    while len(finished(folder)) < weights and process.poll() is None:
        time.sleep(0.001)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL, "finished before it could be killed"
    assert len(finished(folder)) >= weights


@pytest.fixture(scope="module")
def reference(tmp_path_factory) -> tuple[Path, bytes, float]:
    """The folder of the model, what an uninterrupted run makes of it, and how long that takes."""
    folder = tmp_path_factory.mktemp("resume")
    make_model(folder)
    begin = time.monotonic()
    status, errors = run(folder, "reference.sdq")
    assert status == 0, errors
    return folder, (folder / "reference.sdq").read_bytes(), time.monotonic() - begin


@pytest.fixture
def folder(reference, tmp_path) -> Path:
    for name in ("m.onnx", "calibration.safetensors"):
        shutil.copy(reference[0] / name, tmp_path)
    return tmp_path


def test_killed_twenty_times_at_random(reference, folder, capsys):
    _, expected, seconds = reference
    seed = random.SystemRandom().randrange(10**6)
    generator = random.Random(seed)
    inputs = {path.name for path in folder.iterdir()}
    output, report, store = (folder / f"m.sdq{suffix}" for suffix in ("", ".report.json", ".partial"))
    kills, completions, resumed = [], 0, []
    while len(kills) < KILLS or not output.exists():
        before = len(finished(folder))
        process = start(folder, "m.sdq")
        try:
            # Once all weights are finished, every other run comes to its end, so that most kills meet weights.
            through = len(kills) == KILLS or (before == LAYERS and generator.random() < 0.5)
            moment = None if through else generator.uniform(0, seconds)
            _, errors = process.communicate(timeout=moment)
            assert process.returncode == 0, f"seed {seed}: {errors}"
            # What is there is what an uninterrupted run makes, and nothing but that.
            assert output.read_bytes() == expected, f"seed {seed}: the resumed output differs"
            assert {path.name for path in folder.iterdir()} - inputs == {output.name, report.name}, f"seed {seed}"
            layers = json.loads(report.read_text())["layers"]
            assert sum(layer["resumed"] for layer in layers) == before, f"seed {seed}"
            resumed.append(before)
            completions += 1
            if len(kills) < KILLS:
                output.unlink(), report.unlink()
        except subprocess.TimeoutExpired:
            process.kill()
            _, errors = process.communicate()
            # It may have come to its end meanwhile: then the next round finds a finished output.
            kills.append((round(moment / seconds, 2), len(finished(folder))))
            if output.exists():
                assert output.read_bytes() == expected, f"seed {seed}: half an output"
                if not store.exists():
                    output.unlink(), report.unlink(missing_ok=True)
    with capsys.disabled():
        print(
            f"\nseed {seed}; killed at (share of {seconds:.1f} s, weights finished): {kills}; resumed: {resumed}",
            end=" ",
        )
    assert len(kills) == KILLS
    assert any(0 < weights < LAYERS for _, weights in kills), "no kill struck between two weights"


def test_threads_do_not_show(reference, folder):
    for threads in (1, 2, 7):
        status, errors = run(folder, f"{threads}.sdq", "--threads", str(threads))
        assert status == 0, errors
        assert (folder / f"{threads}.sdq").read_bytes() == reference[1], f"{threads} threads"


def test_damaged_weights_are_compressed_again(reference, folder):
    interrupt(folder, 3)
    first, second, *rest = finished(folder)
    content = bytearray(first.read_bytes())
    content[-1] ^= 0x10
    first.write_bytes(content)
    second.write_bytes(second.read_bytes()[:1000])
    status, errors = run(folder, "m.sdq")
    assert status == 0, errors
    assert errors.count("warning: a finished weight is damaged and will be compressed again") == 2
    assert f"resuming: {len(rest)} of {LAYERS} weights are finished" in errors
    assert (folder / "m.sdq").read_bytes() == reference[1]


@pytest.mark.parametrize("change", ["model", "recipe", "options", "calibration", "weights"])
def test_weights_of_another_compression_are_refused(reference, folder, change):
    interrupt(folder, 2)
    store = folder / "m.sdq.partial"
    before = {path.name: path.read_bytes() for path in finished(folder)}
    options, recipe = [], "SqueezeLLM-w4-s0.45"
    if change == "model":
        calibration = (folder / "calibration.safetensors").read_bytes()
        make_model(folder, seed=1)
        (folder / "calibration.safetensors").write_bytes(calibration)
        what = r"had other values or another shape in the model"
    elif change == "recipe":
        recipe, what = (
            "SqueezeLLM-w3-s0.45",
            "was finished by the recipe SqueezeLLM-w4-s0.45, now it is SqueezeLLM-w3-s0.45",
        )
    elif change == "options":
        options, what = ["--unweighted"], "was finished by the recipe SqueezeLLM-w4-s0.45, now it is {"
    elif change == "calibration":
        change_calibration(folder, {f"layers.{i}.weight" for i in range(LAYERS)})
        what = "had other statistics in the calibration"
    else:
        options, what = ["--ignore", "layers.*"], "the model has no weight 'layers."
    status, errors = run(folder, "m.sdq", *options, recipe=recipe)
    assert status == 1, errors
    assert errors.startswith("error: 'm.sdq.partial' holds weights of another compression: "), errors
    assert what in errors
    assert errors.endswith("; --restart discards them\n")
    assert errors.count("\n") == 1
    assert {path.name: path.read_bytes() for path in finished(folder)} == before
    assert not (folder / "m.sdq").exists()
    # With --restart nothing of it is used.
    status, errors = run(folder, "m.sdq", *options, "--restart", recipe=recipe)
    assert status == 0, errors
    assert not any(layer["resumed"] for layer in json.loads((folder / "m.sdq.report.json").read_text())["layers"])
    assert not store.exists()


def test_what_no_finished_weight_depends_on_may_change(reference, folder):
    """The rest is compressed from what the user now gives, as an uninterrupted run would have it."""
    interrupt(folder, 2, "--threads", "1")
    names = {f"layers.{i}.weight" for i in range(2)}
    change_calibration(folder, {"layers.11.weight"})
    status, errors = run(folder, "m.sdq")
    assert status == 0, errors
    resumed = {
        layer["name"] for layer in json.loads((folder / "m.sdq.report.json").read_text())["layers"] if layer["resumed"]
    }
    assert names <= resumed
    status, errors = run(folder, "whole.sdq")
    assert status == 0, errors
    assert (folder / "m.sdq").read_bytes() == (folder / "whole.sdq").read_bytes() != reference[1]


def test_two_processes_do_not_share_an_output(folder):
    first = start(folder, "m.sdq")
    while not finished(folder):
        assert first.poll() is None
        time.sleep(0.001)
    assert run(folder, "m.sdq") == (1, "error: 'm.sdq.partial' is in use by another process\n")
    _, errors = first.communicate()
    assert first.returncode == 0, errors


def on_small_disk(folder: Path, kilobytes: int, script: str) -> subprocess.CompletedProcess:
    """Runs a script with a file system of so many kilobytes at folder/disk."""
    (folder / "disk").mkdir()
    mount = f"mount -t tmpfs -o size={kilobytes}k none disk && {script}"
    result = subprocess.run(["unshare", "--map-root-user", "--mount", "true"], capture_output=True, text=True)
    if result.returncode != 0:
        pytest.skip(f"cannot mount a small disk here: {result.stderr.strip()}")
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("share", [0.02, 0.5, 1.5])
def test_a_full_disk_is_one_error(reference, folder, share):
    """Full at the first weight, at some weight, or when the output is written beside all weights."""
    compile_it = (
        f"{SDQ_COMPILE} m.onnx --recipe SqueezeLLM-w4-s0.45 --calibration calibration.safetensors -o disk/m.sdq"
    )
    kilobytes = int(len(reference[1]) * share / 1024)
    result = on_small_disk(folder, kilobytes, f"{compile_it}; echo status $?; ls -R disk")
    lines = result.stderr.splitlines()
    assert sum(line.startswith("error") for line in lines) == 1, result.stderr
    assert "error: cannot write 'disk/m.sdq.partial/" in lines[0]
    assert lines[0].endswith("': No space left on device")
    status, _, *files = result.stdout.splitlines()
    assert status == "status 1"
    assert not any(".tmp-" in file or "staged" in file for file in files), "something half-written is left"
    assert not any(file == "m.sdq" for file in files)
    if share == 0.02:
        assert files == [], "nothing was finished, nothing is left"
    else:
        assert lines[1:] == ["finished weights are kept in 'disk/m.sdq.partial' for the same command"]
        assert sum(file.startswith("weight-") for file in files) > 0


def test_a_folder_that_is_not_there_is_one_error(folder):
    status, errors = run(folder, "none/m.sdq")
    assert (status, errors) == (1, "error: cannot create the folder 'none/m.sdq.partial': No such file or directory\n")
