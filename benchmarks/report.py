"""Turns measurements into a table for the terminal and into the sections of results.md."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.daily import Daily
from benchmarks.measure import Command, Cost, HandWritten
from benchmarks.shape import people

_ENGINES = ("duckdb", "dbt-core", "dbt-duckdb", "polars", "dagster")
_FIRST = 10
MEASURED, DAILY, SOAK = "measured", "daily", "soak"


@dataclass(frozen=True)
class Measurements:
    """What was measured for one size: `command` has an entry a round, the others two."""

    events: int
    rounds: int
    by_hand: Sequence[HandWritten]
    polars: Sequence[HandWritten]
    command: Sequence[Command]
    load_before: float

    def rows(self) -> list[Row]:
        """What was measured, the hand-written programs first."""
        by_hand = [run.work for run in self.by_hand]
        parts = {
            "by hand, DuckDB": by_hand,
            "by hand, Polars": [run.work for run in self.polars],
            "dbt models": [run.models for run in self.command],
            "dbt models, seeds and tests": [run.nodes for run in self.command],
            "leadscore score": [run.process for run in self.command],
        }
        return [Row.best(what, costs, by_hand) for what, costs in parts.items() if costs]


@dataclass(frozen=True)
class Row:
    """The best of some runs, and how many times as much as by hand that is."""

    what: str
    seconds: float
    ratio: float
    cpu_seconds: float
    cpu_ratio: float
    peak_gigabytes: float

    @classmethod
    def best(cls, what: str, costs: Sequence[Cost], by_hand: Sequence[Cost]) -> Row:
        """Least time and CPU time; of memory the most, because that is what a machine must have."""
        seconds = min(cost.seconds for cost in costs)
        cpu_seconds = min(cost.cpu_seconds for cost in costs)
        return cls(
            what=what,
            seconds=seconds,
            ratio=seconds / min(cost.seconds for cost in by_hand),
            cpu_seconds=cpu_seconds,
            cpu_ratio=cpu_seconds / min(cost.cpu_seconds for cost in by_hand),
            peak_gigabytes=max(cost.peak_bytes for cost in costs) / 1e9,
        )


def as_markdown(measured: Measurements) -> str:
    """The table and what it was measured on."""
    lines = [
        f"### {measured.events:,} events, {people(measured.events):,} leads",
        "",
        _circumstances(measured.rounds, measured.load_before),
        "",
        "| | seconds | times by hand | CPU seconds | times by hand | peak memory |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {row.what} | {row.seconds:.2f} | {row.ratio:.1f} | {row.cpu_seconds:.1f} "
        f"| {row.cpu_ratio:.1f} | {row.peak_gigabytes:.2f} GB |"
        for row in measured.rows()
    ]
    if measured.command:
        lines += ["", summed_seconds(measured)]
    return "\n".join(lines)


def as_text(measured: Measurements) -> str:
    """The same for a terminal."""
    lines = [
        f"{measured.events:,} events, {people(measured.events):,} leads",
        _circumstances(measured.rounds, measured.load_before),
        f"{'':30}{'seconds':>9}{'x by hand':>11}{'CPU s':>9}{'x by hand':>11}{'peak GB':>9}",
    ]
    lines += [
        f"{row.what:30}{row.seconds:>9.2f}{row.ratio:>11.1f}{row.cpu_seconds:>9.1f}"
        f"{row.cpu_ratio:>11.1f}{row.peak_gigabytes:>9.2f}"
        for row in measured.rows()
    ]
    return "\n".join(lines)


def summed_seconds(measured: Measurements) -> str:
    """Say how long the models took one by one; those that ran side by side count each."""
    command = min(measured.command, key=lambda run: run.models.seconds)
    total = sum(run.seconds for run in command.model_runs)
    return f"{len(command.model_runs)} models, {total:.2f} s summed; some ran side by side."


def slowest_models(command: Command) -> str:
    """The models that took longest in one run, with their share of the models' summed seconds."""
    models = sorted(command.model_runs, key=lambda run: -run.seconds)
    total = sum(model.seconds for model in models)
    lines = [f"Slowest of {len(models)} models, {total:.2f} s summed (some run side by side):"]
    for model in models[:_FIRST]:
        share = model.seconds / total if total else 0
        lines.append(f"{model.seconds:>9.2f} s {share:>6.1%}  {model.name}")
    return "\n".join(lines)


def daily_as_markdown(daily: Daily, load_before: float) -> str:
    """The promised figures of daily runs, and what they were made of."""
    lines = [
        f"### The next day, {daily.events:,} events, {people(daily.events):,} leads",
        "",
        _circumstances(1, load_before),
        "",
        "| | ratio | of CPU seconds | at most |",
        "| --- | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {figure.what} | {figure.ratio:.2f} "
        f"| {'' if figure.cpu_ratio is None else f'{figure.cpu_ratio:.2f}'} | {figure.most} |"
        for figure in daily.figures()
    ]
    first, day, short = (run.models for run in (daily.first, daily.next_day, daily.next_day_short))
    lines += [
        "",
        f"Models: full build {first.seconds:.1f} s ({first.cpu_seconds:.1f} CPU), next day "
        f"{day.seconds:.1f} s ({day.cpu_seconds:.1f} CPU), with a quarter of the past "
        f"{short.seconds:.1f} s ({short.cpu_seconds:.1f} CPU). Whole command: first "
        f"{daily.first.process.seconds:.1f} s, again {daily.again_seconds:.1f} s.",
    ]
    return "\n".join(lines)


def update(results: Path, kind: str, events: int, section: str) -> None:
    """Put one section into results.md in place of an earlier one, in order of kind and size.

    Everything outside the marked sections stays where it is: what stands below a section is of it.
    """
    text = results.read_text(encoding="utf-8") if results.is_file() else "# Results\n"
    marked = f"<!-- {kind}: {events} -->\n{section.strip()}\n<!-- end -->\n"
    place = _KINDS.index(kind), events
    for there in _SECTION.finditer(text):
        if _place(there) == place:
            text = text[: there.start()] + marked + text[there.end() :]
            break
        if _place(there) > place:
            text = text[: there.start()] + marked + "\n" + text[there.start() :]
            break
    else:
        text = text.rstrip("\n") + "\n\n" + marked
    results.write_text(text, encoding="utf-8")


_KINDS = (MEASURED, DAILY, SOAK)
_SECTION = re.compile(
    r"<!-- (?P<kind>measured|daily|soak): (?P<events>\d+) -->\n.*?<!-- end -->\n",
    flags=re.DOTALL,
)


def _place(section: re.Match[str]) -> tuple[int, int]:
    return _KINDS.index(section["kind"]), int(section["events"])


def _circumstances(number: int, load_before: float) -> str:
    engines = ", ".join(f"{name} {version(name)}" for name in _ENGINES)
    rounds = f"best of {number} rounds" if number > 1 else "one round"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {rounds}, "
        f"load {load_before:.1f} before; Python {platform.python_version()}, {engines}."
    )
