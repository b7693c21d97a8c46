# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the evaluation computes with is right: intervals, losses, choices, rows, the lists it reads."""

import math
import sys
from pathlib import Path

import numpy as np
import pytest
from sdq.errors import SdqError
from sdq.evaluate import document, runs, summary, table
from sdq.evaluate.bootstrap import intervals
from sdq.evaluate.tasks import Choices, Perplexity, log_probabilities

BYTELM = Path(__file__).parents[2] / "examples" / "bytelm"
sys.path.insert(0, str(BYTELM))

import heldout  # noqa: E402
import stdlib_text  # noqa: E402


def test_interval_of_a_mean_is_the_closed_form():
    """Draws of n values of deviation s have standard error s/√n about the mean, and are nearly normal: ± 1.96 s/√n."""
    values = np.random.default_rng(1).normal(5, 2, (3, 400))
    for (low, high), row in zip(intervals(values), values, strict=True):
        half = 1.96 * row.std() / math.sqrt(len(row))
        assert low == pytest.approx(row.mean() - half, abs=0.06 * half)
        assert high == pytest.approx(row.mean() + half, abs=0.06 * half)


def test_interval_of_a_share_is_that_of_the_binomial():
    values = (np.arange(200) < 50).astype(float)[None]
    low, high = intervals(values)[0]
    half = 1.96 * math.sqrt(0.25 * 0.75 / 200)
    assert (low, high) == pytest.approx((0.25 - half, 0.25 + half), abs=0.006)


def test_rows_share_their_draws():
    """So that a constant difference has an interval without width, however much the windows vary."""
    values = np.random.default_rng(2).normal(0, 10, 50)
    low, high = intervals(np.stack([values, values + 3]))[1] - intervals(np.stack([values, values + 3]))[0]
    assert (low, high) == pytest.approx((3, 3), abs=1e-9)
    assert np.ptp(intervals((values - values + 3)[None])[0]) < 1e-12
    assert np.array_equal(intervals(values[None], 7), intervals(values[None], 7))
    assert not np.array_equal(intervals(values[None], 7), intervals(values[None], 8))


def test_log_probabilities_survive_large_logits():
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(2, 5, 31)).astype(np.float32) * 300
    targets = generator.integers(0, 31, (2, 5))
    wide = logits.astype(np.longdouble)
    expected = np.take_along_axis(wide, targets[..., None], -1)[..., 0] - np.log(np.exp(wide).sum(-1))
    np.testing.assert_allclose(log_probabilities(logits, targets), expected.astype(float), rtol=1e-6, atol=1e-6)


def test_windows_are_those_of_the_demo():
    tokens = np.frombuffer(stdlib_text.heldout()[0], np.uint8).astype(np.int64)
    for count in (None, 7):
        task, demo = Perplexity.of(tokens, 256, count), heldout.load()
        demo = demo if count is None else demo.select(count)
        np.testing.assert_array_equal(task.ids, demo.ids)
        np.testing.assert_array_equal(task.targets, demo.targets)


def test_loss_is_the_mean_over_a_window():
    task = Perplexity.of(np.arange(50) % 10, 8, None)
    uniform = lambda ids: np.zeros((*ids.shape, 10), np.float32)  # noqa: E731
    assert task.score(uniform, 4)["nats"] == pytest.approx([math.log(10)] * 6)
    with pytest.raises(SdqError, match="expected at least 7 windows of 8 tokens, found 50 tokens, which make 6"):
        Perplexity.of(np.arange(50) % 10, 8, 7)


def counting(ids: np.ndarray) -> np.ndarray:
    """A model that has learnt to count modulo 97: nearly all probability on the next number."""
    return 20 * np.eye(97, dtype=np.float32)[(ids + 1) % 97]


def test_choices_of_a_model_that_knows_the_text_and_of_one_that_knows_nothing():
    """The text counts modulo 97; a false continuation breaks the count at its first token."""
    task = Choices.of(np.arange(20_000) % 97, 200, 24, 8)
    assert task.ids.shape == (200, 4, 32)
    assert np.mean(task.score(counting, 16)["correct"]) > 0.95  # a false place may, by chance, count on
    nothing = np.random.default_rng(3)
    blind = task.score(lambda ids: nothing.normal(size=(*ids.shape, 97)).astype(np.float32), 16)
    assert 0.12 < np.mean(blind["correct"]) < 0.38
    assert set(blind["chosen"]) == {0, 1, 2, 3}


def test_choices_are_what_they_say():
    """The true continuation follows its context in the text, false ones do not, and the true one has no fixed place."""
    tokens = np.random.default_rng(4).integers(0, 50, 5_000)
    task = Choices.of(tokens, 60, 20, 10, seed=5)
    text = tokens.tobytes()
    for candidates, answer in zip(task.ids, task.answers, strict=True):
        for index, candidate in enumerate(candidates):
            assert (candidate.tobytes() in text) == (index == answer)
            assert np.array_equal(candidate[:20], candidates[0][:20])
            assert candidate[20:].tobytes() in text
    assert np.bincount(task.answers, minlength=4).min() > 5
    assert np.array_equal(task.ids, Choices.of(tokens, 60, 20, 10, seed=5).ids)
    assert not np.array_equal(task.ids, Choices.of(tokens, 60, 20, 10, seed=6).ids)
    with pytest.raises(SdqError, match="expected at least 6000 tokens for 200 choices of 20 \\+ 10, found 5000"):
        Choices.of(tokens, 200, 20, 10)


def result(nats, **report):
    bits = dict.fromkeys(("values", "metadata", "scales", "tables"), 0.5) | {"total": 2.0}
    report = {
        "bits_per_weight": bits,
        "paper_throughput": 4.0,
        "realised_throughput": 1.0,
        "relative_error": 0.1,
    } | report
    return {"report": report, "compile_seconds": 1.0, "run_seconds": 2.0, "scores": {"nats": list(nats)}}


def test_the_change_is_paired():
    """Windows differ by whole nats, the recipe costs 0.01 on each: the change is known exactly, the loss is not."""
    nats = np.random.default_rng(6).uniform(0, 3, 40)
    dense, other = result(nats), result(nats + 0.01, relative_fisher_error=0.25)
    first, second = summary.summarize(["dense", "W4"], [dense, other], dense)
    assert first.change.value == first.change.low == first.change.high == 0
    assert second.change.value == pytest.approx(100 * (math.exp(0.01) - 1))
    assert second.change.high - second.change.low < 1e-9 < second.nats.high - second.nats.low
    assert second.perplexity == pytest.approx(math.exp(nats.mean() + 0.01))
    text = table.markdown([first, second])
    heads, _, _, cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines())
    row = dict(zip(heads, cells, strict=True))
    assert row["recipe"] == "`W4`" and row["total"] == "2.000" and row["Fisher error"] == "0.2500"
    assert row["change, %"] == "+1.01 [+1.01, +1.01]" and row["ms a window"] == "50"
    assert row["nats per token"].startswith(f"{nats.mean() + 0.01:.4f} [")


def test_recipes_come_as_names_files_and_lists(tmp_path):
    (tmp_path / "mine.yaml").write_text("recipe: W4\n")
    (tmp_path / "list.txt").write_text("# a comment\nW8\n\ndense\n")
    found = runs.parse_recipes(["W4-g128,W4", str(tmp_path / "mine.yaml"), str(tmp_path / "list.txt")])
    assert [r.label for r in found] == ["W4-g128", "W4", "mine", "W8", "dense"]
    assert [r.is_yaml for r in found] == [False, False, True, False, False]
    with pytest.raises(SdqError, match=r"recipe .*none\.yaml: .*No such file"):
        runs.parse_recipes([str(tmp_path / "none.yaml")])
    with pytest.raises(SdqError, match="expected at least one"):
        runs.parse_recipes([","])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {id: a, title: A}", r"experiment 1: expected `runs`"),
        ("- {id: a, title: A, runs: W4}", r"experiment 1: runs: expected a list, found 'W4'"),
        ("- {id: a, title: A, runs: [W4, W4]}", r"experiment 1 \(a\): expected labels that differ, found 'W4' twice"),
        (
            "- {id: a, title: A, runs: [{recipe: {bits: 4}}]}",
            r"run 1: expected a `label` for a recipe that has no name",
        ),
        ("- {id: a, title: A, runs: [{recipes: W4}]}", r"expected keys label, options, recipe, found 'recipes'"),
        ("- {id: a, title: A, runs: [], choices: many}", r"choices: expected a whole number, found 'many'"),
        ("[{id: a, title: A, runs: []}, {id: a, title: B, runs: []}]", r"an id of its own, found 'a' twice"),
        ("id: a", r"expected a list, found \{'id': 'a'\}"),
        ("- {id: a", r"e\.yaml: while parsing a flow mapping"),
    ],
)
def test_a_wrong_experiment_says_where(text, message, tmp_path):
    (tmp_path / "e.yaml").write_text(text)
    with pytest.raises(SdqError, match=message):
        runs.load_experiments(tmp_path / "e.yaml", None)


def test_experiments_are_chosen_by_id(tmp_path):
    (tmp_path / "r.yml").write_text("x: 1\n")
    (tmp_path / "e.yaml").write_text(
        "- {id: a, title: A, runs: [W4, {recipe: W4, options: [--metric, fisher]}, r.yml]}\n- {id: b, title: B, runs: []}\n"
    )
    (only,) = runs.load_experiments(tmp_path / "e.yaml", ["a"])
    assert [r.label for r in only.runs] == ["W4", "W4 --metric fisher", "r"]
    with pytest.raises(SdqError, match="--only: expected some of a, b, found 'c'"):
        runs.load_experiments(tmp_path / "e.yaml", ["c"])


def test_a_document_keeps_its_words(tmp_path):
    path = tmp_path / "Evaluation.md"
    path.write_text(
        "Before.\n<!-- sdq evaluate: a -->\nold\n<!-- end -->\nBetween.\n<!-- sdq evaluate: b -->\n<!-- end -->\n"
    )
    found = document.Document(path)
    found.expect(["b", "a"])
    found.fill({"a": "| new \\1 |\n"})
    expected = "Before.\n<!-- sdq evaluate: a -->\n| new \\1 |\n<!-- end -->\nBetween.\n<!-- sdq evaluate: b -->\n<!-- end -->\n"
    assert path.read_text() == expected and found.plots == tmp_path / "evaluation"
    with pytest.raises(SdqError, match=r"expected one place <!-- sdq evaluate: c --> … <!-- end -->, found 0"):
        found.expect(["c"])


def test_the_experiments_of_bytelm_cover_the_questions():
    found = runs.load_experiments(BYTELM / "experiments.yaml", None)
    assert {e.title[:3] for e in found} >= {f"({letter})" for letter in "abcdefgh"}
    places = (Path(__file__).parents[2] / "docs" / "Evaluation.md").read_text()
    assert all(f"<!-- sdq evaluate: {e.id} -->" in places for e in found)
    assert [e.choices for e in found if e.id == "choices"] == [250]
