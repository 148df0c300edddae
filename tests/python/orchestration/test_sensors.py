"""Sensors as Dagster's daemon asks them: what it makes of an answer is seen only there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import another_process
from dagster import DagsterRunStatus as Status
from sensor_ticks import Daemon, daemon

LONG_AGO = 1_700_000_000


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "dbt_project.yml").touch()
    return tmp_path / "project"


@pytest.fixture
def watching(tmp_path: Path, project: Path) -> Iterator[Daemon]:
    with daemon(tmp_path / "home", project) as one:
        yield one


def land(project: Path, name: str) -> Path:
    """Land a file; each time it is the same one, of the same time."""
    path = project / "landing" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"rows")
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def test_a_landing_folder_that_is_again_what_it_was_is_scored_again(
    watching: Daemon, project: Path
) -> None:
    watching.switch_on("landed_files")
    land(project, "custom/leads/a.parquet")
    asked = [watching.look(2)]
    for _ in range(2):
        other = land(project, "custom/leads/b.parquet")
        asked.append(watching.look(3))
        other.unlink()
        asked.append(watching.look(3))
    assert asked == [1, 1, 1, 1, 1]


HOLDS_THE_LOCK = """
import sys
from pathlib import Path
from orchestration import warehouse
lock = warehouse.writer_lock(Path(sys.argv[1]))
lock.__enter__()
"""


@pytest.mark.parametrize(
    ("died_as", "ends_as", "looks"),
    [
        (Status.STARTING, Status.FAILURE, 6),
        (Status.STARTED, Status.FAILURE, 2),
        (Status.CANCELING, Status.CANCELED, 2),
    ],
)
def test_a_run_whose_process_is_gone_holds_the_queue_for_a_few_looks_only(
    watching: Daemon, project: Path, died_as: Status, ends_as: Status, looks: int
) -> None:
    lost = watching.add_run(died_as)
    watching.switch_on("landed_files")
    land(project, "custom/leads/a.parquet")
    with another_process(HOLDS_THE_LOCK, project / "warehouse" / "lead_scoring.duckdb"):
        assert watching.look(10) == 1
        assert watching.statuses() == {lost: died_as, "landed_files": Status.QUEUED}
    watching.look(looks - 1)
    assert watching.start_what_is_due() == []
    watching.look()
    assert watching.statuses() == {lost: ends_as, "landed_files": Status.QUEUED}
    assert watching.start_what_is_due() == ["landed_files"]


def test_a_run_that_took_long_to_start_is_not_lost_before_it_has_the_lock(
    watching: Daemon,
) -> None:
    slow = watching.add_run(Status.STARTING)
    watching.look(5)
    watching.begin(slow)
    watching.look()
    assert watching.statuses() == {slow: Status.STARTED}
