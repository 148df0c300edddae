"""Landed Parquet files become typed views that dbt reads.

Only footers are read, and only of files that are new or changed since the last run. A file that
fits its table's contract is read in place. One that deviates is typed into a copy, and its rows
that cannot be typed go to quarantine with the reason. A file that cannot be read, or lacks a
required column, is quarantined by name. What came through the inbox (see
`orchestration.ingestion.inbox`) is always typed into a copy.
"""

from __future__ import annotations

import glob
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import duckdb

from orchestration.errors import lacks_room
from orchestration.ingestion import copies, landed_inbox
from orchestration.ingestion.contracts import SOURCES, TableContract
from orchestration.ingestion.landed_inbox import Delivery
from orchestration.ingestion.typing import (
    converted,
    empty,
    identifier,
    in_place,
    is_filled,
    literal,
)

if TYPE_CHECKING:
    from orchestration.settings import Settings

FileStatus = Literal["in_place", "typed", "quarantined"]

KEPT_EVENTS = "int_kept_events"
"""The dbt model that keeps every delivery of an event; nothing else outlives its files."""

KEPT_TABLES = (
    *(KEPT_EVENTS, "int_activity_kinds", "int_event_identities", "int_event_texts"),
    "int_user_agents",
)
"""Kept events, and what their keys stand for."""

KEY_RECIPE = "event: source, event_id; identity: source, table, lead_id, email, anonymous_id"
"""How keys of kept events are made. A change of the recipe reads what is still landed again."""

_LEDGER = """
create schema if not exists control;
create table if not exists control.intake_files (
    source_system varchar, source_table varchar, file varchar, path varchar,
    size bigint, modified_ns bigint, status varchar, reason varchar,
    rows bigint, quarantined_rows bigint, typed_path varchar, landed_columns varchar,
    primary key (path)
);
alter table control.intake_files add column if not exists file_key integer;
alter table control.intake_files add column if not exists is_present boolean default true;
alter table control.intake_files add column if not exists is_kept boolean default false;
delete from control.intake_files where file_key is null;
create or replace view control.pending_files as
    select file_key, source_system, source_table, coalesce(nullif(typed_path, ''), path) as path
    from control.intake_files
    where is_present and status <> 'quarantined' and (
        not is_kept or source_system in (
            select source_system from control.intake_files
            where not is_kept and status <> 'quarantined'
            and source_system not in ('custom', 'segment', 'snowplow')
        )
    );
create table if not exists control.key_probe (value ubigint);
create or replace table control.source_tables (source_system varchar, source_table varchar);
create table if not exists control.intake_quarantine (
    source_system varchar, source_table varchar, row_id varchar,
    reason varchar, row_json varchar, file varchar, is_whole_file boolean
);
create table if not exists control.intake_replays (
    source_system varchar, source_table varchar, link varchar, replayed_by varchar
);
"""


@dataclass(frozen=True)
class FileReport:
    """What intake did with one file. `rows` counts its readable rows, 0 for a quarantined file."""

    source: str
    table: str
    path: Path
    file: str
    status: FileStatus
    reason: str
    rows: int
    quarantined_rows: int
    typed_path: str
    columns: dict[str, str]


@dataclass
class IntakeReport:
    """All files of one intake, and what a person should know about them."""

    files: list[FileReport] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    inspected: int = 0

    def rows(self, source: str, table: str) -> int:
        """Readable rows of a table, quarantined ones not counted."""
        return sum(
            report.rows - report.quarantined_rows
            for report in self.files
            if (report.source, report.table) == (source, table)
        )


def run_intake(connection: duckdb.DuckDBPyConnection, settings: Settings) -> IntakeReport:
    """Look at the landing folder, update the ledger and make the raw views of every known source.

    A source that is not in `settings.sources` gets empty views, so that staging always builds; so
    does a table without files, which is nothing to wonder about in a platform's account.
    """
    connection.execute(_LEDGER)
    connection.execute("set timezone = 'UTC'")
    _keep_again_if_lost(connection)
    report = IntakeReport()
    for source, tables in SOURCES.items():
        connection.execute(f"create schema if not exists {identifier('raw_' + source)}")
        is_on = source in settings.sources
        report.warnings.extend(_source_warnings(settings, source, tables, is_on))
        without_files: list[str] = []
        for table, contract in tables.items():
            if is_on:
                connection.execute(
                    "insert into control.source_tables values (?, ?)", [source, table]
                )
            folder = settings.landing / source / table
            files = list(_accept_files(connection, settings, source, table, folder, report))
            _forget_missing(connection, source, table, files, report)
            report.files.extend(files)
            ignored = _other_files(folder) if is_on else []
            if ignored:
                report.warnings.append(
                    f"{source}.{table}: {len(ignored)} files below {folder} are not Parquet and "
                    f"were not read, such as {ignored[0]}."
                )
            if not files:
                without_files.append(table)
            connection.execute(
                f"create or replace view {identifier('raw_' + source)}.{identifier(table)} as "
                + _view(contract, folder, files if is_on else [])
            )
        if is_on:
            report.warnings.extend(_no_files(settings, source, without_files))
    copies.drop_useless(connection, settings, {file.typed_path for file in report.files})
    report.warnings.extend(_quarantine_warnings(report.files))
    return report


def mark_kept(connection: duckdb.DuckDBPyConnection) -> None:
    """Note that the events of every landed file are kept: the next run reads none of them again."""
    connection.execute("update control.intake_files set is_kept = true")


def _keep_again_if_lost(connection: duckdb.DuckDBPyConnection) -> None:
    """Read every file again where kept events are missing, or have keys of another DuckDB.

    Keys of events come from `hash()`, which DuckDB may change from version to version. Events of
    files that are still landed are then read anew; those of files that are gone keep their keys.
    """
    kept = connection.execute(
        "select count(*) filter (where table_name = ?), count(*) from information_schema.tables "
        "where table_schema = 'intermediate' and list_contains(?, table_name)",
        [KEPT_EVENTS, list(KEPT_TABLES)],
    ).fetchone()
    probe = connection.execute("select hash(?)", [KEY_RECIPE]).fetchone()
    known_probe = connection.execute("select value from control.key_probe").fetchone()
    has_events, tables = kept or (0, 0)
    if tables == len(KEPT_TABLES) and known_probe == probe:
        return
    connection.execute("update control.intake_files set is_kept = false")
    connection.execute("delete from control.key_probe")
    connection.execute("insert into control.key_probe select hash(?)", [KEY_RECIPE])
    if has_events:
        connection.execute(
            f"delete from intermediate.{KEPT_EVENTS} where file_key in "
            "(select file_key from control.intake_files where is_present)"
        )


def _accept_files(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    source: str,
    table: str,
    folder: Path,
    report: IntakeReport,
) -> Iterator[FileReport]:
    if source not in settings.sources or not folder.is_dir():
        return
    landed_inbox.note_replays(connection, source, table, folder)
    for path in _parquet_files(folder):
        stat = path.stat()
        known = _known(connection, path, stat.st_size, stat.st_mtime_ns)
        if known and _is_still_so(known):
            yield known
            continue
        report.inspected += 1
        inspected = _inspect(connection, settings, source, table, folder, path)
        if not inspected.typed_path:
            copies.copy_of(settings, source, table, path).unlink(missing_ok=True)
        file_key = _file_key(connection, source, table, inspected.file)
        connection.execute("delete from control.intake_files where file_key = ?", [file_key])
        connection.execute(
            "insert into control.intake_files values "
            "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, true, false)",
            [
                source,
                table,
                inspected.file,
                str(path),
                stat.st_size,
                stat.st_mtime_ns,
                inspected.status,
                inspected.reason,
                inspected.rows,
                inspected.quarantined_rows,
                inspected.typed_path,
                json.dumps(inspected.columns),
                file_key,
            ],
        )
        yield inspected


def _parquet_files(folder: Path) -> list[Path]:
    """Every Parquet file below a folder; a folder that cannot be read is an error, not empty."""

    def fail(error: OSError) -> None:
        raise error

    found = (
        Path(place, name)
        for place, _folders, names in os.walk(folder, onerror=fail)
        for name in names
        if name.endswith(".parquet")
    )
    return sorted(path for path in found if path.is_file())


def _is_still_so(known: FileReport) -> bool:
    """Whether a file need not be looked at again.

    One that could not be read is tried each time: it may have been the system and not the file.
    """
    if known.status == "typed":
        return Path(known.typed_path).exists()
    return known.status == "in_place"


def _file_key(connection: duckdb.DuckDBPyConnection, source: str, table: str, file: str) -> int:
    """The number that a file keeps for good, also in a landing folder that was moved."""
    row = connection.execute(
        "select coalesce(max(file_key) filter (where source_system = ? and source_table = ? "
        "and file = ?), max(file_key) + 1, 1) from control.intake_files",
        [source, table, file],
    ).fetchone()
    return int(row[0]) if row else 1


def _known(
    connection: duckdb.DuckDBPyConnection, path: Path, size: int, modified_ns: int
) -> FileReport | None:
    row = connection.execute(
        "select source_system, source_table, file, status, reason, rows, quarantined_rows, "
        "typed_path, landed_columns from control.intake_files "
        "where path = ? and size = ? and modified_ns = ? and is_present",
        [str(path), size, modified_ns],
    ).fetchone()
    if row is None:
        return None
    source, table, file, status, reason, rows, quarantined_rows, typed_path, columns = row
    return FileReport(
        source=source,
        table=table,
        path=path,
        file=file,
        status=status,
        reason=reason,
        rows=rows,
        quarantined_rows=quarantined_rows,
        typed_path=typed_path,
        columns=json.loads(columns),
    )


def _inspect(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    source: str,
    table: str,
    folder: Path,
    path: Path,
) -> FileReport:
    contract = SOURCES[source][table]
    delivery = landed_inbox.delivery_of(connection, folder, path)
    file = delivery.name if delivery else path.relative_to(folder).as_posix()
    connection.execute(
        "delete from control.intake_quarantine "
        "where source_system = ? and source_table = ? and file = ?",
        [source, table, file],
    )

    def quarantined(reason: str) -> FileReport:
        connection.execute(
            "insert into control.intake_quarantine values (?, ?, ?, ?, null, ?, true)",
            [source, table, file, reason, file],
        )
        return FileReport(source, table, path, file, "quarantined", reason, 0, 0, "", {})

    pattern = glob.escape(str(path))
    try:
        cursor = connection.execute("select * from read_parquet(?) limit 0", [pattern])
        columns = {column[0]: str(column[1]) for column in cursor.description or []}
        counted = connection.execute(
            "select num_rows from parquet_file_metadata(?)", [pattern]
        ).fetchone()
    except duckdb.Error as error:
        return quarantined(_unreadable(error, path, file))
    by_lower_name = {column.lower(): column for column in columns}
    missing = sorted(contract.required - by_lower_name.keys())
    if missing:
        return quarantined(
            f"required column {', '.join(missing)} is missing; the file has {', '.join(columns)}"
        )

    deviating = [
        column
        for column, wanted in contract.columns.items()
        if column in by_lower_name
        and in_place(column, columns[by_lower_name[column]], wanted) is None
    ]
    rows = counted[0] if counted else 0
    if not deviating and not delivery:
        return FileReport(source, table, path, file, "in_place", "", rows, 0, "", columns)

    copy = copies.copy_of(settings, source, table, path)
    try:
        rows, bad_rows = _type_into_copy(
            connection, source, table, contract, file, path, columns, copy, delivery
        )
    except duckdb.Error as error:
        if lacks_room(error):
            raise
        return quarantined(_unreadable(error, path, file))
    reason = "typed into a copy: " + ", ".join(
        f"{column} was {columns[by_lower_name[column]].lower()}" for column in deviating
    )
    if delivery:
        reason = "read from the inbox"
        columns = dict.fromkeys(delivery.columns, "VARCHAR")
    return FileReport(
        source, table, path, file, "typed", reason, rows, bad_rows, str(copy), columns
    )


def _type_into_copy(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    table: str,
    contract: TableContract,
    file: str,
    path: Path,
    columns: dict[str, str],
    copy: Path,
    delivery: Delivery | None,
) -> tuple[int, int]:
    """Write the rows that can be typed to `copy` and quarantine the others.

    Returns the number of all rows and of those that went to quarantine. Rows that were replayed
    are neither: they count where they were delivered again.
    """
    by_lower_name = {column.lower(): column for column in columns}
    typed, reasons = [], []
    for column, wanted in contract.columns.items():
        landed = by_lower_name.get(column)
        if landed is None:
            typed.append(f"{empty(wanted)} as {identifier(column)}")
            continue
        fitting = in_place(landed, columns[landed], wanted)
        expression = fitting or converted(landed, columns[landed], wanted)
        typed.append(f"{expression} as {identifier(column)}")
        if fitting is None:
            reasons.append(
                f"when {is_filled(landed)} and ({expression}) is null "
                f"then {literal(f'{column} cannot be read as {wanted}')}"
            )
    from_file = f"from read_parquet({literal(glob.escape(str(path)))}, file_row_number = true)"
    everything = ", ".join(f"{literal(c)}: {identifier(c)}" for c in columns)
    extra, row = _extra(contract, columns), "file_row_number"
    landed_row = f"cast(to_json({{{everything}}}) as varchar)"
    if delivery:
        extra, row = f"cast({landed_inbox.EXTRA} as json)", landed_inbox.LINE
        landed_row = landed_inbox.row_json(contract, delivery)
        reasons.insert(0, f"when {landed_inbox.REASON} is not null then {landed_inbox.REASON}")
        link = landed_inbox.link(literal(file), landed_inbox.LINE, landed_inbox.CHECK)
        from_file += (
            f" where {link} not in (select link from control.intake_replays "
            f"where source_system = {literal(source)} and source_table = {literal(table)})"
        )
    connection.execute(
        "create or replace temp table intake_rows as select "
        + ", ".join(typed)
        + f", {extra} as extra, {row} as _row, "
        + f"case {' '.join(reasons)} end as _reason, "
        + f"{landed_row} as _landed {from_file}"
    )
    connection.execute(
        "insert into control.intake_quarantine "
        "select ?, ?, ? || ':' || _row, _reason, _landed, ?, false "
        "from intake_rows where _reason is not null",
        [source, table, file, file],
    )
    counted = connection.execute(
        "select count(*), count(*) filter (where _reason is not null) from intake_rows"
    ).fetchone()
    copy.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(
        f"copy (select * exclude (_reason, _landed), {literal(file)} as _file from intake_rows "
        f"where _reason is null order by _row) to {literal(str(copy))} "
        f"(format parquet, {copies.note(path)})"
    )
    connection.execute("drop table intake_rows")
    return (counted[0], counted[1]) if counted else (0, 0)


def _extra(contract: TableContract, columns: dict[str, str]) -> str:
    """All columns that the contract does not name, as a JSON object; null where there are none."""
    others = [column for column in columns if column.lower() not in contract.columns]
    if not others:
        return "cast(null as json)"
    return "to_json({" + ", ".join(f"{literal(c)}: {identifier(c)}" for c in others) + "})"


def _view(contract: TableContract, folder: Path, files: Iterable[FileReport]) -> str:
    """One select for each shape of file, so that files of other shapes never change a type."""
    in_place_files: dict[str, list[FileReport]] = defaultdict(list)
    typed_files = []
    for report in files:
        if report.status == "in_place":
            in_place_files[json.dumps(sorted(report.columns.items()))].append(report)
        elif report.status == "typed":
            typed_files.append(report)

    selects = []
    for reports in in_place_files.values():
        landed = reports[0].columns
        by_lower_name = {column.lower(): column for column in landed}
        expressions = [
            f"{in_place(by_lower_name[column], landed[by_lower_name[column]], wanted)} as "
            f"{identifier(column)}"
            if column in by_lower_name
            else f"{empty(wanted)} as {identifier(column)}"
            for column, wanted in contract.columns.items()
        ]
        paths = ", ".join(literal(glob.escape(str(report.path))) for report in reports)
        selects.append(
            f"select {', '.join(expressions)}, {_extra(contract, landed)} as extra, "
            f"_path, substr(_path, {len(str(folder)) + 2}) as _file, file_row_number as _row "
            f"from read_parquet([{paths}], filename = '_path', file_row_number = true)"
        )
    if typed_files:
        paths = ", ".join(literal(glob.escape(report.typed_path)) for report in typed_files)
        names = ", ".join(identifier(column) for column in contract.columns)
        selects.append(
            f"select {names}, extra, _path, _file, _row "
            f"from read_parquet([{paths}], filename = '_path')"
        )
    if not selects:
        nulls = ", ".join(
            f"{empty(wanted)} as {identifier(column)}"
            for column, wanted in contract.columns.items()
        )
        selects.append(
            f"select {nulls}, cast(null as json) as extra, cast(null as varchar) as _path, "
            "cast(null as varchar) as _file, cast(null as bigint) as _row where false"
        )
    return " union all ".join(selects)


def _forget_missing(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    table: str,
    files: list[FileReport],
    report: IntakeReport,
) -> None:
    """Note which files are no longer landed, and say so. What was kept of their events stays."""
    present = {str(file.path) for file in files}
    known = connection.execute(
        "select path, file from control.intake_files "
        "where source_system = ? and source_table = ? and is_present",
        [source, table],
    ).fetchall()
    gone = [(path, file) for path, file in known if path not in present]
    for path, file in gone:
        connection.execute(
            "update control.intake_files set is_present = false where path = ?", [path]
        )
        connection.execute(
            "delete from control.intake_quarantine "
            "where source_system = ? and source_table = ? and file = ?",
            [source, table, file],
        )
    if gone:
        report.warnings.append(
            f"{source}.{table}: {len(gone)} files of the last run are no longer in landing."
        )


def _source_warnings(
    settings: Settings, source: str, tables: Iterable[str], is_on: bool
) -> Iterator[str]:
    """What landed for a source and is not read: all of it, or tables that nobody knows."""
    folder = settings.landing / source
    landed = (
        sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    )
    unknown = [name for name in landed if name not in tables and not name.startswith((".", "_"))]
    if landed and not is_on:
        yield f"Source {source} is off: add it to LEAD_SCORING_SOURCES to read it."
    elif unknown:
        yield f"{source}: no model reads what landed as {', '.join(unknown)}; it is left alone."


def _no_files(settings: Settings, source: str, tables: list[str]) -> Iterator[str]:
    """Your own tables are named one by one; of a platform, few accounts have them all."""
    folder = settings.landing / source
    if source == "custom":
        for table in tables:
            yield (
                f"{source}.{table} has no files: looked for Parquet files below {folder / table}."
            )
    elif tables:
        yield (
            f"{source}: no files for {', '.join(tables)}: looked for Parquet files below {folder}."
        )


def _other_files(folder: Path) -> list[str]:
    """Names of files that a person may expect to be read and that are not."""
    if not folder.is_dir():
        return []
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".parquet" and not path.name.startswith((".", "_"))
    )


def _quarantine_warnings(files: list[FileReport]) -> Iterator[str]:
    for report in files:
        name = f"{report.source}.{report.table} {report.file}"
        if report.status == "quarantined":
            yield f"{name}: quarantined, {report.reason}."
        elif report.quarantined_rows:
            yield (
                f"{name}: {report.quarantined_rows} of {report.rows} rows quarantined "
                f"because they could not be typed ({report.reason})."
            )


def _unreadable(error: Exception, path: Path, file: str) -> str:
    """The reason in DuckDB's words, without the folders of this machine: it is published."""
    said = str(error).strip().splitlines()[0].replace(str(path), file)
    return f"the file cannot be read as Parquet ({said})"
