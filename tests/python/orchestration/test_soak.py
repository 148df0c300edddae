"""What many runs in one long-lived process leave behind stays bounded."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY, clean_environment

from benchmarks.soak import WARM_UP, Moment, as_markdown, growth

RUNS = 30
MOST_A_RUN = {
    # Python and DuckDB keep what they had for a while, so memory goes up and down.
    "resident_mb": 3.0,
    "open_files": 0.1,
    "threads": 0.1,
    # A ledger entry a file, and a row a lead that was ever published.
    "control_rows": 10.0,
    "releases": 0.1,
    "logs_mb": 1.0,
    # What each day adds to history and its ledgers, and room for blocks that wait to be reused.
    "working_file_mb": 0.7,
    "published_mb": 0.2,
    # Kept for `LEAD_SCORING_KEEP_RUNS_DAYS`, then deleted (`old_runs`).
    "dagster_mb": 12.0,
}


def moment(run: int, **figures: float) -> Moment:
    names = Moment.__dataclass_fields__
    return Moment(**{name: figures.get(name, 0) for name in names} | {"run": run})  # type: ignore[arg-type]


def test_growth_is_the_slope_after_the_warm_up() -> None:
    warming = [moment(run, resident_mb=100 * run) for run in range(1, WARM_UP + 1)]
    after = [moment(WARM_UP + n, resident_mb=2000 + 3 * n) for n in range(1, 9)]
    assert growth([*warming, *after], "resident_mb") == pytest.approx(3)
    assert growth([*warming, *after], "open_files") == pytest.approx(0)
    table = as_markdown([*warming, *after])
    assert "| memory of the process, MB | 1,000.0 | 2,024.0 | 3.000 |" in table


@pytest.mark.full
@pytest.mark.timeout(3000)
def test_many_runs_in_one_process_leave_bounded_memory_files_and_storage(tmp_path: Path) -> None:
    figures = tmp_path / "moments.csv"
    subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.soak", "--runs", str(RUNS)),
            *("--csv", figures, "--results", tmp_path / "results.md"),
        ],
        cwd=REPOSITORY,
        env=clean_environment(),
        check=True,
        capture_output=True,
    )
    with open(figures, newline="") as handle:
        moments = [
            Moment(**{name: float(value) for name, value in row.items()})  # type: ignore[arg-type]
            for row in csv.DictReader(handle)
        ]
    assert len(moments) == RUNS
    assert {
        what: growth(moments, what)
        for what, most in MOST_A_RUN.items()
        if growth(moments, what) > most
    } == {}
    assert max(one.releases for one in moments) <= 3
    assert moments[-1].history_rows > moments[0].history_rows
