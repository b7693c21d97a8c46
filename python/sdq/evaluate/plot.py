# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Relative error and perplexity against total bits per weight."""

from __future__ import annotations

from pathlib import Path

from sdq.evaluate.runs import DENSE
from sdq.evaluate.summary import Row
from sdq.files import replacing

MARKERS = "osD^vP*X<>hpd"
BITS = (1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 10, 12, 16, 32)
CHANGES = (-5, -2, -1, -0.5, 0, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000)  # percent


def plot(rows: list[Row], title: str, path: Path) -> None:
    """Write a PNG: both panels over total bits (tables, scales, metadata included), points numbered as in the table."""
    # Here, since tables do without it.
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot
    from matplotlib.ticker import FixedLocator, NullLocator

    figure, (errors, losses) = pyplot.subplots(1, 2, figsize=(12, 4.8), layout="constrained")
    families = list(dict.fromkeys(row.family for row in rows))
    for number, family in enumerate(families):
        members = [row for row in rows if row.family == family]
        style = {"marker": MARKERS[number % len(MARKERS)], "color": f"C{number % 10}", "linestyle": "none"}
        bits = [row.bits["total"] for row in members]
        errors.plot(bits, [row.report["relative_error"] for row in members], label=family, **style)
        values = [row.change.value for row in members]
        low = [row.change.value - row.change.low for row in members]
        high = [row.change.high - row.change.value for row in members]
        losses.errorbar(bits, values, yerr=[low, high], capsize=2, linewidth=0.8, label=family, **style)
    for number, row in enumerate(rows, 1):
        for axes, value in ((errors, row.report["relative_error"]), (losses, row.change.value)):
            axes.annotate(
                str(number), (row.bits["total"], value), textcoords="offset points", xytext=(4, 4), fontsize=7
            )
    dense = next(row for row in rows if row.label == DENSE)
    errors.set_ylabel("relative error of the weights")
    losses.set_ylabel("change of perplexity against dense, %")
    losses.axhline(0, color="grey", linewidth=0.6)
    losses.set_yscale("symlog", linthresh=1)
    losses.yaxis.set_major_locator(FixedLocator(CHANGES))
    for axes in (errors, losses):
        axes.set_xlabel("bits per weight, all included")
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_locator(FixedLocator(BITS))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter("{x:g}")
        axes.grid(alpha=0.3)
    losses.yaxis.set_minor_locator(NullLocator())
    losses.yaxis.set_major_formatter("{x:g}")
    worst = max(row.change.high for row in rows)
    losses.set_ylim(1.3 * min(-0.2, *(row.change.low for row in rows)), 1.3 * max(worst, 0.5))
    absolute = losses.twinx()
    absolute.set_yscale("symlog", linthresh=1)
    absolute.set_ylim(losses.get_ylim())
    absolute.set_ylabel("perplexity")
    absolute.yaxis.set_major_locator(FixedLocator(CHANGES))
    absolute.yaxis.set_minor_locator(NullLocator())
    absolute.yaxis.set_major_formatter(lambda change, _: f"{dense.perplexity * (1 + change / 100):.4g}")
    errors.legend(fontsize=8)
    figure.suptitle(title)
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=130)
    pyplot.close(figure)
