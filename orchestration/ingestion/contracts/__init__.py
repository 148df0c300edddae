"""The tables that each source lands, column by column (the contract in docs/contracts.md).

One module a source. A platform's tables are those that its usual connector lands; only what
identifies a row is required of them, and a column that an account lacks is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.ingestion.contracts.activecampaign import ACTIVECAMPAIGN
from orchestration.ingestion.contracts.custom import CUSTOM
from orchestration.ingestion.contracts.hubspot import HUBSPOT
from orchestration.ingestion.contracts.marketo import MARKETO
from orchestration.ingestion.contracts.pardot import PARDOT
from orchestration.ingestion.contracts.salesforce import SALESFORCE
from orchestration.ingestion.contracts.segment import SEGMENT
from orchestration.ingestion.contracts.snowplow import SNOWPLOW
from orchestration.ingestion.contracts.table import DUCKDB_TYPES, ContractType, TableContract

__all__ = [
    "ACTIVECAMPAIGN",
    "CUSTOM",
    "DUCKDB_TYPES",
    "EVENTS",
    "HUBSPOT",
    "MARKETO",
    "PARDOT",
    "PEOPLE",
    "SALESFORCE",
    "SEGMENT",
    "SNOWPLOW",
    "SOURCES",
    "ContractType",
    "PeopleTable",
    "TableContract",
]

SOURCES: Mapping[str, Mapping[str, TableContract]] = {
    "activecampaign": ACTIVECAMPAIGN,
    "custom": CUSTOM,
    "hubspot": HUBSPOT,
    "marketo": MARKETO,
    "pardot": PARDOT,
    "salesforce": SALESFORCE,
    "segment": SEGMENT,
    "snowplow": SNOWPLOW,
}


@dataclass(frozen=True)
class PeopleTable:
    """A table of a source that says who there is: a run without any of them scores nobody.

    `created_at` and `is_deleted` are SQL over its columns, as staging reads them.
    """

    table: str
    created_at: str
    is_deleted: str


PEOPLE: Mapping[str, tuple[PeopleTable, ...]] = {
    "activecampaign": (
        PeopleTable(
            "contacts",
            "coalesce(created_utc_timestamp, cdate, _sdc_extracted_at)",
            "coalesce(deleted or anonymized, deleted, anonymized, deleted_at is not null)",
        ),
    ),
    "custom": (PeopleTable("leads", "created_at", "is_deleted"),),
    "hubspot": (
        PeopleTable(
            "contact",
            "coalesce(property_createdate, _fivetran_synced)",
            "coalesce(is_deleted, _fivetran_deleted)",
        ),
    ),
    "marketo": (PeopleTable("lead", "coalesce(created_at, _fivetran_synced)", "false"),),
    "pardot": (
        PeopleTable("prospect", "coalesce(created_at, _fivetran_synced)", "_fivetran_deleted"),
    ),
    "salesforce": tuple(
        PeopleTable(
            table,
            "coalesce(created_date, _fivetran_synced)",
            "coalesce(is_deleted, _fivetran_deleted)",
        )
        for table in ("lead", "contact")
    ),
    "segment": (
        PeopleTable("users", "coalesce(try_cast(created_at as timestamp), received_at)", "false"),
    ),
}

# Tables that say what people did: a run without any of them scores fit alone.
EVENTS: Mapping[str, tuple[str, ...]] = {
    "activecampaign": ("activities", "webhook_event"),
    "custom": ("events",),
    "hubspot": ("email_event", "contact_form_submission"),
    "marketo": ("activity_visit_webpage", "activity_fill_out_form", "activity_click_email"),
    "pardot": ("visitor_activity", "visitor_page_view"),
    "salesforce": ("campaign_member", "task", "event"),
    "segment": ("tracks", "pages"),
    "snowplow": ("events",),
}
