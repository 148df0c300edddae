"""Salesforce and Pardot as they land, odd and broken among it, beside HubSpot and Segment."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest
from conftest import REPOSITORY
from landed_sources import assert_each_row_is_counted_once, built_from

NOON = datetime(2024, 3, 1, 12)
SYNCED = NOON + timedelta(hours=1)
LATER = SYNCED + timedelta(days=1)
LEAD, CONTACT = "00Q1G00000nDnM5UAK", "0031G00001QtDPlQAN"


def lead(name: str, **columns: Any) -> dict[str, Any]:
    return {"id": name, "created_date": NOON, "_fivetran_synced": SYNCED, **columns}


def prospect(number: object, **columns: Any) -> dict[str, Any]:
    return {"id": number, "created_at": NOON, "_fivetran_synced": SYNCED, **columns}


def did(number: object, code: object, **columns: Any) -> dict[str, Any]:
    return {"id": number, "type": code, "created_at": NOON, "_fivetran_synced": SYNCED, **columns}


LANDED: dict[str, list[list[dict[str, Any]]]] = {
    "salesforce/lead": [
        [lead(LEAD, email="ann@acme.com", number_of_employees=12.0, Lead_Tier_c="gold")],
        # Converted, and then deleted.
        [
            lead(
                LEAD,
                is_converted=True,
                converted_date=NOON,
                converted_contact_id=CONTACT,
                is_deleted=True,
                _fivetran_synced=LATER,
            ),
        ],
        [lead("00Q2", last_modified_date="yesterday")],
        # History mode: three versions, the last of them from after the day that is scored.
        [
            lead("00Q3", title=title, _fivetran_start=since, last_modified_date=since)
            for title, since in (
                ("Buyer", NOON),
                ("Head of Buying", LATER),
                ("CEO", NOON + timedelta(days=30)),
            )
        ],
    ],
    "salesforce/contact": [[lead(CONTACT, email="ann@home.net", account_id="0011")]],
    "salesforce/account": [
        [{"id": "0011", "name": "Acme", "_fivetran_synced": SYNCED}],
        # A renamed column: the file cannot be used, and is said by name.
        [{"account_key": "0012"}],
    ],
    "salesforce/task": [
        [
            {"id": "00T1", "who_id": LEAD, "type": "Call", "is_closed": True, **lead("00T1")},
            {"id": "00T2", "who_id": None, "type": "Call", "is_closed": True, **lead("00T2")},
        ]
    ],
    "salesforce/campaign_member": [
        [
            {"campaign_id": "7011", "lead_id": LEAD, "status": "Responded", **lead("00v1")},
            {"campaign_id": "7011", "lead_id": None, "status": "Sent", **lead("00v2")},
        ]
    ],
    "salesforce/opportunity": [[lead("0061"), lead("0061", _fivetran_synced=LATER)]],
    "pardot/prospect": [
        [prospect(7, email=" Ann@ACME.com ", crm_lead_fid=LEAD[:15], score=120.0, grade="B+")],
        # Text numbers and times with the suffix " UTC"; nobody's e-mail is known.
        [
            prospect("8", created_at="2024-03-01 12:00:00 UTC", employees="1,000-5,000", score="5"),
            prospect("none", created_at="2024-03-01 12:00:00 UTC", employees=None, score="5"),
        ],
        # The number of a prospect that was deleted, given to another one.
        [prospect(9, email="old@x.y", updated_at=NOON, _fivetran_deleted=True)],
        [prospect(9, email="new@x.y", updated_at=LATER, _fivetran_synced=LATER)],
    ],
    "pardot/visitor": [
        [
            {"id": 70, "prospect_id": 7, "created_at": NOON, "_fivetran_synced": SYNCED},
            {"id": 71, "prospect_id": None, "created_at": NOON, "_fivetran_synced": SYNCED},
        ]
    ],
    "pardot/visitor_activity": [
        [
            did(1, 2, type_name="Form", visitor_id=70, prospect_id=None),
            did(2, 2, type_name="Form", visitor_id=71, prospect_id=None),
            did(3, 99, type_name="Hologram", visitor_id=None, prospect_id=7),
            did(4, 11, type_name="Email", visitor_id=None, prospect_id=None),
        ],
        [did("5", "11", created_at="2024-03-01 12:00:00.000 UTC", prospect_id="7")],
        [did("6", "11", created_at="soon", prospect_id="7")],
    ],
    "hubspot/contact": [
        [
            {
                "id": 501,
                "property_email": "a.private@mail.com",
                "property_createdate": NOON - timedelta(days=9),
                "property_hs_merged_object_ids": "500",
                "property_salesforcecontactid": CONTACT,
                "property_hubspotscore": "42",
                "_fivetran_synced": SYNCED,
            }
        ],
        [{"id": 500, "_fivetran_deleted": True, "_fivetran_synced": SYNCED}],
    ],
    "segment/users": [
        [{"id": "u5", "hubspot_contact_id": "500", "email": "u5@x.y", "received_at": NOON}]
    ],
    "segment/pages": [
        [{"id": "p1", "user_id": "u5", "anonymous_id": "v", "path": "/", "timestamp": NOON}]
    ],
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("crm")
    with built_from(LANDED, folder, "salesforce,pardot,hubspot,segment") as connection:
        yield connection


@pytest.fixture
def rows(built: duckdb.DuckDBPyConnection) -> Any:
    return lambda query: built.execute(query).fetchall()


def test_each_row_that_landed_is_counted_once_whatever_became_of_it(rows: Any) -> None:
    assert_each_row_is_counted_once(rows, LANDED, "salesforce/account")


def test_what_became_of_odd_rows_is_said(rows: Any) -> None:
    assert rows(
        "select source_table, intake_status, sum(rows) from intermediate.int_intake_statuses "
        "where source_system in ('salesforce', 'pardot') and intake_status <> 'used' "
        "group by all having sum(rows) <> 0 order by all"
    ) == [
        ("campaign_member", "quarantined", 1),
        ("lead", "duplicate", 3),
        ("lead", "quarantined", 1),
        ("lead", "voided", 1),
        ("opportunity", "duplicate", 1),
        ("prospect", "duplicate", 1),
        ("prospect", "quarantined", 1),
        ("task", "waiting", 1),  # about nobody
        ("visitor_activity", "quarantined", 2),
        ("visitor_activity", "waiting", 1),  # of a visitor without a prospect
    ]


def test_broken_rows_are_in_quarantine_with_their_reason(rows: Any) -> None:
    assert rows("select source_table, reason from intermediate.int_quarantine order by all") == [
        ("account", "required column id is missing; the file has account_key"),
        ("campaign_member", "lead_id and contact_id are missing"),
        ("lead", "last_modified_date cannot be read as timestamp"),
        ("prospect", "id cannot be read as bigint"),
        ("visitor_activity", "created_at cannot be read as timestamp"),
        ("visitor_activity", "prospect_id and visitor_id are missing"),
    ]


def test_a_chain_over_four_systems_is_one_person(rows: Any) -> None:
    leads = dict(rows("select record_id, lead_id from intermediate.int_record_leads"))
    chain = {
        "segment:u5",  # carries the number of a contact
        "hubspot:500",  # which was merged
        "hubspot:501",  # into one that carries a contact of Salesforce
        f"salesforce:{CONTACT}",  # which a lead became
        f"salesforce:{LEAD}",  # that was deleted
    }
    assert {leads[record] for record in chain} == {"hubspot:501"}
    assert leads["pardot:8"] == "pardot:8"


def test_a_prospect_is_its_salesforce_lead_though_that_was_converted_and_deleted(rows: Any) -> None:
    assert rows(
        "select lead_id from intermediate.int_record_leads where record_id = 'pardot:7'"
    ) == [("hubspot:501",)]


def test_a_visitor_is_the_prospect_that_pardot_found_it_to_be(rows: Any) -> None:
    assert rows(
        "select anonymous_id, lead_id from intermediate.int_identity_links "
        "where source_system = 'pardot'"
    ) == [("pardot:70", "hubspot:501")]


def test_text_numbers_and_times_with_a_zone_are_read_as_what_they_are(rows: Any) -> None:
    assert rows(
        "select employee_count, created_at, email, extra ->> 'employees' "
        "from intermediate.int_pardot__leads where source_record_id = '8'"
    ) == [(1000, NOON, None, "1,000-5,000")]
    assert rows(
        "select activity_type, occurred_at from intermediate.int_pardot__events "
        "where event_id = 'visitor_activity:5'"
    ) == [("email_open", NOON)]


def test_custom_fields_are_attributes_under_their_own_names(rows: Any) -> None:
    [(found,)] = rows(
        "select extra ->> 'Lead_Tier_c' from intermediate.int_salesforce__leads "
        f"where source_record_id = '{LEAD}' and not is_deleted"
    )
    assert found == "gold"


def test_a_past_day_sees_the_version_of_that_day(rows: Any) -> None:
    assert rows(
        "select job_title from intermediate.int_lead_records where source_record_id = '00Q3'"
    ) == [("Head of Buying",)]


def test_a_number_that_was_given_again_is_the_later_person(rows: Any) -> None:
    assert rows("select email from intermediate.int_lead_records where record_id = 'pardot:9'") == [
        ("new@x.y",)
    ]


def test_an_unknown_type_of_activity_keeps_its_number_and_its_name(rows: Any) -> None:
    assert rows(
        "select activity_type from intermediate.int_pardot__events "
        "where event_id = 'visitor_activity:3'"
    ) == [("99:hologram",)]


def test_scores_of_the_platforms_stand_in_one_shape(rows: Any) -> None:
    assert rows(
        "select record_id, score_name, score, grade from intermediate.int_source_scores "
        "order by all"
    ) == [
        ("hubspot:501", "hubspotscore", 42.0, None),
        ("pardot:7", "pardot_score", 120.0, "B+"),
        ("pardot:8", "pardot_score", 5.0, None),
    ]


def test_each_of_pardots_38_types_of_activities_has_a_name() -> None:
    seed = REPOSITORY / "seeds" / "reference" / "event_vocabulary.csv"
    with open(seed, encoding="utf-8", newline="") as handle:
        named = {
            row["platform_event"]
            for row in csv.DictReader(handle)
            if row["source_system"] == "pardot"
        }
    assert {str(code) for code in range(1, 39)} - named == set()
