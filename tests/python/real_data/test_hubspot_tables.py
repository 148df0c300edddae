"""Real tables of HubSpot's connector, column for column as it lands them; ids do not join.

The files are not ours to ship: the tests run where the folder `shared/data` stands beside the
repository, and skip elsewhere.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime

import duckdb
import pytest
from conftest import REPOSITORY, build_source, copy_project

from orchestration import warehouse
from orchestration.ingestion.contracts import HUBSPOT

TABLES = REPOSITORY.parent / "shared" / "data" / "connectors" / "hubspot"
SHAPES = ("leads", "lead_attributes", "accounts", "events")

pytestmark = pytest.mark.skipif(
    not TABLES.is_dir(),
    reason="the tables of shared/data/connectors/hubspot are not on this machine",
)


def written(table: str) -> list[dict[str, str]]:
    """The rows of a table as they stand in its file."""
    with open(TABLES / f"{table}_data.csv", encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text.replace(" 3:", " 03:")) if text else None


def number(text: str) -> float | None:
    return float(text) if text else None


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    project = copy_project(tmp_path_factory.mktemp("hubspot_tables") / "project")
    for table in HUBSPOT:
        folder = project / "landing" / "hubspot" / table
        folder.mkdir(parents=True)
        duckdb.sql(f"from read_csv('{TABLES}/{table}_data.csv')").write_parquet(
            str(folder / "rows.parquet")
        )
    connection = warehouse.connect(build_source(project, "hubspot"), read_only=True)
    yield connection
    connection.close()


@pytest.mark.parametrize("table", HUBSPOT)
def test_every_row_of_a_table_reaches_staging(built: duckdb.DuckDBPyConnection, table: str) -> None:
    [(rows,)] = built.sql(f"select count(*) from staging.stg_hubspot__{table}").fetchall()
    assert rows == len(written(table)) > 0
    assert built.sql("select * from control.intake_quarantine").fetchall() == []


def test_every_row_has_one_place_in_a_shape_or_in_the_count_of_intake(
    built: duckdb.DuckDBPyConnection,
) -> None:
    places = [f"select source_table, 1 as rows from intermediate.int_hubspot__{s}" for s in SHAPES]
    places.append("select source_table, rows from intermediate.int_hubspot__intake")
    found = built.sql(
        f"select source_table, sum(rows) from ({' union all '.join(places)}) group by source_table"
    ).fetchall()
    assert dict(found) == {table: len(written(table)) for table in HUBSPOT}


def test_what_is_deleted_or_broken_is_stated(built: duckdb.DuckDBPyConnection) -> None:
    assert built.sql(
        "select source_table, intake_status, rows from intermediate.int_hubspot__intake "
        "where intake_status <> 'used'"
    ).fetchall() == [("deal_pipeline_stage", "voided", 2)]
    assert built.sql(
        "select source_table, is_deleted, quarantine_reason, count(*) "
        "from intermediate.int_hubspot__events "
        "where is_deleted or quarantine_reason is not null group by all order by all"
    ).fetchall() == [
        ("contact_list_member", True, None, 32),
        ("email_event", False, "recipient is no e-mail", 100),  # addresses are hashed in the file
    ]


@pytest.mark.parametrize("place", [0, 7, 21])
def test_a_contact_is_told_field_by_field(built: duckdb.DuckDBPyConnection, place: int) -> None:
    row = written("contact")[place]
    assert built.sql(
        "select source_record_id, email, first_name, last_name, job_title, company_name, "
        "annual_revenue, is_deleted, created_at, updated_at, extra ->> 'email_1', "
        "cast(extra ->> 'first_conversion_date' as timestamp), extra ->> 'hs_merged_object_ids' "
        f"from intermediate.int_hubspot__leads where file_row = {place}"
    ).fetchall() == [
        (
            row["id"],
            row["property_email"] or None,
            row["property_firstname"] or None,
            row["property_lastname"] or None,
            row["property_jobtitle"] or None,
            row["property_company"] or None,
            number(row["property_annualrevenue"]),
            row["_fivetran_deleted"] == "TRUE",
            moment(row["property_createdate"]),
            moment(row["_fivetran_synced"]),
            row["property_email_1"] or None,
            moment(row["property_first_conversion_date"]),
            row["property_hs_merged_object_ids"] or None,
        )
    ]


@pytest.mark.parametrize("place", [0, 50, 99])
def test_an_email_event_is_told_field_by_field(
    built: duckdb.DuckDBPyConnection, place: int
) -> None:
    row = written("email_event")[place]
    assert built.sql(
        "select event_id, is_marked_automated, occurred_at, loaded_at, message_id, "
        "cast(landed_row as json) ->> 'recipient' "
        f"from intermediate.int_hubspot__events "
        f"where source_table = 'email_event' and file_row = {place}"
    ).fetchall() == [
        (
            f"email_event:{row['id']}",
            row["filtered_event"] == "true",
            moment(row["created"]),
            moment(row["_fivetran_synced"]),
            row["sent_by_id"] or (row["id"] if row["type"] == "SENT" else None),
            row["recipient"],
        )
    ]


@pytest.mark.parametrize("place", [0, 11, 23])
def test_a_company_is_told_field_by_field(built: duckdb.DuckDBPyConnection, place: int) -> None:
    row = written("company")[place]
    assert built.sql(
        "select account_id, company_name, industry, annual_revenue, country, extra ->> 'city', "
        "extra ->> 'hs_all-funky-a9384-syntax' "
        f"from intermediate.int_hubspot__accounts where file_row = {place}"
    ).fetchall() == [
        (
            f"hubspot:{row['id']}",
            row["property_name"] or None,
            row["property_industry"] or None,
            number(row["property_annualrevenue"]),
            row["property_country"] or None,
            row["property_city"] or None,
            row["property_hs_all-funky-a9384-syntax"] or None,
        )
    ]


def test_a_form_a_list_and_a_call_are_named(built: duckdb.DuckDBPyConnection) -> None:
    forms = {row["guid"]: row["name"] for row in written("form")}
    lists = {row["id"]: row["name"] for row in written("contact_list")}
    assert built.sql(
        "select file_row, asset from intermediate.int_hubspot__events "
        "where source_table = 'contact_form_submission' order by file_row"
    ).fetchall() == [
        (place, forms[row["form_id"]].lower())
        for place, row in enumerate(written("contact_form_submission"))
    ]
    assert built.sql(
        "select file_row, asset from intermediate.int_hubspot__events "
        "where source_table = 'contact_list_member' order by file_row"
    ).fetchall() == [
        (place, lists[name].lower() if (name := row["contact_list_id"]) in lists else None)
        for place, row in enumerate(written("contact_list_member"))
    ]
    assert built.sql(
        "select activity_type, record_id, occurred_at from intermediate.int_hubspot__events "
        "where source_table = 'engagement_contact'"
    ).fetchall() == [
        (
            "call",
            "hubspot:" + written("engagement_contact")[0]["contact_id"],
            moment(written("engagement_call")[0]["property_hs_timestamp"]),
        )
    ]


def test_merges_are_those_of_the_list_and_of_the_audit_table(
    built: duckdb.DuckDBPyConnection,
) -> None:
    expected = {
        (f"hubspot:{row['canonical_vid']}", f"hubspot:{row['vid_to_merge']}")
        for row in written("contact_merge_audit")
    } | {
        (f"hubspot:{row['id']}", f"hubspot:{merged}")
        for row in written("contact")
        for merged in row["property_hs_merged_object_ids"].split(";")
        if merged
    }
    found = built.sql(
        "select record_id, merged_record_id from intermediate.int_hubspot__merges"
    ).fetchall()
    assert len(found) == len(expected)
    assert set(found) == expected
