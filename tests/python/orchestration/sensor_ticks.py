"""Looks of sensors as Dagster's daemon makes them: an instance as we ship it, and a code server."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from conftest import REPOSITORY
from dagster._core.test_utils import (
    create_test_daemon_workspace_context,
    freeze_time,
    load_remote_repo,
)
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import PythonFileTarget
from dagster._daemon.run_coordinator import QueuedRunCoordinatorDaemon
from dagster._daemon.sensor import execute_sensor_iteration

from orchestration.defs.jobs import JOB_NAME

CODE = """
from pathlib import Path

import dagster as dg

from orchestration.defs import jobs, sensors
from orchestration.defs.intake import ScoringConfig
from orchestration.settings import Settings, Timing

settings, timing = Settings.from_environment(Path({project!r}), {{}}), Timing.from_environment({{}})


@dg.asset
def intake(config: ScoringConfig) -> None: ...


defs = dg.Definitions(
    assets=[intake],
    jobs=[jobs.score_leads],
    sensors=[sensors.build_landed_files(settings, timing), sensors.build_lost_runs(settings)],
)
"""
MINUTE = 60.0


@dg.job(name=JOB_NAME)
def nothing_at_all() -> None: ...


class Daemon:
    """What the daemon does for sensors, look by look; runs that they ask for stay in the queue."""

    def __init__(self, instance: dg.DagsterInstance, workspace: WorkspaceProcessContext) -> None:
        self.instance = instance
        self._workspace = workspace
        self._now = time.time()

    def switch_on(self, name: str) -> None:
        repository = load_remote_repo(self._workspace, "__repository__")
        self.instance.start_sensor(repository.get_sensor(name))

    def add_run(self, status: dg.DagsterRunStatus) -> str:
        """Note a run of which no process is left; return its name."""
        run = self.instance.create_run_for_job(nothing_at_all, status=status)
        return run.run_id

    def begin(self, run_id: str) -> None:
        """Note that the process of a run has begun its work."""
        began = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, JOB_NAME, message="began")
        self.instance.report_dagster_event(began, run_id=run_id)

    def statuses(self) -> dict[str, dg.DagsterRunStatus]:
        """The status of each run, by the sensor that asked for it or else by the run's name."""
        return {_name(run): run.status for run in self.instance.get_runs()}

    def start_what_is_due(self) -> list[str]:
        """Let the queue start runs; return which."""
        before = self.statuses()
        list(QueuedRunCoordinatorDaemon(interval_seconds=1).run_iteration(self._workspace))
        queued = dg.DagsterRunStatus.QUEUED
        return [
            name
            for name, status in self.statuses().items()
            if before[name] == queued and status != queued
        ]

    def look(self, times: int = 1) -> int:
        """Let a minute pass before each look; return how many runs were asked for."""
        before = len(self.instance.get_runs())
        for _ in range(times):
            self._now += MINUTE
            with freeze_time(self._now):
                for error in execute_sensor_iteration(
                    self._workspace, logging.getLogger("daemon"), None, None
                ):
                    assert error is None, error
        return len(self.instance.get_runs()) - before


def _name(run: dg.DagsterRun) -> str:
    return run.tags.get("dagster/sensor_name", run.run_id)


@contextmanager
def daemon(folder: Path, project: Path) -> Iterator[Daemon]:
    """A daemon for the sensors of a project, with its instance in a folder of its own."""
    folder.mkdir()
    shutil.copy2(REPOSITORY / ".dagster" / "dagster.yaml", folder)
    code = folder / "code_location.py"
    code.write_text(CODE.format(project=str(project)), encoding="utf-8")
    target = PythonFileTarget(str(code), None, str(REPOSITORY), "code_location")
    with (
        dg.DagsterInstance.from_config(str(folder)) as instance,
        create_test_daemon_workspace_context(target, instance) as workspace,
    ):
        yield Daemon(instance, workspace)
