"""`make bench`: the models, the whole command and two hand-written programs, then the next day.

Each is measured in a process of its own, one after the other, in rounds; the scores must be equal.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from benchmarks import report
from benchmarks.compare import Difference, compare
from benchmarks.daily import measure_daily
from benchmarks.measure import (
    BY_HAND,
    POLARS,
    Command,
    HandWritten,
    measure_command,
    measure_hand_written,
)
from benchmarks.report import Measurements
from benchmarks.watched import CommandFailed
from benchmarks.workspace import DATA, HERE, Workspace

RESULTS = HERE / "results.md"
EVENTS = 1_000_000


def main() -> int:
    """Return 0 when all scores are equal, 1 when not, 2 when a program failed."""
    options = _options()
    if options.daily:
        measures = [_next_day]
    elif options.hand_written_only:
        measures = [_one_size]
    else:
        measures = [_one_size, _next_day]
    sizes = options.events or [EVENTS]
    return max(measured(events, options) for events in sizes for measured in measures)


def _next_day(events: int, options: argparse.Namespace) -> int:
    load = os.getloadavg()[0]
    try:
        daily = measure_daily(events, options.data, _say, options.keep)
    except CommandFailed as failed:
        _say(str(failed))
        return 2
    section = report.daily_as_markdown(daily, load)
    print(section)
    if options.profile:
        print()
        print(report.slowest_models(daily.next_day))
    if options.results:
        report.update(options.results, report.DAILY, events, section)
        print(f"Written to {options.results}")
    return 0


def _one_size(events: int, options: argparse.Namespace) -> int:
    workspace = Workspace.of(events, options.data)
    _say(f"Events in {workspace.landing}")
    _say("  generated" if workspace.generate() else "  there already")
    try:
        measured = measure(workspace, options.repeat, with_command=not options.hand_written_only)
    except CommandFailed as failed:
        _say(str(failed))
        return 2
    differences = differences_of(workspace, with_command=bool(measured.command))
    print(report.as_text(measured))
    if options.profile and measured.command:
        print()
        print(report.slowest_models(min(measured.command, key=lambda run: run.models.seconds)))
    print()
    for difference in differences:
        print(difference)
    if measured.command:
        print(report.summed_seconds(measured))
    equal = all(difference.is_equal for difference in differences)
    if equal and measured.command and options.results:
        report.update(
            options.results, report.MEASURED, measured.events, report.as_markdown(measured)
        )
        print(f"Written to {options.results}")
    if not equal:
        _say("The scores differ, so these figures compare nothing and are not kept.")
    if not options.keep:
        workspace.forget_runs()
    return 0 if equal else 1


def measure(workspace: Workspace, rounds: int, with_command: bool = True) -> Measurements:
    """Measure everything in turn, `rounds` times, so that a busy moment hits one round only."""
    load = os.getloadavg()[0]
    if with_command:
        _say("Copying and parsing the project")
        workspace.copy_project()
        workspace.parse_project()
    by_hand: list[HandWritten] = []
    polars: list[HandWritten] = []
    command: list[Command] = []

    def hand_written() -> None:
        by_hand.append(measure_hand_written(workspace, BY_HAND))
        _say(f"  by hand, DuckDB {by_hand[-1].work.seconds:9.2f} s")
        polars.append(measure_hand_written(workspace, POLARS))
        _say(f"  by hand, Polars {polars[-1].work.seconds:9.2f} s")

    for number in range(1, rounds + 1):
        _say(f"Round {number} of {rounds}")
        hand_written()
        if with_command:
            command.append(measure_command(workspace))
            _say(f"  dbt models      {command[-1].models.seconds:9.2f} s")
            _say(f"  leadscore score {command[-1].process.seconds:9.2f} s")
            # Again on the other side, so that work beside the command is likely to meet both.
            hand_written()
    return Measurements(workspace.events, rounds, by_hand, polars, command, load)


def differences_of(workspace: Workspace, with_command: bool = True) -> list[Difference]:
    """Compare the scores of the last round with those by hand."""
    by_hand = workspace.scores_of(BY_HAND)
    found = [compare("Polars", by_hand, workspace.scores_of(POLARS))]
    if with_command:
        published = workspace.published / "lead_scoring.duckdb"
        found.append(compare("leadscore score", by_hand, published))
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--events",
        type=_positive,
        action="append",
        help=f"how many; may be given several times (default: {EVENTS:,})",
    )
    parser.add_argument("--repeat", type=_positive, default=3, help="rounds; the best counts")
    parser.add_argument(
        "--daily", action="store_true", help="only what the next day and a second run cost"
    )
    parser.add_argument("--profile", action="store_true", help="list the slowest models")
    parser.add_argument(
        "--hand-written-only", action="store_true", help="leave `leadscore score` out"
    )
    parser.add_argument("--keep", action="store_true", help="keep working file and publish")
    parser.add_argument("--data", type=Path, default=DATA, help="folder for events and copies")
    parser.add_argument(
        "--results", type=Path, default=RESULTS, help="file to update (default: results.md)"
    )
    return parser.parse_args()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
