"""The main Dagster job, run in this process; importing this module imports Dagster."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from datetime import date

from dagster import DagsterExecutionInterruptedError, DagsterInstance

from orchestration.definitions import build_definitions
from orchestration.defs.jobs import JOB_NAME, run_config
from orchestration.defs.retries import IN_THE_FOREGROUND
from orchestration.errors import unusable
from orchestration.settings import Settings


def run(settings: Settings, score_date: date, accept: Sequence[str] = ()) -> None:
    """Run the job to its end. Whatever a step raises is raised here as it is.

    Runs are recorded in the instance of DAGSTER_HOME where that is set, so that `make ui` shows
    them; else nothing is kept of them but what they published.
    """
    job = build_definitions(settings).resolve_job_def(JOB_NAME)
    config = {
        **run_config(score_date.isoformat(), list(accept)),
        # Progress and warnings reach the terminal in our own words.
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    with _instance() as instance:
        try:
            job.execute_in_process(
                run_config=config, instance=instance, raise_on_error=True, tags=IN_THE_FOREGROUND
            )
        except DagsterExecutionInterruptedError:
            raise KeyboardInterrupt from None


@contextlib.contextmanager
def _instance() -> Iterator[DagsterInstance]:
    home = os.environ.get("DAGSTER_HOME")
    if home:
        if not os.path.isdir(home):
            raise unusable("DAGSTER_HOME", f"there is no folder {home}", "Create it or unset it")
        with DagsterInstance.get() as instance:
            yield instance
    else:
        with DagsterInstance.ephemeral() as instance:
            yield instance
