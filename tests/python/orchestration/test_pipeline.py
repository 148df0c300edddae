"""What steps leave for each other in the working file, and what a stopped run must not leave."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration import control, history, pipeline, warehouse
from orchestration.control import Run
from orchestration.errors import ConfigurationError
from orchestration.quality.results import CheckResult
from orchestration.settings import Settings

LATEST = Run("20240301T000000Z-aaaaaa", date(2024, 3, 1), True, ("lead_scores_mean",))
EARLIER = Run("20240302T000000Z-bbbbbb", date(2024, 2, 1), False, ())
MANIFEST = {
    "run_id": LATEST.run_id,
    "score_date": "2024-03-01",
    "scored_date": "2024-03-01",
    "published_at": "2024-03-01T10:00:00Z",
    "weights_hash": {"b2b": "abc"},
    "accepted": [],
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "dbt_project.yml").write_text("name: x\n")
    return Settings.from_environment(tmp_path, {})


def begin(settings: Settings, run: Run) -> None:
    with warehouse.opened(settings.warehouse) as connection:
        control.prepare(connection)
        control.start(connection, run)


def test_a_run_is_named_by_its_time_and_can_be_sorted() -> None:
    name = control.new_run_id(datetime(2026, 11, 23, 0, 45, tzinfo=UTC))
    assert re.fullmatch(r"20261123T004500Z-[0-9a-f]{6}", name)


def test_a_run_is_named_after_the_last_one_though_the_clock_went_back() -> None:
    now = datetime(2026, 11, 23, 0, 45, tzinfo=UTC)
    later, sooner = "20261125T235959Z-ffffff", "20261122T000000Z-ffffff"
    assert control.new_run_id(now, last=later).startswith("20261126T000000Z-")
    assert control.new_run_id(now, last=sooner).startswith("20261123T004500Z-")


def test_the_run_at_hand_is_one_row_that_models_can_read(settings: Settings) -> None:
    begin(settings, EARLIER)
    begin(settings, LATEST)
    with warehouse.opened(settings.warehouse) as connection:
        rows = connection.execute("select score_date, run_id, is_latest from control.run")
        assert rows.fetchall() == [(LATEST.score_date, LATEST.run_id, True)]
        assert control.the_run(connection) == LATEST


def test_results_of_gates_survive_in_the_working_file(settings: Settings) -> None:
    begin(settings, LATEST)
    result = CheckResult(
        *("raw_leads_key", "raw_custom.leads", "raw", "key", False, False, False, "Ids."),
        observed={"share": 0.25},
        message="a quarter lacks an id",
    )
    with warehouse.opened(settings.warehouse) as connection:
        control.keep_results(connection, LATEST, "raw", [result])
        assert control.read_results(connection, LATEST) == [result]


def test_nothing_is_published_before_every_step_has_ended(settings: Settings) -> None:
    begin(settings, LATEST)
    with warehouse.opened(settings.warehouse) as connection:
        control.end_step(connection, LATEST, "intake", 0.1)
        control.end_step(connection, LATEST, "raw", 0.1)
    with pytest.raises(
        ConfigurationError, match="before these steps: raw_gate, scores, scores_gate, monitoring"
    ):
        pipeline.publish(settings)
    assert not settings.published.exists()


def test_steps_of_an_older_run_do_not_count(settings: Settings) -> None:
    begin(settings, LATEST)
    with warehouse.opened(settings.warehouse) as connection:
        for step in pipeline.BEFORE_PUBLISH:
            control.end_step(connection, LATEST, step, 0.1)
    begin(settings, EARLIER)
    with pytest.raises(ConfigurationError, match="before these steps: intake"):
        pipeline.publish(settings)


@pytest.mark.parametrize(
    ("day", "is_latest"), [("2024-02-29", False), ("2024-03-01", True), ("2024-03-02", True)]
)
def test_a_day_is_the_latest_when_no_later_one_was_published(
    settings: Settings, day: str, is_latest: bool
) -> None:
    with warehouse.opened(settings.warehouse) as connection:
        control.prepare(connection)
        control.note_publish(connection, MANIFEST)
        found = pipeline._is_latest(connection, settings, date.fromisoformat(day))
    assert found is is_latest


def test_what_readers_see_counts_when_the_working_file_is_new(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline.release, "read_manifest", lambda published: MANIFEST)
    with warehouse.opened(settings.warehouse) as connection:
        control.prepare(connection)
        assert not pipeline._is_latest(connection, settings, date(2024, 2, 1))
        assert control.last_published_day(connection) == date(2024, 3, 1)


def as_of_days(settings: Settings) -> list[date]:
    with warehouse.opened(settings.warehouse) as connection:
        last = control.read_run(connection)
        history.prepare(connection, settings.published, last, date(2024, 3, 1))
        rows = connection.execute("select score_date from marts.lead_scores_as_of order by 1")
        return [day for (day,) in rows.fetchall()]


def score_earlier_days(settings: Settings) -> None:
    begin(settings, EARLIER)
    with warehouse.opened(settings.warehouse) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.lead_scores_as_of as "
            "select unnest([date '2024-01-01', date '2024-02-01']) as score_date"
        )


def test_an_earlier_day_that_a_check_stopped_does_not_go_out_with_the_next_release(
    settings: Settings,
) -> None:
    score_earlier_days(settings)
    assert as_of_days(settings) == [date(2024, 1, 1)]


def test_an_earlier_day_that_was_published_stays(settings: Settings) -> None:
    score_earlier_days(settings)
    with warehouse.opened(settings.warehouse) as connection:
        manifest = {**MANIFEST, "run_id": EARLIER.run_id, "scored_date": "2024-02-01"}
        control.note_publish(connection, manifest)
    assert as_of_days(settings) == [date(2024, 1, 1), date(2024, 2, 1)]


def release_rows(settings: Settings, mart: str, query: str) -> None:
    """A current release that has these rows of a mart."""
    folder = settings.published / "releases" / "20240103T000000Z-cccccc"
    (folder / "parquet" / mart).mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    duckdb.sql(query).write_parquet(str(folder / "parquet" / mart / "2024-01.parquet"))
    current = settings.published / "current"
    current.unlink(missing_ok=True)
    current.symlink_to(folder)


def history_of(*days: tuple[str, str]) -> str:
    rows = ", ".join(f"('{lead}', date '{day}')" for lead, day in days)
    return (
        "select lead_id, 'b2b_v1' as model_version, score_date, 10.0 as score, 'Cold' as held_tier,"
        " ['Cold'] as tiers_in, [{'kind': 'rule', 'dimension': 'fit', 'rule_group': 'g', "
        "'rule_id': 'r', 'points': 10.0, 'units': 1.0}] as contributions "
        f"from (values {rows}) as days (lead_id, score_date)"
    )


def test_days_that_only_the_release_has_come_into_a_working_file_that_has_others(
    settings: Settings,
) -> None:
    with warehouse.opened(settings.warehouse) as connection:
        control.prepare(connection)
        control.note_erased_register(connection, "as it is")
        connection.execute("create schema marts")
        own = history_of(("cid", "2024-01-04"), ("cid", "2024-01-05"))
        connection.execute(f"create table marts.lead_score_history as {own}")
        connection.execute(
            "create table marts.weights_history as select 'now' as weights_hash, 1 as seed_row"
        )
        history.prepare(connection, settings.published, None, date(2024, 1, 6))
        assert control.erased_register(connection) == "as it is"

        # A published folder is brought back from a backup, of a version with one more column.
        left = history_of(("ann", "2024-01-01"), ("bob", "2024-01-02"), ("ann", "2024-01-04"))
        release_rows(settings, "lead_score_history", f"select *, 1 as more from ({left})")
        tier_changes = "select 'ann' as lead_id, date '2024-01-01' as score_date"
        release_rows(settings, "lead_tier_changes", tier_changes)
        weights = "select unnest(['then', 'now']) as weights_hash, 2 as seed_row"
        release_rows(settings, "weights_history", weights)
        for _ in range(2):
            history.prepare(connection, settings.published, None, date(2024, 1, 6))

        def rows(query: str) -> list[tuple]:
            return connection.execute(query).fetchall()

        # A day that both have is the working file's.
        assert rows(
            "select lead_id, score_date, more from marts.lead_score_history order by 2"
        ) == [
            ("ann", date(2024, 1, 1), 1),
            ("bob", date(2024, 1, 2), 1),
            ("cid", date(2024, 1, 4), None),
            ("cid", date(2024, 1, 5), None),
        ]
        assert rows("from marts.lead_tier_changes") == [("ann", date(2024, 1, 1))]
        assert rows("from marts.weights_history order by 1") == [("now", 1), ("then", 2)]
        assert rows("select lead_id, score_date from control.earlier_scores order by 2") == [
            ("ann", date(2024, 1, 1)),
            ("bob", date(2024, 1, 2)),
            ("cid", date(2024, 1, 5)),
        ]
        assert {lead for (lead,) in rows("select lead_id from control.published_lead_ids")} == {
            *("ann", "bob", "cid"),
        }
        # Whoever was erased since the backup is searched for once more.
        assert control.erased_register(connection) is None


def test_row_counts_of_the_last_publish_are_what_volumes_are_compared_with(
    settings: Settings,
) -> None:
    begin(settings, LATEST)
    with warehouse.opened(settings.warehouse) as connection:
        assert control.landed_rows_before(connection) is None
        control.keep_landed_rows(connection, LATEST, {"raw_custom.leads": 10})
        assert control.landed_rows_before(connection) == {"raw_custom.leads": 10}
