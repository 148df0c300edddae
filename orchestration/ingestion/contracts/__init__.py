"""The tables that each source lands, column by column (the contract in docs/contracts.md).

One module a source. A platform's tables are those that its usual connector lands; only what
identifies a row is required of them, and a column that an account lacks is null.
"""

from __future__ import annotations

from collections.abc import Mapping

from orchestration.ingestion.contracts.custom import CUSTOM
from orchestration.ingestion.contracts.segment import SEGMENT
from orchestration.ingestion.contracts.snowplow import SNOWPLOW
from orchestration.ingestion.contracts.table import DUCKDB_TYPES, ContractType, TableContract

__all__ = [
    "CUSTOM",
    "DUCKDB_TYPES",
    "SEGMENT",
    "SNOWPLOW",
    "SOURCES",
    "ContractType",
    "TableContract",
]

SOURCES: Mapping[str, Mapping[str, TableContract]] = {
    "custom": CUSTOM,
    "segment": SEGMENT,
    "snowplow": SNOWPLOW,
}
