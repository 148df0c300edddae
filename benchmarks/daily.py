"""What the next day costs: a day's run beside the full build, with a long and with a short past.

Each run is `leadscore score` in a process of its own. Two workspaces have the same people and the
same volume a day; one begins with a quarter of the other's days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.generate import generate_next_day
from benchmarks.measure import Command, measure_command, measure_run
from benchmarks.shape import DAYS, SCORE_DATE
from benchmarks.workspace import Workspace

NEW_SHARE = 100
"""The next day brings one event for so many that are there."""
FOLD = 4


@dataclass(frozen=True)
class Daily:
    """One round: the first run on a new working file, the same again, and the next day's.

    `next_day_short` is the next day's run where the past is a quarter as long.
    """

    events: int
    first: Command
    again_seconds: float
    next_day: Command
    next_day_short: Command

    def figures(self) -> list[Figure]:
        """The figures that are promised, with what was promised."""
        return [
            Figure(
                "run for a day with 1 % new events, of the full build (models)",
                self.next_day.models.seconds / self.first.models.seconds,
                self.next_day.models.cpu_seconds / self.first.models.cpu_seconds,
                0.2,
            ),
            Figure(
                "the same when history is four times as long (models)",
                self.next_day.models.seconds / self.next_day_short.models.seconds,
                self.next_day.models.cpu_seconds / self.next_day_short.models.cpu_seconds,
                1.2,
            ),
            Figure(
                "unchanged second run of `leadscore score`, of the first (whole command)",
                self.again_seconds / self.first.process.seconds,
                None,
                0.6,
            ),
        ]


@dataclass(frozen=True)
class Figure:
    """A ratio by the clock and by CPU time, and the most that it should be."""

    what: str
    ratio: float
    cpu_ratio: float | None
    most: float


def measure_daily(events: int, data: Path, say: Callable[[str], None], keep: bool) -> Daily:
    """Measure both workspaces one after the other; runs are forgotten unless `keep`."""
    long, short = Workspace.of(events, data), Workspace.of(events, data, DAYS // FOLD)
    tomorrow = SCORE_DATE + timedelta(days=1)
    runs: list[tuple[Command, float, Command]] = []
    for workspace in (long, short):
        say(f"{workspace.days} days in {workspace.folder}")
        workspace.generate()
        workspace.next_day.unlink(missing_ok=True)
        workspace.copy_project()
        workspace.parse_project()
        first = measure_command(workspace)
        say(f"  first run       {first.models.seconds:9.2f} s in models")
        again = measure_run(workspace, SCORE_DATE)
        say(f"  the same again  {again.process.seconds:9.2f} s in all")
        generate_next_day(workspace.next_day, events, events // NEW_SHARE)
        day = measure_run(workspace, tomorrow)
        say(f"  the next day    {day.models.seconds:9.2f} s in models")
        runs.append((first, again.process.seconds, day))
        workspace.next_day.unlink()
        if not keep:
            workspace.forget_runs()
    (first, again_seconds, day), (_, _, day_short) = runs
    return Daily(events, first, again_seconds, day, day_short)
