"""The steps of a scoring run, in order and without Dagster: the Dagster assets only call these.

    intake -> raw -> raw gate -> scores -> scores gate -> monitoring -> publish

Steps share only the working file (see `orchestration.control`); the gates are in
`orchestration.audit`.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from orchestration import control, dbt, history, preflight, progress, warehouse
from orchestration.control import Run
from orchestration.errors import BlockedByCheck, ConfigurationError, Problem, unusable
from orchestration.privacy import erasure, names
from orchestration.publishing import release
from orchestration.quality.results import CheckResult

if TYPE_CHECKING:
    import duckdb

    from orchestration.settings import Settings

BuildStep = Literal["raw", "scores", "monitoring"]

BEFORE_PUBLISH = ("intake", "raw", "raw_gate", "scores", "scores_gate", "monitoring")
TITLES = {
    "intake": "Looking at landed files",
    "raw": "Cleaning raw rows",
    "raw_gate": "Checking raw rows",
    "scores": "Scoring leads",
    "scores_gate": "Checking scores",
    "monitoring": "Keeping history and counting what came in",
    "publish": "Publishing",
}

SEEDS = "resource_type:seed"
SELECTIONS: dict[str, tuple[str, ...]] = {
    "raw": (SEEDS, "fqn:staging"),
    "scores": ("fqn:intermediate", "fqn:marts.scores"),
    "monitoring": ("fqn:marts.history", "fqn:marts.monitoring"),
}
"""What each dbt step builds; Dagster's assets and dbt itself both go by these."""

EARLIER_DAY_SELECTION = ("fqn:intermediate", release.AS_OF_MART)
"""What the step `scores` builds for a day before the last published one."""


@dataclass(frozen=True)
class IntakeOutcome:
    """A run that has begun, the rows that each landed table has, and what a person should know."""

    run: Run
    rows: dict[str, int]
    warnings: list[str]


@dataclass(frozen=True)
class BuildOutcome:
    """The nodes of one dbt step; none in a step that an earlier day leaves out."""

    run: Run
    step: BuildStep
    results: list[dbt.NodeResult]

    def raise_for_failures(self) -> None:
        """Raise BlockedByCheck when only tests failed, DbtFailed when a node could not be built."""
        broken = [result for result in self.results if result.is_broken]
        if not broken:
            return
        if all(r.resource_type == "test" and r.status == "fail" for r in broken):
            raise BlockedByCheck([_as_check(result, self.step) for result in broken])
        raise dbt.DbtFailed(
            f"dbt could not build all of step {self.step}:\n{dbt.describe_failures(broken)}", broken
        )


def intake(settings: Settings, score_date: date, accept: Sequence[str] = ()) -> IntakeOutcome:
    """Begin a run: check the seeds, take dropped and landed files in, and write `control.run`.

    Raises ConfigurationError when seeds are broken or no lead is there to score.
    """
    from orchestration.ingestion import inbox
    from orchestration.ingestion.intake import run_intake

    with progress.step(TITLES["intake"]):
        started = time.perf_counter()
        warnings = preflight.check_configuration(settings, accept)
        release.clean_unfinished(settings.published)
        if finished := erasure.finish(settings):
            warnings += finished.messages()
        with warehouse.opened(settings.warehouse) as connection:
            control.prepare(connection)
            is_latest = _is_latest(connection, settings, score_date)
            history.prepare(
                connection, settings.published, control.read_run(connection), score_date
            )
            names.note_published(connection, release.current(settings.published))
        if repeated := erasure.repeat(settings):
            warnings += repeated.messages()
        with warehouse.opened(settings.warehouse) as connection:
            taken = inbox.take_in(settings)
            report = run_intake(connection, settings)
            if erasure.turn_away(connection, settings):
                report = run_intake(connection, settings)
            inbox.note_quarantined_files(connection, settings)
            rows = preflight.landed_rows(connection, settings)
            warnings += taken.messages + report.warnings
            with _told_too(taken.messages):
                warnings += preflight.check_landed(connection, settings, rows, score_date)
            run = Run(
                run_id=control.new_run_id(last=_last_release(settings)),
                score_date=score_date,
                is_latest=is_latest,
                accepted=tuple(accept),
            )
            control.start(connection, run)
            control.tell(connection, run, "intake", warnings)
            control.end_step(connection, run, "intake", time.perf_counter() - started)
        return IntakeOutcome(run, rows, warnings)


def build(settings: Settings, step: BuildStep) -> BuildOutcome:
    """Run one dbt step of the run at hand.

    For an earlier day `scores` builds only that day's mart and `monitoring` nothing. Views are made
    when the project changed or a source is newly on, seeds are loaded then too, and when one of
    them changed. Failed nodes are returned: report them, then call `raise_for_failures`.
    """
    from orchestration.ingestion.intake import mark_kept

    with progress.step(TITLES[step]) as mark:
        started = time.perf_counter()
        with warehouse.opened(settings.warehouse) as connection:
            run = control.the_run(connection)
            is_part = step == "scores" and not run.is_latest
            select = EARLIER_DAY_SELECTION if is_part else SELECTIONS[step]
            stale = {
                name: made_of
                for name, made_of in _made_of(settings, step, select).items()
                if not control.is_built(connection, name, made_of, settings.sources)
            }
            control.forget_built(connection, list(stale))
            if step == "scores":
                control.carry_units(connection, afresh=bool(stale))
        results: list[dbt.NodeResult] = []
        if run.is_latest or step != "monitoring":
            if step not in stale:
                select = (*_of_rows(select), *([SEEDS] if SEEDS in stale else []))
            results = dbt.build(
                settings,
                select=select,
                exclude=_tests_of_nothing(settings),
                full_refresh=step == "raw",
                with_their_tests=bool(stale),
                listener=progress.node,
            )
        mark.failed = any(result.is_broken for result in results)
        if not mark.failed:
            with warehouse.opened(settings.warehouse) as connection:
                control.note_built(connection, stale)
                if step == "scores":
                    mark_kept(connection)
                    control.tell(connection, run, step, _lint(connection))
                control.end_step(connection, run, step, time.perf_counter() - started)
        return BuildOutcome(run, step, results)


def _made_of(settings: Settings, step: BuildStep, select: Sequence[str]) -> dict[str, str]:
    """What a step's views are made of, and in the step `raw` what its seeds are."""
    made_of = {step: f"{select} of {dbt.fingerprint(settings)}"}
    if step == "raw":
        made_of[SEEDS] = dbt.fingerprint(settings, with_seeds=True)
    return made_of


def _of_rows(select: Sequence[str]) -> list[str]:
    """What a run has to build where the project did not change: tables, and tests of all models.

    Seeds stand as they were loaded, so their tests would find what they found then.
    """
    parts = ("config.materialized:table", "config.materialized:incremental", "resource_type:test")
    return [f"{one},{part}" for one in select for part in parts]


def _tests_of_nothing(settings: Settings) -> list[str]:
    """The tests of models that have no row, since their source is off."""
    from orchestration.ingestion.contracts import SOURCES

    off = [source for source in SOURCES if source not in settings.sources]
    return [f"fqn:intermediate.sources.{source},resource_type:test" for source in off]


def publish(settings: Settings) -> Path:
    """Publish the run at hand; return the release's folder.

    Raises ConfigurationError unless every earlier step of this very run has ended.
    """
    from orchestration.quality.expectations import row_counts

    with progress.step(TITLES["publish"]):
        started = time.perf_counter()
        with warehouse.opened(settings.warehouse) as connection:
            run = control.the_run(connection)
            missing = [s for s in BEFORE_PUBLISH if s not in control.ended_steps(connection, run)]
            if missing:
                raise unusable(
                    f"run {run.run_id}",
                    f"nothing can be published before these steps: {', '.join(missing)}",
                    "Run the whole job: leadscore score",
                )
            results = control.read_results(connection, run)
            names.note_members(connection)
        contents = release.Contents(
            run_id=run.run_id,
            score_date=run.score_date,
            is_latest=run.is_latest,
            published_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            marts=mart_names(dbt.load_manifest(settings)),
            checks=_names_by_status(results),
            accepted=run.accepted,
        )
        folder = release.publish(settings.warehouse, settings.published, contents)
        with warehouse.opened(settings.warehouse) as connection:
            control.note_publish(connection, release.read_manifest(settings.published) or {})
            control.keep_landed_rows(connection, run, row_counts(results))
            control.end_step(connection, run, "publish", time.perf_counter() - started)
    if run.is_latest and (erased := erasure.carry_out(settings)):
        with warehouse.opened(settings.warehouse) as connection:
            control.tell(connection, run, "erasure", erased.messages())
    return folder


def publish_to_postgres(settings: Settings) -> dict[str, int] | None:
    """Bring the current release to PostgreSQL where a server is named; rows written, by table.

    None when there is no server, or it has this release already. Raises NotCopied when it is away.
    """
    from orchestration.publishing import postgres

    target = postgres.Target.from_environment()
    folder = release.current(settings.published)
    if target is None or folder is None:
        return None
    with progress.step("Copying to PostgreSQL"):
        return postgres.publish(target, folder, postgres.described(dbt.load_manifest(settings)))


def mart_names(manifest: dict[str, Any]) -> list[str]:
    """Return the marts that readers get: every model in schema `marts`."""
    return sorted(
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    )


@contextlib.contextmanager
def _told_too(messages: list[str]) -> Iterator[None]:
    """Where nothing can be scored, say what the inbox said: it may be why."""
    try:
        yield
    except ConfigurationError as error:
        told = [Problem("warning", "", "", "", message) for message in messages]
        raise ConfigurationError([*error.problems, *told]) from error


def _is_latest(connection: duckdb.DuckDBPyConnection, settings: Settings, score_date: date) -> bool:
    """Whether no later day was published, by the working file's memory and by what readers see.

    The second matters when the working file is new, and after a crash between switching a
    release in and noting it.
    """
    manifest = release.read_manifest(settings.published)
    if manifest:
        control.note_publish(connection, manifest)
    published = [control.last_published_day(connection)]
    if manifest:
        published.append(date.fromisoformat(manifest["score_date"]))
    return all(score_date >= day for day in published if day)


def _last_release(settings: Settings) -> str:
    folder = release.current(settings.published)
    return folder.name if folder else ""


def _lint(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Advice about rules. If it fails it says so; it does not stop a run whose scores are right."""
    from orchestration.quality.rules import lint_rules

    try:
        return [str(problem) for problem in lint_rules(connection)]
    except Exception as error:
        return [f"The rules could not be compared with the data: {type(error).__name__}: {error}"]


def _names_by_status(results: list[CheckResult]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {"passed": [], "warned": [], "skipped": []}
    for result in results:
        names.setdefault(result.status, []).append(result.name)
    return names


def _as_check(result: dbt.NodeResult, step: str) -> CheckResult:
    """A failed dbt test in the shape of a check, so that one message tells both."""
    count = result.failures or 0
    return CheckResult(
        name=result.name,
        table=Path(result.path).stem,
        gate="raw" if step == "raw" else "scores",
        kind="values",
        blocking=True,
        passed=False,
        skipped=False,
        description=f"dbt test {result.name}",
        observed={"failing_rows": count},
        message=f"{count} rows break it; see {result.path}",
    )
