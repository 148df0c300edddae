"""Rows of platforms that land together, taken in and built as far as what became of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from conftest import EVERY_SOURCE, build_models, copy_project
from test_web_sources import take_in

from orchestration import control, warehouse

Landed = dict[str, list[list[dict[str, Any]]]]
"""Rows by file, by `source/table`."""


@contextmanager
def built_from(landed: Landed, folder: Path, sources: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Write the files, build the sources and their intake as of 2024-03-10; open what came out."""
    project = copy_project(folder / "project", views_of=EVERY_SOURCE)
    for table, files in landed.items():
        for number, rows in enumerate(files):
            path = project / "landing" / table / f"{number}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.Table.from_pylist(rows), path)
    take_in(project, sources)
    working_file = project / "warehouse" / "lead_scoring.duckdb"
    with warehouse.opened(working_file) as opened:
        control.start(opened, control.Run("run", date(2024, 3, 10), is_latest=True, accepted=()))
    build_models(
        project,
        *(
            f"+{model},config.materialized:{kind}"
            for model in ("int_intake_statuses", "int_landed_rows")
            for kind in ("table", "incremental")
        ),
        exclude=["resource_type:test"],
    )
    with warehouse.opened(working_file, read_only=True) as connection:
        yield connection


def assert_each_row_is_counted_once(rows: Any, landed: Landed, unusable: str) -> None:
    """What landed and what became of it are as many rows as were written, table by table.

    `unusable` is the table that has one file of one row which cannot be used: it has no rows.
    """
    written = {table: sum(map(len, files)) for table, files in landed.items()}
    written[unusable] -= 1
    counted = "select source_system || '/' || source_table as name, sum(rows) as rows from {} "
    counted += "group by name having sum(rows) > 0"
    assert dict(rows(counted.format("intermediate.int_landed_rows"))) == written
    assert dict(rows(counted.format("intermediate.int_intake_statuses"))) == written
