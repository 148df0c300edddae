"""One process writes at a time, and whoever is in the way is named."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration import warehouse
from orchestration.errors import ConfigurationError

_HOLD_LOCK = """
import sys
from pathlib import Path
from orchestration import warehouse
with warehouse.writer_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
_HOLD_FILE = """
import sys
from orchestration import warehouse
connection = warehouse.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def another_process(script: str, path: Path) -> Iterator[int]:
    """Run a script that holds something until this context ends; yields its process number."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline().strip() == "held"
        yield process.pid
    finally:
        process.communicate()


def test_a_second_run_is_turned_away_with_the_number_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with (
        another_process(_HOLD_LOCK, path) as number,
        pytest.raises(ConfigurationError, match=f"another run is writing .*process {number}"),
        warehouse.writer_lock(path),
    ):
        pytest.fail("the lock was given twice")


def test_the_lock_is_free_again_after_the_run(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with another_process(_HOLD_LOCK, path):
        pass
    with warehouse.writer_lock(path), warehouse.writer_lock(path):
        pass
    with warehouse.writer_lock(path):
        pass


def test_a_working_file_that_is_open_elsewhere_is_a_clear_message(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with (
        another_process(_HOLD_FILE, path) as number,
        pytest.raises(ConfigurationError, match=rf"open in process {number}.*Close that program"),
    ):
        warehouse.connect(path, patience_seconds=0.2)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    path.write_text("not a database, " * 500)
    with pytest.raises(ConfigurationError, match=r"w\.duckdb.*cannot be opened"):
        warehouse.connect(path)


def test_sessions_run_in_utc(tmp_path: Path) -> None:
    with warehouse.opened(tmp_path / "w.duckdb") as connection:
        assert connection.execute("select current_setting('TimeZone')").fetchone() == ("UTC",)


def test_the_working_file_is_not_readable_by_others(tmp_path: Path) -> None:
    path = tmp_path / "new" / "w.duckdb"
    with warehouse.opened(path):
        pass
    assert path.stat().st_mode & 0o007 == 0
    assert path.parent.stat().st_mode & 0o007 == 0


def test_a_new_working_file_has_our_format_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    with warehouse.opened(tmp_path / "old.duckdb", storage=warehouse.ANYBODYS) as connection:
        connection.execute("create table leads (lead_id varchar)")

    assert _format_of(tmp_path / "new.duckdb").startswith(warehouse.OURS)
    assert _format_of(tmp_path / "old.duckdb").startswith(warehouse.ANYBODYS)


def _format_of(path: Path) -> str:
    with warehouse.opened(path) as connection:
        row = connection.execute(
            "select tags['storage_version'] from duckdb_databases() where path = ?", [str(path)]
        ).fetchone()
    assert row is not None
    return str(row[0])
