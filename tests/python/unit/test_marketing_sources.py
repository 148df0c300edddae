"""Marketo and ActiveCampaign as they land, odd and broken among it, beside Salesforce."""

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
LEAD = "00Q1G00000nDnM5UAK"

# Marketo's types of activities as its interface lists them.
MARKETO_TYPES = (
    *(1, 2, 3, *range(6, 13), 19, 21, 22, 23, 24, 25, 26, 27, 29, 30, 32, *range(34, 49)),
    *(100, 101, 102, 104, 106, 108, *range(110, 116), 123, 131, 132, 133, 145, 147, 300),
    *(400, 401, 402, 403, *range(405, 410)),
)
# What has a table of its own that tells of no activity.
TOLD_BY_TABLES = {22, 29, 32, 37}
ACTIVECAMPAIGN_REFERENCES = (
    *("SubscriberEmail", "DealTask", "SubscriberList", "SubscriberSeries", "Log", "Update"),
    *("DealActivity", "Forward", "Reply", "Note", "LinkData", "MppLinkData", "SmsLog", "SmsReply"),
    *("SmsUnsub", "TrackingLog", "SeriesBlock", "SubscriberLog"),
)
ACTIVECAMPAIGN_WEBHOOKS = (
    *("open", "click", "sent", "bounce", "unsubscribe", "subscribe", "forward", "reply", "share"),
    *("update", "contact_tag_added", "contact_tag_removed", "subscriber_note", "contact_task_add"),
    *("list_add", "sms_sent", "sms_reply", "sms_unsub", "deal_add", "deal_update"),
    *("deal_note_add", "deal_pipeline_add", "deal_stage_add", "deal_task_add"),
    *("deal_task_complete", "deal_tasktype_add", "account_add", "account_update"),
    *("account_contact_add", "account_contact_update"),
)


def person(number: object, **columns: Any) -> dict[str, Any]:
    return {"id": number, "created_at": NOON, "_fivetran_synced": SYNCED, **columns}


def did(number: object, lead_id: object, **columns: Any) -> dict[str, Any]:
    head = {"id": number, "lead_id": lead_id, "activity_date": NOON}
    return {**head, "_fivetran_synced": SYNCED, **columns}


def contact(number: object, **columns: Any) -> dict[str, Any]:
    return {"id": number, "cdate": NOON, "_sdc_extracted_at": SYNCED, **columns}


LANDED: dict[str, list[list[dict[str, Any]]]] = {
    "marketo/lead": [
        [
            person(1, email=" Ann@ACME.com ", sfdc_lead_id=LEAD[:15], lead_score=40, Plan_c="gold"),
            person(2, email="old@x.y", sfdc_lead_id=None, lead_score=None, Plan_c=None),
            person(3, email=None, sfdc_lead_id=None, lead_score=None, Plan_c=None),
        ],
        # Text numbers, and times with the suffix " UTC" or a zone.
        [
            person("4", created_at="2024-03-01 12:00:00 UTC", number_of_employees="1,000-5,000"),
            person("5", created_at="2024-03-01T14:00:00+02:00", number_of_employees=None),
            person("none", created_at="2024-03-01 12:00:00 UTC", number_of_employees=None),
        ],
        # The number of a person who was deleted, given to another one.
        [person(6, email="gone@x.y", created_at=NOON - timedelta(days=9))],
        [person(6, email="new@x.y", created_at=LATER, updated_at=LATER)],
    ],
    "marketo/activity_merge_leads": [[did(10, 1, merge_ids="[2]")]],
    "marketo/activity_delete_lead": [[did(11, 6), did(12, 5)]],
    "marketo/activity_click_email": [
        [
            did(20, 2, link="https://x.y/Pricing?a=1", is_bot_activity=False),
            did(21, 1, link="https://x.y/Demo", is_bot_activity=True),
            did(22, 77, link=None, is_bot_activity=None),
        ],
        [
            did("23", "1", activity_date="soon"),
            did("24", "1", activity_date="2024-03-01 12:00:00Z"),
        ],
    ],
    "marketo/activity": [
        [did(30, 1, activity_type_id=100001, primary_attribute_value="Swam")],
    ],
    "marketo/activity_change_status_in_progression": [
        [did(40, 1, primary_attribute_value_id=7, new_status="Attended")],
    ],
    "marketo/program_membership": [
        [
            {
                "lead_id": 1,
                "program_id": 7,
                "progression_status": "Attended",
                "membership_date": NOON,
                "_fivetran_synced": LATER,
            }
        ]
    ],
    "marketo/program": [[{"id": 7, "name": "Spring", "channel": "Webinar"}]],
    "marketo/activity_change_data_value": [
        [did(50, 1, primary_attribute_value="Lead Status", new_value="MQL")],
    ],
    "marketo/activity_change_score": [
        [did(60, 1, primary_attribute_value="Lead Score", new_value="45", activity_date=LATER)],
    ],
    "salesforce/lead": [
        [
            {
                "id": LEAD,
                "created_date": NOON - timedelta(days=1),
                "email": "ann@home.net",
                "_fivetran_synced": SYNCED,
            }
        ]
    ],
    "activecampaign/contacts": [
        [
            contact(1, email="ann@home.net", deleted=0, nickname="Annie"),
            contact(2, email="bob@x.y", deleted=0, nickname=None),
            contact(3, email="eve@x.y", deleted=1, nickname=None),
        ],
        [contact("4", cdate="2024-03-01T06:00:00-06:00"), contact("5", cdate="once")],
    ],
    "activecampaign/activities": [
        [
            {
                "id": number,
                "subscriberid": who,
                "reference_type": kind,
                "tstamp": NOON,
                "_sdc_extracted_at": SYNCED,
            }
            for number, who, kind in ((1, 1, "LinkData"), (2, 1, "MppLinkData"), (3, 2, "Hologram"))
        ],
        [{"id": 4, "subscriberid": None, "reference_type": "Log", "tstamp": NOON}],
    ],
    "activecampaign/webhook_event": [
        [
            {"id": "w1", "type": "open", "contact_email": "Ann@Home.net", "date_time": NOON},
            {"id": "w2", "type": "open", "contact_email": "who@x.y", "date_time": NOON},
            {"id": "w3", "type": None, "contact_email": "who@x.y", "date_time": NOON},
        ]
    ],
    "activecampaign/bounce_logs": [[{"id": 1, "subscriberid": 2, "tstamp": NOON}]],
    "activecampaign/contact_lists": [
        [
            {"id": 1, "contact": 2, "list": 1, "status": 1, "sdate": NOON},
            {"id": 1, "contact": 2, "list": 1, "status": 2, "sdate": NOON, "udate": LATER},
        ]
    ],
    "activecampaign/deals": [
        [{"id": 1, "contact": 1, "value": "45600", "status": 1, "cdate": NOON, "edate": LATER}],
        # A renamed column: the file cannot be used, and is said by name.
        [{"deal": 2}],
    ],
    "activecampaign/scores": [[{"id": 1, "name": "Heat"}]],
    "activecampaign/score_values": [
        [
            {"id": 1, "score": 1, "contact": 1, "score_value": "25", "mdate": NOON},
            {"id": 2, "score": 1, "contact": 3, "score_value": "9", "mdate": NOON},
        ]
    ],
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("marketing")
    with built_from(LANDED, folder, "marketo,activecampaign,salesforce") as connection:
        yield connection


@pytest.fixture
def rows(built: duckdb.DuckDBPyConnection) -> Any:
    return lambda query: built.execute(query).fetchall()


def test_each_row_that_landed_is_counted_once_whatever_became_of_it(rows: Any) -> None:
    assert_each_row_is_counted_once(rows, LANDED, "activecampaign/deals")


def test_what_became_of_odd_rows_is_said(rows: Any) -> None:
    assert rows(
        "select source_table, intake_status, sum(rows) from intermediate.int_intake_statuses "
        "where intake_status <> 'used' group by all having sum(rows) <> 0 order by all"
    ) == [
        ("activities", "duplicate", 1),  # a click that Marketo saw too
        ("activities", "quarantined", 1),
        ("activity_change_status_in_progression", "duplicate", 1),  # the membership came later
        ("activity_click_email", "quarantined", 1),
        ("activity_click_email", "waiting", 1),  # of a person who never landed
        ("contact_lists", "duplicate", 1),
        ("contacts", "quarantined", 1),
        ("contacts", "voided", 1),
        ("lead", "duplicate", 1),
        ("lead", "quarantined", 1),
        ("lead", "voided", 2),  # merged away, and deleted
        ("webhook_event", "quarantined", 1),
        ("webhook_event", "waiting", 1),
    ]


def test_broken_rows_are_in_quarantine_with_their_reason(rows: Any) -> None:
    assert rows("select source_table, reason from intermediate.int_quarantine order by all") == [
        ("activities", "subscriberid is missing"),
        ("activity_click_email", "activity_date cannot be read as timestamp"),
        ("contacts", "cdate cannot be read as timestamp"),
        ("deals", "required column id is missing; the file has deal"),
        ("lead", "id cannot be read as bigint"),
        ("webhook_event", "type is missing"),
    ]


def test_a_person_is_one_over_three_systems_and_a_merge(rows: Any) -> None:
    leads = dict(rows("select record_id, lead_id from intermediate.int_record_leads"))
    chain = {
        "marketo:2",  # was merged
        "marketo:1",  # into one that carries a lead of Salesforce
        f"salesforce:{LEAD}",  # which has the address
        "activecampaign:1",  # of a contact
    }
    assert {leads[record] for record in chain} == {f"salesforce:{LEAD}"}
    assert leads["marketo:3"] == "marketo:3"


def test_a_deleted_person_is_gone_and_a_number_that_was_given_again_is_the_later_person(
    rows: Any,
) -> None:
    assert rows(
        "select record_id, email from intermediate.int_lead_records "
        "where source_system = 'marketo' order by all"
    ) == [
        ("marketo:1", "Ann@ACME.com"),
        ("marketo:3", None),
        ("marketo:4", None),
        ("marketo:6", "new@x.y"),
    ]


def test_text_numbers_and_times_with_a_zone_are_read_as_what_they_are(rows: Any) -> None:
    assert rows(
        "select source_record_id, employee_count, created_at from intermediate.int_marketo__leads "
        "where source_record_id in ('4', '5') order by all"
    ) == [("4", 1000, NOON), ("5", None, NOON)]
    assert rows(
        "select created_at from intermediate.int_activecampaign__leads where source_record_id = '4'"
    ) == [(NOON,)]


def test_custom_fields_are_attributes_under_their_own_names(rows: Any) -> None:
    assert rows(
        "select extra ->> 'Plan_c' from intermediate.int_marketo__leads "
        "where source_record_id = '1' "
        "union all select extra ->> 'nickname' from intermediate.int_activecampaign__leads "
        "where source_record_id = '1'"
    ) == [("gold",), ("Annie",)]


def test_activities_have_their_names_their_paths_and_machines_their_flag(rows: Any) -> None:
    found = rows(
        "select event_id, activity_type, asset, is_marked_automated "
        "from intermediate.int_source_events where quarantine_reason is null "
        "and source_table in ('activity_click_email', 'activity', 'activities')"
    )
    assert sorted(found) == [
        ("activities:1", "email_click", None, False),
        ("activities:2", "email_open", None, True),
        ("activities:3", "hologram", None, False),
        ("activity:30", "100001", "swam", False),
        ("activity_click_email:20", "email_click", "/pricing", False),
        ("activity_click_email:21", "email_click", "/demo", True),
        ("activity_click_email:22", "email_click", None, False),
        ("activity_click_email:24", "email_click", None, False),
    ]


def test_a_status_in_a_program_counts_once_whichever_table_tells_of_it(rows: Any) -> None:
    assert rows(
        "select activity_type, count(distinct event_key), count(*) "
        "from intermediate.int_marketo__events where asset = 'spring' group by all"
    ) == [("webinar_attendance", 1, 2)]


def test_a_changed_status_and_a_won_deal_are_conversions_in_whole_money(rows: Any) -> None:
    assert rows(
        "select source_system, lead_id, stage, amount "
        "from intermediate.int_conversion_deliveries order by all"
    ) == [
        ("activecampaign", f"salesforce:{LEAD}", "customer", 456.0),
        ("activecampaign", f"salesforce:{LEAD}", "opportunity", 456.0),
        ("marketo", f"salesforce:{LEAD}", "mql", None),
    ]


def test_scores_of_the_platforms_stand_in_one_shape(rows: Any) -> None:
    assert rows(
        "select record_id, score_name, score, scored_at from intermediate.int_source_scores "
        "where record_id in (select record_id from intermediate.int_lead_records) order by all"
    ) == [
        ("activecampaign:1", "heat", 25.0, NOON),
        ("marketo:1", "lead_score", 45.0, LATER),
    ]


def test_every_type_of_activity_and_of_webhook_has_a_name() -> None:
    seed = REPOSITORY / "seeds" / "reference" / "event_vocabulary.csv"
    with open(seed, encoding="utf-8", newline="") as handle:
        named = {(row["source_system"], row["platform_event"]) for row in csv.DictReader(handle)}
    expected = {("marketo", str(code)) for code in set(MARKETO_TYPES) - TOLD_BY_TABLES}
    expected |= {("activecampaign", kind.lower()) for kind in ACTIVECAMPAIGN_REFERENCES}
    expected |= {("activecampaign", kind) for kind in ACTIVECAMPAIGN_WEBHOOKS}
    assert expected - named == set()
