"""Which of the sample company's systems sees what: people are known to several systems, and some of
what they do is seen by two.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pyarrow as pa

from orchestration.sample_data import marketing, platforms
from orchestration.sample_data.platforms import Names, Row, Tables

SOURCES = (
    *("hubspot", "segment", "snowplow"),
    *("marketo", "pardot", "activecampaign", "salesforce"),
)
_SEEN_LATER = timedelta(seconds=2)


def as_platforms(files: Mapping[str, pa.Table]) -> dict[str, Tables]:
    """The company's year as each platform would land it.

    HubSpot has every person, the mails, the forms of known people, lists, calls, meetings and
    deals. Segment has four people in five and all that happens on the website and in the product.
    Snowplow sees the page views of a third of the visitors too. Forms of known people are in
    HubSpot and Segment. Marketo, Pardot, ActiveCampaign and Salesforce have every person too, and
    all that they have a word for. Requests for privacy have no table in these systems.
    """
    leads = _rows(files, "leads")
    events = [event for event in _rows(files, "events") if event["event_type"] != "session"]
    names = Names(leads, [*events, *_rows(files, "identities")])
    attributes, conversions = _rows(files, "lead_attributes"), _rows(files, "conversions")
    hubspot = [event for event in events if _is_in_hubspot(event, names)]
    tracked = [event for event in events if not _is_mail(event) and not event["is_deleted"]]
    snowplow = [
        _a_moment_later(event)
        for event in tracked
        if event["event_type"] == "page_view" and _share(event["anonymous_id"]) < 1 / 3
    ]
    users = [lead for lead in leads if _share(lead["lead_id"]) < 0.8]
    return {
        "hubspot": platforms.merged(
            platforms.hubspot_people(
                leads, names, _rows(files, "accounts"), attributes, conversions
            ),
            platforms.hubspot_events(hubspot, names),
        ),
        "segment": platforms.merged(
            platforms.segment_people(users, names, _rows(files, "identities"), True),
            platforms.segment_events(tracked, names),
        ),
        "snowplow": platforms.snowplow_events(snowplow, names),
        "marketo": platforms.merged(
            marketing.marketo_people(leads, names), marketing.marketo_events(events, names)
        ),
        "pardot": platforms.merged(
            marketing.pardot_people(leads, names), marketing.pardot_events(events, names)
        ),
        "activecampaign": platforms.merged(
            marketing.activecampaign_people(leads, names),
            marketing.activecampaign_events(events, names),
        ),
        "salesforce": platforms.merged(
            marketing.salesforce_people(leads, names), marketing.salesforce_events(events, names)
        ),
    }


def as_table(rows: Sequence[Row]) -> pa.Table:
    """Rows as a table with the columns that some row fills."""
    columns = dict.fromkeys(name for row in rows for name in row if row[name] is not None)
    return pa.Table.from_pylist([{name: row.get(name) for name in columns} for row in rows])


def _rows(files: Mapping[str, pa.Table], table: str) -> list[Row]:
    rows = [
        row
        for path, content in files.items()
        if path.startswith(f"{table}/")
        for row in content.to_pylist()
    ]
    for row in rows:
        if isinstance(row.get("occurred_at"), str):
            row["occurred_at"] = _moment(row["occurred_at"])
    return rows


def _moment(text: str) -> datetime | None:
    """A time that was written as text; None for one in words, which no platform would keep."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def _is_mail(event: Row) -> bool:
    return (event["event_type"] or "").startswith("email_")


def _is_in_hubspot(event: Row, names: Names) -> bool:
    if _is_mail(event):
        return names.address(event) is not None
    is_known = names.contact(event["lead_id"]) is not None
    return is_known and event["event_type"] in platforms.HUBSPOT_TYPES


def _a_moment_later(event: Row) -> Row:
    if event["occurred_at"] is None:
        return event
    return event | {"occurred_at": event["occurred_at"] + _SEEN_LATER}


def _share(name: str | None) -> float:
    """A number from 0 to 1 that is always the same for a name; 1 for nobody."""
    return zlib.crc32(name.encode()) / 2**32 if name and name.strip() else 1.0
