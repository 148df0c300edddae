"""The tables that each source lands, column by column (the contract in docs/contracts.md).

One module a source. A platform's tables are those that its usual connector lands; only what
identifies a row is required of them, and a column that an account lacks is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.ingestion.contracts.custom import CUSTOM
from orchestration.ingestion.contracts.hubspot import HUBSPOT
from orchestration.ingestion.contracts.table import DUCKDB_TYPES, ContractType, TableContract

__all__ = [
    "CUSTOM",
    "DUCKDB_TYPES",
    "EVENTS",
    "HUBSPOT",
    "PEOPLE",
    "SOURCES",
    "ContractType",
    "PeopleTable",
    "TableContract",
]

SOURCES: Mapping[str, Mapping[str, TableContract]] = {"custom": CUSTOM, "hubspot": HUBSPOT}


@dataclass(frozen=True)
class PeopleTable:
    """The table of a source that says who there is: a run without any of them scores nobody.

    `created_at` and `is_deleted` are SQL over its columns, as staging reads them.
    """

    table: str
    created_at: str
    is_deleted: str


PEOPLE: Mapping[str, PeopleTable] = {
    "custom": PeopleTable("leads", "created_at", "is_deleted"),
    "hubspot": PeopleTable(
        "contact",
        "coalesce(property_createdate, _fivetran_synced)",
        "coalesce(is_deleted, _fivetran_deleted)",
    ),
}

# Tables that say what people did: a run without any of them scores fit alone.
EVENTS: Mapping[str, tuple[str, ...]] = {
    "custom": ("events",),
    "hubspot": ("email_event", "contact_form_submission"),
}
