"""The daily schedule scores yesterday for good, and today only after that."""

import errno
import json
import os
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import SAMPLE_DAY, ScoredProject

from orchestration import control, pipeline, warehouse
from orchestration.dbt import DbtFailed, NodeResult
from orchestration.definitions import build_definitions
from orchestration.defs import jobs, retries
from orchestration.defs.intake import ScoringConfig
from orchestration.defs.publish import build_release
from orchestration.defs.resources import build_writer_lock
from orchestration.defs.run_notes import forget
from orchestration.defs.sensors import build_landed_files, build_old_runs
from orchestration.errors import BlockedByCheck, Busy, ConfigurationError, busy, unusable
from orchestration.publishing import postgres, release
from orchestration.settings import Settings, Timing

TIMING = Timing.from_environment({})


@dg.op
def work() -> None: ...


@dg.job(name=jobs.JOB_NAME)
def finished_job() -> None:
    work()


@dg.asset(check_specs=[dg.AssetCheckSpec("holds", asset="table")])
def table() -> dg.MaterializeResult:
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True)])


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
        answer = jobs.then_today(context)
        return [answer] if isinstance(answer, dg.RunRequest) else []


def places(folder: Path) -> Settings:
    """Settings for a folder in which nothing has landed and nothing is published."""
    return Settings(
        folder, folder / "landing", folder / "w.duckdb", folder / "published", ("custom",)
    )


def at_half_past_one(settings: Settings, day: date) -> dg.RunRequest:
    """What the schedule asks for in the morning of a day."""
    then = datetime(day.year, day.month, day.day, 1, 30, tzinfo=UTC)
    context = dg.build_schedule_context(scheduled_execution_time=then)
    return jobs.build_daily(settings, TIMING)(context)


@pytest.fixture
def morning(tmp_path: Path) -> dg.RunRequest:
    return at_half_past_one(places(tmp_path), date(2024, 7, 1))


def test_the_schedule_is_off_until_somebody_switches_it_on(tmp_path: Path) -> None:
    daily = jobs.build_daily(places(tmp_path), TIMING)
    assert daily.default_status == dg.DefaultScheduleStatus.STOPPED


def test_the_schedule_asks_for_yesterday_only(morning: dg.RunRequest) -> None:
    assert morning.run_config == jobs.run_config("2024-06-30")
    assert morning.tags[jobs.THEN_TAG] == "2024-07-01"


def test_one_morning_is_asked_for_once(morning: dg.RunRequest) -> None:
    assert morning.run_key == "morning of 2024-07-01"


def test_yesterday_is_not_asked_for_when_today_was_published_before(
    scored_project: ScoredProject,
) -> None:
    day = scored_project.score_date
    settings = Settings.from_environment(scored_project.project_dir, {})
    request = at_half_past_one(settings, day)
    assert request.run_config == jobs.run_config(day.isoformat())
    assert jobs.THEN_TAG not in request.tags
    after = at_half_past_one(settings, day + timedelta(days=1))
    assert after.run_config == jobs.run_config(day.isoformat())


def test_today_follows_when_yesterday_has_published(morning: dg.RunRequest) -> None:
    [request] = finished({jobs.THEN_TAG: morning.tags[jobs.THEN_TAG]})
    assert request.run_config == jobs.run_config("2024-07-01")


def test_a_run_by_hand_is_followed_by_nothing() -> None:
    assert finished({}) == []


def publishing(project: ScoredProject) -> tuple[str, list[dg.RunRequest]]:
    """Publish in Dagster for the schedule, with a PostgreSQL that is away; say what follows."""
    settings = Settings.from_environment(project.project_dir, {})
    made = dg.Definitions(
        assets=[build_release(settings, [])],
        jobs=[dg.define_asset_job(jobs.JOB_NAME, executor_def=dg.in_process_executor)],
        resources={"writer_lock": build_writer_lock(settings)},
    )
    with dg.DagsterInstance.ephemeral() as instance:
        result = made.resolve_job_def(jobs.JOB_NAME).execute_in_process(
            instance=instance, raise_on_error=False, tags={jobs.THEN_TAG: "2024-07-01"}
        )
        context = dg.build_run_status_sensor_context(
            sensor_name="then_today_all_the_same",
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=result.get_run_failure_event(),
        ).for_run_failure()
        answer = jobs.then_today_all_the_same(context)
        [failure] = context.get_step_failure_events()
        said = str(failure.event_specific_data.error)
        return said, [answer] if isinstance(answer, dg.RunRequest) else []


def test_today_follows_when_only_the_copy_of_yesterday_failed(
    scored_project: ScoredProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "TRIES", 1)
    monkeypatch.setenv(postgres.SERVER, "host=127.0.0.1 port=1")
    said, [request] = publishing(scored_project.copied_to(tmp_path / "project"))
    assert "PostgreSQL still has the one before" in said
    assert request.run_config == jobs.run_config("2024-07-01")


def test_today_waits_when_yesterday_published_nothing(
    scored_project: ScoredProject, tmp_path: Path
) -> None:
    project = scored_project.copied_to(tmp_path / "project")
    with warehouse.opened(project.warehouse) as connection:
        connection.execute("delete from control.steps where step = 'scores_gate'")
    said, requests = publishing(project)
    assert "nothing can be published before these steps: scores_gate" in said
    assert requests == []


# --- time zone ------------------------------------------------------------------------------------


def test_the_schedule_goes_by_the_zone_of_the_environment_and_scores_days_of_utc(
    tmp_path: Path,
) -> None:
    zone = Timing.from_environment({"LEAD_SCORING_TIME_ZONE": "America/New_York"})
    daily = jobs.build_daily(places(tmp_path), zone)
    assert daily.execution_timezone == "America/New_York"
    half_past_one = datetime(2024, 7, 1, 1, 30, tzinfo=ZoneInfo("America/New_York"))
    request = daily(dg.build_schedule_context(scheduled_execution_time=half_past_one))
    assert request.run_config == jobs.run_config("2024-06-30")
    east = datetime(2024, 7, 1, 1, 30, tzinfo=ZoneInfo("Asia/Tokyo"))
    request = daily(dg.build_schedule_context(scheduled_execution_time=east))
    assert request.run_config == jobs.run_config("2024-06-29")
    assert request.tags[jobs.THEN_TAG] == "2024-06-30"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LEAD_SCORING_TIME_ZONE", "Mars/Olympus"),
        ("LEAD_SCORING_QUIET_SECONDS", "soon"),
        ("LEAD_SCORING_QUIET_SECONDS", "-1"),
        ("LEAD_SCORING_FIRST_DAY", "2024-02-30"),
        ("LEAD_SCORING_KEEP_RUNS_DAYS", "0"),
    ],
)
def test_a_setting_that_means_nothing_is_told_by_name(variable: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=variable):
        Timing.from_environment({variable: value})


# --- files that land ------------------------------------------------------------------------------


class Watched:
    """A landing folder and the sensor that watches it, with the cursor that Dagster would keep."""

    def __init__(self, folder: Path, quiet_seconds: float = 60) -> None:
        settings = places(folder)
        self.landing, self.published = settings.landing, settings.published
        self.sensor = build_landed_files(settings, replace(TIMING, quiet_seconds=quiet_seconds))
        self.cursor: str | None = None

    def land(self, name: str, seconds_ago: float, content: bytes = b"rows") -> None:
        path = self.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        then = time.time() - seconds_ago
        os.utime(path, (then, then))

    def requests(self) -> list[dg.RunRequest]:
        """The runs that the sensor asks for now."""
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(instance=instance, cursor=self.cursor)
            answer = self.sensor.evaluate_tick(context)
        self.cursor = answer.cursor or self.cursor
        return answer.run_requests or []


def test_the_sensor_is_off_until_somebody_switches_it_on(tmp_path: Path) -> None:
    assert Watched(tmp_path).sensor.default_status == dg.DefaultSensorStatus.STOPPED


def test_files_are_scored_once_when_nothing_more_landed_for_a_while(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    assert watched.requests() == []
    watched.land("custom/events/a.parquet", seconds_ago=5)
    assert watched.requests() == []
    watched.land("custom/events/a.parquet", seconds_ago=61)
    assert watched.requests() == []  # it has changed since the sensor last looked
    assert len(watched.requests()) == 1
    assert watched.requests() == []
    watched.land("custom/events/b.parquet", seconds_ago=120)
    assert watched.requests() == []
    assert len(watched.requests()) == 1


def test_a_file_from_the_future_is_scored_when_two_looks_found_it_the_same(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.land("custom/events/a.parquet", seconds_ago=-86_400)
    assert watched.requests() == []
    assert len(watched.requests()) == 1
    assert watched.requests() == []


def test_a_rewritten_or_a_removed_file_is_news_and_a_look_is_not(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.land("custom/leads/a.parquet", seconds_ago=500)
    first = watched.requests()
    watched.land("custom/leads/a.parquet", seconds_ago=400, content=b"other rows")
    second = watched.requests() + watched.requests()
    watched.land("custom/leads/b.parquet", seconds_ago=300)
    third = watched.requests() + watched.requests()
    (watched.landing / "custom/leads/b.parquet").unlink()
    fourth = watched.requests() + watched.requests()
    assert [len(keys) for keys in (first, second, third, fourth)] == [1, 1, 1, 1]


def test_what_was_seen_in_between_makes_the_old_state_news_again(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.land("custom/leads/a.parquet", seconds_ago=500)
    assert len(watched.requests()) == 1
    watched.land("custom/leads/b.parquet", seconds_ago=5)
    assert watched.requests() == []
    # A run by hand may have scored it just now.
    (watched.landing / "custom/leads/b.parquet").unlink()
    assert len(watched.requests() + watched.requests()) == 1


@pytest.mark.parametrize("landed_before", [True, False])
def test_what_the_inbox_writes_is_no_reason_for_another_run(
    tmp_path: Path, landed_before: bool
) -> None:
    watched = Watched(tmp_path)
    if landed_before:
        watched.land("custom/leads/a.parquet", seconds_ago=500)
    for _ in range(2):
        watched.land("inbox/custom/leads/new.csv", seconds_ago=100)
        assert len(watched.requests() + watched.requests()) == 1
        (watched.landing / "inbox/custom/leads/new.csv").unlink()
        watched.land("custom/leads/inbox/1-new.csv.parquet", seconds_ago=90)
        watched.land("inbox/archive/custom/leads/2024-07-01/new.csv", seconds_ago=90)
        assert watched.requests() + watched.requests() == []


@pytest.mark.parametrize(
    ("days_ago", "is_final", "asked"),
    [
        (0, False, [0]),
        (1, True, [0]),
        (1, False, [1, 0]),
        (3, True, [1, 0]),
        (3, False, [3, 1, 0]),
    ],
)
def test_what_landed_is_scored_for_today_when_all_days_before_are_ended(
    tmp_path: Path, days_ago: int, is_final: bool, asked: list[int]
) -> None:
    today = datetime.now(UTC).date()
    watched = Watched(tmp_path)
    publish_a_day(watched.published, today - timedelta(days=days_ago), is_final)
    watched.land("custom/events/a.parquet", seconds_ago=500)
    [request] = watched.requests()
    assert days_of(request) == [today - timedelta(days=back) for back in asked]


def test_the_day_is_named_when_a_run_is_asked_for_so_that_midnight_does_not_change_it(
    tmp_path: Path,
) -> None:
    watched = Watched(tmp_path)
    watched.land("custom/events/a.parquet", seconds_ago=500)
    [request] = watched.requests()
    assert days_of(request) == [datetime.now(UTC).date()]


def test_the_last_day_is_known_where_the_published_folder_was_moved(tmp_path: Path) -> None:
    publish_a_day(tmp_path / "[before]", SAMPLE_DAY, is_final=True)
    (tmp_path / "[before]").rename(tmp_path / "[now]")
    assert release.last_day(tmp_path / "[now]") == (SAMPLE_DAY, True)


def days_of(request: dg.RunRequest) -> list[date]:
    """The days that a run and those that follow it score, as `then_today` asks for them."""
    days = [request.run_config["ops"]["intake"]["config"]["score_date"]]
    while jobs.THEN_TAG in request.tags:
        [request] = finished(dict(request.tags))
        days.append(request.run_config["ops"]["intake"]["config"]["score_date"])
    return [date.fromisoformat(day) for day in days]


def publish_a_day(published: Path, day: date, is_final: bool) -> None:
    """A release with nothing in it but what says how far it is."""
    made = published / "releases" / "only"
    months = made / "parquet" / "lead_score_history"
    months.mkdir(parents=True)
    (made / "manifest.json").write_text(json.dumps({"score_date": day.isoformat()}))
    history = pa.table({"score_date": [day], "is_final": [is_final]})
    pq.write_table(history, months / f"{day:%Y-%m}.parquet")
    (published / "current").symlink_to(Path("releases") / "only")


# --- tries ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "helps"),
    [
        (busy("lead_scoring.duckdb", "the working file is open in process 7"), True),
        (OSError(errno.EIO, "input/output error"), True),
        (OSError(errno.ENOSPC, "no space left on device"), True),
        (duckdb.IOException("could not read"), True),
        (duckdb.TransactionException("Failed to commit: No space left on device"), True),
        (DbtFailed("model a: Runtime Error\n  IO Error: Could not set lock on file"), True),
        (DbtFailed("model a: Runtime Error\n  Could not write: No space left on device"), True),
        (DbtFailed("model a: Binder Error: no such column"), False),
        (DbtFailed("model a: IO Error: Cannot open file: Permission denied"), False),
        (FileNotFoundError(errno.ENOENT, "no such file"), False),
        (BlockedByCheck([]), False),
        (unusable("seeds", "a rule is broken"), False),
        (ValueError("a bug"), False),
    ],
)
def test_only_what_may_pass_by_itself_is_tried_again(error: Exception, helps: bool) -> None:
    assert retries.is_passing(error) is helps


def test_a_step_is_tried_three_times_with_longer_waits_and_then_fails_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries = []

    @dg.asset
    def step(context: dg.AssetExecutionContext) -> None:
        with retries.where_it_helps(context):
            tries.append(time.monotonic())
            raise busy("lead_scoring.duckdb", "the working file is open in process 7")

    monkeypatch.setattr(retries, "FIRST_WAIT_SECONDS", 0.2)
    with dg.DagsterInstance.ephemeral() as instance, pytest.raises(Busy, match="process 7"):
        dg.materialize([step], instance=instance)
    first, second = (later - sooner for sooner, later in pairwise(tries))
    assert 0.2 <= first < second


def test_a_disk_that_is_full_while_dbt_writes_is_tried_again(
    scored_project: ScoredProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = NodeResult(
        *("model.lead_scoring.stg_events", "stg_events", "model", "models/stg_events.sql"),
        *("error", 1.0, "Runtime Error: could not write: No space left on device", None),
    )
    tries = []

    def build(settings: Settings, step: pipeline.BuildStep) -> pipeline.BuildOutcome:
        tries.append(step)
        run = control.Run("run", scored_project.score_date, is_latest=True, accepted=())
        return pipeline.BuildOutcome(run, step, [full])

    monkeypatch.setattr(pipeline, "build", build)
    monkeypatch.setattr(retries, "FIRST_WAIT_SECONDS", 0.1)
    made = build_definitions(Settings.from_environment(scored_project.project_dir, {}))
    with dg.DagsterInstance.ephemeral() as instance, pytest.raises(DbtFailed, match="No space"):
        made.resolve_job_def(jobs.JOB_NAME).execute_in_process(
            instance=instance, op_selection=["dbt_raw"]
        )
    assert tries == ["raw"] * (1 + retries.MOST_RETRIES)


def test_who_waits_for_a_run_reads_the_error_at_once() -> None:
    tries = []

    @dg.asset
    def step(context: dg.AssetExecutionContext) -> None:
        with retries.where_it_helps(context):
            tries.append(1)
            raise busy("lead_scoring.duckdb", "the working file is open in process 7")

    with pytest.raises(Busy):
        dg.materialize([step], tags=retries.IN_THE_FOREGROUND)
    assert tries == [1]


# --- a range of days ------------------------------------------------------------------------------


def test_each_day_of_a_backfill_scores_its_own_day() -> None:
    job = jobs.build_past_days(replace(TIMING, first_day=date(2024, 6, 1)))

    @dg.asset
    def intake(config: ScoringConfig) -> str:
        return config.score_date

    resolved = dg.Definitions(assets=[intake], jobs=[job]).resolve_job_def("score_past_days")
    assert resolved.partitions_def.get_first_partition_key() == "2024-06-01"
    result = resolved.execute_in_process(partition_key="2024-06-03")
    assert result.output_for_node("intake") == "2024-06-03"


# --- what Dagster remembers -----------------------------------------------------------------------


def test_runs_that_ended_long_ago_are_forgotten_and_the_others_are_kept() -> None:
    with dg.DagsterInstance.local_temp() as instance:
        runs = [finished_job.execute_in_process(instance=instance).run_id for _ in range(3)]
        going = instance.create_run_for_job(finished_job, status=dg.DagsterRunStatus.STARTED)
        assert "0 runs" in forgotten(instance, days=1)
        assert [run.run_id for run in instance.get_runs()] == [going.run_id, *reversed(runs)]
        assert "3 runs" in forgotten(instance, days=0)
        assert [run.run_id for run in instance.get_runs()] == [going.run_id]


def test_nothing_of_a_forgotten_run_stays_in_dagsters_files(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        runs = [dg.materialize([table], instance=instance).run_id for _ in range(3)]
        kept, *old = runs
        for run_id in old:
            forget(instance, run_id)
        names = " ".join(str(path) for path in tmp_path.rglob("*"))
        assert kept in names
        assert [run_id for run_id in old if run_id in names] == []
        history = instance.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(table.key, "holds"), limit=9
        )
        assert [record.run_id for record in history] == [kept]


def forgotten(instance: dg.DagsterInstance, days: int) -> str:
    """What the sensor says of runs older than so many days."""
    sensor = build_old_runs(replace(TIMING, keep_runs_days=days))
    answer = sensor(dg.build_sensor_context(instance=instance))
    assert isinstance(answer, dg.SkipReason)
    return answer.skip_message or ""
