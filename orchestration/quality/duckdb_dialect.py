"""The SQLAlchemy dialect through which Great Expectations reads a DuckDB file.

duckdb-engine's own dialect cannot be used as it is: Great Expectations closes a connection before
it fetches from it, SQLAlchemy then rolls back, and DuckDB drops the result with the transaction
("list index out of range"). And SQLAlchemy 2.1 reads columns through a catalogue that DuckDB
does not have (`pg_collation`). Both are put right here; the upstream dialect stays untouched.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb_engine
from sqlalchemy import text
from sqlalchemy import types as column_types
from sqlalchemy.dialects import registry
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import NoSuchTableError

from orchestration import warehouse

NAME = "leadscore_duckdb"

_TYPES: dict[str, type[column_types.TypeEngine[Any]]] = {
    "VARCHAR": column_types.String,
    "TINYINT": column_types.SmallInteger,
    "SMALLINT": column_types.SmallInteger,
    "INTEGER": column_types.Integer,
    "BIGINT": column_types.BigInteger,
    "HUGEINT": column_types.Numeric,
    "DECIMAL": column_types.Numeric,
    "FLOAT": column_types.Float,
    "DOUBLE": column_types.Double,
    "BOOLEAN": column_types.Boolean,
    "DATE": column_types.Date,
    "TIMESTAMP": column_types.DateTime,
    "TIMESTAMP WITH TIME ZONE": column_types.DateTime,
}


class LeadscoreDuckDB(duckdb_engine.Dialect):
    """DuckDB, read only, in UTC, without transactions: every statement stands alone."""

    name = NAME
    supports_statement_cache = False

    def connect(self, *_: Any, database: str, **__: Any) -> duckdb_engine.ConnectionWrapper:
        """Open the file through the one module that opens DuckDB files (its session is in UTC)."""
        return duckdb_engine.ConnectionWrapper(warehouse.connect(Path(database), read_only=True))

    def create_connect_args(self, url: URL) -> tuple[tuple[()], dict[str, Any]]:
        return (), {"database": _decoded(url.database or "")}

    def do_begin(self, connection: Any) -> None:
        pass

    def do_commit(self, connection: Any) -> None:
        pass

    def do_rollback(self, connection: Any) -> None:
        pass

    def get_columns(
        self, connection: Connection, table_name: str, schema: str | None = None, **_: Any
    ) -> list[dict[str, Any]]:
        """Read a relation's columns from DuckDB's own catalogue. Raises NoSuchTableError."""
        found = connection.execute(
            text(
                "select column_name, data_type, is_nullable from duckdb_columns() "
                "where database_name = current_database() and table_name = :table_name "
                "and schema_name = coalesce(:schema_name, current_schema()) order by column_index"
            ),
            {"table_name": str(table_name), "schema_name": schema},
        ).fetchall()
        if not found:
            raise NoSuchTableError(table_name)
        return [
            {"name": name, "type": _column_type(kind), "nullable": nullable, "default": None}
            for name, kind, nullable in found
        ]


def url_of(path: Path) -> str:
    """Return the connection string of a DuckDB file.

    The path is spelled in hexadecimal: Great Expectations would replace a `$` in it, and writes
    connection strings to places where a machine's paths do not belong.
    """
    register()
    return f"{NAME}:///{os.fsencode(path.absolute()).hex()}"


def register() -> None:
    """Make the dialect known to SQLAlchemy under its own name; doing so again changes nothing."""
    registry.register(NAME, __name__, LeadscoreDuckDB.__name__)


def _decoded(database: str) -> str:
    return os.fsdecode(bytes.fromhex(database))


def _column_type(kind: str) -> column_types.TypeEngine[Any]:
    return _TYPES.get(kind.split("(")[0], column_types.NullType)()
