"""The Parquet file that an inbox file lands as: its texts untyped, with line, reason and origin.

Intake types it like any file that deviates, so everything about its rows can be found out again
from landing alone. What is ours in it has names that begin with `_inbox_`.
"""

from __future__ import annotations

import glob
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from orchestration.ingestion.contracts import TableContract
from orchestration.ingestion.text_files import Row, TextFile

if TYPE_CHECKING:
    import duckdb

FOLDER = "inbox"
LINE, EXTRA, CHECK = "_inbox_line", "_inbox_extra", "_inbox_check"
REPLAYS, REASON, RAW = "_inbox_replays", "_inbox_reason", "_inbox_raw"

UNSPLIT = "line"
"""What a row that could not be split into columns has in quarantine: its text as it was dropped."""

_KEY = "lead_scoring_inbox"
_ROWS_AT_ONCE, _CHARACTERS_AT_ONCE = 20_000, 1 << 25


@dataclass(frozen=True)
class Delivery:
    """Where a landed file came from. `name` is what the ledger, `_file` and quarantine call it.

    Names of deliveries sort by the time at which they were taken in, then by the dropped file's
    name: of equal rows the one of the larger name counts. `columns` are those that the file has.
    """

    name: str
    sha256: str
    columns: list[str]
    rows: int
    has_replays: bool


def write(source: TextFile, target: IO[bytes], name: str, sha256: str) -> Delivery:
    """Write all rows of `source`; raises Unreadable, and what was written is then of no use."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = [*source.contract.columns, EXTRA, CHECK, REPLAYS, REASON, RAW]
    schema = pa.schema([*((text, pa.string()) for text in texts), (LINE, pa.int64())])
    rows, has_replays = 0, False
    batch: list[Row] = []

    def flush(writer: pq.ParquetWriter) -> None:
        columns = [[row.values.get(column) for row in batch] for column in source.contract.columns]
        columns += [
            [row.extra for row in batch],
            [row.check for row in batch],
            [row.replays for row in batch],
            [row.reason for row in batch],
            [row.raw for row in batch],
            [row.line for row in batch],
        ]
        arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
        writer.write_batch(pa.record_batch(arrays, schema=schema))
        batch.clear()

    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        characters = 0
        for row in source.rows():
            rows += 1
            has_replays = has_replays or row.replays is not None
            batch.append(row)
            characters += row.size
            if len(batch) >= _ROWS_AT_ONCE or characters >= _CHARACTERS_AT_ONCE:
                flush(writer)
                characters = 0
        flush(writer)
        delivery = Delivery(name, sha256, source.columns, rows, has_replays)
        writer.add_key_value_metadata({_KEY: json.dumps(asdict(delivery))})
    return delivery


def delivery_of(connection: duckdb.DuckDBPyConnection, folder: Path, path: Path) -> Delivery | None:
    """What a landed file says of where it came from; None for one that a loader landed."""
    import duckdb

    if path.relative_to(folder).parts[0] != FOLDER:
        return None
    try:
        row = connection.execute(
            "select decode(value) from parquet_kv_metadata(?) where decode(key) = ?",
            [glob.escape(str(path)), _KEY],
        ).fetchone()
        return Delivery(**json.loads(row[0])) if row else None
    except (duckdb.Error, ValueError, TypeError):
        return None


def link(file: str, line: str, check: str) -> str:
    """SQL for what a replayed row names: the file, line and content of the row that it replaces."""
    return f"({file} || ':' || {line} || '#' || {check})"


def row_json(contract: TableContract, delivery: Delivery) -> str:
    """SQL for the row as it was dropped, as JSON."""
    from orchestration.ingestion.typing import identifier, literal

    known = [c for c in delivery.columns if c in contract.columns]
    parts = [f"{literal(c)}: {identifier(c)}" for c in known]
    whole = ", ".join([*parts, f"'extra': cast({EXTRA} as json)"])
    plain = ", ".join(parts) or f"'extra': cast({EXTRA} as json)"
    return (
        f"cast(case when {RAW} is not null then to_json({{'{UNSPLIT}': {RAW}}}) "
        f"when {EXTRA} is not null then to_json({{{whole}}}) else to_json({{{plain}}}) end "
        "as varchar)"
    )


def note_replays(
    connection: duckdb.DuckDBPyConnection, source: str, table: str, folder: Path
) -> None:
    """Find out which rows were replayed, and have intake look again at the files that they are in.

    A replayed row takes the place of the one that it names, whatever became of it. Both are in
    landing, so a new working file comes to the same end.
    """
    from orchestration.ingestion.typing import literal

    before: dict[str, list[str]] = {}
    for path, replayed in connection.execute(
        "select replayed_by, link from control.intake_replays "
        "where source_system = ? and source_table = ?",
        [source, table],
    ).fetchall():
        before.setdefault(path, []).append(replayed)
    known = {
        path: (size, modified_ns)
        for path, size, modified_ns in connection.execute(
            "select path, size, modified_ns from control.intake_files "
            "where source_system = ? and source_table = ? and is_present",
            [source, table],
        ).fetchall()
    }
    after: dict[str, list[str]] = {}
    place = folder / FOLDER
    for path in sorted(place.rglob("*.parquet")) if place.is_dir() else []:
        if not path.is_file():
            continue
        stat = path.stat()
        if known.get(str(path)) == (stat.st_size, stat.st_mtime_ns):
            if str(path) in before:
                after[str(path)] = before[str(path)]
            continue
        delivery = delivery_of(connection, folder, path)
        if delivery and delivery.has_replays:
            after[str(path)] = [
                row[0]
                for row in connection.execute(
                    f"select distinct {REPLAYS} "  # noqa: S608 - a name from above
                    f"from read_parquet({literal(glob.escape(str(path)))}) "
                    f"where {REPLAYS} is not null"
                ).fetchall()
            ]
    if after == before:
        return
    old = {replayed for links in before.values() for replayed in links}
    new = {replayed for links in after.values() for replayed in links}
    touched = sorted({replayed.rpartition("#")[0].rpartition(":")[0] for replayed in old ^ new})
    connection.execute("begin")
    connection.execute(
        "delete from control.intake_replays where source_system = ? and source_table = ?",
        [source, table],
    )
    rows = [[source, table, replayed, path] for path, links in after.items() for replayed in links]
    if rows:
        connection.executemany("insert into control.intake_replays values (?, ?, ?, ?)", rows)
    for file in touched:
        connection.execute(
            "update control.intake_files set modified_ns = -1 "
            "where source_system = ? and source_table = ? and file = ?",
            [source, table, file],
        )
    connection.execute("commit")
