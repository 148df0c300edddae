"""Typed copies of landed files lie beside the working file, as long as their landed files do.

Each copy notes of which file it was made. So copies are found to be of no use also when the working
file is new, or landing was moved, and those of another working file in the folder stay.
"""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration.ingestion.typing import literal

if TYPE_CHECKING:
    from orchestration.settings import Settings

FOLDER = "intake"
_LANDED = "landed"


def copy_of(settings: Settings, source: str, table: str, path: Path) -> Path:
    """Where the typed copy of a landed file lies."""
    name = hashlib.sha256(str(path).encode()).hexdigest()[:32] + ".parquet"
    return settings.warehouse.parent / FOLDER / source / table / name


def note(path: Path) -> str:
    """SQL for what a copy says of the landed file that it was made of."""
    return f"kv_metadata {{{_LANDED}: {literal(str(path))}}}"


def drop_useless(
    connection: duckdb.DuckDBPyConnection, settings: Settings, used: Collection[str]
) -> None:
    """Delete copies that are not used and whose landed files are gone."""
    for copy in sorted((settings.warehouse.parent / FOLDER).rglob("*.parquet")):
        if str(copy) in used or not copy.is_file():
            continue
        landed = _landed(connection, copy)
        if landed is None or not landed.is_file():
            copy.unlink()


def _landed(connection: duckdb.DuckDBPyConnection, copy: Path) -> Path | None:
    """None for a copy that was made before copies told of what, and for one that is broken."""
    try:
        row = connection.execute(
            "select decode(value) from parquet_kv_metadata(?) where decode(key) = ?",
            [glob.escape(str(copy)), _LANDED],
        ).fetchone()
    except duckdb.Error:
        return None
    return Path(row[0]) if row else None
