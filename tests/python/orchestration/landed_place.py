"""A project in which tests land files, which they score, and whose published tables they read."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from conftest import leadscore

from orchestration.settings import Settings


@dataclass(frozen=True)
class Place:
    """A project with its data below it, in the places of the defaults."""

    project: Path

    @property
    def landing(self) -> Path:
        return self.project / "landing"

    @property
    def settings(self) -> Settings:
        return Settings.from_environment(self.project, {})

    @property
    def release(self) -> Path:
        return (self.project / "published" / "current").resolve()

    def published(self, query: str) -> list[tuple]:
        with duckdb.connect(
            str(self.release / "lead_scoring.duckdb"), read_only=True
        ) as connection:
            return connection.execute(query).fetchall()

    def score(self, day: date, **environment: str) -> dict:
        result = leadscore(
            *("score", "--date", day, "--json", "--project-dir", self.project),
            environment=environment,
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def land(self, table: str, rows: list[dict], name: str = "more") -> Path:
        """Write a Parquet file with every column as text but times."""
        path = self.landing / "custom" / table / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = list(dict.fromkeys(key for row in rows for key in row))
        kinds = {
            column: pa.timestamp("us") if column.endswith("_at") else pa.string()
            for column in columns
        }
        pq.write_table(pa.Table.from_pylist(rows, pa.schema(kinds)), path)
        return path

    def drop(self, table: str, name: str, content: bytes) -> None:
        """Drop a file into the inbox that nobody writes to any more."""
        folder = self.landing / "inbox" / "custom" / table
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_bytes(content)
        long_ago = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
        os.utime(path, (long_ago, long_ago))


def tables_with(path: Path, text: str) -> list[str]:
    """Tables of a DuckDB file with a row that holds a text in any case; bytes are compressed."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not temporary"
        ).fetchall()
        return [
            f"{schema}.{table}"
            for schema, table in tables
            if connection.execute(
                f'select 1 from "{schema}"."{table}" as t '
                "where contains(lower(cast(t as varchar)), lower(?)) limit 1",
                [text],
            ).fetchone()
        ]
