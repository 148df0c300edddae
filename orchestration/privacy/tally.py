"""How many rows left which landed file: noted before the file is put in place, counted once.

A run may die between rewriting a file and counting, and the rows are then in no file any more. So
each file that was written anew is noted in `<working file>.erased-rows.jsonl` before it is renamed.
Whoever counts looks whether the renaming took place: then the temporary file is gone.
"""

from __future__ import annotations

import json
import os
import secrets
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration import control, warehouse
from orchestration.ingestion.inbox import sync_folder

if TYPE_CHECKING:
    import duckdb

    from orchestration.settings import Settings


class Tally:
    """The notes of one working file. They hold names of files and numbers, and nobody's rows."""

    def __init__(self, settings: Settings) -> None:
        self._file = settings.warehouse.with_name(settings.warehouse.name + ".erased-rows.jsonl")

    def __bool__(self) -> bool:
        return self._file.is_file()

    def note(self, source: str, table: str, rows: int, temporary: Path) -> None:
        """Note that `rows` leave a table when `temporary` is renamed. It is written to disk."""
        warehouse.make_folder(self._file.parent)
        entry = {
            "entry": secrets.token_hex(16),
            "source": source,
            "table": table,
            "rows": rows,
            "temporary": str(temporary),
        }
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with open(os.open(self._file, flags, 0o600), "a", encoding="utf-8") as handle:
            handle.write(json.dumps(entry) + "\n")
            handle.flush()
            os.fsync(handle.fileno())
        sync_folder(self._file.parent)

    def settle(self, connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
        """Add what left to `control.erased_rows`, each note once; return it by table."""
        control.prepare(connection)
        if not self:
            return {}
        connection.execute("begin")
        counted: Counter[tuple[str, str]] = Counter()
        for note in self._notes():
            if Path(note["temporary"]).exists() or not _is_first(connection, note["entry"]):
                continue
            counted[note["source"], note["table"]] += note["rows"]
        for (source, table), rows in counted.items():
            connection.execute(
                "insert into control.erased_rows values (?, ?, ?) "
                "on conflict do update set rows = erased_rows.rows + excluded.rows",
                [source, table, rows],
            )
        connection.execute("commit")
        reached("counted")
        self._file.unlink()
        sync_folder(self._file.parent)
        connection.execute("delete from control.settled_notes")
        return {
            table if source == "custom" else f"{source}.{table}": rows
            for (source, table), rows in sorted(counted.items())
        }

    def _notes(self) -> list[dict[str, Any]]:
        """A line that was not written to its end is of a file that was never renamed."""
        lines = self._file.read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines[:-1]]


def reached(step: str) -> None:
    """Nothing. Called between the steps: tests stop a run here."""


def _is_first(connection: duckdb.DuckDBPyConnection, entry: str) -> bool:
    """Whether a note was not counted yet, by a run that died before it dropped its notes."""
    row = connection.execute(
        "insert into control.settled_notes values (?) on conflict do nothing returning 1", [entry]
    ).fetchone()
    return row is not None
