"""Rows of people leave the landed files; all other rows stay as they are.

A file is written beside itself and renamed, so a crash leaves the old one or the new one. Only
files of your own tables (source `custom`) are changed, and lines of dropped files that nobody could
split: other landed tables belong to the tool that loads them, and would come back from there.
"""

# ruff: noqa: S608 - names of columns are quoted, all else is a parameter

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration import warehouse
from orchestration.ingestion import copies, inbox, landed_inbox
from orchestration.ingestion.contracts import SOURCES
from orchestration.ingestion.typing import identifier
from orchestration.privacy.people import Kind, People
from orchestration.privacy.tally import Tally
from orchestration.privacy.words import Naming, named_in

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
class Rewritten:
    """How many files were changed, and the names of those that nobody can read."""

    changed: int
    unread: tuple[str, ...]


def reached(step: str) -> None:
    """Nothing. Called between the steps of rewriting a file: tests stop a run here."""


def landed(settings: Settings) -> Iterator[tuple[str, str, Path]]:
    """Source, table and path of each landed file that is ours, in the order in which rows leave.

    Those are the files of your own tables, and what was dropped of other systems.
    """
    own = sorted(SOURCES[SOURCE], key=lambda table: (table in _LAST, table))
    places = [(SOURCE, table, "") for table in own]
    places += [
        (source, table, landed_inbox.FOLDER)
        for source, tables in SOURCES.items()
        for table in tables
        if source != SOURCE
    ]
    for source, table, below in places:
        folder = settings.landing / source / table / below
        for path in sorted(path for path in folder.rglob("*.parquet") if path.is_file()):
            yield source, table, path


def values_in(path: Path, source: str) -> list[tuple[str, str | None]]:
    """Every kind and value that a landed file of ours carries; none where it cannot be read.

    Of another system's file only lines that nobody could split into columns are ours.
    """
    with _in_memory() as connection:
        try:
            columns = _columns(connection, path) if source == SOURCE else []
            asked = " union all ".join(
                f"select distinct '{kind}', {_value(column, kind)} from landed"
                for column, kind in columns
            )
            values = connection.execute(_from(path, asked)).fetchall() if columns else []
            return [*values, *named_in(text for _, text in _unsplit(connection, path))]
        except duckdb.Error:
            return []


def remove_landed(settings: Settings, people: People) -> Rewritten:
    """Rewrite the landed files of your own tables without the rows of these people.

    Lines of dropped files that nobody could split into columns go too, whatever system's they are.
    How many rows left is in the `Tally`.
    """
    changed, unread = 0, []
    tally = Tally(settings)
    names = Naming(people)
    for source, table, path in landed(settings):
        try:
            numbers = _lines_that(names, path)
            if source == SOURCE:
                numbers |= _row_numbers(path, people, is_request=table == REQUESTS)
        except duckdb.Error:
            unread.append(path.relative_to(settings.landing).as_posix())
            continue
        if numbers:
            temporary, target = _without_rows(path, numbers)
            tally.note(source, table, len(numbers), temporary)
            reached("written")
            put_in_place(temporary, target)
            reached("put in place")
            changed += 1
    return Rewritten(changed, tuple(unread))


def drop_copies(settings: Settings, people: People) -> None:
    """Drop intake's typed copies with rows of these people: it types the rewritten files again."""
    for path in (settings.warehouse.parent / copies.FOLDER / SOURCE).rglob("*.parquet"):
        if _row_numbers(path, people, is_request=False):
            path.unlink()


def kinds_of(values: Mapping[str, str | None], source: str) -> Iterator[tuple[Kind, str | None]]:
    """What tells who a row of a source is about, by its columns' names; see `is_of`."""
    emails = {_normalized(values.get(column)) for column in EMAIL_COLUMNS} - {None}
    yield from (("email", email) for email in emails)
    if source == SOURCE:
        yield "record", values.get("lead_id")
        if not emails and not (values.get("lead_id") or "").strip(_BLANKS):
            yield "visitor", values.get("anonymous_id")


def is_of(values: Mapping[str, str | None], source: str, people: People) -> bool:
    """Whether a row of a source, by its columns' names, is of these people.

    In other sources an id of yours is somebody else's: only addresses tell there.
    """
    return any(value in getattr(people, kind) for kind, value in kinds_of(values, source))


def _without_rows(path: Path, numbers: set[int]) -> tuple[Path, Path]:
    """Write a file anew without some of its rows; return the new one and its place."""
    import pyarrow as pa
    import pyarrow.parquet as pq

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
    sync_file(temporary)
    return temporary, path


def _lines_that(names: Naming, path: Path) -> set[int]:
    """Rows of a dropped file that hold a line which nobody could split and which names somebody."""
    if landed_inbox.FOLDER not in path.parts:
        return set()
    with _in_memory() as connection:
        return {number for number, text in _unsplit(connection, path) if names(text)}


def _unsplit(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[int, str]]:
    cursor = connection.execute("select * from read_parquet(?) limit 0", [glob.escape(str(path))])
    if landed_inbox.RAW not in [column[0] for column in cursor.description or []]:
        return []
    raw = landed_inbox.RAW
    query = f"select file_row_number, {raw} from landed where {raw} is not null"
    return connection.execute(_from(path, query)).fetchall()


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


def sync_file(path: Path) -> None:
    with open(path, "rb") as handle:
        os.fsync(handle.fileno())


def put_in_place(temporary: Path, path: Path) -> None:
    temporary.rename(path)
    inbox.sync_folder(path.parent)
