"""The main job, and the daily schedule that scores yesterday for good and then today."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg

from orchestration.defs.keys import RELEASE
from orchestration.publishing import release
from orchestration.settings import Settings, Timing

JOB_NAME = "score_leads"
PAST_DAYS = "score_past_days"
THEN_TAG = "lead_scoring/then"

score_leads = dg.define_asset_job(
    JOB_NAME,
    selection=dg.AssetSelection.all(),
    description="Raw rows in, checked and published lead scores out; what `leadscore score` runs.",
    executor_def=dg.in_process_executor,
)


def run_config(score_date: str, accept: list[str] | None = None) -> dict:
    """Return the configuration of the job for a day (YYYY-MM-DD)."""
    return {"ops": {"intake": {"config": {"score_date": score_date, "accept": accept or []}}}}


# Today's run must start after yesterday's has published: the other way round yesterday would be an
# earlier day, which no longer enters history. Two RunRequests of one tick promise no order (that
# depends on the instance's queue), and one run over two days would need every asset twice. So the
# schedule asks for yesterday, and the end of that run asks for today. If a check stops yesterday,
# today waits too, until somebody has looked. If only the copy to PostgreSQL failed, readers have
# yesterday, and today need not wait. Files that land after midnight and before the schedule must
# not get ahead of yesterday either, so the sensor asks in the same order.
def in_order(days: Sequence[date], run_key: str | None = None) -> dg.RunRequest:
    """Ask for the first of some days; `then_today` asks for each of the others in its turn."""
    first, *others = [day.isoformat() for day in days]
    tags = {THEN_TAG: ",".join(others)} if others else {}
    return dg.RunRequest(run_key=run_key, run_config=run_config(first), tags=tags)


def days_to_end(last: tuple[date, bool] | None, today: date) -> list[date]:
    """Return the days that are yet to be scored for good before `today` may be.

    `last` is the last published day and whether it is final. It is to be scored where it was
    scored only while it lasted, and yesterday where it was missed. There are no such days where
    nothing is published, or today is.
    """
    if last is None or last[0] >= today:
        return []
    (day, is_final), yesterday = last, today - timedelta(days=1)
    unfinished = [] if is_final else [day]
    return unfinished if day == yesterday else [*unfinished, yesterday]


def build_daily(settings: Settings, timing: Timing) -> dg.ScheduleDefinition:
    """Return the schedule that asks for yesterday; `then_today` follows."""

    @dg.schedule(
        job=score_leads,
        name="daily",
        cron_schedule="30 1 * * *",
        execution_timezone=timing.time_zone,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description=f"At 01:30 ({timing.time_zone}): the last UTC day that is over, for good, then "
        "the UTC day that has begun. Off until switched on.",
    )
    def daily(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        today = context.scheduled_execution_time.astimezone(UTC).date()
        last = release.last_day(settings.published)
        days = days_to_end(last, today)
        if not days and (last is None or last[0] < today):
            # Yesterday once more, with what came since it was ended. Once today is published it
            # could not enter history.
            days = [today - timedelta(days=1)]
        return in_order([*days, today], run_key=f"morning of {today}")

    return daily


def build_past_days(timing: Timing) -> Any:
    """Return the job whose partitions are days: a backfill over some scores them one by one.

    A day before the last published one goes to `lead_scores_as_of` and changes nothing else.
    """

    @dg.daily_partitioned_config(start_date=timing.first_day.isoformat())
    def of_the_day(start: datetime, _end: datetime) -> dict:
        return run_config(start.date().isoformat())

    return dg.define_asset_job(
        PAST_DAYS,
        selection=dg.AssetSelection.all(),
        config=of_the_day,
        description="A range of past days, each as what is known now makes it (backfill).",
        executor_def=dg.in_process_executor,
    )


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[score_leads],
    request_job=score_leads,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts the day that a run names in its tag, once that run has published.",
)
def then_today(context: dg.RunStatusSensorContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for the day in the finished run's tag, if it has one."""
    return _the_day_after(context.dagster_run)


@dg.run_failure_sensor(
    monitored_jobs=[score_leads],
    request_job=score_leads,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts that day too when the run published and failed only then: PostgreSQL was "
    "away, say.",
)
def then_today_all_the_same(
    context: dg.RunFailureSensorContext,
) -> dg.RunRequest | dg.SkipReason:
    """Ask for the day in the failed run's tag, if readers have that run's release."""
    run = context.dagster_run
    made = context.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    if not any(entry.dagster_event and entry.dagster_event.asset_key == RELEASE for entry in made):
        return dg.SkipReason("This run published nothing.")
    return _the_day_after(run)


def _the_day_after(run: dg.DagsterRun) -> dg.RunRequest | dg.SkipReason:
    days = [date.fromisoformat(day) for day in run.tags.get(THEN_TAG, "").split(",") if day]
    if not days:
        return dg.SkipReason("No day is to follow this run.")
    return in_order(days, run_key=f"{days[0]} after {run.run_id}")
