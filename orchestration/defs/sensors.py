"""Sensors that ask for a run when files have landed, and that look after runs that have ended."""

import json
import time
from datetime import UTC, datetime, timedelta

import dagster as dg

from orchestration import warehouse
from orchestration.defs.jobs import JOB_NAME, PAST_DAYS, score_leads
from orchestration.errors import Busy
from orchestration.ingestion import watching
from orchestration.settings import Settings, Timing

_AT_ONCE = 20


def build_landed_files(settings: Settings, timing: Timing) -> dg.SensorDefinition:
    """Return the sensor; its cursor holds what it last saw and what it last asked a run for."""

    @dg.sensor(
        job=score_leads,
        name="landed_files",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description=f"Scores today when files landed and then nothing for {timing.quiet_seconds:g} "
        "seconds. Off until switched on.",
    )
    def landed_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        landed = watching.look(settings.landing)
        if not landed.newest:
            return dg.SkipReason("Nothing has landed yet.")
        known = json.loads(context.cursor) if context.cursor else {}
        cursor = {"seen": landed.digest, "asked_for": known.get("asked_for")}
        if landed.digest == known.get("asked_for"):
            return dg.SkipReason("Nothing has landed since the last run was asked for.")
        quiet = time.time() - landed.newest
        is_same = landed.digest == known.get("seen", landed.digest if quiet >= 0 else None)
        # Where a clock went backwards a file seems to come from the future: two looks must do.
        if not is_same or 0 <= quiet < timing.quiet_seconds:
            waiting = dg.SkipReason(f"Files are landing; the last one {max(quiet, 0):.0f} s ago.")
            return dg.SensorResult(skip_reason=waiting, cursor=json.dumps(cursor))
        return dg.SensorResult(
            run_requests=[dg.RunRequest(run_key=f"landed {landed.digest}")],
            cursor=json.dumps(cursor | {"asked_for": landed.digest}),
        )

    return landed_files


def build_lost_runs(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor that ends runs whose process is gone, so that the queue goes on.

    A run holds the warehouse's lock as long as its process lives. One that Dagster believes to be
    running while nobody holds that lock, twice in a row, has died without a word.
    """

    @dg.sensor(
        name="lost_runs",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Marks runs as failed whose process was killed; else they would hold the queue "
        "for ever.",
    )
    def lost_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        started = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])
        runs = [
            run
            for run in context.instance.get_runs(started)
            if run.job_name in (JOB_NAME, PAST_DAYS)
        ]
        try:
            with warehouse.writer_lock(settings.warehouse):
                suspects = set(json.loads(context.cursor or "[]"))
        except Busy:
            context.update_cursor("[]")
            return dg.SkipReason("A run is at work.")
        lost = [run for run in runs if run.run_id in suspects]
        for run in lost:
            context.instance.report_run_failed(run, "The process of this run is gone.")
        context.update_cursor(json.dumps([run.run_id for run in runs if run not in lost]))
        return dg.SkipReason(f"{len(lost)} runs were lost.")

    return lost_runs


def build_old_runs(timing: Timing) -> dg.SensorDefinition:
    """Return the sensor that keeps Dagster's storage from growing for ever.

    A few at a time, so that a look stays short; what runs published is not touched.
    """

    @dg.sensor(
        name="old_runs",
        minimum_interval_seconds=600,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Deletes what Dagster noted of runs that ended {timing.keep_runs_days} days "
        "ago or earlier.",
    )
    def old_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        # Imported here: it brings SQLAlchemy, and a look or a run does without.
        from orchestration.defs.run_notes import forget

        ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
        before = datetime.now(UTC) - timedelta(days=timing.keep_runs_days)
        old = context.instance.get_run_records(
            dg.RunsFilter(statuses=[*ended, dg.DagsterRunStatus.CANCELED], created_before=before),
            limit=_AT_ONCE,
            ascending=True,
        )
        for record in old:
            forget(context.instance, record.dagster_run.run_id)
        return dg.SkipReason(f"{len(old)} runs were forgotten.")

    return old_runs
