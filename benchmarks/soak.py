"""`make soak`: many runs in a row in one long-lived process, and what each of them leaves behind.

The process is like Dagster's: it holds one instance with its storage on disk and runs the job of
the project again and again, for one day after the other, each with new events. What is measured
after each run is that process and its files. Growth is a line fitted through all runs but the
first ones, in which libraries are loaded and caches fill.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import psutil

from benchmarks import report
from benchmarks.workspace import HERE, copy_project
from orchestration.settings import Settings

RESULTS = HERE / "results.md"
FIRST_DAY = date(2024, 6, 30)
LEADS, EVENTS_A_DAY = 100, 20
WARM_UP = 10
"""Runs after which nothing is loaded for the first time any more."""

_WHAT = {
    "seconds": "seconds of a run",
    "resident_mb": "memory of the process, MB",
    "open_files": "open files",
    "threads": "threads",
    "working_file_mb": "working file, MB",
    "control_rows": "rows of `control`",
    "releases": "releases",
    "published_mb": "published, MB",
    "history_rows": "rows of history",
    "logs_mb": "dbt's log and target, MB",
    "dagster_mb": "Dagster's storage, MB",
}


@dataclass(frozen=True)
class Moment:
    """What there was after a run; `_mb` are millions of bytes."""

    run: int
    seconds: float
    resident_mb: float
    open_files: int
    threads: int
    working_file_mb: float
    control_rows: int
    releases: int
    published_mb: float
    history_rows: int
    logs_mb: float
    dagster_mb: float


def soak(folder: Path, runs: int) -> Iterator[Moment]:
    """Make a small project in an empty folder and run it for `runs` days; measured after each.

    Sets the environment of this process: it is the long-lived one.
    """
    project = copy_project(folder / "project")
    os.environ["DAGSTER_HOME"] = str(folder / "dagster")
    (folder / "dagster").mkdir()

    from orchestration.run_job import run as run_job

    settings = Settings.from_environment(project, {})
    leads = _sample(settings.landing)
    for number in range(runs):
        day = FIRST_DAY + timedelta(days=number)
        if number:
            _deliver(settings.landing, leads, day)
        began = time.monotonic()
        run_job(settings, day)
        yield _measured(number + 1, time.monotonic() - began, settings, folder)


def growth(moments: Sequence[Moment], what: str) -> float:
    """How much a figure grows from run to run, after the warm-up (least squares)."""
    later = moments[WARM_UP:] or moments
    if len(later) < 2:
        return 0.0
    slope, _ = np.polyfit([m.run for m in later], [getattr(m, what) for m in later], 1)
    return float(slope)


def as_markdown(moments: Sequence[Moment]) -> str:
    """The table of what was there in the beginning and at the end, and how it grew."""
    first, last = moments[min(WARM_UP, len(moments)) - 1], moments[-1]
    lines = [
        f"### {len(moments)} runs in one process, {LEADS} leads, {EVENTS_A_DAY} new events a day",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores.",
        "",
        f"| | after run {first.run} | after run {last.run} | growth a run |",
        "| --- | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {text} | {getattr(first, what):,.1f} | {getattr(last, what):,.1f} "
        f"| {growth(moments, what):,.3f} |"
        for what, text in _WHAT.items()
    ]
    return "\n".join(lines)


def main() -> int:
    """Run, print each moment as it comes, and put the table into the results."""
    parser = argparse.ArgumentParser(prog="benchmarks.soak", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200, help="how many (default: 200)")
    parser.add_argument("--csv", type=Path, help="a file for the figures of every run")
    parser.add_argument("--results", type=Path, default=RESULTS, help="file to update")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lead-scoring-soak-"))
    moments: list[Moment] = []
    try:
        with open(options.csv or os.devnull, "w", newline="") as out:
            writer = csv.DictWriter(out, [field.name for field in fields(Moment)])
            writer.writeheader()
            for moment in soak(folder, options.runs):
                moments.append(moment)
                writer.writerow(asdict(moment))
                out.flush()
                print(f"{moment.run} of {options.runs}: {moment.seconds:.1f} s", file=sys.stderr)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    section = as_markdown(moments)
    print(section)
    report.update(options.results, report.SOAK, len(moments), section)
    return 0


def _sample(landing: Path) -> list[str]:
    from orchestration.sample_data import write_sample

    write_sample(landing, FIRST_DAY, seed=7, leads=LEADS)
    landed = duckdb.read_parquet(f"{landing}/custom/leads/**/*.parquet")
    return sorted(lead for (lead,) in landed.select("lead_id").distinct().fetchall())


def _deliver(landing: Path, leads: Sequence[str], day: date) -> None:
    """The events of a day, one of them late, one repeated and one broken."""
    moment = datetime.combine(day, datetime.min.time())
    rows = [
        (f"{day}-{n}", leads[(day.toordinal() + n) % len(leads)], moment + timedelta(hours=n))
        for n in range(EVENTS_A_DAY)
    ]
    rows += [
        (f"{day}-late", leads[0], moment - timedelta(days=9)),
        rows[0],
        (f"{day}-x", None, moment),
    ]
    path = landing / "custom" / "events" / f"soak-{day}.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "create table landed (event_id text, lead_id text, occurred_at timestamp)"
        )
        connection.executemany("insert into landed values (?, ?, ?)", rows)
        events = connection.table("landed").select("*, 'page_view' as event_type, '/' as asset")
        events.write_parquet(str(path))


def _measured(number: int, seconds: float, settings: Settings, folder: Path) -> Moment:
    process = psutil.Process()
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'control'"
        ).fetchall()
        control = sum(len(connection.table(f'control."{table}"')) for (table,) in tables)
        history = len(connection.table("marts.lead_score_history"))
    return Moment(
        run=number,
        seconds=round(seconds, 2),
        resident_mb=round(process.memory_info().rss / 1e6, 1),
        open_files=process.num_fds(),
        threads=process.num_threads(),
        working_file_mb=_megabytes(settings.warehouse.parent),
        control_rows=control,
        releases=len(list((settings.published / "releases").iterdir())),
        published_mb=_megabytes(settings.published / "releases"),
        history_rows=history,
        logs_mb=_megabytes(settings.project_dir / "logs")
        + _megabytes(settings.project_dir / "target"),
        dagster_mb=_megabytes(folder / "dagster"),
    )


def _megabytes(folder: Path) -> float:
    """What the files below a folder take; a file with several names counts once."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            stat = path.stat()
            found[stat.st_ino] = stat.st_size
    return round(sum(found.values()) / 1e6, 2)


if __name__ == "__main__":
    sys.exit(main())
