"""Turns measurements into a table for the terminal and into the sections of results.md."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.generate import people
from benchmarks.measure import Command, Cost, HandWritten

_ENGINES = ("duckdb", "dbt-core", "dbt-duckdb", "polars", "dagster")
_FIRST = 10


@dataclass(frozen=True)
class Measurements:
    """What was measured for one size, one entry a round."""

    events: int
    by_hand: Sequence[HandWritten]
    polars: Sequence[HandWritten]
    command: Sequence[Command]
    load_before: float

    @property
    def rounds(self) -> int:
        return len(self.by_hand)

    def best_work(self, of: Sequence[HandWritten]) -> float:
        """Fewest seconds of a program's work alone."""
        return min(run.work_seconds for run in of)

    def ratio(self) -> float | None:
        """Best seconds of the models over best seconds by hand; None without the command."""
        if not self.command:
            return None
        return min(run.models.seconds for run in self.command) / self.best_work(self.by_hand)


def table(measured: Measurements) -> list[tuple[str, float, float, float, float]]:
    """Rows of what, seconds, times by hand, CPU seconds (all the best) and largest GB."""
    yardstick = measured.best_work(measured.by_hand)

    def row(what: str, seconds: float, costs: Iterable[Cost]) -> tuple:
        costs = list(costs)
        cpu = min(cost.cpu_seconds for cost in costs)
        peak = max(cost.peak_bytes for cost in costs) / 1e9
        return (what, seconds, seconds / yardstick, cpu, peak)

    rows = [
        row("by hand, DuckDB", yardstick, (run.process for run in measured.by_hand)),
        row("by hand, Polars", measured.best_work(measured.polars), _processes(measured.polars)),
    ]
    parts: list[tuple[str, Callable[[Command], Cost]]] = [
        ("dbt models", lambda run: run.models),
        ("dbt models, seeds and tests", lambda run: run.nodes),
        ("leadscore score", lambda run: run.process),
    ]
    for what, part in parts if measured.command else []:
        costs = [part(run) for run in measured.command]
        rows.append(row(what, min(cost.seconds for cost in costs), costs))
    return rows


def as_markdown(measured: Measurements) -> str:
    """The table and what it was measured on."""
    lines = [
        f"### {measured.events:,} events, {people(measured.events):,} leads",
        "",
        _circumstances(measured),
        "",
        "| | seconds | times by hand | CPU seconds | peak memory |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for what, seconds, ratio, cpu, peak in table(measured):
        lines.append(f"| {what} | {seconds:.2f} | {ratio:.1f} | {cpu:.1f} | {peak:.2f} GB |")
    return "\n".join(lines)


def as_text(measured: Measurements) -> str:
    """The same for a terminal."""
    lines = [
        f"{measured.events:,} events, {people(measured.events):,} leads",
        _circumstances(measured),
        f"{'':30}{'seconds':>10}{'x by hand':>11}{'CPU s':>9}{'peak GB':>9}",
    ]
    for what, seconds, ratio, cpu, peak in table(measured):
        lines.append(f"{what:30}{seconds:>10.2f}{ratio:>11.1f}{cpu:>9.1f}{peak:>9.2f}")
    return "\n".join(lines)


def slowest_models(command: Command) -> str:
    """The models that took longest in one run, with their share of the models' summed seconds."""
    models = sorted((r for r in command.runs if r.kind == "model"), key=lambda r: -r.seconds)
    total = sum(model.seconds for model in models)
    lines = [f"Slowest of {len(models)} models, {total:.2f} s summed (some run side by side):"]
    for model in models[:_FIRST]:
        share = model.seconds / total if total else 0
        lines.append(f"{model.seconds:>9.2f} s {share:>6.1%}  {model.name}")
    return "\n".join(lines)


def update(results: Path, measured: Measurements) -> None:
    """Put this size's section into results.md in place of an earlier one, sizes in order.

    Everything outside the marked sections is left as it is.
    """
    text = results.read_text(encoding="utf-8") if results.is_file() else "# Results\n"
    sections = {int(m["events"]): m["body"].strip("\n") for m in _SECTION.finditer(text)}
    sections[measured.events] = as_markdown(measured)
    kept = _SECTION.sub("", text).rstrip("\n")
    marked = [
        f"<!-- measured: {events} -->\n{body}\n<!-- end -->\n"
        for events, body in sorted(sections.items())
    ]
    results.write_text(f"{kept}\n\n" + "\n".join(marked), encoding="utf-8")


_SECTION = re.compile(
    r"<!-- measured: (?P<events>\d+) -->\n(?P<body>.*?)<!-- end -->\n*", flags=re.DOTALL
)


def _processes(runs: Sequence[HandWritten]) -> list[Cost]:
    return [run.process for run in runs]


def _circumstances(measured: Measurements) -> str:
    engines = ", ".join(f"{name} {version(name)}" for name in _ENGINES)
    rounds = f"best of {measured.rounds}" if measured.rounds > 1 else "one round"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {rounds}, "
        f"load {measured.load_before:.1f} before; Python {platform.python_version()}, {engines}."
    )
