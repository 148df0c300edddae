"""Landed files, good and bad, become typed views, and nothing is lost on the way."""

from __future__ import annotations

import os
import random
import resource
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration import warehouse
from orchestration.errors import lacks_room
from orchestration.ingestion.contracts import CUSTOM, DUCKDB_TYPES, SOURCES
from orchestration.ingestion.intake import IntakeReport, run_intake
from orchestration.settings import Settings

NOON = datetime(2024, 3, 1, 12)
EVENT = {"event_id": "e1", "lead_id": "l1", "event_type": "page_view", "occurred_at": NOON}


class Landing:
    """A landing folder and the working file that intake reads it into."""

    def __init__(self, folder: Path) -> None:
        (folder / "dbt_project.yml").write_text("name: lead_scoring\n", encoding="utf-8")
        self.settings = Settings.from_environment(folder, {})
        self.connection = warehouse.connect(folder / "work.duckdb")

    def land(self, table: str, file: str, columns: dict[str, Any] | pa.Table) -> Path:
        path = self.settings.landing / "custom" / table / file
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), path)
        return path

    def land_events(self, file: str, *rows: dict[str, Any]) -> Path:
        return self.land("events", file, pa.Table.from_pylist(list(rows)))

    def take_in(self, **changes: Any) -> IntakeReport:
        from dataclasses import replace

        return run_intake(self.connection, replace(self.settings, **changes))

    def rows(self, query: str) -> list[tuple]:
        return self.connection.execute(query).fetchall()


@pytest.fixture
def landing(tmp_path: Path) -> Iterator[Landing]:
    landing = Landing(tmp_path)
    yield landing
    landing.connection.close()


def test_every_table_is_an_empty_relation_of_its_contract_when_nothing_is_landed(
    landing: Landing,
) -> None:
    landing.take_in()
    for table, contract in CUSTOM.items():
        described = {
            name: kind.lower()
            for name, kind, *_ in landing.rows(f"describe select * from raw_custom.{table}")
        }
        expected = {name: DUCKDB_TYPES[kind] for name, kind in contract.columns.items()}
        added = {"extra": "json", "_path": "varchar", "_file": "varchar", "_row": "bigint"}
        assert described == expected | added
        assert landing.rows(f"select count(*) from raw_custom.{table}") == [(0,)]


def test_a_table_without_files_is_said_with_the_folder_that_was_looked_in(landing: Landing) -> None:
    warnings = landing.take_in().warnings
    folder = landing.settings.landing / "custom" / "events"
    assert f"custom.events has no files: looked for Parquet files below {folder}." in warnings


def test_a_source_that_is_off_gives_empty_tables_and_says_so(landing: Landing) -> None:
    landing.land_events("a.parquet", EVENT)
    report = landing.take_in(sources=())
    assert "Source custom is off: add it to LEAD_SCORING_SOURCES to read it." in report.warnings
    assert landing.rows("select count(*) from raw_custom.events") == [(0,)]


def test_a_source_that_is_off_and_has_landed_nothing_is_not_spoken_of(landing: Landing) -> None:
    landing.land_events("a.parquet", EVENT)
    assert not [text for text in landing.take_in().warnings if "hubspot" in text]


def test_every_table_of_every_known_source_is_an_empty_relation_whatever_is_switched_on(
    landing: Landing,
) -> None:
    for sources in ((), ("hubspot",), tuple(SOURCES)):
        landing.take_in(sources=sources)
        for source, tables in SOURCES.items():
            for table, contract in tables.items():
                described = landing.rows(f"describe select * from raw_{source}.{table}")
                assert [name for name, *_ in described] == [
                    *contract.columns,
                    *("extra", "_path", "_file", "_row"),
                ]
                assert landing.rows(f"select count(*) from raw_{source}.{table}") == [(0,)]


def test_empty_tables_of_a_platform_are_named_in_one_line(landing: Landing) -> None:
    warnings = landing.take_in(sources=("hubspot",)).warnings
    assert [text.partition(":")[0] for text in warnings] == ["hubspot"]
    assert "contact_merge_audit, company" in warnings[0]


def test_what_landed_as_a_table_that_nobody_reads_is_named(landing: Landing) -> None:
    landing.land("event", "a.parquet", {"event_id": ["e1"]})
    assert (
        "custom: no model reads what landed as event; it is left alone."
        in landing.take_in().warnings
    )


def test_a_fitting_file_is_read_in_place_with_its_folder_and_row_kept(landing: Landing) -> None:
    landing.land_events("2024/03/a.parquet", EVENT, EVENT | {"event_id": "e2"})
    (file,) = landing.take_in().files
    assert (file.status, file.rows, file.quarantined_rows) == ("in_place", 2, 0)
    assert landing.rows("select event_id, _file, _row from raw_custom.events order by 1") == [
        ("e1", "2024/03/a.parquet", 0),
        ("e2", "2024/03/a.parquet", 1),
    ]


def test_a_time_with_a_zone_is_converted_and_one_without_is_utc(landing: Landing) -> None:
    east = timezone(timedelta(hours=2))
    landing.land_events("zoned.parquet", EVENT | {"occurred_at": NOON.replace(tzinfo=east)})
    landing.land_events("plain.parquet", EVENT)
    landing.land_events("text.parquet", EVENT | {"occurred_at": "2024-03-01T12:00:00+02:00"})
    landing.land_events("text_plain.parquet", EVENT | {"occurred_at": "2024-03-01 12:00:00"})
    landing.land_events("text_utc.parquet", EVENT | {"occurred_at": "2024-03-01 12:00:00 UTC"})
    landing.take_in()
    assert landing.rows("select _file, occurred_at from raw_custom.events order by 1") == [
        ("plain.parquet", NOON),
        ("text.parquet", NOON - timedelta(hours=2)),
        ("text_plain.parquet", NOON),
        ("text_utc.parquet", NOON),
        ("zoned.parquet", NOON - timedelta(hours=2)),
    ]


def test_rows_that_cannot_be_typed_are_quarantined_with_file_row_column_and_value(
    landing: Landing,
) -> None:
    landing.land_events(
        "texts.parquet",
        EVENT | {"occurred_at": "2024-03-01 12:00:00"},
        EVENT | {"event_id": "e2", "occurred_at": "yesterday"},
        EVENT | {"event_id": "e3", "occurred_at": "  "},
    )
    report = landing.take_in()
    assert [file.quarantined_rows for file in report.files] == [1]
    assert landing.rows("select event_id from raw_custom.events order by 1") == [("e1",), ("e3",)]
    ((row_id, reason, row, file),) = landing.rows(
        "select row_id, reason, row_json, file from control.intake_quarantine"
    )
    assert (row_id, file) == ("texts.parquet:1", "texts.parquet")
    assert reason == "occurred_at cannot be read as timestamp"
    assert '"occurred_at":"yesterday"' in row
    assert (
        "custom.events texts.parquet: 1 of 3 rows quarantined because they could not be typed "
        "(typed into a copy: occurred_at was varchar)." in report.warnings
    )


@pytest.mark.parametrize(
    ("column", "landed", "typed"),
    [
        ("lead_id", pa.array([7]), "7"),
        ("lead_id", pa.array([7.0]), "7"),
        ("lead_id", pa.array([True]), "true"),
        ("duration_seconds", pa.array(["1.5"]), 1.5),
        ("duration_seconds", pa.array([3], pa.int32()), 3.0),
        ("is_automated", pa.array(["TRUE"]), True),
        ("is_automated", pa.array([0]), False),
        ("occurred_at", pa.array([NOON.date()]), datetime(2024, 3, 1)),
        ("occurred_at", pa.array([NOON], pa.timestamp("ns")), NOON),
    ],
)
def test_a_value_of_another_type_is_brought_to_the_contracts_type(
    landing: Landing, column: str, landed: pa.Array, typed: object
) -> None:
    table = pa.Table.from_pylist([EVENT])
    if column in table.column_names:
        table = table.drop_columns([column])
    landing.land("events", "a.parquet", table.append_column(column, landed))
    landing.take_in()
    assert landing.rows(f"select {column} from raw_custom.events") == [(typed,)]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("events", "occurred_at", 1709294400),
        ("events", "duration_seconds", "long"),
        ("events", "duration_seconds", "inf"),
        ("events", "is_deleted", "maybe"),
        ("leads", "employee_count", "12.5"),
        ("leads", "employee_count", "about 50"),
    ],
)
def test_a_value_that_would_have_to_be_guessed_goes_to_quarantine(
    landing: Landing, table: str, column: str, value: object
) -> None:
    row = EVENT if table == "events" else {"lead_id": "l1", "created_at": NOON}
    landing.land(table, "a.parquet", pa.Table.from_pylist([row | {column: value}]))
    landing.take_in()
    assert landing.rows(f"select count(*) from raw_custom.{table}") == [(0,)]
    [(reason,)] = landing.rows("select reason from control.intake_quarantine")
    assert reason == f"{column} cannot be read as {CUSTOM[table].columns[column]}"


def test_a_file_without_a_required_column_is_quarantined_by_name(landing: Landing) -> None:
    landing.land_events("good.parquet", EVENT)
    landing.land("events", "bad.parquet", {"event_id": ["e2"], "type": ["page_view"]})
    report = landing.take_in()
    assert landing.rows("select event_id from raw_custom.events") == [("e1",)]
    assert (
        "custom.events bad.parquet: quarantined, required column event_type, occurred_at is "
        "missing; the file has event_id, type." in report.warnings
    )


@pytest.mark.parametrize("damage", ["cut", "text", "nothing"])
def test_a_file_that_cannot_be_read_does_not_stop_the_others(landing: Landing, damage: str) -> None:
    landing.land_events("good.parquet", EVENT)
    bad = landing.land_events("bad.parquet", EVENT)
    content = {"cut": bad.read_bytes()[:-20], "text": b"event_id,occurred_at\n", "nothing": b""}
    bad.write_bytes(content[damage])
    report = landing.take_in()
    assert landing.rows("select event_id from raw_custom.events") == [("e1",)]
    assert any(
        "bad.parquet: quarantined, the file cannot be read as Parquet" in warning
        for warning in report.warnings
    )
    [(reason,)] = landing.rows("select reason from control.intake_quarantine")
    assert str(landing.settings.landing) not in reason


def test_columns_that_the_contract_does_not_name_are_kept_as_json(landing: Landing) -> None:
    lead = {"lead_id": "l1", "created_at": NOON, "plan": "gold", "od\"d col's": 5}
    landing.land("leads", "a.parquet", pa.Table.from_pylist([lead]))
    landing.land("leads", "b.parquet", pa.Table.from_pylist([lead | {"plan": 3}]))
    landing.land("leads", "c.parquet", {"LEAD_ID": ["l2"], "created_at": [NOON]})
    landing.take_in()
    rows = dict(landing.rows("select _file, cast(extra as varchar) from raw_custom.leads"))
    assert rows == {
        "a.parquet": '{"plan":"gold","od\\"d col\'s":5}',
        "b.parquet": '{"plan":3,"od\\"d col\'s":5}',
        "c.parquet": None,
    }


@pytest.mark.parametrize(
    "file", ["it's.parquet", "[a-z]*.parquet", "a?b.parquet", "x'); drop table x; --.parquet"]
)
def test_a_file_name_is_only_ever_a_name(landing: Landing, file: str) -> None:
    landing.land_events("ab.parquet", EVENT)
    landing.land_events(file, EVENT | {"event_id": "e2"})
    landing.land_events(f"typed/{file}", EVENT | {"event_id": 3})
    landing.take_in()
    assert landing.rows("select event_id, _file from raw_custom.events order by 1") == [
        ("3", f"typed/{file}"),
        ("e1", "ab.parquet"),
        ("e2", file),
    ]


def test_only_new_and_changed_files_are_looked_at_again(landing: Landing) -> None:
    kept = landing.land_events("kept.parquet", EVENT)
    landing.land_events("typed.parquet", EVENT | {"event_id": 3})
    assert landing.take_in().inspected == 2
    assert landing.take_in().inspected == 0
    landing.land_events("new.parquet", EVENT | {"event_id": "e4"})
    assert landing.take_in().inspected == 1
    landing.land_events("kept.parquet", EVENT | {"event_id": "corrected"})
    os.utime(kept, (1, 1))
    assert landing.take_in().inspected == 1
    assert landing.rows("select event_id from raw_custom.events order by 1") == [
        ("3",),
        ("corrected",),
        ("e4",),
    ]


def test_a_file_that_was_mended_leaves_quarantine(landing: Landing) -> None:
    bad = landing.land_events("a.parquet", EVENT | {"occurred_at": "yesterday"})
    landing.take_in()
    assert landing.rows("select count(*) from control.intake_quarantine") == [(1,)]
    landing.land_events("a.parquet", EVENT)
    os.utime(bad, (1, 1))
    landing.take_in()
    assert landing.rows("select count(*) from control.intake_quarantine") == [(0,)]


def test_a_file_that_could_not_be_read_is_tried_again_though_nothing_of_it_changed(
    landing: Landing,
) -> None:
    file = landing.land_events("a.parquet", EVENT)
    whole = file.read_bytes()
    file.write_bytes(bytes(len(whole)))
    os.utime(file, (1, 1))
    assert [report.status for report in landing.take_in().files] == ["quarantined"]
    file.write_bytes(whole)
    os.utime(file, (1, 1))
    landing.connection.close()
    landing.connection = warehouse.connect(landing.settings.project_dir / "work.duckdb")
    assert [report.status for report in landing.take_in().files] == ["in_place"]
    assert landing.rows("select event_id from raw_custom.events") == [("e1",)]
    assert landing.rows("select count(*) from control.intake_quarantine") == [(0,)]


def test_no_room_for_a_typed_copy_stops_the_run_and_is_no_fault_of_the_file(
    landing: Landing,
) -> None:
    filling = [random.Random(number).randbytes(5_000).hex() for number in range(100)]
    landing.land_events(
        "a.parquet",
        *(EVENT | {"event_id": text, "occurred_at": "2024-03-01 12:00:00"} for text in filling),
    )
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    try:
        with pytest.raises(duckdb.Error) as told:
            landing.take_in()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert lacks_room(told.value)
    assert [report.status for report in landing.take_in().files] == ["typed"]
    assert landing.rows("select count(*) from raw_custom.events") == [(100,)]


def test_files_that_are_gone_are_said_and_leave_the_view(landing: Landing) -> None:
    landing.land_events("a.parquet", EVENT)
    landing.land_events("b.parquet", EVENT | {"event_id": "e2"}).touch()
    landing.take_in()
    (landing.settings.landing / "custom" / "events" / "b.parquet").unlink()
    report = landing.take_in()
    assert "custom.events: 1 files of the last run are no longer in landing." in report.warnings
    assert landing.rows("select event_id from raw_custom.events") == [("e1",)]


def copies(landing: Landing) -> list[Path]:
    return sorted((landing.settings.warehouse.parent / "intake").rglob("*.parquet"))


TYPED = {"id": ["7"], "property_email": ["ann@acme.co"]}


def land_contact(landing: Landing, columns: dict[str, Any]) -> Path:
    """Land a file of another system; an id that is text has to be typed into a copy."""
    path = landing.settings.landing / "hubspot" / "contact" / "odd'name.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return path


def test_a_typed_copy_goes_with_its_landed_file(landing: Landing) -> None:
    path = land_contact(landing, TYPED)
    landing.take_in(sources=("hubspot",))
    landing.take_in(sources=("hubspot",))
    assert len(copies(landing)) == 1
    path.unlink()
    landing.take_in(sources=("hubspot",))
    assert copies(landing) == []


def test_a_typed_copy_goes_when_its_landed_file_fits_or_cannot_be_read(landing: Landing) -> None:
    for mended in (TYPED | {"id": [7]}, {"nothing": ["known"]}):
        land_contact(landing, TYPED)
        landing.take_in(sources=("hubspot",))
        assert len(copies(landing)) == 1
        land_contact(landing, mended)
        landing.take_in(sources=("hubspot",))
        assert copies(landing) == []


def test_a_typed_copy_goes_though_the_working_file_was_lost_or_landing_was_moved(
    landing: Landing,
) -> None:
    path = land_contact(landing, TYPED)
    landing.take_in(sources=("hubspot",))
    landing.connection.execute("drop schema control cascade")
    path.unlink()
    landing.take_in(sources=("hubspot",))
    assert copies(landing) == []

    land_contact(landing, TYPED)
    landing.take_in(sources=("hubspot",))
    moved = landing.settings.landing.with_name("moved")
    landing.settings.landing.rename(moved)
    landing.take_in(sources=("hubspot",), landing=moved)
    assert len(copies(landing)) == 1


def test_typed_copies_of_another_working_file_in_the_folder_stay(
    landing: Landing, tmp_path: Path
) -> None:
    land_contact(landing, TYPED)
    landing.take_in(sources=("hubspot",))
    [theirs] = copies(landing)
    landing.take_in(sources=("hubspot",), landing=tmp_path / "mine")
    assert copies(landing) == [theirs]


def test_a_file_of_another_kind_is_said_to_be_left_out(landing: Landing) -> None:
    landing.land_events("a.parquet", EVENT)
    folder = landing.settings.landing / "custom" / "events"
    (folder / "export.csv").write_text("event_id\n", encoding="utf-8")
    (folder / "_SUCCESS").touch()
    assert (
        f"custom.events: 1 files below {folder} are not Parquet and were not read, "
        "such as export.csv." in landing.take_in().warnings
    )


def test_the_view_works_from_any_folder(
    landing: Landing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing.land_events("a.parquet", EVENT)
    landing.take_in()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert landing.rows("select count(*) from raw_custom.events") == [(1,)]


def test_a_quarantined_file_is_no_reason_to_fail(landing: Landing) -> None:
    landing.land("events", "bad.parquet", {"a": [1]})
    report = landing.take_in()
    assert [file.status for file in report.files] == ["quarantined"]
    assert landing.rows("select count(*) from raw_custom.events") == [(0,)]
    with pytest.raises(duckdb.CatalogException):
        landing.rows("select * from raw_custom.no_such_table")
