"""What HubSpot's connector lands, odd and broken as it comes, and what the shapes make of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import build_source, copy_project

from orchestration import warehouse

NOON = datetime(2024, 3, 1, 12)
SYNCED = NOON + timedelta(hours=1)
PARIS = timezone(timedelta(hours=1))


def land(landing: Path, table: str, file: str, *rows: dict[str, Any]) -> None:
    path = landing / "hubspot" / table / file
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows)), path)


def contact(number: int, **columns: Any) -> dict[str, Any]:
    return {"id": number, "property_createdate": NOON, "_fivetran_synced": SYNCED, **columns}


def email_event(name: str, **columns: Any) -> dict[str, Any]:
    return {
        "id": name,
        "type": "OPEN",
        "recipient": "ann@acme.com",
        "created": NOON,
        "_fivetran_synced": SYNCED,
        **columns,
    }


def form(contact_id: object, name: str, **columns: Any) -> dict[str, Any]:
    return {"contact_id": contact_id, "form_id": "f", "conversion_id": name, **columns}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    project = copy_project(tmp_path_factory.mktemp("hubspot") / "project")
    landing = project / "landing"
    land(landing, "contact", "a.parquet", contact(1, property_email="  ANN@Acme.COM \n"))
    land(landing, "contact", "b.parquet", contact("2"), contact("two"))
    land(landing, "contact", "renamed.parquet", {"contact_key": 3, "property_createdate": NOON})
    land(landing, "contact", "c.parquet", contact(4, property_hs_merged_object_ids="4;99"))
    land(landing, "contact", "d.parquet", contact(4, _fivetran_synced=SYNCED + timedelta(days=1)))
    land(landing, "contact", "gone.parquet", contact(99, _fivetran_deleted=True))
    land(landing, "company", "a.parquet", {"id": 5, "property_numberofemployees": "250"})
    land(
        landing,
        "email_event",
        "a.parquet",
        email_event("late", created=datetime(2024, 3, 1, 13, tzinfo=PARIS)),
    )
    land(
        landing,
        "email_event",
        "b.parquet",
        email_event("shouted", recipient=" Ann@ACME.com "),
        email_event("next year", created=NOON + timedelta(days=365)),
    )
    land(landing, "email_event", "again.parquet", email_event("shouted"))
    in_text = "2024-03-01T14:00:00+01:00"
    land(landing, "email_event", "text.parquet", email_event("text", created=in_text))
    stamp = {"timestamp": NOON.replace(tzinfo=UTC), "_fivetran_synced": SYNCED}
    land(landing, "contact_form_submission", "a.parquet", form("1", "c1", **stamp))
    land(landing, "contact_form_submission", "b.parquet", form(1.0, "c2", **stamp))
    land(landing, "contact_form_submission", "c.parquet", form(None, "c3", **stamp))
    land(landing, "contact_property_history", "a.parquet", {"contact_id": 1, "property": "plan"})
    connection = warehouse.connect(build_source(project, "hubspot"), read_only=True)
    yield connection
    connection.close()


def test_a_renamed_column_that_names_rows_quarantines_its_file_with_the_reason(
    built: duckdb.DuckDBPyConnection,
) -> None:
    assert built.sql(
        "select source_table, file, reason from control.intake_quarantine where is_whole_file "
        "order by source_table"
    ).fetchall() == [
        (
            "contact",
            "renamed.parquet",
            "required column id is missing; the file has contact_key, property_createdate",
        ),
        (
            "contact_property_history",
            "a.parquet",
            "required column name is missing; the file has contact_id, property",
        ),
    ]


def test_an_id_that_is_text_in_one_table_and_a_number_in_another_is_one_id(
    built: duckdb.DuckDBPyConnection,
) -> None:
    assert built.sql(
        "select event_id, record_id, quarantine_reason from intermediate.int_hubspot__events "
        "where source_table = 'contact_form_submission' order by file_name"
    ).fetchall() == [
        ("contact_form_submission:1:f:c1", "hubspot:1", None),
        ("contact_form_submission:1:f:c2", "hubspot:1", None),
        ("contact_form_submission:f:c3", None, "contact_id is missing"),
    ]


def test_an_id_that_is_no_number_goes_to_quarantine_and_the_others_of_its_file_do_not(
    built: duckdb.DuckDBPyConnection,
) -> None:
    assert built.sql(
        "select reason, row_json ->> 'id' from control.intake_quarantine where not is_whole_file"
    ).fetchall() == [("id cannot be read as bigint", "two")]
    assert built.sql(
        "select record_id from intermediate.int_hubspot__leads where file_name = 'b.parquet'"
    ).fetchall() == [("hubspot:2",)]


def test_an_email_in_upper_case_with_blanks_is_the_same_person(
    built: duckdb.DuckDBPyConnection,
) -> None:
    assert built.sql(
        "select normalized_email, email from intermediate.int_hubspot__leads "
        "where record_id = 'hubspot:1'"
    ).fetchall() == [("ann@acme.com", "ANN@Acme.COM")]
    assert built.sql(
        "select distinct normalized_email, identity_key is null "
        "from intermediate.int_hubspot__events where source_table = 'email_event'"
    ).fetchall() == [("ann@acme.com", False)]


def test_a_time_with_a_zone_is_brought_to_utc_as_text_and_as_a_timestamp(
    built: duckdb.DuckDBPyConnection,
) -> None:
    assert built.sql(
        "select event_id, occurred_at from intermediate.int_hubspot__events "
        "where event_id in ('email_event:late', 'email_event:text') order by event_id"
    ).fetchall() == [
        ("email_event:late", NOON),
        ("email_event:text", NOON + timedelta(hours=1)),
    ]


def test_an_event_a_year_in_the_future_is_quarantined_with_the_reason(
    built: duckdb.DuckDBPyConnection,
) -> None:
    assert built.sql(
        "select event_id, quarantine_reason from intermediate.int_hubspot__events "
        "where source_table = 'email_event' and quarantine_reason is not null"
    ).fetchall() == [
        ("email_event:next year", "occurred_at is more than a day after loaded_at"),
    ]


def test_a_number_that_landed_as_text_is_a_number(built: duckdb.DuckDBPyConnection) -> None:
    assert built.sql(
        "select account_id, employee_count from intermediate.int_hubspot__accounts"
    ).fetchall() == [("hubspot:5", 250)]


def test_an_event_that_landed_twice_keeps_one_id_for_later_steps_to_compare(
    built: duckdb.DuckDBPyConnection,
) -> None:
    assert built.sql(
        "select count(*), count(distinct event_key), count(distinct event_id) "
        "from intermediate.int_hubspot__events where event_id = 'email_event:shouted'"
    ).fetchall() == [(2, 1, 1)]


def test_merges_are_those_of_the_last_delivery_only(built: duckdb.DuckDBPyConnection) -> None:
    assert built.sql("from intermediate.int_hubspot__merges").fetchall() == []


def test_every_row_that_reached_staging_has_one_place(built: duckdb.DuckDBPyConnection) -> None:
    assert_rows_add_up(built)


def assert_rows_add_up(connection: duckdb.DuckDBPyConnection) -> None:
    """Compare the rows of each table with those of the shapes and of intake's own count."""
    placed = " union all ".join(
        f"select source_table, count(*) from intermediate.int_hubspot__{shape} group by all"
        for shape in ("leads", "lead_attributes", "accounts", "events")
    )
    assert (
        connection.sql(
            "with placed(source_table, rows) as ("
            f"{placed} union all "
            "select source_table, sum(rows) from intermediate.int_hubspot__intake group by all"
            "), summed as (select source_table, sum(rows) as rows from placed group by all) "
            "select * from intermediate.int_hubspot__landed_rows as landed "
            "full join summed on landed.source_table = summed.source_table "
            "where landed.rows is distinct from summed.rows"
        ).fetchall()
        == []
    )
