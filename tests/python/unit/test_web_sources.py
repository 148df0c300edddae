"""Segment and Snowplow as they land, with bad input among it: rows in are rows out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import build_models, copy_project

from orchestration import control, warehouse
from orchestration.ingestion.contracts import DUCKDB_TYPES, SOURCES
from orchestration.ingestion.intake import IntakeReport, run_intake
from orchestration.settings import Settings

NOON = datetime(2024, 3, 1, 12)
EAST = timezone(timedelta(hours=2))
FORM = (
    '{"formId": "f", "elements": [{"name": "email", "value": " ANN@X.Y ", "nodeName": "INPUT"}, '
    '{"name": "why", "value": "Please call", "nodeName": "TEXTAREA"}]}'
)

LANDED: dict[str, list[list[dict[str, Any]]]] = {
    "segment/users": [
        # An id that is a number here and text in all other tables, and a time with a zone.
        [
            {
                "id": 7,
                "email": "  ANN@X.Y ",
                "title": "CTO",
                "company_name": "Acme",
                "employees": 250,
                "plan": "gold",
                "salesforce_lead_id": "00Q1",
                "hubspot_contact_id": 501,
                "created_at": NOON.replace(tzinfo=EAST),
                "received_at": NOON,
            },
        ],
        # A renamed column: the file cannot be used, and is said by name.
        [{"user_id": "8", "email": "b@x.y"}],
    ],
    "segment/identifies": [
        [
            {"id": "i1", "user_id": "7", "anonymous_id": "v", "timestamp": NOON, "email": "a@x.y"},
            {"id": "i1", "user_id": "7", "anonymous_id": "v", "timestamp": NOON, "email": "a@x.y"},
            {"id": "i2", "user_id": "9", "anonymous_id": None, "timestamp": NOON, "email": "c@x.y"},
            {"id": "i3", "user_id": None, "anonymous_id": None, "timestamp": NOON, "email": "none"},
        ]
    ],
    "segment/groups": [
        [{"id": "g1", "group_id": "acme", "user_id": "7", "anonymous_id": "v", "timestamp": NOON}]
    ],
    "segment/accounts": [[{"id": "acme", "name": "Acme", "website": "https://www.ACME.com/"}]],
    "segment/pages": [
        [
            {"id": "p1", "user_id": None, "anonymous_id": "v", "path": "/Demo", "timestamp": NOON},
            {"id": "p2", "user_id": "7", "anonymous_id": "v", "path": "/", "timestamp": NOON},
        ],
        # Times as text, one of which is none.
        [
            {"id": "p3", "anonymous_id": "v", "timestamp": "2024-03-01T12:00:00+02:00"},
            {"id": "p4", "anonymous_id": "v", "timestamp": "yesterday"},
        ],
    ],
    "segment/tracks": [
        [
            {
                "id": "t1",
                "user_id": "7",
                "event": "email_opened",
                "email_id": "m1",
                "campaign_name": "Spring",
                "timestamp": NOON,
                "received_at": NOON,
            },
            {
                "id": "t2",
                "user_id": "7",
                "event": "trial_started",
                "email_id": None,
                "campaign_name": None,
                # An event a year in the future.
                "timestamp": NOON + timedelta(days=366),
                "received_at": NOON,
            },
            {
                "id": "t3",
                "user_id": "7",
                "event": "trial_started",
                "email_id": None,
                "campaign_name": None,
                "timestamp": NOON,
                "received_at": NOON,
            },
        ]
    ],
    "snowplow/events": [
        [
            {
                "event_id": "e1",
                "event": "page_view",
                "event_name": "page_view",
                "domain_userid": "d",
                "user_id": None,
                "page_urlpath": "/Pricing",
                "mkt_campaign": "spring",
                "collector_tstamp": NOON.replace(tzinfo=UTC),
                "derived_tstamp": NOON.replace(tzinfo=EAST),
                "unstruct_event_com_snowplowanalytics_snowplow_submit_form_1": None,
            },
            {
                "event_id": "e2",
                "event": "unstruct",
                "event_name": "submit_form",
                "domain_userid": "d",
                "user_id": "7",
                "page_urlpath": "/demo",
                "mkt_campaign": None,
                "collector_tstamp": NOON.replace(tzinfo=UTC),
                "derived_tstamp": None,
                "unstruct_event_com_snowplowanalytics_snowplow_submit_form_1": FORM,
            },
            {
                "event_id": "e2",
                "event": "page_ping",
                "event_name": "page_ping",
                "domain_userid": None,
                "user_id": None,
                "page_urlpath": "/demo",
                "mkt_campaign": None,
                "collector_tstamp": NOON.replace(tzinfo=UTC),
                "derived_tstamp": None,
                "unstruct_event_com_snowplowanalytics_snowplow_submit_form_1": None,
            },
        ]
    ],
}


@pytest.fixture(scope="module")
def landed(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[duckdb.DuckDBPyConnection, IntakeReport]]:
    """A warehouse in which everything above is landed and the models of both sources are built."""
    project = copy_project(tmp_path_factory.mktemp("web") / "project")
    for table, files in LANDED.items():
        for number, rows in enumerate(files):
            path = project / "landing" / table / f"{number}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.Table.from_pylist(rows), path)
    report = take_in(project, "segment,snowplow")
    build_models(
        project,
        *("event_vocabulary", "activity_types"),
        *("fqn:staging.segment", "fqn:staging.snowplow"),
        *("fqn:intermediate.sources.segment", "fqn:intermediate.sources.snowplow"),
        # Reads kept events, which come after both sources.
        exclude=["int_snowplow__identifiers"],
    )
    connection = warehouse.connect(project / "warehouse" / "lead_scoring.duckdb", read_only=True)
    yield connection, report
    connection.close()


def take_in(project: Path, sources: str) -> IntakeReport:
    """Run intake on a project, as a scoring run does."""
    settings = Settings.from_environment(project, {"LEAD_SCORING_SOURCES": sources})
    with warehouse.opened(settings.warehouse) as connection:
        control.prepare(connection)
        return run_intake(connection, settings)


@pytest.fixture
def rows(landed: tuple[duckdb.DuckDBPyConnection, IntakeReport]) -> Any:
    return lambda query: landed[0].execute(query).fetchall()


def test_a_source_that_is_off_has_every_table_empty_and_in_its_types(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    take_in(project, "custom")
    connection = warehouse.connect(project / "warehouse" / "lead_scoring.duckdb", read_only=True)
    for source in ("segment", "snowplow"):
        for table, contract in SOURCES[source].items():
            described = connection.execute(f"describe raw_{source}.{table}").fetchall()
            expected = {name: DUCKDB_TYPES[kind] for name, kind in contract.columns.items()}
            assert {name: kind.lower() for name, kind, *_ in described} == expected | {
                "extra": "json",
                "_path": "varchar",
                "_file": "varchar",
                "_row": "bigint",
            }
            counted = f"select count(*) from raw_{source}.{table}"
            assert connection.execute(counted).fetchone() == (0,)
    connection.close()


def test_a_renamed_id_column_quarantines_the_file_by_name_and_says_so(
    landed: tuple[duckdb.DuckDBPyConnection, IntakeReport],
) -> None:
    (bad,) = [report for report in landed[1].files if report.status == "quarantined"]
    assert (bad.table, bad.file) == ("users", "1.parquet")
    assert bad.reason == "required column id is missing; the file has user_id, email"
    assert any("segment.users 1.parquet: quarantined" in text for text in landed[1].warnings)


def test_every_row_that_was_landed_is_counted(
    landed: tuple[duckdb.DuckDBPyConnection, IntakeReport], rows: Any
) -> None:
    counted = rows(
        "select source_system || '/' || source_table, rows "
        "from intermediate.int_segment__landed_rows "
        "union all "
        "select source_system || '/' || source_table, rows "
        "from intermediate.int_snowplow__landed_rows"
    )
    untyped = dict(
        rows(
            "select source_system || '/' || source_table, count(*) "
            "from control.intake_quarantine where not is_whole_file group by all"
        )
    )
    assert untyped == {"segment/pages": 1}
    usable = {table: sum(map(len, files)) for table, files in LANDED.items()}
    usable["segment/users"] -= 1
    assert {table: count + untyped.get(table, 0) for table, count in counted} == usable


def test_what_the_shapes_hold_adds_up_with_what_landed(rows: Any) -> None:
    events = rows(
        "select source_table, count(*) from intermediate.int_segment__events group by all "
        "union all "
        "select source_table, count(*) from intermediate.int_snowplow__events group by all"
    )
    assert dict(events) == {"tracks": 3, "pages": 3, "events": 3}
    assert sorted(rows("select * from intermediate.int_segment__intake")) == [
        ("segment", "groups", "used", 1),
        ("segment", "identifies", "duplicate", 1),
        ("segment", "identifies", "quarantined", 1),
        ("segment", "identifies", "used", 2),
    ]


def test_a_user_is_a_lead_field_by_field_with_its_own_traits_in_extra(rows: Any) -> None:
    assert rows(
        "select record_id, source_record_id, email, normalized_email, job_title, company_name, "
        "employee_count, created_at, updated_at, extra::varchar, source_table, quarantine_reason "
        "from intermediate.int_segment__leads order by all"
    ) == [
        (
            *("segment:7", "7", "ANN@X.Y", "ann@x.y", "CTO", "Acme", 250),
            *(NOON - timedelta(hours=2), NOON, '{"plan":"gold"}', "users", None),
        ),
        (
            *("segment:9", "9", "c@x.y", "c@x.y", None, None, None),
            *(NOON, None, None, "identifies", None),
        ),
    ]


def test_an_id_that_is_a_number_in_one_table_and_text_in_another_is_one_id(rows: Any) -> None:
    assert rows(
        "select distinct record_id, identifier_type, identifier_value "
        "from intermediate.int_segment__identifiers order by all"
    ) == [
        ("segment:7", "hubspot_contact_id", "501"),
        ("segment:7", "salesforce_lead_id", "00Q1"),
        ("segment:7", "user_id", "7"),
        ("segment:9", "user_id", "9"),
    ]
    assert rows("select record_id, account_id from intermediate.int_segment__lead_accounts") == [
        ("segment:7", "acme")
    ]
    assert rows(
        "select account_id, company_name, normalized_domain from intermediate.int_segment__accounts"
    ) == [("acme", "Acme", "acme.com")]


def test_times_are_utc_and_one_a_year_ahead_is_quarantined(rows: Any) -> None:
    assert rows(
        "select event_id, activity_type, asset, message_id, occurred_at, quarantine_reason "
        "from intermediate.int_segment__events order by all"
    ) == [
        ("pages:p1", "page_view", "/demo", None, NOON, None),
        ("pages:p2", "page_view", "/", None, NOON, None),
        ("pages:p3", "page_view", None, None, NOON - timedelta(hours=2), None),
        ("tracks:t1", "email_open", "spring", "segment:m1:7", NOON, None),
        (
            *("tracks:t2", "trial_started", None, None, NOON + timedelta(days=366)),
            "timestamp is more than a day after received_at",
        ),
        ("tracks:t3", "trial_started", None, None, NOON, None),
    ]


def test_a_form_of_snowplow_tells_who_sent_it_and_what_was_typed(rows: Any) -> None:
    assert rows(
        "select event_id, record_id, anonymous_id, normalized_email, activity_type, asset, "
        "campaign, event_text, occurred_at, quarantine_reason "
        "from intermediate.int_snowplow__events order by all"
    ) == [
        (
            *("events:e1", None, "d", None, "page_view", "/pricing", "spring", None),
            *(NOON - timedelta(hours=2), None),
        ),
        (
            *("events:e2", "snowplow:7", "d", "ann@x.y", "form_submission", "/demo", None),
            *("Please call", NOON, None),
        ),
        (
            *("events:e2", None, None, None, "page_ping", "/demo", None, None, NOON),
            "user_id and domain_userid are both missing",
        ),
    ]


@pytest.mark.parametrize("shape", ["int_segment__events", "int_snowplow__events"])
def test_events_have_the_columns_of_all_events_and_keys_that_stand_for_one_content(
    shape: str, rows: Any
) -> None:
    described = rows(f"describe intermediate.{shape}")
    names = {name for name, *_ in described}
    of_custom = {
        *("source_system", "event_id", "record_id", "normalized_email", "anonymous_id"),
        *("activity_type", "asset", "duration_seconds", "is_personalized", "is_marked_automated"),
        *("is_deleted", "user_agent", "occurred_at", "loaded_at", "event_key", "identity_key"),
        *("content_key", "file_name", "file_row", "landed_row", "quarantine_reason"),
    }
    assert names == of_custom | {
        *("source_table", "message_id", "campaign", "event_text", "file_path")
    }
    for key, content in (
        ("event_key", "event_id"),
        ("content_key", "concat_ws('|', activity_type, coalesce(asset, '-'))"),
    ):
        repeated = f"group by 1 having count(distinct {content}) > 1"
        assert rows(f"select {key} from intermediate.{shape} {repeated}") == []
