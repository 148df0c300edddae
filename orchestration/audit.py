"""The two gates of a run: what they ask, what they found, and the page that shows it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration import control, progress, warehouse
from orchestration.control import Run
from orchestration.errors import BlockedByCheck
from orchestration.pipeline import TITLES
from orchestration.publishing import release
from orchestration.quality.results import CheckResult, Gate, blocking_failures

if TYPE_CHECKING:
    from orchestration.settings import Settings


@dataclass(frozen=True)
class GateOutcome:
    """What a gate found. An accepted check keeps its message and no longer blocks."""

    run: Run
    gate: Gate
    results: list[CheckResult]

    def raise_for_failures(self) -> None:
        """Raise BlockedByCheck with the checks that failed and that nobody accepted."""
        failures = blocking_failures(self.results)
        if failures:
            raise BlockedByCheck(failures)


def gate(settings: Settings, name: Gate) -> GateOutcome:
    """Run the checks of a gate on the working file and refresh the results page.

    Failed checks are returned: report them, then call `raise_for_failures`.
    """
    step = f"{name}_gate"
    with progress.step(TITLES[step]) as mark:
        started = time.perf_counter()
        with warehouse.opened(settings.warehouse) as connection:
            run = control.the_run(connection)
        found = _check_raw(settings, run) if name == "raw" else _check_scores(settings, run)
        results = [_accepted(result, run) for result in found]
        mark.failed = bool(blocking_failures(results))
        with warehouse.opened(settings.warehouse) as connection:
            control.keep_results(connection, run, name, results)
            if not mark.failed:
                control.end_step(connection, run, step, time.perf_counter() - started)
            everything = control.read_results(connection, run)
        # Drawing takes seconds, so the page waits for the last gate unless this one stops the run.
        if name == "scores" or mark.failed:
            write_page(settings, run, everything)
        return GateOutcome(run, name, results)


def write_page(settings: Settings, run: Run, results: list[CheckResult]) -> Path:
    """Write the results page of the run beside the working file, with GX's own Data Docs."""
    from orchestration.quality.docs import write_data_docs
    from orchestration.quality.page import write_results_page

    folder = checks_folder(settings)
    warehouse.make_folder(folder)
    write_data_docs(folder)
    return write_results_page(
        folder,
        results,
        {
            "score_date": run.score_date.isoformat(),
            "run_id": run.run_id,
            "accepted": ", ".join(run.accepted),
        },
    )


def checks_folder(settings: Settings) -> Path:
    """Where the page of the latest run's checks is, also when they stopped it."""
    return settings.warehouse.parent / "checks"


def checks_page(settings: Settings) -> Path:
    """Where the results page of the latest run is."""
    return checks_folder(settings) / "index.html"


def _check_raw(settings: Settings, run: Run) -> list[CheckResult]:
    from orchestration.quality.expectations import check_raw
    from orchestration.quality.policy import load_policy

    with warehouse.opened(settings.warehouse) as connection:
        previous = control.landed_rows_before(connection)
    return check_raw(
        settings.warehouse,
        settings.sources,
        run.score_date,
        previous=previous,
        policy=load_policy(settings.project_dir),
        date_went_back=not run.is_latest,
    )


def _check_scores(settings: Settings, run: Run) -> list[CheckResult]:
    from orchestration.quality.expectations import check_scores
    from orchestration.quality.policy import load_policy

    manifest = release.read_manifest(settings.published)
    return check_scores(
        settings.warehouse,
        release.current(settings.published),
        run.score_date,
        weights_changed=run.is_latest and manifest is not None and _differ(settings, manifest),
        first_run=manifest is None,
        date_went_back=not run.is_latest,
        policy=load_policy(settings.project_dir),
    )


def _differ(settings: Settings, manifest: dict[str, Any]) -> bool:
    """Whether the rules behind `lead_scores` are other ones than those of the release.

    A challenger's rules may change freely: what people see is not compared with it.
    """
    with warehouse.opened(settings.warehouse) as connection:
        now = connection.execute(
            "select distinct model_version, weights_hash from marts.lead_scores"
        ).fetchall()
    return any(manifest["weights_hash"].get(version) != weights for version, weights in now)


def _accepted(result: CheckResult, run: Run) -> CheckResult:
    if result.name in run.accepted and result.status == "failed":
        return replace(result, blocking=False)
    return result
