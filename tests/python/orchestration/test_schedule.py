"""The daily schedule scores yesterday for good, and today only after that."""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg
import pytest

from orchestration.defs import jobs


@dg.op
def work() -> None: ...


@dg.job(name=jobs.JOB_NAME)
def finished_job() -> None:
    work()


def finished(tags: dict[str, str]) -> list[dg.RunRequest]:
    """Ask the sensor what follows a run with these tags."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = finished_job.execute_in_process(instance=instance, tags=tags)
        context = dg.build_run_status_sensor_context(
            sensor_name="then_today",
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=result.get_run_success_event(),
        )
        answers = jobs.then_today(context)
        answers = list(answers) if hasattr(answers, "__iter__") else [answers]
        return [answer for answer in answers if isinstance(answer, dg.RunRequest)]


@pytest.fixture
def morning() -> dg.RunRequest:
    context = dg.build_schedule_context(
        scheduled_execution_time=datetime(2024, 7, 1, 1, 30, tzinfo=UTC)
    )
    return jobs.daily(context)


def test_the_schedule_is_off_until_somebody_switches_it_on() -> None:
    assert jobs.daily.default_status == dg.DefaultScheduleStatus.STOPPED


def test_the_schedule_asks_for_yesterday_only(morning: dg.RunRequest) -> None:
    assert morning.run_config == jobs.run_config("2024-06-30")
    assert morning.tags[jobs.THEN_TAG] == "2024-07-01"


def test_one_morning_is_asked_for_once(morning: dg.RunRequest) -> None:
    assert morning.run_key == "2024-06-30 final"


def test_today_follows_when_yesterday_has_published(morning: dg.RunRequest) -> None:
    [request] = finished({jobs.THEN_TAG: morning.tags[jobs.THEN_TAG]})
    assert request.run_config == jobs.run_config("2024-07-01")


def test_a_run_by_hand_is_followed_by_nothing() -> None:
    assert finished({}) == []
