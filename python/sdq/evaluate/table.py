# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Rows as a markdown table."""

from __future__ import annotations

from collections.abc import Callable

from sdq.evaluate.summary import Estimate, Row

Cell = Callable[[Row], str]


def interval(estimate: Estimate, digits: int, sign: bool = False) -> str:
    form = f"{{:{'+' if sign else ''}.{digits}f}}".format
    return f"{form(estimate.value)} [{form(estimate.low)}, {form(estimate.high)}]"


def columns(rows: list[Row], chip: str | None) -> list[tuple[str, Cell]]:
    """Headings and cells; what no row has is left out."""
    found: list[tuple[str, Cell]] = [("recipe", lambda r: f"`{r.label}`" if " " not in r.label else r.label)]
    for part in ("values", "metadata", "scales", "tables", "total"):
        found.append((part, lambda r, part=part: f"{r.bits[part]:.3f}"))
    found.append(("paper T", lambda r: f"{r.report['paper_throughput']:.2f}"))
    realised = f"T on {chip}" if chip else "T at a16"
    found.append((realised, lambda r: f"{r.report['realised_throughput']:.2f}"))
    found.append(("rel. error", lambda r: f"{r.report['relative_error']:.4f}"))
    if any("relative_fisher_error" in r.report for r in rows):
        found.append(("Fisher error", lambda r: optional(r.report.get("relative_fisher_error"), ".4f")))
    found += [
        ("nats per token", lambda r: interval(r.nats, 4)),
        ("perplexity", lambda r: f"{r.perplexity:.4f}"),
        ("change, %", lambda r: interval(r.change, 2, sign=True)),
    ]
    if any(r.choices for r in rows):
        found += [
            ("accuracy", lambda r: interval(r.choices.accuracy, 3) if r.choices else ""),
            ("as dense", lambda r: f"{r.choices.agreement:.3f}" if r.choices else ""),
        ]
    found += [
        ("compile, s", lambda r: f"{r.compile_seconds:.1f}"),
        ("ms a window", lambda r: f"{1000 * r.run_seconds / r.windows:.0f}"),
    ]
    return found


def optional(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def markdown(rows: list[Row], chip: str | None = None) -> str:
    """The table; numbers are aligned to the right, rows carry the numbers that the plot has."""
    chosen = [("", lambda r: str(rows.index(r) + 1)), *columns(rows, chip)]
    lines = ["| " + " | ".join(name for name, _ in chosen) + " |"]
    lines.append("|" + "|".join(" --- " if name == "recipe" else " ---: " for name, _ in chosen) + "|")
    lines += ["| " + " | ".join(cell(row) for _, cell in chosen) + " |" for row in rows]
    return "\n".join(lines) + "\n"


NOTES = (
    "Bits are per compressed weight. T is effective compute throughput, 1 for dense 16-bit: in the paper's measure, "
    "and {realised}. Errors are relative to the weights' norm. Brackets are 95 % bootstrap intervals over {windows} "
    "windows of {length} tokens; the change is of perplexity against dense on the same windows."
)


def notes(windows: int, length: int, chip: str | None) -> str:
    """What the columns mean."""
    realised = f"as {chip} realises it" if chip else "with activations left at 16 bits"
    return NOTES.format(realised=realised, windows=windows, length=length) + "\n"
