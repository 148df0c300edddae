"""Under which ids and addresses leads were ever published.

Landing may forget a person sooner than history does. Someone who asks after that is found by the
names that were noted here (`control.published_names`), and they are erased with the person.
"""

# ruff: noqa: S608 - parts of queries that stand here

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration import warehouse
from orchestration.publishing import release

if TYPE_CHECKING:
    import duckdb

_KINDS = {"record": "record_id", "email": "normalized_email"}


def note_published(connection: duckdb.DuckDBPyConnection, folder: Path | None) -> None:
    """Note what the current release says: it may be all that is left of a working file."""
    if folder is None:
        return
    marts = (
        ("dim_leads", "lead_id as record_id, email as normalized_email"),
        ("lead_id_changes", "old_lead_id as record_id, null as normalized_email"),
    )
    for mart, columns in marts:
        file = folder / release.PARQUET / mart / f"{mart}.parquet"
        if file.is_file():
            rows = f"(select lead_id, {columns} from read_parquet($file))"
            _note(connection, rows, {"file": glob.escape(str(file))})


def note_members(connection: duckdb.DuckDBPyConnection) -> None:
    """Note every record and address of the leads that are about to be published."""
    if warehouse.has_table(connection, "intermediate", "int_lead_members"):
        _note(connection, "intermediate.int_lead_members", {})


def _note(connection: duckdb.DuckDBPyConnection, rows: str, values: dict[str, str]) -> None:
    for kind, column in _KINDS.items():
        connection.execute(
            f"insert into control.published_names select lead_id, '{kind}', {column} "
            f"from {rows} where {column} is not null except from control.published_names",
            values,
        )
