"""Rows of people leave the originals that the inbox keeps, archived and put aside."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.ingestion import inbox
from orchestration.ingestion.contracts import SOURCES
from orchestration.ingestion.text_files import TextFile, Unreadable, kind_of
from orchestration.privacy import files
from orchestration.privacy.people import Kind, People
from orchestration.privacy.words import Naming, named_in

if TYPE_CHECKING:
    from orchestration.settings import Settings

_NO_TEXT = (OSError, EOFError, zlib.error, UnicodeDecodeError)


@dataclass(frozen=True)
class _Piece:
    """Lines that are one row, by number; `text` where nobody could split it into columns."""

    numbers: range
    values: Mapping[str, str | None]
    text: str | None


@dataclass(frozen=True)
class _Original:
    lines: Sequence[bytes]
    is_compressed: bool
    pieces: Sequence[_Piece]


def remove(settings: Settings, people: People) -> files.Rewritten:
    """Rewrite the originals of the inbox, archived and put aside."""
    changed, unread = 0, []
    names = Naming(people)
    for source, table, path in _originals(settings):
        try:
            original = _read(path, source, table)
            doomed = {
                number
                for piece in original.pieces
                if files.is_of(piece.values, source, people) or (piece.text and names(piece.text))
                for number in piece.numbers
            }
            if doomed:
                _write_without(path, original, doomed)
                changed += 1
        except _NO_TEXT:
            unread.append(path.relative_to(settings.landing).as_posix())
    return files.Rewritten(changed, tuple(unread))


def values_in_all(settings: Settings) -> Iterator[tuple[Kind, str | None]]:
    """Every kind and value that the originals of the inbox carry, where they can be read."""
    for source, table, path in _originals(settings):
        try:
            for piece in _read(path, source, table).pieces:
                yield from files.kinds_of(piece.values, source)
                yield from named_in([piece.text] if piece.text else [])
        except _NO_TEXT:
            continue


def _originals(settings: Settings) -> Iterator[tuple[str, str, Path]]:
    root = settings.landing / inbox.INBOX
    for place in (inbox.ARCHIVE, inbox.QUARANTINE):
        for path in sorted((root / place).rglob("*")):
            if path.is_file() and not path.is_symlink():
                # A file that somebody laid directly below is of no source and no table.
                source, table = (*path.relative_to(root / place).parts, "", "")[:2]
                yield source, table, path


def _read(path: Path, source: str, table: str) -> _Original:
    """Raises one of `_NO_TEXT` for a file that is no text that can be read."""
    contract = SOURCES.get(source, {}).get(table)
    known = kind_of(path.name)
    content = path.read_bytes()
    is_compressed = bool(known and known[1])
    lines = (gzip.decompress(content) if is_compressed else content).splitlines(keepends=True)
    try:
        if contract is None or known is None:
            raise Unreadable("no rows are known of it")
        rows = list(TextFile(known[0], contract, io.BytesIO(content), is_compressed).rows())
        ends = [row.line for row in rows[1:]] + [len(lines) + 1]
        pieces = []
        for row, end in zip(rows, ends, strict=True):
            text = b"".join(lines[row.line - 1 : end - 1]).decode(errors="replace")
            pieces.append(_Piece(range(row.line, end), row.values, text if row.reason else None))
    except Unreadable:
        pieces = [
            _Piece(range(number, number + 1), {}, line.decode())
            for number, line in enumerate(lines, 1)
        ]
    return _Original(lines, is_compressed, pieces)


def _write_without(path: Path, original: _Original, doomed: set[int]) -> None:
    kept = b"".join(line for number, line in enumerate(original.lines, 1) if number not in doomed)
    is_compressed = original.is_compressed
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.unlink(missing_ok=True)
    temporary.write_bytes(gzip.compress(kept) if is_compressed else kept)
    temporary.chmod(path.stat().st_mode & 0o777)
    files.sync_file(temporary)
    files.put_in_place(temporary, path)
