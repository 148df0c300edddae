"""What is promised of one landed table: its columns, their types, and which a file must have."""

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


def table_contract(required: str, **columns: ContractType) -> TableContract:
    """Return a contract; `required` names the columns that a file must have, between blanks."""
    return TableContract(columns=columns, required=frozenset(required.split()))
