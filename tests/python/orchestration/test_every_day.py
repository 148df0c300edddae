"""Day after day on one warehouse is as good as one run on an empty one: events are kept right."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from daily_deliveries import DailyCompany
from daily_runs import Row, Workshop, differences

from orchestration import control, progress, warehouse

TODAY = date(2024, 3, 20)
TOMORROW = TODAY + timedelta(days=1)
COLUMNS = {
    **dict.fromkeys(["event_id", "lead_id", "event_type", "user_agent"], pa.string()),
    **dict.fromkeys(["occurred_at", "loaded_at"], pa.timestamp("us")),
    "duration_seconds": pa.float64(),
    "is_deleted": pa.bool_(),
}


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """One project for all tests of this file, which leave nothing that the next one relies on."""
    made = Workshop.in_folder(tmp_path_factory.mktemp("every_day"))
    made.save_seeds()
    return made


# --- random days ----------------------------------------------------------------------------------


def live_through(workshop: Workshop, seed: int, days: int, every: int) -> DailyCompany:
    """Deliver and run day by day; compare with an empty warehouse every so many days.

    The day before a comparison brings nothing but edited weights, the other days all kinds of
    deliveries. Files that became unreadable are readable again when marts are compared.
    """
    workshop.clear()
    seeds = workshop.seed("scoring/score_models").parent
    company = DailyCompany(seed, workshop.settings.landing, seeds, days)
    for number, day in enumerate(company.days, start=1):
        is_quiet, is_compared = number % every == every - 1, number % every == 0
        written: set[str] = set()
        if is_quiet:
            company.edit_weights(anew=number % 2 == 1)
        else:
            written = company.deliver(number, may_break_files=not is_compared)
        unreadable = {"/".join(file) for file in company.unreadable}
        read = workshop.run(day)
        assert read == written - unreadable, f"seed {seed}, day {number}"
        if is_compared:
            expected = workshop.marts_of_an_empty_warehouse(day)
            found = differences(expected, workshop.marts())
            shown = "\n".join(found[:40])
            assert not found, f"seed {seed}, day {number}: {len(found)} differences\n{shown}"
    return company


def test_marts_after_daily_runs_equal_one_run_on_an_empty_warehouse(workshop: Workshop) -> None:
    company = live_through(workshop, seed=1, days=4, every=4)
    assert {name for name, number in company.done.items() if number} >= {"break_files", "mend_rows"}
    assert all(workshop.events_by_fate().get(fate) for fate in ("duplicates", "quarantined"))


@pytest.mark.full
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_marts_after_many_daily_runs_equal_one_run_on_an_empty_warehouse(
    workshop: Workshop, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workshop, "with_data_tests", True)
    live_through(workshop, seed=seed, days=20, every=5)


# --- one thing at a time --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scored(workshop: Workshop) -> Workshop:
    """A company of three leads after its first run, saved."""
    workshop.clear()
    workshop.restore_seeds()
    lead = {"created_at": datetime(2024, 1, 1)}
    people = [lead | {"lead_id": name, "email": f"{name}@x.io"} for name in ("ann", "bob", "cid")]
    folder = workshop.settings.landing / "custom" / "leads"
    folder.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(people), folder / "leads.parquet")
    land(workshop, "a.parquet", visit("a1", "ann", 1), visit("a2", "ann", 2))
    broken = visit("b3", "bob", 5, duration_seconds=-1.0)
    land(workshop, "b.parquet", visit("b1", "bob", 3), visit("b2", "bob", 4), broken)
    # Delivered again, later, by another file: the visit was on another day.
    again = visit("a2", "ann", 6, loaded_at=datetime(2024, 3, 9))
    probe = visit("c2", "cid", 8, user_agent="Acme-Probe/1.0")
    land(workshop, "c.parquet", visit("c1", "cid", 7), probe, again)
    land_as_text(workshop, "text.parquet", visit("t1", "cid", 9))
    workshop.run(TODAY)
    workshop.save("scored")
    return workshop


@pytest.fixture
def company(scored: Workshop) -> Workshop:
    """The company after its first run, to be changed."""
    scored.restore("scored")
    return scored


def visit(event_id: str, lead_id: str, day: int, **given: Any) -> Row:
    """A page view on a day of March, each on a day of its own so that days count visits."""
    at = datetime(2024, 3, day, 10)
    row = {"event_id": event_id, "lead_id": lead_id, "event_type": "page_view", "occurred_at": at}
    return dict.fromkeys(COLUMNS) | row | given


def land(workshop: Workshop, name: str, *rows: Row) -> Path:
    path = workshop.events / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows), schema=pa.schema(COLUMNS)), path)
    return path


def land_as_text(workshop: Workshop, name: str, *rows: Row) -> Path:
    """Land rows whose times are text, so that intake types them into a copy."""
    texts = [row | {"occurred_at": str(row["occurred_at"])} for row in rows]
    schema = pa.schema(COLUMNS | {"occurred_at": pa.string()})
    path = workshop.events / name
    pq.write_table(pa.Table.from_pylist(texts, schema=schema), path)
    return path


FIRST_VISITS = {"ann": 2, "bob": 2, "cid": 3}
FIRST_FATES = {"activities": 7, "duplicates": 1, "quarantined": 1}


def test_a_small_company_is_scored_as_its_files_say(company: Workshop) -> None:
    assert company.visits() == FIRST_VISITS
    assert company.activities() == FIRST_VISITS
    assert company.events_by_fate() == FIRST_FATES


def test_a_file_that_disappears_leaves_its_events_scored_and_a_vanished_id_stays(
    company: Workshop,
) -> None:
    (company.events / "a.parquet").unlink()
    (company.events / "text.parquet").unlink()
    land(company, "b.parquet", visit("b2", "bob", 4), visit("b4", "bob", 10))
    assert company.run(TOMORROW) == {"events/b.parquet"}
    assert company.visits() == FIRST_VISITS | {"bob": 3}
    assert company.events_by_fate() == {"activities": 8, "duplicates": 1}
    assert company.activities() == company.visits()


@pytest.mark.full
def test_an_event_of_a_file_that_is_gone_can_still_be_corrected_and_voided(
    company: Workshop,
) -> None:
    (company.events / "a.parquet").unlink()
    later = datetime(2024, 3, 21)
    gone = visit("a1", "ann", 1, loaded_at=later, is_deleted=True)
    land(company, "d.parquet", gone, visit("t1", "bob", 9, loaded_at=later))
    assert company.count(TOMORROW) == {"events/d.parquet"}
    assert company.activities() == {"ann": 1, "bob": 3, "cid": 2}
    assert company.events_by_fate() == FIRST_FATES | {
        "activities": 6,
        "duplicates": 3,
        "voided": 1,
    }


@pytest.mark.full
def test_a_voided_event_that_is_delivered_again_counts_again(company: Workshop) -> None:
    voided = visit("a1", "ann", 1, loaded_at=datetime(2024, 3, 20), is_deleted=True)
    land(company, "z.parquet", voided)
    company.count(TODAY)
    assert company.activities() == FIRST_VISITS | {"ann": 1}
    land(company, "d.parquet", voided | {"loaded_at": datetime(2024, 3, 21), "is_deleted": False})
    company.count(TOMORROW)
    assert company.activities() == FIRST_VISITS
    assert company.events_by_fate() == FIRST_FATES | {"duplicates": 3}


@pytest.mark.full
def test_a_second_run_without_new_files_reads_no_file_and_changes_no_row(
    company: Workshop,
) -> None:
    before, kept = company.marts(), kept_events(company)
    assert company.run(TODAY) == set()
    assert differences(before, company.marts()) == []
    assert kept_events(company) == kept


@pytest.mark.full
def test_a_run_with_new_files_reads_no_other(
    company: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company, "after_intake", spoiler_of_landed_events(company))
    land(company, "0.parquet", visit("d1", "ann", 12), visit("a1", "ann", 1))
    land(company, "z.parquet", visit("d2", "ann", 13))
    assert company.count(TODAY) == {"events/0.parquet", "events/z.parquet"}
    assert company.activities() == FIRST_VISITS | {"ann": 4}


@pytest.mark.full
@pytest.mark.xfail(strict=True, reason="a scan joined with nothing reads its first rows")
def test_a_run_without_new_files_reads_not_even_the_first_rows(
    company: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company, "after_intake", spoiler_of_landed_events(company))
    company.count(TODAY)


def test_edited_seeds_apply_to_old_events_and_units_without_reading_them_again(
    company: Workshop,
) -> None:
    with company.seed("reference/automated_user_agents").open("a", encoding="utf-8") as agents:
        agents.write("acme-probe,\n")
    rules = company.seed("scoring/engagement_rules")
    rules.write_text(rules.read_text().replace(",days,,3,,,18,90,", ",days,,5,,,18,90,"))
    before = points(company)
    assert company.run(TODAY) == set()
    assert company.visits() == FIRST_VISITS | {"cid": 2}
    assert points(company)["ann"] == pytest.approx(before["ann"] * 5 / 3, abs=1e-5)
    assert carried(company) == {"ann", "bob"}


def test_units_are_carried_on_for_whoever_did_nothing_but_new_things(company: Workshop) -> None:
    land(company, "d.parquet", visit("d1", "ann", 21), visit("d2", "bob", 19))
    company.run(TOMORROW)
    assert carried(company) == {"ann", "cid"}
    assert company.visits() == FIRST_VISITS | {"ann": 3, "bob": 3}
    expected = company.marts_of_an_empty_warehouse(TOMORROW)
    assert differences(expected, company.marts()) == []


def test_units_are_counted_afresh_for_an_edited_limit(company: Workshop) -> None:
    rules = company.seed("scoring/engagement_rules")
    rules.write_text(rules.read_text().replace(",days,,3,,,18,90,", ",days,,3,,1,18,90,"))
    company.run(TODAY)
    assert carried(company) == set()


@pytest.mark.full
def test_a_run_that_is_killed_between_the_tables_of_units_counts_all_afresh(
    company: Workshop,
) -> None:
    land(company, "d.parquet", visit("d1", "ann", 21))
    kill_when_starting(company, "int_rule_units", company.run)
    company.run(TOMORROW)
    assert carried(company) == set()
    expected = company.marts_of_an_empty_warehouse(TOMORROW)
    assert differences(expected, company.marts()) == []


@pytest.mark.full
def test_a_run_that_is_killed_after_events_were_kept_counts_nothing_twice(
    company: Workshop,
) -> None:
    deliver_second_day(company)
    kill_when_starting(company, "int_repeated_events")
    assert len(kept_events(company)) > sum(FIRST_FATES.values())
    assert company.count(TOMORROW) == {"events/b.parquet", "events/d.parquet"}
    assert_second_day(company)


@pytest.mark.full
def test_a_run_that_fails_before_it_notes_what_it_kept_counts_nothing_twice(
    company: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(connection: Any) -> None:
        raise OSError("no space left on device")

    deliver_second_day(company)
    with monkeypatch.context() as patch:
        patch.setattr("orchestration.ingestion.intake.mark_kept", full_disk)
        with pytest.raises(OSError, match="no space left"):
            company.count(TOMORROW)
    assert company.count(TOMORROW) == {"events/b.parquet", "events/d.parquet"}
    assert_second_day(company)


@pytest.mark.full
def test_events_that_a_killed_run_kept_count_once_even_when_their_files_are_gone(
    company: Workshop,
) -> None:
    deliver_second_day(company)
    kill_when_starting(company, "int_repeated_events")
    (company.events / "d.parquet").unlink()
    company.count(TOMORROW)
    assert_second_day(company)


@pytest.mark.full
def test_lost_kept_events_are_read_again_from_landing(company: Workshop) -> None:
    company.execute("drop table intermediate.int_kept_events")
    read = company.count(TODAY)
    assert read == {f"events/{name}.parquet" for name in ("a", "b", "c", "text")} | {
        "leads/leads.parquet"
    }
    assert company.activities() == FIRST_VISITS
    assert company.events_by_fate() == FIRST_FATES


@pytest.mark.full
def test_what_belongs_to_kept_events_is_built_again_when_it_is_lost(company: Workshop) -> None:
    company.execute("drop table intermediate.int_event_identities")
    company.count(TODAY)
    assert company.activities() == FIRST_VISITS


@pytest.mark.full
def test_another_hash_reads_what_is_landed_again_and_doubles_nothing(company: Workshop) -> None:
    change_hash(company)
    assert "events/a.parquet" in company.count(TODAY)
    assert company.activities() == FIRST_VISITS
    assert company.events_by_fate() == FIRST_FATES


@pytest.mark.full
@pytest.mark.xfail(strict=True, reason="events of files that are gone keep keys of the old hash")
def test_another_hash_doubles_no_event_of_a_file_that_is_gone(company: Workshop) -> None:
    (company.events / "a.parquet").unlink()
    company.count(TODAY)
    change_hash(company)
    company.count(TODAY)
    assert company.activities() == FIRST_VISITS
    assert company.events_by_fate() == FIRST_FATES


@pytest.mark.full
def test_an_earlier_day_in_between_does_not_disturb_the_next_days(company: Workshop) -> None:
    with warehouse.opened(company.settings.warehouse) as connection:
        control.note_publish(connection, published(TODAY))
    deliver_second_day(company)
    earlier = date(2024, 3, 3)
    assert company.count(earlier) == {"events/b.parquet", "events/d.parquet"}
    assert company.activities() == {"bob": 2}
    assert company.count(TOMORROW) == set()
    assert_second_day(company)


@pytest.mark.full
def test_a_project_that_moved_counts_nothing_twice(company: Workshop) -> None:
    elsewhere = company.settings.landing.with_name("landing_elsewhere")
    shutil.rmtree(elsewhere, ignore_errors=True)
    shutil.copytree(company.settings.landing, elsewhere)
    moved = company.with_landing(elsewhere)
    moved.count(TODAY)
    assert moved.activities() == FIRST_VISITS
    assert moved.events_by_fate() == FIRST_FATES


@pytest.mark.full
@pytest.mark.xfail(strict=True, reason="a row that cannot be typed does not replace the kept one")
def test_a_row_that_comes_back_with_a_time_that_is_none_is_quarantined(company: Workshop) -> None:
    path = company.events / "text.parquet"
    table = pq.read_table(path)
    time = table.schema.get_field_index("occurred_at")
    pq.write_table(table.set_column(time, "occurred_at", pa.array(["yesterday"])), path)
    company.count(TOMORROW)
    kept = company.activities(), company.events_by_fate()
    expected = company.counts_of_an_empty_warehouse(TOMORROW)
    assert kept == expected


# --- helpers --------------------------------------------------------------------------------------


def deliver_second_day(company: Workshop) -> None:
    """A mended row, new events, a repeated one, and a visitor whose machine is new."""
    mended = visit("b3", "bob", 5)
    land(company, "b.parquet", visit("b1", "bob", 3), visit("b2", "bob", 4), mended)
    land(
        company,
        "d.parquet",
        visit("d1", "ann", 11, user_agent="Googlebot/2.1", event_type="session"),
        visit("d2", "new", 12),
        visit("a1", "bob", 1, loaded_at=datetime(2024, 3, 21)),
    )


def assert_second_day(company: Workshop) -> None:
    assert company.activities() == {"ann": 2, "bob": 4, "cid": 3}
    assert company.events_by_fate() == {"activities": 9, "duplicates": 2, "waiting": 1}
    assert len(kept_events(company)) == 12


def carried(company: Workshop) -> set[str]:
    """The leads whose units were carried on from the run before."""
    rows = company.rows(
        "select lead_id from intermediate.int_counted_leads where earlier_lead_key is not null"
    )
    return {lead_id for (lead_id,) in rows}


def kill_when_starting(
    company: Workshop, model: str, run: Callable[[date], Any] | None = None
) -> None:
    """Run in a process of its own, which is killed as soon as it comes to a model."""

    class Killer(progress.Silent):
        def node(self, name: str, done: int, total: int) -> None:
            if name == model:
                os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            with progress.shown_by(Killer()):
                (run or company.count)(TOMORROW)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


def kept_events(company: Workshop) -> list[tuple]:
    return company.rows("select * from intermediate.int_kept_events order by all")


def points(company: Workshop) -> dict[str, float]:
    rows = company.rows(
        "select lead_id, raw_points from marts.lead_score_contributions "
        "where model_version = 'b2b_v1' and rule_id = 'site_visits'"
    )
    return dict(rows)


def spoiler_of_landed_events(company: Workshop) -> Callable[[], None]:
    """What makes it impossible to read a row of the files that are landed now."""
    copies = list((company.settings.warehouse.parent / "intake").rglob("events/*.parquet"))
    paths = [*company.events.glob("*.parquet"), *copies]
    assert copies

    def spoil() -> None:
        for path in paths:
            before, content = path.stat(), path.read_bytes()
            footer = int.from_bytes(content[-8:-4], "little") + 8
            rows = b"\xff" * (len(content) - footer - 4)
            path.write_bytes(content[:4] + rows + content[-footer:])
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
            with pytest.raises(duckdb.Error):
                duckdb.read_parquet(str(path)).fetchall()

    return spoil


def change_hash(company: Workshop) -> None:
    """Make all that was kept look as if another DuckDB had hashed it."""
    keys = {
        "int_kept_events": ["event_key", "identity_key", "kind_key", "user_agent_key", "text_key"],
        "int_repeated_events": ["event_key"],
        "int_activity_kinds": ["kind_key"],
        "int_event_identities": ["identity_key"],
        "int_event_texts": ["text_key"],
        "int_user_agents": ["user_agent_key"],
    }
    for table, columns in keys.items():
        changes = ", ".join(f"{column} = xor({column}, 7)" for column in columns)
        company.execute(f"update intermediate.{table} set {changes}")
    company.execute("update control.key_probe set value = 7")


def published(day: date) -> dict[str, Any]:
    return {
        "run_id": "20240320T000000Z-aaaaaa",
        "scored_date": day.isoformat(),
        "published_at": datetime.now(UTC).isoformat(),
        "weights_hash": {},
        "accepted": [],
    }
