"""What must survive: processes that are killed, full disks, broken files, clocks that go backwards.

After each of them readers have the last good release, the next run repairs everything without
help, and no event is lost or counted twice.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from conftest import SAMPLE_DAY, ScoredProject, clean_environment
from landed_place import Place

NEXT_DAY = SAMPLE_DAY + timedelta(days=1)
MOMENT = datetime(2024, 7, 1, 9)
COMMAND = (sys.executable, "-c", "from orchestration.cli import main; main()")
VOLATILE = ("run_id", "scored_at", "published_at", "since", "file", "row_id", "row")
"""Columns that tell of the run and of the moment at which a file was dropped."""

Marts = dict[str, list[tuple]]


@dataclass(frozen=True)
class Undisturbed:
    """A project on the evening before, and what the next day gives when nothing happens."""

    before: Path
    marts: Marts
    seconds: float

    def copied_to(self, folder: Path) -> Place:
        shutil.copytree(self.before, folder, symlinks=True)
        return Place(folder)


def marts(place: Place) -> Marts:
    """Everything that readers see, in one order, without what tells of the run."""
    found = {}
    tables = place.published(
        "select table_name, list(column_name order by column_index) from duckdb_columns() "
        "where schema_name = 'main' and table_name <> 'manifest' and not internal group by all"
    )
    for table, columns in tables:
        shown = ", ".join(f'"{column}"' for column in columns if column not in VOLATILE)
        found[table] = place.published(f"select {shown} from {table} order by all")
    return found


def deliver(place: Place) -> None:
    """The next day's files: new, late, repeated and broken events, a lead, a file for the inbox."""
    event = {"event_type": "page_view", "asset": "/pricing", "loaded_at": MOMENT}
    leads = [lead for (lead,) in place.published("select lead_id from dim_leads order by 1")]
    rows = [
        {**event, "event_id": f"n{n}", "lead_id": leads[n % len(leads)], "occurred_at": MOMENT}
        for n in range(400)
    ]
    late = [
        {**row, "event_id": f"l{n}", "occurred_at": MOMENT - timedelta(days=n)}
        for n, row in enumerate(rows[:50])
    ]
    place.land("events", [*rows, *late, *rows[:20], {"event_id": "broken"}], name="next")
    place.land("leads", [{"lead_id": "new", "email": "new@new.example", "created_at": MOMENT}])
    lines = "".join(f"d{n},{leads[n]},page_view,{MOMENT}\n" for n in range(30))
    place.drop("events", "day.csv", f"event_id,lead_id,event_type,occurred_at\n{lines}".encode())


@pytest.fixture(scope="module")
def undisturbed(
    scored_project: ScoredProject, tmp_path_factory: pytest.TempPathFactory
) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    place = Place(scored_project.copied_to(folder / "project").project_dir)
    deliver(place)
    shutil.copytree(place.project, folder / "before", symlinks=True)
    began = time.monotonic()
    place.score(NEXT_DAY)
    return Undisturbed(folder / "before", marts(place), time.monotonic() - began)


@contextlib.contextmanager
def started(place: Place, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A run in a process group of its own, which is killed at the end."""
    arguments = ("score", "--date", f"{NEXT_DAY}", "--project-dir", str(place.project))
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        env={**clean_environment(), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def assert_readers_are_well(place: Place) -> None:
    """The current release is whole: its tables have as many rows as its manifest says."""
    import json

    manifest = json.loads((place.release / "manifest.json").read_text())
    for table, rows in manifest["row_counts"].items():
        assert place.published(f"select count(*) from {table}") == [(rows,)], table
    assert place.published("select run_id from manifest") == [(manifest["run_id"],)]


# --- kill -9 --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seed", "kills"),
    [(0, 1), *(pytest.param(seed, 5, marks=pytest.mark.full) for seed in (1, 2, 3, 4))],
)
def test_runs_that_are_killed_at_any_moment_lose_and_double_nothing(
    undisturbed: Undisturbed, tmp_path: Path, seed: int, kills: int
) -> None:
    place = undisturbed.copied_to(tmp_path / "p")
    moments = random.Random(seed)
    for _ in range(kills):
        with started(place) as process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(moments.uniform(0.05, 0.95) * undisturbed.seconds)
            os.killpg(process.pid, signal.SIGKILL)
        assert_readers_are_well(place)
    place.score(NEXT_DAY)
    assert_readers_are_well(place)
    assert marts(place) == undisturbed.marts


# --- two at once ----------------------------------------------------------------------------------


def test_of_two_runs_at_once_one_runs_and_the_other_says_so(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    place = undisturbed.copied_to(tmp_path / "p")
    with started(place) as one, started(place) as other:
        said = [process.communicate(timeout=500)[0] for process in (one, other)]
        codes = [process.returncode for process in (one, other)]
    assert sorted(codes) == [0, 2], said
    assert "another run is writing to this warehouse" in " ".join(said[codes.index(2)].split())
    assert marts(place) == undisturbed.marts
