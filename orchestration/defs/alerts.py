"""Sensors that tell people: how runs of Dagster ended, and what has become stale."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from orchestration.alerting import incidents, staleness
from orchestration.settings import Settings

_RUNNING = dg.DefaultSensorStatus.RUNNING


def build_run_sensors(settings: Settings, jobs: list[Any]) -> list[dg.SensorDefinition]:
    """Return the sensors that open and close the incidents of runs."""

    @dg.run_failure_sensor(
        name="alert_of_failed_run",
        monitored_jobs=jobs,
        minimum_interval_seconds=30,
        default_status=_RUNNING,
        description="Tells the channels of docs/alerts.md, once, that runs fail.",
    )
    def alert_of_failed_run(context: dg.RunFailureSensorContext) -> dg.SkipReason:
        incident = _incident(context)
        return _said(context, incidents.run_failed(settings, incident, _ended(context)))

    @dg.run_status_sensor(
        name="alert_is_over",
        run_status=dg.DagsterRunStatus.SUCCESS,
        monitored_jobs=jobs,
        minimum_interval_seconds=30,
        default_status=_RUNNING,
        description="Tells the channels that a run ended well after runs that failed.",
    )
    def alert_is_over(context: dg.RunStatusSensorContext) -> dg.SkipReason:
        return _said(context, incidents.run_succeeded(settings, _ended(context)))

    return [alert_of_failed_run, alert_is_over]


def build_staleness(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor that looks at sources and at what is published."""

    @dg.sensor(
        name="stale_data",
        minimum_interval_seconds=600,
        default_status=_RUNNING,
        description="Tells the channels when no files come or nothing is published for too long.",
    )
    def stale_data(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        return _said(context, staleness.look(settings))

    return stale_data


def _said(context: Any, outcome: incidents.Outcome) -> dg.SkipReason:
    for trouble in outcome.troubles:
        context.log.warning(trouble)
    return dg.SkipReason(f"Open: {', '.join(sorted(outcome.open)) or 'nothing'}.")


def _ended(context: dg.RunStatusSensorContext) -> datetime:
    record = context.instance.get_run_record_by_id(context.dagster_run.run_id)
    ended = record.end_time if record else None
    return datetime.fromtimestamp(ended, UTC) if ended else datetime.now(UTC)


def _incident(context: dg.RunFailureSensorContext) -> incidents.Incident:
    """The error of our own that lies inside Dagster's, else the words of the run's end."""
    for event in context.get_step_failure_events():
        errors = list(_chain(getattr(event.event_specific_data, "error", None)))
        if errors:
            ours = [error for error in errors if error.cls_name in incidents.OUR_ERRORS]
            error = (ours or errors)[-1]
            name = error.cls_name or ""
            words = error.message.partition(f"{name}: ")[2] if ours else error.message
            return incidents.of_run(name, words)
    return incidents.of_run("", context.failure_event.message or "")


def _chain(error: Any) -> Iterator[Any]:
    while error is not None:
        yield error
        error = error.cause
