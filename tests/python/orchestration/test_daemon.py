"""Dagster's daemon runs by itself: real processes, a real instance, and one that is killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import REPOSITORY, ScoredProject, clean_environment
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus

from orchestration.publishing.release import read_manifest

pytestmark = [pytest.mark.full, pytest.mark.timeout(1800)]
CODE = ("-m", "orchestration.definitions")


class Home:
    """A Dagster instance of its own for a copy of the scored project, as `make ui` has it."""

    def __init__(self, folder: Path, project: ScoredProject) -> None:
        self.project = project
        self.folder = folder
        folder.mkdir()
        shutil.copy2(REPOSITORY / ".dagster" / "dagster.yaml", folder)
        self.environment = {
            **clean_environment(),
            "DAGSTER_HOME": str(folder),
            "LEAD_SCORING_PROJECT_DIR": str(project.project_dir),
            "LEAD_SCORING_QUIET_SECONDS": "1",
        }

    def command(self, name: str, *arguments: str) -> list[str]:
        return [str(Path(sys.executable).with_name(name)), *arguments]

    def switch_on(self, sensor: str) -> None:
        subprocess.run(
            self.command("dagster", "sensor", "start", sensor, *CODE),
            env=self.environment,
            cwd=REPOSITORY,
            check=True,
            capture_output=True,
            timeout=120,
        )

    @contextmanager
    def daemon(self) -> Iterator[subprocess.Popen]:
        """The daemon with all that it starts; killed at the end, without a chance to tidy up."""
        with (self.folder / "daemon.log").open("ab") as log:
            process = subprocess.Popen(
                self.command("dagster-daemon", "run", *CODE),
                env=self.environment,
                cwd=REPOSITORY,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def land(self, name: str) -> None:
        """Land one more event, of somebody who is known."""
        events = self.project.landing / "custom" / "events"
        some = sorted(events.rglob("*.parquet"))[0]
        duckdb.sql(
            f"copy (select * replace ('{name}' as event_id) from read_parquet('{some}') "
            f"where lead_id is not null limit 1) to '{events / name}.parquet'"
        )

    def runs(self) -> list[DagsterRun]:
        with DagsterInstance.from_config(str(self.folder)) as instance:
            return list(instance.get_runs())

    def wait_for(self, what: Callable[[], Any], seconds: float = 600) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := what():
                return found
            time.sleep(0.5)
        log = (self.folder / "daemon.log").read_text()[-3000:]
        raise AssertionError(f"nothing within {seconds} s; the daemon said: {log}")

    def cancel(self, run: DagsterRun) -> None:
        """Ask for the end of a run, as a click in the browser does."""
        with DagsterInstance.from_config(str(self.folder)) as instance:
            instance.report_run_canceling(run)

    def with_status(self, status: DagsterRunStatus) -> list[DagsterRun]:
        return [run for run in self.runs() if run.status == status]

    def tells_of_itself(self) -> bool:
        asked = self.command("dagster-daemon", "liveness-check")
        return subprocess.run(asked, env=self.environment, check=False).returncode == 0

    def published_run(self) -> str:
        return (read_manifest(self.project.published) or {})["run_id"]


def test_the_daemon_scores_what_landed_and_goes_on_after_it_was_killed_in_mid_run(
    scored_project: ScoredProject, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home", scored_project.copied_to(tmp_path / "project"))
    home.switch_on("landed_files")
    before = home.published_run()
    assert not home.tells_of_itself()

    with home.daemon():
        home.land("first")
        home.wait_for(lambda: home.with_status(DagsterRunStatus.STARTED))
        home.wait_for(home.tells_of_itself)
    assert home.published_run() == before

    with home.daemon():
        # The run whose process is gone is found dead; it does not hold the queue.
        home.wait_for(lambda: home.with_status(DagsterRunStatus.FAILURE))
        home.land("second")
        home.wait_for(lambda: home.with_status(DagsterRunStatus.SUCCESS))
    assert home.published_run() != before
    [(raw, used, duplicates)] = duckdb.sql(
        "select raw, activities + waiting + quarantined + future + voided + erased, duplicates "
        f"from '{home.project.published}/parquet/intake_counts/intake_counts.parquet' "
        "where source_table = 'events'"
    ).fetchall()
    assert raw == used + duplicates


def test_runs_that_are_killed_while_they_start_or_are_cancelled_do_not_hold_the_queue(
    scored_project: ScoredProject, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home", scored_project.copied_to(tmp_path / "project"))
    home.switch_on("landed_files")
    before = home.published_run()

    with home.daemon():
        home.land("first")
        home.wait_for(lambda: home.with_status(DagsterRunStatus.STARTING))
    assert home.with_status(DagsterRunStatus.STARTING)

    with home.daemon():
        home.wait_for(lambda: home.with_status(DagsterRunStatus.FAILURE))
        home.land("second")
        [run] = home.wait_for(lambda: home.with_status(DagsterRunStatus.STARTED))
        home.cancel(run)
    assert home.with_status(DagsterRunStatus.CANCELING)

    with home.daemon():
        home.wait_for(lambda: home.with_status(DagsterRunStatus.CANCELED))
        home.land("third")
        home.wait_for(lambda: home.with_status(DagsterRunStatus.SUCCESS))
    assert home.published_run() != before
