"""Real tables of the Salesforce, Pardot and Marketo connectors, column for column; ids do not join.

The files are not ours to ship: the tests run where the folder `shared/data` stands beside the
repository, and skip elsewhere.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest
from conftest import REPOSITORY, build_source, copy_project

from orchestration import warehouse
from orchestration.ingestion.contracts import SOURCES

CONNECTORS = REPOSITORY.parent / "shared" / "data" / "connectors"
PREFIXES = {"salesforce": "sf", "pardot": "pardot", "marketo": "marketo"}
SHAPES = {
    "salesforce": ("leads", "lead_attributes", "accounts", "events"),
    "pardot": ("leads", "events"),
    "marketo": ("leads", "lead_attributes", "events"),
}

pytestmark = pytest.mark.skipif(
    not CONNECTORS.is_dir(), reason="the tables of shared/data/connectors are not on this machine"
)


def file_of(source: str, table: str) -> Path:
    return CONNECTORS / source / f"{PREFIXES[source]}_{table}_data.csv"


def written(source: str, table: str) -> list[dict[str, str]]:
    """The rows of a table as they stand in its file."""
    with open(file_of(source, table), encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def landed(source: str) -> list[str]:
    return [table for table in SOURCES[source] if file_of(source, table).is_file()]


def moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text.removesuffix(" UTC")) if text else None


def number(text: str) -> float | None:
    return float(text) if text else None


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    project = copy_project(tmp_path_factory.mktemp("crm_tables") / "project")
    for source in SHAPES:
        for table in landed(source):
            folder = project / "landing" / source / table
            folder.mkdir(parents=True)
            duckdb.sql(f"from read_csv('{file_of(source, table)}')").write_parquet(
                str(folder / "rows.parquet")
            )
    connection = warehouse.connect(build_source(project, *SHAPES), read_only=True)
    yield connection
    connection.close()


@pytest.mark.parametrize("source", SHAPES)
def test_every_row_reaches_staging_and_has_one_place(
    built: duckdb.DuckDBPyConnection, source: str
) -> None:
    expected = {table: len(written(source, table)) for table in landed(source)}
    assert min(expected.values()) > 0
    staged = {
        table: built.sql(f"select count(*) from staging.stg_{source}__{table}").fetchall()[0][0]
        for table in expected
    }
    assert staged == expected
    places = [
        f"select source_table, 1 as rows from intermediate.int_{source}__{shape}"
        for shape in SHAPES[source]
    ]
    places.append(f"select source_table, rows from intermediate.int_{source}__intake")
    found = built.sql(
        f"select source_table, sum(rows) from ({' union all '.join(places)}) group by source_table"
    ).fetchall()
    assert dict(found) == expected
    assert built.sql("select * from control.intake_quarantine").fetchall() == []


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_contact_is_told_field_by_field(built: duckdb.DuckDBPyConnection, place: int) -> None:
    row = written("salesforce", "contact")[place]
    assert built.sql(
        "select source_record_id, email, first_name, last_name, job_title, country, lead_source, "
        "is_email_opt_out, is_deleted, created_at, updated_at, extra ->> 'mailing_city' "
        "from intermediate.int_salesforce__leads "
        f"where source_table = 'contact' and file_row = {place}"
    ).fetchall() == [
        (
            row["id"],
            row["email"] or None,
            row["first_name"] or None,
            row["last_name"] or None,
            row["title"] or None,
            row["mailing_country"] or None,
            row["lead_source"] or None,
            {"FALSE": False, "TRUE": True}.get(row["has_opted_out_of_email"]),
            row["is_deleted"] == "TRUE",
            moment(row["created_date"]),
            moment(row["last_modified_date"]),
            row["mailing_city"] or None,
        )
    ]


def test_the_lead_is_one_person_with_its_contact_and_keeps_custom_fields(
    built: duckdb.DuckDBPyConnection,
) -> None:
    (row,) = written("salesforce", "lead")
    assert built.sql(
        "select email, company_name, industry, annual_revenue, extra ->> 'status', "
        "cast(extra ->> 'behavioral_score_c' as double) "
        "from intermediate.int_salesforce__leads where source_table = 'lead'"
    ).fetchall() == [
        (
            row["email"],
            row["company"],
            row["industry"],
            number(row["annual_revenue"]),
            row["status"],
            number(row["behavioral_score_c"]),
        )
    ]
    assert built.sql(
        "select record_id, merged_record_id, merged_at from intermediate.int_salesforce__merges "
        "where source_table = 'lead'"
    ).fetchall() == [
        (
            f"salesforce:{row['converted_contact_id']}",
            f"salesforce:{row['id']}",
            moment(row["converted_date"]),
        )
    ]


@pytest.mark.parametrize("table", ["task", "event"])
@pytest.mark.parametrize("place", [0, 4, 9])
def test_what_sales_did_is_told_field_by_field(
    built: duckdb.DuckDBPyConnection, table: str, place: int
) -> None:
    row = written("salesforce", table)[place]
    kinds = {"task": "sales_task", "event": "call" if row["type"] == "Call" else "meeting"}
    minutes = number(row.get("duration_in_minutes", ""))
    assert built.sql(
        "select event_id, record_id, activity_type, asset, duration_seconds, occurred_at "
        "from intermediate.int_salesforce__events "
        f"where source_table = '{table}' and file_row = {place}"
    ).fetchall() == [
        (
            f"{table}:{row['id']}",
            f"salesforce:{row['who_id']}",
            kinds[table],
            row["subject"].lower(),
            minutes * 60 if minutes is not None else None,
            moment(row.get("completed_date_time") or row["activity_date"]),
        )
    ]


@pytest.mark.parametrize("place", [0, 50, 99])
def test_a_prospect_is_told_field_by_field(built: duckdb.DuckDBPyConnection, place: int) -> None:
    row = written("pardot", "prospect")[place]
    employees = number(row["employees"])
    assert built.sql(
        "select source_record_id, email, job_title, company_name, company_domain, industry, "
        "employee_count, country, lead_source, is_email_opt_out, is_deleted, created_at, "
        "cast(extra ->> 'pardot_score' as double), extra ->> 'pardot_grade', extra ->> 'state', "
        "extra ->> 'crm_contact_fid' "
        f"from intermediate.int_pardot__leads where file_row = {place}"
    ).fetchall() == [
        (
            row["id"],
            row["email"],
            row["job_title"] or None,
            row["company"] or None,
            row["website"] or None,
            row["industry"] or None,
            int(employees) if employees is not None else None,
            row["country"] or None,
            row["source"] or None,
            True if row["is_do_not_email"] == "true" else None,
            row["_fivetran_deleted"] == "true",
            moment(row["created_at"]),
            number(row["score"]),
            row["grade"] or None,
            row["state"] or None,
            row["crm_contact_fid"] or None,
        )
    ]


@pytest.mark.parametrize("place", [0, 50, 99])
def test_a_visitor_activity_is_told_field_by_field(
    built: duckdb.DuckDBPyConnection, place: int
) -> None:
    row = written("pardot", "visitor_activity")[place]
    names = {
        "8": "opportunity_created",
        "9": "opportunity_won",
        "10": "opportunity_lost",
        "12": "email_unsubscribe",
        "14": "email_spam_report",
        "35": "email_unsubscribe",
        "36": "email_bounce",
    }
    assert built.sql(
        "select event_id, record_id, anonymous_id, activity_type, asset, message_id, occurred_at, "
        "loaded_at from intermediate.int_pardot__events "
        f"where source_table = 'visitor_activity' and file_row = {place}"
    ).fetchall() == [
        (
            f"visitor_activity:{row['id']}",
            f"pardot:{row['prospect_id']}",
            f"pardot:{row['visitor_id']}" if row["visitor_id"] else None,
            names[row["type"]],
            row["details"].lower() or None,
            f"{row['email_id']}:{row['prospect_id']}" if row["email_id"] else None,
            moment(row["created_at"]),
            moment(row["_fivetran_synced"]),
        )
    ]


def test_every_won_or_lost_opportunity_of_a_known_prospect_is_a_conversion(
    built: duckdb.DuckDBPyConnection,
) -> None:
    opportunities = {row["id"]: row for row in written("pardot", "opportunity")}
    stages = {"Won": "customer", "Lost": "lost"}
    expected = {
        (f"pardot:{member['prospect_id']}", stage, number(row["value"]), moment(row[day]))
        for member in written("pardot", "opportunity_prospect")
        if (row := opportunities.get(member["opportunity_id"]))
        for stage, day in (("opportunity", "created_at"), (stages[row["status"]], "closed_at"))
    }
    found = built.sql(
        "select record_id, stage, amount, occurred_at from intermediate.int_pardot__conversions"
    ).fetchall()
    assert set(found) == expected
    assert len(found) == len(expected) > 0


def test_every_prospect_that_is_still_there_has_its_score_and_grade(
    built: duckdb.DuckDBPyConnection,
) -> None:
    assert set(
        built.sql(
            "select record_id, score, grade, scored_at from intermediate.int_pardot__scores"
        ).fetchall()
    ) == {
        (
            f"pardot:{row['id']}",
            number(row["score"]),
            row["grade"] or None,
            moment(row["updated_at"]),
        )
        for row in written("pardot", "prospect")
        if row["_fivetran_deleted"] != "true"
    }


@pytest.mark.parametrize("place", [0, 50, 99])
def test_a_person_of_marketo_is_told_field_by_field(
    built: duckdb.DuckDBPyConnection, place: int
) -> None:
    row = written("marketo", "lead")[place]
    assert built.sql(
        "select source_record_id, email, first_name, last_name, is_deleted, created_at, updated_at "
        f"from intermediate.int_marketo__leads where file_row = {place}"
    ).fetchall() == [
        (
            row["id"],
            row["email"] or None,
            row["first_name"] or None,
            row["last_name"] or None,
            False,
            moment(row["created_at"]),
            moment(row["updated_at"]),
        )
    ]


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        ("email_delivered", "email_delivered"),
        ("email_bounced", "email_bounce"),
        ("unsubscribe_email", "email_unsubscribe"),
        ("open_email", "email_open"),
        ("click_email", "email_click"),
    ],
)
@pytest.mark.parametrize("place", [0, 50, 99])
def test_what_became_of_a_mail_is_told_field_by_field(
    built: duckdb.DuckDBPyConnection, table: str, kind: str, place: int
) -> None:
    row = written("marketo", f"activity_{table}")[place]
    link = urlsplit(row["link"]).path if row.get("link") else None
    programs = {row["id"]: row["name"] for row in written("marketo", "program")}
    campaigns = {
        row["id"]: programs.get(row["program_id"]) or row["name"]
        for row in written("marketo", "campaign")
    }
    assert built.sql(
        "select event_id, record_id, activity_type, asset, campaign, message_id, user_agent, "
        "occurred_at from intermediate.int_marketo__events "
        f"where source_table = 'activity_{table}' and file_row = {place}"
    ).fetchall() == [
        (
            f"activity_{table}:{row['id']}",
            f"marketo:{row['lead_id']}",
            kind,
            (link or row["primary_attribute_value"]).lower(),
            campaigns.get(row["campaign_id"], row["campaign_id"]).lower(),
            f"{row['primary_attribute_value_id']}:{row['campaign_run_id']}:{row['lead_id']}",
            row.get("user_agent") or None,
            moment(row["activity_date"]),
        )
    ]


def test_a_mail_that_marketo_skipped_was_not_sent(built: duckdb.DuckDBPyConnection) -> None:
    results = [row["action_result"] for row in written("marketo", "activity_send_email")]
    skipped = results.count("skipped")
    assert 0 < skipped < len(results)
    assert dict(
        built.sql(
            "select activity_type, count(*) from intermediate.int_marketo__events "
            "where source_table = 'activity_send_email' group by all"
        ).fetchall()
    ) == {"email_sent": len(results) - skipped, "email_dropped": skipped}


@pytest.mark.parametrize("place", [0, 50, 99])
def test_a_change_of_a_field_is_told_under_the_name_that_rules_use(
    built: duckdb.DuckDBPyConnection, place: int
) -> None:
    row = written("marketo", "activity_change_data_value")[place]
    assert built.sql(
        "select record_id, attribute, value_text, updated_at "
        f"from intermediate.int_marketo__lead_attributes where file_row = {place}"
    ).fetchall() == [
        (
            f"marketo:{row['lead_id']}",
            row["primary_attribute_value"].lower().replace(" ", "_"),
            row["new_value"] or None,
            moment(row["activity_date"]),
        )
    ]


def test_everybody_who_was_merged_or_deleted_is_gone_and_leads_to_who_was_kept(
    built: duckdb.DuckDBPyConnection,
) -> None:
    merged = {
        (f"marketo:{row['lead_id']}", f"marketo:{number}"): moment(row["activity_date"])
        for row in written("marketo", "activity_merge_leads")
        for number in re.findall("[0-9]+", row["merge_ids"])
    }
    found = built.sql(
        "select record_id, merged_record_id, merged_at from intermediate.int_marketo__merges"
    ).fetchall()
    assert {(kept, gone): when for kept, gone, when in found} == merged
    deleted = {f"marketo:{row['lead_id']}" for row in written("marketo", "activity_delete_lead")}
    assert {
        row[0]
        for row in built.sql("select record_id from intermediate.int_marketo__removals").fetchall()
    } == deleted | {gone for _, gone in merged}
