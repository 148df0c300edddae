"""A warehouse that the first release left goes on under this one, and keeps its history."""

from __future__ import annotations

import tarfile
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import REPOSITORY, copy_project, leadscore

FIXTURE = REPOSITORY / "tests" / "python" / "fixtures" / "release_0_1_0.tar.xz"
"""Landing, working file and release of five people after 2026-02-02 and 2026-02-03."""
HISTORY = "select * from read_parquet('{}/parquet/lead_score_history/*.parquet')"


def rows(query: str) -> list[dict]:
    cursor = duckdb.sql(query)
    return [dict(zip(cursor.columns, row, strict=True)) for row in cursor.fetchall()]


@pytest.mark.parametrize(
    "has_working_file",
    [
        pytest.param(True, id="whole"),
        pytest.param(False, id="working file lost", marks=pytest.mark.full),
    ],
)
def test_the_first_releases_warehouse_goes_on_and_loses_no_day(
    tmp_path: Path, has_working_file: bool
) -> None:
    project = copy_project(tmp_path / "project")
    with tarfile.open(FIXTURE) as archive:
        archive.extractall(project, filter="tar")
    if not has_working_file:
        (project / "warehouse" / "lead_scoring.duckdb").unlink()
    before = rows(HISTORY.format(project / "published" / "current"))
    assert {row["score_date"].isoformat() for row in before} == {"2026-02-02", "2026-02-03"}
    event = {
        "event_id": "new",
        "lead_id": "lead-2",
        "event_type": "page_view",
        "asset": "/pricing",
        "occurred_at": datetime(2026, 2, 4, 9),
    }
    landed = project / "landing" / "custom" / "events" / "2026-02-04.parquet"
    pq.write_table(pa.Table.from_pylist([event]), landed)

    result = leadscore("score", "--date", "2026-02-04", "--json", "--project-dir", project)
    assert result.returncode == 0, result.stderr

    published = project / "published" / "current"
    after = rows(HISTORY.format(published))
    kept = {key(row): row for row in after}
    for row in before:
        found = kept[key(row)]
        assert {name: found[name] for name in row} == row
    today = [row for row in after if row["score_date"].isoformat() == "2026-02-04"]
    assert len(today) == len(before) / 2
    assert {row["earlier_score_date"].isoformat() for row in today} == {"2026-02-03"}
    [events] = rows(
        f"select * from read_parquet('{published}/parquet/intake_counts/*.parquet') "
        "where source_table = 'events'"
    )
    assert (events["raw"], events["activities"], events["duplicates"]) == (21, 21, 0)


def key(row: dict) -> tuple:
    return row["lead_id"], row["model_version"], row["score_date"]
