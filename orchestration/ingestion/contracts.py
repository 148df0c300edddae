"""The tables that each source lands, column by column (the contract in docs/contracts.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ContractType = Literal["text", "bigint", "double", "boolean", "timestamp"]

DUCKDB_TYPES: Mapping[ContractType, str] = {
    "text": "varchar",
    "bigint": "bigint",
    "double": "double",
    "boolean": "boolean",
    "timestamp": "timestamp",
}


@dataclass(frozen=True)
class TableContract:
    """Columns of one landed table: name to type, and which of them a file must have."""

    columns: Mapping[str, ContractType]
    required: frozenset[str]


def _table(required: str, **columns: ContractType) -> TableContract:
    return TableContract(columns=columns, required=frozenset(required.split()))


CUSTOM: Mapping[str, TableContract] = {
    "leads": _table(
        "lead_id created_at",
        lead_id="text",
        email="text",
        first_name="text",
        last_name="text",
        job_title="text",
        company_name="text",
        company_domain="text",
        industry="text",
        employee_count="bigint",
        annual_revenue="double",
        country="text",
        region="text",
        lead_source="text",
        lifecycle_stage="text",
        is_email_opt_out="boolean",
        created_at="timestamp",
        updated_at="timestamp",
        is_deleted="boolean",
    ),
    "lead_attributes": _table(
        "lead_id attribute",
        lead_id="text",
        attribute="text",
        value_text="text",
        value_number="double",
        updated_at="timestamp",
    ),
    "accounts": _table(
        "account_id",
        account_id="text",
        domain="text",
        name="text",
        industry="text",
        employee_count="bigint",
        annual_revenue="double",
        country="text",
        updated_at="timestamp",
    ),
    "events": _table(
        "event_id event_type occurred_at",
        event_id="text",
        lead_id="text",
        email="text",
        anonymous_id="text",
        event_type="text",
        asset="text",
        occurred_at="timestamp",
        loaded_at="timestamp",
        duration_seconds="double",
        is_personalized="boolean",
        is_automated="boolean",
        is_deleted="boolean",
        user_agent="text",
        text="text",
    ),
    "identities": _table(
        "",
        anonymous_id="text",
        lead_id="text",
        email="text",
        occurred_at="timestamp",
    ),
    "conversions": _table(
        "conversion_id lead_id stage occurred_at",
        conversion_id="text",
        lead_id="text",
        stage="text",
        occurred_at="timestamp",
        amount="double",
        reason="text",
    ),
    "privacy_requests": _table(
        "request requested_at",
        lead_id="text",
        email="text",
        request="text",
        requested_at="timestamp",
    ),
}

SOURCES: Mapping[str, Mapping[str, TableContract]] = {"custom": CUSTOM}
