"""SQLAlchemy reads a DuckDB file through the project's dialect."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy.exc import NoSuchTableError, ProgrammingError

from orchestration import warehouse
from orchestration.quality.duckdb_dialect import url_of


@pytest.fixture
def engine(tmp_path: Path) -> sqlalchemy.Engine:
    path = tmp_path / "a $place with 100% {odd} names.duckdb"
    with warehouse.opened(path) as connection:
        connection.execute(
            "create schema raw; create table raw.leads as "
            "select 'lead_1' as lead_id, cast(2 as bigint) as visits, "
            "timestamp '2026-03-31 20:00:00' as created_at"
        )
    engine = sqlalchemy.create_engine(url_of(path))
    yield engine
    engine.dispose()


def test_a_result_outlives_its_connection(engine: sqlalchemy.Engine) -> None:
    with engine.connect() as connection:
        result = connection.execute(
            sqlalchemy.text("select lead_id from raw.leads where visits = :n"), {"n": 2}
        )
    assert result.fetchall() == [("lead_1",)]


def test_the_session_is_in_utc(engine: sqlalchemy.Engine) -> None:
    with engine.connect() as connection:
        zone = connection.execute(sqlalchemy.text("select current_setting('TimeZone')")).scalar()
    assert zone == "UTC"


def test_the_file_cannot_be_written_to(engine: sqlalchemy.Engine) -> None:
    with engine.connect() as connection, pytest.raises(ProgrammingError, match="read-only"):
        connection.execute(sqlalchemy.text("delete from raw.leads"))


def test_columns_are_reflected_with_their_types(engine: sqlalchemy.Engine) -> None:
    columns = sqlalchemy.inspect(engine).get_columns("leads", schema="raw")
    assert [(column["name"], str(column["type"])) for column in columns] == [
        ("lead_id", "VARCHAR"),
        ("visits", "BIGINT"),
        ("created_at", "DATETIME"),
    ]
    with pytest.raises(NoSuchTableError):
        sqlalchemy.inspect(engine).get_columns("accounts", schema="raw")


def test_the_connection_string_holds_no_path(engine: sqlalchemy.Engine) -> None:
    assert "place" not in str(engine.url)
    assert "/" not in str(engine.url.database)
