"""Warehouses that earlier versions left go on under this one, and keep what they have."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import REPOSITORY, copy_project, leadscore

FIXTURES = REPOSITORY / "tests" / "python" / "fixtures"
"""Landing, working file and release of five people after 2026-02-02 and 2026-02-03: as 0.1.0 left
them, which kept no history, and as the first version that kept one did."""
TIER_CHANGES = (
    "select * from read_parquet('{}/parquet/lead_tier_changes/*.parquet') "
    "where score_date = '2026-02-04' and model_version = 'b2b_v1' and left_tier is null"
)
HISTORY = "select * from read_parquet('{}/parquet/lead_score_history/*.parquet')"


def rows(query: str) -> list[dict]:
    cursor = duckdb.sql(query)
    return [dict(zip(cursor.columns, row, strict=True)) for row in cursor.fetchall()]


@pytest.mark.full
def test_the_first_releases_warehouse_goes_on_from_its_scores(tmp_path: Path) -> None:
    project = unpacked("release_0_1_0", tmp_path)
    query = "select lead_id from read_parquet('{}/parquet/dim_leads/*.parquet')"
    before = rows(query.format(project / "published" / "current"))
    today = scored_on_the_next_day(project)
    assert {row["earlier_score_date"] for row in today} == {None}, "it kept no earlier day"
    assert {row["lead_id"] for row in today} == {row["lead_id"] for row in before} | {"newcomer"}
    assert rows(TIER_CHANGES.format(project / "published" / "current")) == [], "all are new"


@pytest.mark.parametrize(
    "has_working_file",
    [
        pytest.param(True, id="whole"),
        pytest.param(False, id="working file lost", marks=pytest.mark.full),
    ],
)
def test_the_first_warehouse_with_a_history_goes_on_and_loses_no_day(
    tmp_path: Path, has_working_file: bool
) -> None:
    project = unpacked("first_history", tmp_path)
    if not has_working_file:
        (project / "warehouse" / "lead_scoring.duckdb").unlink()
    before = rows(HISTORY.format(project / "published" / "current"))
    assert {row["score_date"].isoformat() for row in before} == {"2026-02-02", "2026-02-03"}

    today = scored_on_the_next_day(project)
    [new] = rows(TIER_CHANGES.format(project / "published" / "current"))
    assert (new["lead_id"], new["left_tier"], new["earlier_score_date"]) == ("newcomer", None, None)
    kept = {key(row): row for row in rows(HISTORY.format(project / "published" / "current"))}
    for row in before:
        found = kept[key(row)]
        assert {name: found[name] for name in row} == row
    of_before = [row for row in today if row["lead_id"] != "newcomer"]
    assert len(of_before) == len(before) / 2
    assert {row["earlier_score_date"].isoformat() for row in of_before} == {"2026-02-03"}


def unpacked(name: str, folder: Path) -> Path:
    """A copy of the present project with the data of an earlier version."""
    project = copy_project(folder / "project")
    shutil.unpack_archive(FIXTURES / f"{name}.tar.xz", project)
    return project


def scored_on_the_next_day(project: Path) -> list[dict]:
    """Land one more event and one more lead, and score their day; return the day's history."""
    event = {
        "event_id": "new",
        "lead_id": "lead-2",
        "event_type": "page_view",
        "asset": "/pricing",
        "occurred_at": datetime(2026, 2, 4, 9),
    }
    landed = project / "landing" / "custom" / "events" / "2026-02-04.parquet"
    pq.write_table(pa.Table.from_pylist([event]), landed)
    newcomer = {"lead_id": "newcomer", "created_at": datetime(2026, 2, 4, 8)}
    newcomers = project / "landing" / "custom" / "leads" / "newcomers.parquet"
    pq.write_table(pa.Table.from_pylist([newcomer]), newcomers)
    result = leadscore("score", "--date", "2026-02-04", "--json", "--project-dir", project)
    assert result.returncode == 0, result.stderr
    published = project / "published" / "current"
    [events] = rows(
        f"select * from read_parquet('{published}/parquet/intake_counts/*.parquet') "
        "where source_table = 'events'"
    )
    assert (events["raw"], events["activities"], events["duplicates"]) == (21, 21, 0)
    after = rows(HISTORY.format(published))
    return [row for row in after if row["score_date"].isoformat() == "2026-02-04"]


def key(row: dict) -> tuple:
    return row["lead_id"], row["model_version"], row["score_date"]
