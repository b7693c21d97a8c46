# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compress a model by many recipes and measure what each costs: perplexity, choices, error, bits."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from sdq.errors import SdqError
from sdq.evaluate.document import Document
from sdq.evaluate.engines import ENGINES
from sdq.evaluate.plot import plot
from sdq.evaluate.runs import DENSE, DENSE_RUN, Experiment, Run, load_experiments, parse_recipes
from sdq.evaluate.scheduler import make_scratch, outstanding, perform_all
from sdq.evaluate.store import Store, setting
from sdq.evaluate.summary import Row, summarize
from sdq.evaluate.table import markdown, notes
from sdq.evaluate.tasks import Choices, Perplexity, Task
from sdq.evaluate.worker import Job
from sdq.files import write_json, write_text
from sdq.text import add_text_options, load_tokenizer, read_text


def register(commands: argparse._SubParsersAction) -> None:
    """Add `evaluate` to the commands."""
    parser = commands.add_parser(
        "evaluate",
        help=__doc__,
        description=f"{__doc__} Every recipe is compiled by sdq-compile and executed as compiled. Results are kept in "
        "the output folder: what is there already, of the same model, recipe, text and compiler, is not done again.",
    )
    parser.add_argument("model", type=Path, help="an .onnx file with input input_ids, and logits as first output")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--recipes",
        nargs="+",
        metavar="RECIPE",
        help="names or .yaml files, with spaces or commas between them, or .txt files with one a line",
    )
    what.add_argument("--experiments", type=Path, metavar="FILE", help="a YAML file of experiments, a table for each")
    parser.add_argument("--only", nargs="+", metavar="ID", help="of the experiments, these")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for results, tables and plots")
    parser.add_argument(
        "--into", type=Path, metavar="FILE", help="also replace the tables between the marks of a markdown file"
    )
    add_text_options(parser)
    parser.add_argument("--window", type=int, default=256, metavar="TOKENS", help="length of a window (default 256)")
    parser.add_argument("--windows", type=int, metavar="N", help="windows at equal distances (default: all)")
    parser.add_argument("--calibration", type=Path, metavar="FILE", help="statistics for sdq-compile")
    parser.add_argument("--chip", metavar="NAME", help="adds the throughput that this GPU realises")
    parser.add_argument("--choices", type=int, metavar="N", help="also ask N choices of one true continuation in four")
    parser.add_argument("--choices-context", type=int, default=128, metavar="TOKENS", help="default 128")
    parser.add_argument("--choices-continuation", type=int, default=32, metavar="TOKENS", help="default 32")
    parser.add_argument("--seed", type=int, default=0, help="of the choices and of the bootstrap (default 0)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count(), metavar="N", help="runs at once (default: processors)"
    )
    parser.add_argument("--batch", type=int, default=16, metavar="N", help="windows in one call (default 16)")
    parser.add_argument(
        "--engine",
        choices=tuple(ENGINES),
        default="sdq",
        help="sdq: the compiled model (default); onnxruntime: its decoded weights, activations left alone",
    )
    parser.add_argument(
        "--any-build", action="store_true", help="keep results whatever build of the compiler made them"
    )
    parser.add_argument("--no-plot", action="store_true", help="tables only")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    check(options)
    if options.recipes:
        name = options.model.stem
        experiments = [Experiment("table", name, "", tuple(parse_recipes(options.recipes)), options.choices or 0)]
    else:
        experiments = load_experiments(options.experiments, options.only)
    document = Document(options.into) if options.into else None
    if document is not None:
        document.expect([experiment.id for experiment in experiments])
    tokens = load_tokenizer(options.tokenizer, options.model.parent)(read_text(options.text))
    losses = Perplexity.of(tokens, options.window, options.windows)
    choices = {
        count: Choices.of(tokens, count, options.choices_context, options.choices_continuation, options.seed)
        for experiment in experiments
        if (count := choice_count(options, experiment))
    }
    options.output.mkdir(parents=True, exist_ok=True)
    store = Store(
        options.output / "results",
        setting(options.model, options.calibration, options.engine, options.any_build, options.chip),
    )

    def tasks_of(experiment: Experiment) -> list[Task]:
        count = choice_count(options, experiment)
        return [losses, choices[count]] if count else [losses]

    wanted = [(r, tasks_of(e)) for e in experiments for r in (DENSE_RUN, *e.runs)]
    scratch = make_scratch(options.output / "scratch")
    try:
        template = Job(
            DENSE_RUN,
            (),
            options.model.resolve(),
            options.calibration and options.calibration.resolve(),
            options.chip,
            options.engine,
            options.batch,
            scratch,
            os.getpid(),
        )
        jobs = outstanding(store, wanted, template)
        print(f"{len(jobs)} runs to do, results of the others are in {options.output / 'results'}", file=sys.stderr)
        failed = perform_all(jobs, options.jobs)
    finally:
        discard(scratch)

    tables = {e.id: rows_of(store, e, tasks_of(e), options.seed) for e in experiments}
    write_tables(options, experiments, tables, losses, failed)
    if document is not None:
        document.plots.mkdir(exist_ok=True)
        contents = {}
        for experiment in experiments:
            contents[experiment.id] = body(options, experiment, tables[experiment.id], losses, failed, document.plots)
        document.fill(contents)
    for label, reason in failed.items():
        print(f"sdq: error: {label}: {reason}", file=sys.stderr)
    return 1 if failed else 0


def check(options: argparse.Namespace) -> None:
    for path in (options.model, options.calibration):
        if path is not None and not path.is_file():
            raise SdqError(f"{path}: expected a file")
    if not options.no_plot and find_spec("matplotlib") is None:
        raise SdqError("plots need the Python package matplotlib; --no-plot does without")
    if options.only and not options.experiments:
        raise SdqError("--only: expected --experiments beside it")
    for name, least in (
        ("window", 1),
        ("windows", 2),
        ("choices", 2),
        ("choices_context", 1),
        ("jobs", 1),
        ("batch", 1),
    ):
        if (value := getattr(options, name)) is not None and value < least:
            raise SdqError(f"--{name.replace('_', '-')}: expected at least {least}, found {value}")
    if options.choices_continuation < 1:
        raise SdqError(f"--choices-continuation: expected at least 1, found {options.choices_continuation}")


def choice_count(options: argparse.Namespace, experiment: Experiment) -> int:
    """How many choices an experiment asks: what the command line says, else what the experiment says."""
    return experiment.choices if options.choices is None else options.choices


def rows_of(store: Store, experiment: Experiment, tasks: list[Task], seed: int) -> list[Row]:
    """Rows of what has succeeded, dense first."""
    runs: list[Run] = [DENSE_RUN, *(r for r in experiment.runs if r.label != DENSE)]
    complete = [r for r in runs if all(store.read(r, task) is not None for task in tasks)]
    if DENSE_RUN not in complete:
        raise SdqError("the uncompressed model failed: there is nothing to compare with")
    results = [[store.read(r, task) for r in complete] for task in tasks]
    labels = [r.label for r in complete]
    chosen = [results[1][0], *results[1]] if len(results) > 1 else None
    return summarize(labels, results[0], results[0][0], chosen, seed)


def write_tables(
    options: argparse.Namespace,
    experiments: list[Experiment],
    tables: dict[str, list[Row]],
    losses: Perplexity,
    failed: dict[str, str],
) -> None:
    """tables.md, tables.json and a plot for each experiment, in the output folder; tables on stdout."""
    sections, summary = [], []
    for experiment in experiments:
        rows = tables[experiment.id]
        text = body(options, experiment, rows, losses, failed, options.output)
        sections.append(
            "\n".join(filter(None, [f"## {experiment.title}\n", experiment.about and f"{experiment.about}\n", text]))
        )
        summary.append({"id": experiment.id, "title": experiment.title, "rows": [row.to_json() for row in rows]})
        print(markdown(rows, options.chip))
    write_text(options.output / "tables.md", "\n".join(sections))
    write_json(options.output / "tables.json", summary)
    print(f"{options.output / 'tables.md'}, tables.json" + ("" if options.no_plot else " and plots"), file=sys.stderr)


def body(
    options: argparse.Namespace,
    experiment: Experiment,
    rows: list[Row],
    losses: Perplexity,
    failed: dict[str, str],
    plots: Path,
) -> str:
    """An experiment's table, notes and plot in markdown; the plot is written into the folder `plots`."""
    parts = [markdown(rows, options.chip), notes(*losses.ids.shape, options.chip)]
    absent = [f"- `{r.label}`: {failed[r.label]}" for r in experiment.runs if r.label in failed]
    if absent:
        parts.append("\n".join(["Failed:", "", *absent, ""]))
    if not options.no_plot:
        plot(rows, experiment.title, plots / f"{experiment.id}.png")
        place = f"{experiment.id}.png" if plots == options.output else f"{plots.name}/{experiment.id}.png"
        parts.append(f"![relative error and perplexity against bits]({place})\n")
    return "\n".join(parts)


def discard(scratch: Path) -> None:
    """Remove this process's scratch folder, and the one around it if no other process uses it."""
    shutil.rmtree(scratch, ignore_errors=True)
    with suppress(OSError):
        scratch.parent.rmdir()
