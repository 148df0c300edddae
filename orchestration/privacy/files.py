"""Rows of people leave the landed files and the inbox's originals; all other rows stay as they are.

A file is written beside itself and renamed, so a crash leaves the old one or the new one. Only
files of your own tables (source `custom`) are changed, and what was dropped into the inbox: other
landed tables belong to the tool that loads them, and would come back from there.
"""

# ruff: noqa: S608 - names of columns are quoted, all else is a parameter

from __future__ import annotations

import glob
import gzip
import io
import os
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration import warehouse
from orchestration.ingestion import inbox
from orchestration.ingestion.contracts import SOURCES
from orchestration.ingestion.text_files import TextFile, Unreadable, kind_of
from orchestration.ingestion.typing import identifier
from orchestration.privacy.people import People

if TYPE_CHECKING:
    from orchestration.settings import Settings

SOURCE = "custom"
EMAIL_COLUMNS = ("email", "property_email", "contact_email", "context_traits_email")
"""Columns of landed tables, of yours and of other systems, that hold a person's address."""

COLUMNS = {"lead_id": "record", "email": "email", "anonymous_id": "visitor"}
"""Columns of your own tables that tell who a row is about."""

REQUESTS = "privacy_requests"

# A lead record and a request are how people are found again: they go last.
_LAST = ("leads", REQUESTS)
_BLANKS = " \t\n\r"


@dataclass(frozen=True)
class Removed:
    """Rows that left the files of a table; `unread` are files that nobody can read."""

    table: str
    rows: int
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dropped:
    """How many originals of the inbox were changed, and those that nobody can read."""

    changed: int
    unread: tuple[str, ...]


def landed(settings: Settings) -> Iterator[tuple[str, list[Path]]]:
    """The Parquet files of each of your own tables, in the order in which rows leave them."""
    tables = sorted(SOURCES[SOURCE], key=lambda table: (table in _LAST, table))
    for table in tables:
        folder = settings.landing / SOURCE / table
        yield table, sorted(path for path in folder.rglob("*.parquet") if path.is_file())


def values_in(path: Path) -> list[tuple[str, str | None]]:
    """Every kind and value that a landed file of yours carries; none where it cannot be read."""
    with _in_memory() as connection:
        try:
            columns = _columns(connection, path)
            asked = " union all ".join(
                f"select distinct '{kind}', {_value(column, kind)} from landed"
                for column, kind in columns
            )
            return connection.execute(_from(path, asked)).fetchall() if columns else []
        except duckdb.Error:
            return []


def remove_landed(settings: Settings, people: People) -> list[Removed]:
    """Rewrite the landed files of your own tables without the rows of these people."""
    removed = []
    for table, paths in landed(settings):
        rows, unread = 0, []
        for path in paths:
            try:
                rows += _remove_from_parquet(path, people, is_request=table == REQUESTS)
            except duckdb.Error:
                unread.append(path.relative_to(settings.landing).as_posix())
        removed.append(Removed(table, rows, tuple(unread)))
    return removed


def drop_copies(settings: Settings, people: People) -> None:
    """Drop intake's typed copies with rows of these people: it types the rewritten files again."""
    for path in (settings.warehouse.parent / "intake" / SOURCE).rglob("*.parquet"):
        if _row_numbers(path, people, is_request=False):
            path.unlink()


def remove_dropped(settings: Settings, people: People) -> Dropped:
    """Rewrite the originals of the inbox, archived and put aside."""
    changed, unread = 0, []
    root = settings.landing / inbox.INBOX
    for place in (inbox.ARCHIVE, inbox.QUARANTINE):
        for path in sorted((root / place).rglob("*")):
            if path.is_file() and not path.is_symlink():
                # A file that somebody laid directly below is of no source and no table.
                source, table = (*path.relative_to(root / place).parts, "", "")[:2]
                try:
                    changed += _remove_from_text(path, source, table, people)
                except (OSError, EOFError, zlib.error, UnicodeDecodeError):
                    unread.append(path.relative_to(settings.landing).as_posix())
    return Dropped(changed, tuple(unread))


def is_of(values: Mapping[str, str | None], source: str, people: People) -> bool:
    """Whether a row of a source, by its columns' names, is of these people.

    In other sources an id of yours is somebody else's: only addresses tell there.
    """
    emails = {_normalized(values.get(column)) for column in EMAIL_COLUMNS} - {None}
    if not emails.isdisjoint(people.email):
        return True
    if source != SOURCE:
        return False
    record = values.get("lead_id")
    if record in people.record:
        return True
    nobody = not emails and not (record or "").strip(_BLANKS)
    return nobody and values.get("anonymous_id") in people.visitor


def _remove_from_parquet(path: Path, people: People, is_request: bool) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = _row_numbers(path, people, is_request)
    if not numbers:
        return 0
    path = path.resolve()  # the rows are in the file that a link leads to
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.unlink(missing_ok=True)
    file = pq.ParquetFile(path)
    codec = file.metadata.row_group(0).column(0).compression.lower()
    codec = "none" if codec == "uncompressed" else codec
    with (
        open(temporary, "wb") as target,
        pq.ParquetWriter(target, file.schema_arrow, compression=codec) as writer,
    ):
        first = 0
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group)
            kept = [first + row not in numbers for row in range(rows.num_rows)]
            writer.write_table(rows.filter(pa.array(kept)))
            first += rows.num_rows
        # What the inbox notes of a file is no part of the schema.
        writer.add_key_value_metadata(dict(file.metadata.metadata or {}))
    temporary.chmod(path.stat().st_mode & 0o777)
    _put_in_place(temporary, path)
    return len(numbers)


def _row_numbers(path: Path, people: People, is_request: bool) -> set[int]:
    with _in_memory() as connection:
        connection.execute("create temp table people (kind varchar, value varchar)")
        values = [
            [kind, value]
            for kind, value in people.values()
            if not is_request or value in people.done
        ]
        if values:
            connection.executemany("insert into people values (?, ?)", values)
        columns = dict((kind, column) for column, kind in _columns(connection, path))
        tests = [
            f"{_value(columns[kind], kind)} in (select value from people where kind = '{kind}')"
            for kind in ("record", "email")
            if kind in columns
        ]
        if "visitor" in columns:
            others = [
                f"{_value(columns[kind], kind)} is null"
                for kind in ("record", "email")
                if kind in columns
            ]
            visitor = _value(columns["visitor"], "visitor")
            tests.append(
                " and ".join(
                    [f"{visitor} in (select value from people where kind = 'visitor')", *others]
                )
            )
        if not tests:
            return set()
        query = f"select file_row_number from landed where ({') or ('.join(tests)})"
        return {number for (number,) in connection.execute(_from(path, query)).fetchall()}


def _remove_from_text(path: Path, source: str, table: str, people: People) -> bool:
    """Raises what says that a file is no text that can be read."""
    contract = SOURCES.get(source, {}).get(table)
    known = kind_of(path.name)
    content = path.read_bytes()
    is_compressed = bool(known and known[1])
    lines = (gzip.decompress(content) if is_compressed else content).splitlines(keepends=True)
    doomed: set[int] = set()
    try:
        if contract is None or known is None:
            raise Unreadable("no rows are known of it")
        rows = list(TextFile(known[0], contract, io.BytesIO(content), is_compressed).rows())
        ends = [row.line for row in rows[1:]] + [len(lines) + 1]
        for row, end in zip(rows, ends, strict=True):
            text = b"".join(lines[row.line - 1 : end - 1]).decode(errors="replace")
            if is_of(row.values, source, people) or (row.reason and _names(text, people)):
                doomed.update(range(row.line, end))
    except Unreadable:
        texts = [line.decode() for line in lines]
        doomed = {number for number, text in enumerate(texts, 1) if _names(text, people)}
    return _write_lines(path, lines, doomed, is_compressed)


def _write_lines(path: Path, lines: Sequence[bytes], doomed: set[int], is_compressed: bool) -> bool:
    if not doomed:
        return False
    kept = b"".join(line for number, line in enumerate(lines, 1) if number not in doomed)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.unlink(missing_ok=True)
    temporary.write_bytes(gzip.compress(kept) if is_compressed else kept)
    temporary.chmod(path.stat().st_mode & 0o777)
    _put_in_place(temporary, path)
    return True


def _names(text: str, people: People) -> bool:
    """Whether a line that nobody could split names one of these people.

    A number may be anything there, so that an id of digits only tells nothing.
    """
    words = set(re.split(r"[^\w.@+%'-]+", text))
    if not {word.strip(".'").lower() for word in words}.isdisjoint(people.email):
        return True
    ids = {value for value in people.record | people.visitor if not value.isdecimal()}
    return not words.isdisjoint(ids)


def _normalized(email: str | None) -> str | None:
    return email.strip(_BLANKS).lower() or None if email else None


def _columns(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[str, str]]:
    cursor = connection.execute("select * from read_parquet(?) limit 0", [glob.escape(str(path))])
    names = [column[0] for column in cursor.description or []]
    return [(name, COLUMNS[name.lower()]) for name in names if name.lower() in COLUMNS]


def _value(column: str, kind: str) -> str:
    text = f"cast({identifier(column)} as varchar)"
    trimmed = f"nullif(trim({text}, ' ' || chr(9) || chr(10) || chr(13)), '')"
    return f"lower({trimmed})" if kind == "email" else f"case when {trimmed} <> '' then {text} end"


def _from(path: Path, query: str) -> str:
    file = glob.escape(str(path)).replace("'", "''")
    return f"with landed as (select * from read_parquet('{file}', file_row_number = true)) {query}"


def _in_memory() -> duckdb.DuckDBPyConnection:
    return warehouse.connect(":memory:")


def _put_in_place(temporary: Path, path: Path) -> None:
    with open(temporary, "rb") as handle:
        os.fsync(handle.fileno())
    temporary.rename(path)
    inbox.sync_folder(path.parent)
