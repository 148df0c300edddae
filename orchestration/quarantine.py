"""`leadscore quarantine`: what could not be used, written out to be mended, and put back."""

from __future__ import annotations

import csv
import glob
import hashlib
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration import warehouse
from orchestration.errors import ConfigurationError, Problem, unusable
from orchestration.ingestion import inbox, landed_inbox
from orchestration.ingestion.contracts import SOURCES
from orchestration.ingestion.text_files import RAW, REASON, REPLAYS, guarded, printable, shown
from orchestration.ingestion.typing import literal

if TYPE_CHECKING:
    import duckdb
    from rich.console import Console

    from orchestration.settings import Settings

_DELIVERY = r"^inbox/[0-9]{8}T[0-9]{6}[.][0-9]{3}Z/"

_ROWS = """
select q.source_system, q.source_table, q.file, q.row_id, q.is_whole_file, q.reason,
    f.modified_ns, f.path
from {quarantine} as q
left join control.intake_files as f
    on q.source_system = f.source_system and q.source_table = f.source_table and q.file = f.file
    and f.is_present
"""

_REPLAYED = """
where not q.is_whole_file
    and not exists (
        select 1 from control.intake_quarantine as known
        where known.source_system = q.source_system and known.source_table = q.source_table
            and known.row_id = q.row_id)
    and not exists (
        select 1 from control.intake_replays as replays
        where replays.source_system = q.source_system and replays.source_table = q.source_table
            and starts_with(replays.link, q.row_id || '#'))
"""


@dataclass(frozen=True)
class Item:
    """A row or a whole file in quarantine.

    `line` (from 1) is where a row of an inbox file stands in the file as it was dropped, `row`
    (from 0) where one of a Parquet file does. `at` is when the file landed, in UTC.
    """

    source: str
    table: str
    file: str
    line: int | None
    row: int | None
    reason: str
    at: str
    path: Path | None

    @property
    def is_whole_file(self) -> bool:
        """Whether nothing of the file could be used."""
        return self.line is None and self.row is None

    def to_dict(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        found = asdict(self) | {"kind": "file" if self.is_whole_file else "row"}
        del found["path"]
        return found


@dataclass(frozen=True)
class Exported:
    """The files that were written, with their rows, and how many rows were left out."""

    files: dict[str, int]
    left_out: int


def find(settings: Settings, table: str | None = None, reason: str | None = None) -> list[Item]:
    """Everything in quarantine as of the last run, whole files first.

    `table` is a table or `source.table`, `reason` a part of the reason. Raises ConfigurationError
    when there is no such table, or another process holds the working file.
    """
    wanted = _tables(table)
    items = [
        Item(file.source, file.table, file.file, None, None, file.reason, file.quarantined_at, None)
        for file in inbox.quarantined_files(settings)
    ]
    if settings.warehouse.is_file():
        with warehouse.opened(settings.warehouse, read_only=True) as connection:
            items += _rows(connection)
    return sorted(
        (
            item
            for item in items
            if (item.source, item.table) in wanted
            and (reason or "").casefold() in item.reason.casefold()
        ),
        key=lambda i: (not i.is_whole_file, i.source, i.table, i.file, i.line or 0, i.row or 0),
    )


def export(items: Sequence[Item], folder: Path) -> Exported:
    """Write the rows of inbox files as one CSV file a table, to be mended and replayed.

    Rows of Parquet files are left out: whoever lands those files lands them again. Raises
    ConfigurationError rather than write over a file that somebody may have mended.
    """
    rows: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in items:
        if item.line is not None and item.path is not None:
            rows[item.source, item.table].append(item)
    targets = {key: folder / f"{key[0]}.{key[1]}.csv" for key in rows}
    present = [target for target in targets.values() if target.exists()]
    if present:
        raise ConfigurationError(
            [
                Problem("error", str(target), "", "", "is there already", "Name another folder")
                for target in present
            ]
        )
    warehouse.make_folder(folder)
    written = {}
    for key, found in rows.items():
        content = _as_csv(*key, found)
        target = targets[key]
        inbox.write_whole(target.with_name(f".{target.name}.tmp"), target, content)
        written[str(target)] = len(found)
    exported = sum(written.values())
    return Exported(written, sum(not item.is_whole_file for item in items) - exported)


def replay(settings: Settings, files: Sequence[str], everything: bool) -> list[tuple[str, Path]]:
    """Put quarantined files, and mended CSV files of rows, into the inbox; the next run reads them.

    A file of `files` is one that `find` lists, or a CSV file that `export` wrote. Returns what was
    put back and where it is now. Raises ConfigurationError, before anything is moved, when a file
    is not known or a run is going on.
    """
    if not files and not everything:
        raise unusable("FILE", "no file is named", "Name files, or put all back with --all")
    root = settings.landing / inbox.INBOX
    with warehouse.writer_lock(settings.warehouse):
        if not settings.landing.is_dir():
            raise unusable(str(settings.landing), "there is no landing folder")
        inbox.make_folders(settings.landing, root)
        with inbox.exclusive(root) as is_ours:
            if not is_ours:
                raise unusable(str(root), "another run is reading the inbox", "Wait until it ends")
            known = inbox.quarantined_files(settings)
            chosen: list[inbox.QuarantinedFile] = list(known) if everything else []
            mended: list[tuple[Path, str, str]] = []
            problems = []
            for name in files:
                matches = [file for file in known if _is_called(settings, file, name)]
                if len(matches) == 1:
                    chosen += [file for file in matches if file not in chosen]
                elif matches:
                    problems.append(
                        Problem(
                            "error",
                            printable(name),
                            "",
                            "",
                            f"{len(matches)} files are called so",
                            f"Name one of them in full: {', '.join(f.file for f in matches[:5])}",
                        )
                    )
                else:
                    table = _table_of(name)
                    if table and Path(name).is_file():
                        mended.append((Path(name), *table))
                    else:
                        problems.append(_unknown(name, table is not None))
            if problems:
                raise ConfigurationError(problems)
            done = [(file.file, inbox.put_back(settings, file)) for file in chosen]
            for path, source, table in mended:
                content = path.read_bytes()
                digest = hashlib.sha256(content).hexdigest()[:8]
                target = f"{source}.{table}-{digest}.csv"
                done.append((str(path), inbox.put_in(settings, source, table, content, target)))
    return done


def render(items: Sequence[Item], limit: int, console: Console) -> None:
    """Print a table of what is in quarantine."""
    from rich.table import Table
    from rich.text import Text

    if not items:
        console.print("Nothing is in quarantine.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("table", no_wrap=True)
    table.add_column("file", overflow="fold", ratio=3)
    table.add_column("place", no_wrap=True)
    table.add_column("reason", overflow="fold", ratio=3)
    table.add_column("since (UTC)", no_wrap=True)
    for item in items[:limit]:
        place = "whole file"
        if item.line is not None:
            place = f"line {item.line}"
        elif item.row is not None:
            place = f"row {item.row}"
        cells = (f"{item.source}.{item.table}", item.file, place, item.reason, item.at)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    console.print(table)
    whole = sum(item.is_whole_file for item in items)
    console.print(f"{whole:,} files and {len(items) - whole:,} rows are in quarantine.")
    if len(items) > limit:
        console.print(f"The first {limit:,} are shown; --limit shows more.")


def render_exported(exported: Exported, console: Console) -> None:
    """Print which files were written."""
    for file, rows in exported.files.items():
        console.print(f"{file}: {rows:,} rows", soft_wrap=True)
    if exported.files:
        console.print("Mend them and put them back: leadscore quarantine replay FILE")
    else:
        console.print("No row of an inbox file is in quarantine: nothing was written.")
    if exported.left_out:
        console.print(
            f"{exported.left_out:,} rows of Parquet files are left out: land those files again."
        )


def render_replayed(done: Sequence[tuple[str, Path]], console: Console) -> None:
    """Print what was put back."""
    for file, target in done:
        console.print(f"{printable(file)} -> {printable(str(target))}", soft_wrap=True)
    console.print(
        f"{len(done):,} files are in the inbox: the next leadscore score reads them."
        if done
        else "No file is in quarantine: nothing was put back."
    )


def _rows(connection: duckdb.DuckDBPyConnection) -> Iterable[Item]:
    if not warehouse.has_table(connection, "control", "intake_quarantine"):
        return []
    found = connection.execute(
        _ROWS.format(quarantine="control.intake_quarantine")
        + " where not starts_with(q.file, 'inbox/quarantine/')"
    ).fetchall()
    # What staging could not use is known since the last run that came as far as counting.
    if warehouse.has_table(connection, "intermediate", "int_quarantine") and warehouse.has_table(
        connection, "control", "intake_replays"
    ):
        found += connection.execute(
            _ROWS.format(quarantine="intermediate.int_quarantine") + _REPLAYED
        ).fetchall()
    return [_item(*row) for row in found]


def _item(
    source: str,
    table: str,
    file: str,
    row_id: str,
    is_whole_file: bool,
    reason: str,
    modified_ns: int | None,
    path: str | None,
) -> Item:
    number = row_id.rpartition(":")[2]
    place = None if is_whole_file or not number.isdigit() else int(number)
    is_dropped = re.match(_DELIVERY, file) is not None
    at = ""
    if modified_ns and modified_ns > 0:
        at = f"{datetime.fromtimestamp(modified_ns / 1e9, UTC):%Y-%m-%dT%H:%M:%SZ}"
    return Item(
        source,
        table,
        file,
        place if is_dropped else None,
        None if is_dropped else place,
        reason,
        at,
        Path(path) if path and is_dropped else None,
    )


def _as_csv(source: str, table: str, items: Sequence[Item]) -> bytes:
    """The rows as they were dropped, from the files that they landed as."""
    contract = SOURCES[source][table]
    columns: dict[str, None] = {}
    records: list[dict[str, str]] = []
    by_path: dict[Path, dict[int, Item]] = defaultdict(dict)
    for item in items:
        if item.path is not None and item.line is not None:
            by_path[item.path][item.line] = item
    with warehouse.opened(":memory:") as connection:
        for path, wanted in by_path.items():
            delivery = landed_inbox.delivery_of(connection, path.parents[1], path)
            if delivery is None:
                raise unusable(str(path), "the landed file is gone or damaged")
            columns |= dict.fromkeys(delivery.columns)
            cursor = connection.execute(
                f"select * from read_parquet({literal(glob.escape(str(path)))}) "  # noqa: S608
                f"where {landed_inbox.LINE} in (select unnest(?)) order by {landed_inbox.LINE}",
                [list(wanted)],
            )
            names = [column[0] for column in cursor.description or []]
            for values in cursor.fetchall():
                row = dict(zip(names, values, strict=True))
                extra = json.loads(row[landed_inbox.EXTRA] or "{}")
                line = row[landed_inbox.LINE]
                record = {name: row[name] or "" for name in contract.columns if name in row}
                for name, value in extra.items():
                    text = value if isinstance(value, str) else json.dumps(value)
                    record[name] = "" if value is None else text
                record[REASON] = wanted[line].reason
                record[REPLAYS] = f"{delivery.name}:{line}#{row[landed_inbox.CHECK]}"
                record[RAW] = row[landed_inbox.RAW] or ""
                columns |= dict.fromkeys(extra)
                records.append(record)
    header = [*columns, REASON, REPLAYS]
    if any(record[RAW] for record in records):
        header.append(RAW)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([guarded(name) for name in header])
    for record in records:
        writer.writerow([guarded(record.get(name, "")) for name in header])
    return text.getvalue().encode()


def _tables(name: str | None) -> set[tuple[str, str]]:
    every = {(source, table) for source, tables in SOURCES.items() for table in tables}
    if name is None:
        return every
    found = {(s, t) for s, t in every if name.strip().lower() in (t, f"{s}.{t}")}
    if not found:
        known = ", ".join(sorted(f"{s}.{t}" for s, t in every))
        raise unusable("--table", f"there is no table {printable(name)!r}", f"There are: {known}")
    return found


def _is_called(settings: Settings, file: inbox.QuarantinedFile, name: str) -> bool:
    return (
        name in (file.file, file.name, shown(file.name))
        or Path(name).absolute() == file.path
        or settings.landing / name == file.path
    )


def _table_of(name: str) -> tuple[str, str] | None:
    parts = Path(name).name.lower().split(".")
    is_csv = len(parts) == 3 and parts[2] == "csv"
    if is_csv and parts[0] in SOURCES and parts[1] in SOURCES[parts[0]]:
        return parts[0], parts[1]
    return None


def _unknown(name: str, is_named_well: bool) -> Problem:
    if Path(name).is_file() and not is_named_well:
        message = "is neither a quarantined file nor called as an exported one"
        remedy = "Call a file with mended rows <source>.<table>.csv, such as custom.events.csv"
    else:
        message = "there is no such file, in quarantine or elsewhere"
        remedy = "leadscore quarantine list names those in quarantine"
    return Problem("error", printable(name), "", "", message, remedy)
