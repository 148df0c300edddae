"""Sensors that ask for a run when files have landed, and that look after runs that have ended."""

import json
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import dagster as dg

from orchestration import warehouse
from orchestration.defs.jobs import JOB_NAME, PAST_DAYS, days_to_end, in_order, score_leads
from orchestration.errors import Busy
from orchestration.ingestion import watching
from orchestration.publishing import release
from orchestration.settings import Settings, Timing

_AT_ONCE = 20
_LOST = "The process of this run is gone."
_LOOKS = {
    dg.DagsterRunStatus.STARTING: 6,
    dg.DagsterRunStatus.STARTED: 2,
    dg.DagsterRunStatus.CANCELING: 2,
}
"""How many looks in a row find a run without a process before it counts as lost.

All of these hold a place in the queue. A process that is starting loads all definitions before it
takes the lock, and may have to parse the project first.
"""


def build_landed_files(settings: Settings, timing: Timing) -> dg.SensorDefinition:
    """Return the sensor; its cursor holds what it last saw and what it last asked a run for."""

    @dg.sensor(
        job=score_leads,
        name="landed_files",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description=f"Scores today when files landed and then nothing for {timing.quiet_seconds:g} "
        "seconds; before that yesterday for good, unless that is done. Off until switched on.",
    )
    def landed_files(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        landed = watching.look(settings.landing)
        known = json.loads(context.cursor) if context.cursor else {}
        is_same = landed.is_still(known.get("files"), known.get("dropped"))
        seen = {"files": landed.files, "dropped": landed.dropped}

        def answer(because: str = "", is_asked_for: bool = False) -> dg.SensorResult:
            # No run key: Dagster makes no second run for one, and a folder may become again what
            # it was some runs ago. The cursor alone says what was asked for.
            return dg.SensorResult(
                run_requests=[] if because else [_due(settings)],
                skip_reason=because or None,
                cursor=json.dumps({**seen, "is_asked_for": is_asked_for or not because}),
            )

        if not landed.newest:
            return answer("Nothing has landed yet.")
        if is_same and known["is_asked_for"]:
            return answer("Nothing has landed since the last run was asked for.", is_asked_for=True)
        # Where a clock went backwards a file seems to come from the future: two looks must do.
        quiet = time.time() - landed.newest
        was_seen = is_same or (not known and quiet >= 0)
        if not was_seen or 0 <= quiet < timing.quiet_seconds:
            return answer(f"Files are landing; the last one {max(quiet, 0):.0f} s ago.")
        return answer()

    return landed_files


def _due(settings: Settings) -> dg.RunRequest:
    """Ask for today, by name: a run that begins after midnight ends the day that it was asked for.

    Days before it that are not ended yet come first.
    """
    today, last = datetime.now(UTC).date(), release.last_day(settings.published)
    return in_order([*days_to_end(last, today), today])


def build_lost_runs(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor that ends runs whose process is gone, so that the queue goes on.

    A run holds the warehouse's lock as long as its process lives. One that Dagster believes to be
    alive while nobody holds that lock, look after look, has died without a word. Dagster's own run
    monitoring sees none that died after its start: its launcher cannot ask for a process.
    """

    @dg.sensor(
        name="lost_runs",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Marks runs as failed whose process was killed; else they would hold the queue "
        "for ever.",
    )
    def lost_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        alive = dg.RunsFilter(statuses=list(_LOOKS))
        runs = [
            run for run in context.instance.get_runs(alive) if run.job_name in (JOB_NAME, PAST_DAYS)
        ]
        try:
            with warehouse.writer_lock(settings.warehouse):
                before = Counter(json.loads(context.cursor or "{}"))
        except Busy:
            context.update_cursor("{}")
            return dg.SkipReason("A run is at work.")
        # Who has just started has yet to take the lock: each status is looked at from the first.
        looks = {name: before[name] + 1 for name in map(_in_its_status, runs)}
        lost = [run for run in runs if looks[_in_its_status(run)] >= _LOOKS[run.status]]
        for run in lost:
            if run.status == dg.DagsterRunStatus.CANCELING:
                context.instance.report_run_canceled(run, _LOST)
            else:
                context.instance.report_run_failed(run, _LOST)
        context.update_cursor(json.dumps(looks))
        return dg.SkipReason(f"{len(lost)} runs were lost.")

    return lost_runs


def _in_its_status(run: dg.DagsterRun) -> str:
    return f"{run.run_id} {run.status.value}"


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
