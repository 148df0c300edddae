"""Rows of CSV and JSON Lines files, each with its line, and what is wrong with those that are not.

Nothing here knows folders. A file is read once, from front to back, in bounded memory. What spoils
one row (a quote that never closes, a line that is no JSON) is that row's reason; what spoils the
whole file (another encoding, no header, a cut gzip) raises `Unreadable`.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import unicodedata
import zlib
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Literal

from orchestration.ingestion.contracts import TableContract

Kind = Literal["csv", "jsonl"]

LONGEST_LINE = 1 << 20
"""Characters of a line, and of a CSV field. What is longer is broken, not read into memory."""

REASON, REPLAYS, RAW = "_reason", "_replays", "_text"
"""Columns that `leadscore quarantine list --export` adds to the rows that it writes out."""

_SUFFIXES: dict[str, Kind] = {
    ".csv": "csv",
    ".csv.gz": "csv",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".ndjson": "jsonl",
    ".ndjson.gz": "jsonl",
}
_DELIMITERS = (",", ";", "\t")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_SHOWN_COLUMNS = 30
_to_json = json.JSONEncoder(ensure_ascii=False).encode
_TRIED_LINES = 100


class Unreadable(Exception):
    """Nothing of the file can be used; the message is the reason, in a person's words."""


@dataclass(slots=True)
class Row:
    """One row: texts of the contract's columns, all other columns as a JSON object.

    `line` is where the row begins, from 1. A row with a `reason` could not be read; `raw` is then
    its first line. `check` tells this row's content from another's.
    """

    line: int
    values: dict[str, str | None]
    extra: str | None
    check: str
    replays: str | None = None
    reason: str | None = None
    raw: str | None = None
    size: int = 0


@dataclass
class TextFile:
    """A file that is being read. `columns` is complete when the last row has been read."""

    kind: Kind
    contract: TableContract
    stream: IO[bytes]
    is_compressed: bool
    columns: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """Read on to the end; raises Unreadable where the file as a whole is of no use."""
        plain = gzip.GzipFile(fileobj=self.stream) if self.is_compressed else self.stream
        text = io.TextIOWrapper(
            plain,  # type: ignore[arg-type]
            encoding="utf-8-sig",
            errors="surrogateescape",
            newline="",
        )
        lines = _Lines(text)
        try:
            yield from (self._csv_rows(lines) if self.kind == "csv" else self._json_rows(lines))
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            said = "it ends too early" if isinstance(error, EOFError) else str(error)
            raise Unreadable(f"the gzip file is damaged ({printable(said)})") from error
        finally:
            text.detach()

    def _csv_rows(self, lines: _Lines) -> Iterator[Row]:
        csv.field_size_limit(LONGEST_LINE)
        delimiter, header = self._header(lines)
        names = [column_name(name, self.contract) for name in header]
        is_export = REPLAYS in names
        if is_export:
            names = [column_name(_without_guard(name), self.contract) for name in header]
        repeated = [
            name for name, count in Counter(n.lower() for n in names if n).items() if count > 1
        ]
        if repeated:
            raise Unreadable(f"column {printable(', '.join(repeated))} stands more than once")
        self.columns = [name for name in names if name and name not in (REASON, REPLAYS, RAW)]
        _require(self.contract, self.columns)
        known = [(i, name) for i, name in enumerate(names) if name in self.contract.columns]
        ours = {name: i for i, name in enumerate(names) if name in (REASON, REPLAYS, RAW)}
        others = [
            (i, name or f"column_{i + 1}")
            for i, name in enumerate(names)
            if name not in self.contract.columns and name not in ours
        ]
        for line, fields, reason, raw in _records(lines, delimiter):
            if fields is not None and len(fields) != len(names):
                reason = f"{len(fields)} fields where the header has {len(names)}"
            elif fields is not None and "\0" in raw:
                reason = "a character of the row is NUL"
            check, size = f"{zlib.crc32(raw.encode()):08x}", len(raw)
            if reason or fields is None:
                text = raw.rstrip("\r\n").replace("\0", "�")
                yield Row(line, {}, None, check, reason=reason, raw=text, size=size)
                continue
            if is_export:
                fields = [_without_guard(value) for value in fields]
            extra = {
                name: fields[i] or None
                for i, name in others
                if fields[i] or names[i]  # a nameless column counts where it holds something
            }
            yield Row(
                line,
                {name: fields[i] or None for i, name in known},
                _to_json(extra) if extra else None,
                check,
                replays=(fields[ours[REPLAYS]].strip() or None) if is_export else None,
                size=size,
            )

    def _header(self, lines: _Lines) -> tuple[str, list[str]]:
        """The separator that yields most columns of the contract, and the names in the header."""
        first = _first_filled(lines)
        if named := re.fullmatch(r"sep=(.)\s*", first):
            first = _first_filled(lines)
            separators: Sequence[str] = (named.group(1),)
        else:
            separators = _DELIMITERS
        lines.put_back([first])
        best: tuple[tuple[int, int], str, list[str]] | None = None
        reason: str | None = None
        taken: list[str | None] = []
        for delimiter in separators:
            _, fields, broken, _ = next(_records(lines, delimiter))
            here = list(lines.taken)
            lines.put_back(here)
            if fields is None:
                reason = reason or broken
                continue
            matched = sum(
                column_name(name, self.contract) in self.contract.columns for name in fields
            )
            if best is None or (matched, len(fields)) > best[0]:
                best, taken = ((matched, len(fields)), delimiter, fields), here
        if best is None:
            raise Unreadable(f"there is no header in the first line: {reason}")
        if any("\0" in name for name in best[2]):
            raise Unreadable("the file is not UTF-8 text (it may be UTF-16): save it as UTF-8")
        for _ in taken:
            next(lines)
        return best[1], best[2]

    def _json_rows(self, lines: _Lines) -> Iterator[Row]:
        names: dict[str, str] = {}
        seen: dict[str, None] = {}
        objects, first_reason = 0, "the file is empty"
        waiting: list[Row] = []
        while True:
            lines.begin()
            line = lines.number + 1
            raw, value, reason = "", None, None
            try:
                raw = next(lines)
                if not raw.strip():
                    continue
                value, reason = _json_object(raw)
            except StopIteration:
                break
            except _TooLong:
                reason, raw = _TOO_LONG, ""
            check, size = f"{zlib.crc32(raw.encode()):08x}", len(raw)
            row = None
            if value is not None:
                for key in value:
                    if key not in names:
                        names[key] = column_name(key, self.contract)
                folded = [names[key] for key in value]
                if len(set(folded)) < len(folded):
                    twice = next(name for name, n in Counter(folded).items() if n > 1)
                    reason = f"column {printable(twice)} stands more than once"
                else:
                    row = self._json_row(line, value, names, check, size)
                    seen.update(dict.fromkeys(folded))
            if row is None:
                text = raw.rstrip("\r\n").replace("\0", "�")
                row = Row(line, {}, None, check, reason=reason, raw=text, size=size)
                if not objects and first_reason == "the file is empty":
                    first_reason = f"line {line}: {reason}"
            objects += row.reason is None
            if objects:
                yield from waiting
                waiting.clear()
                yield row
            elif len(waiting) < _TRIED_LINES:
                waiting.append(row)
            else:
                break
        self.columns = [name for name in seen if name not in (REASON, REPLAYS, RAW)]
        if not objects:
            raise Unreadable(f"it does not begin with lines of JSON objects ({first_reason})")
        _require(self.contract, self.columns)

    def _json_row(
        self, line: int, value: dict[str, Any], names: dict[str, str], check: str, size: int
    ) -> Row:
        values: dict[str, str | None] = {}
        extra: dict[str, Any] = {}
        replays = None
        for key, item in value.items():
            name = names[key]
            if name == REPLAYS:
                replays = as_text(item)
            elif name in (REASON, RAW):
                continue
            else:
                if name in self.contract.columns:
                    values[name] = as_text(item, self.contract.columns[name] == "text")
                else:
                    extra[name] = item
        packed = _to_json(extra) if extra else None
        return Row(line, values, packed, check, replays=replays, size=size)


def kind_of(name: str) -> tuple[Kind, bool] | None:
    """What a file is by its name, and whether it is compressed; None for one of another kind."""
    lower = name.lower()
    for suffix, kind in _SUFFIXES.items():
        if lower.endswith(suffix):
            return kind, suffix.endswith(".gz")
    return None


def column_name(text: str, contract: TableContract) -> str:
    """A header as the contract spells it, where case, spaces and hyphens are all that differs."""
    stripped = text.strip()
    folded = re.sub(r"[\s-]+", "_", stripped.lower())
    return folded if folded in contract.columns or folded in (REASON, REPLAYS, RAW) else stripped


def printable(text: str) -> str:
    """`text` for a terminal: characters that are not for reading are written as %XX."""
    return "".join(
        _escaped(char) if unicodedata.category(char)[0] == "C" else char for char in text
    )


def shown(name: str) -> str:
    """`name` as no other name is shown: printable, and a % of its own is written as %25."""
    return printable(name.replace("%", "%25"))


def guarded(text: str) -> str:
    """`text` as a cell that no spreadsheet takes for a formula; undone when it is replayed."""
    return "'" + text if text.startswith(_FORMULA) else text


def as_text(value: object, is_wanted_as_text: bool = True) -> str | None:
    """A JSON value as the text that a Parquet file with such a column would be read as.

    A whole number such as 17.0 is 17 as text (it may be an id), and 17.0 for any other type.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        is_whole = is_wanted_as_text and value.is_integer() and abs(value) < 1e18
        return str(int(value)) if is_whole else repr(value)
    if isinstance(value, int):
        return str(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _escaped(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogateescape"))


def _without_guard(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text


def _require(contract: TableContract, columns: Sequence[str]) -> None:
    has = ", ".join(printable(name[:80]) for name in columns[:_SHOWN_COLUMNS]) or "none"
    missing = sorted(contract.required - set(columns))
    if missing:
        raise Unreadable(f"required column {', '.join(missing)} is missing; the file has {has}")
    if not set(contract.columns) & set(columns):
        raise Unreadable(f"no column of this table is in the file; it has {has}")


class _TooLong(Exception):
    """The line is longer than any line that is read."""


_TOO_LONG = f"the line has more than {LONGEST_LINE:,} characters"


class _Lines:
    """Lines of a text, counted as an editor counts them, that can be put back to be read again.

    `taken` are the lines since `begin`; None stands for one that was too long to be kept.
    """

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._put_back: deque[str | None] = deque()
        self.number = 0
        self.taken: list[str | None] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._put_back.popleft() if self._put_back else self._read()
        self.number += 1
        self.taken.append(line)
        if line is None:
            raise _TooLong
        return line

    def begin(self) -> None:
        """A row begins with the next line."""
        self.taken = []

    def put_back(self, lines: Sequence[str | None]) -> None:
        """The next lines are these, again."""
        self._put_back.extendleft(reversed(lines))
        self.number -= len(lines)

    def _read(self) -> str | None:
        line = self._text.readline(LONGEST_LINE + 1)
        if not line:
            raise StopIteration
        if not line.isascii():
            try:
                line.encode()
            except UnicodeEncodeError:
                raise Unreadable(
                    f"line {self.number + 1} is not UTF-8 text: save the file as UTF-8"
                ) from None
        if len(line) <= LONGEST_LINE:
            return line
        while line and not line.endswith(("\n", "\r")):
            line = self._text.readline(LONGEST_LINE)
        return None


def _first_filled(lines: _Lines) -> str:
    try:
        while not (line := next(lines)).strip():
            pass
    except StopIteration:
        raise Unreadable("the file is empty: there is no header") from None
    except _TooLong:
        raise Unreadable(f"there is no header: {_TOO_LONG}") from None
    return line


def _records(
    lines: _Lines, delimiter: str
) -> Iterator[tuple[int, list[str] | None, str | None, str]]:
    """Line, fields, reason and text of each record; of a broken one its first line alone.

    The lines after the first of a broken record are read again: a quote that is never closed
    spoils one row and not all that follow.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin()
        line = lines.number + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except (csv.Error, _TooLong) as error:
            first, *rest = lines.taken
            lines.put_back(rest)
            lines.taken = [first]
            reason = _TOO_LONG if first is None else _in_words(error)
            yield line, None, reason, first or ""
            continue
        if fields:
            yield line, fields, None, "".join(part or "" for part in lines.taken)


def _in_words(error: Exception) -> str:
    said = str(error)
    if "end of data" in said or isinstance(error, _TooLong):
        return "a quote is opened and never closed"
    if "expected after" in said:
        return "a closing quote is followed by more text"
    if "field limit" in said:
        return f"a field has more than {LONGEST_LINE:,} characters"
    return f"the line cannot be read as CSV ({printable(said)})"


def _json_object(text: str) -> tuple[dict[str, Any] | None, str | None]:
    try:
        value = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_pairs)
    except RecursionError:
        return None, "the line is nested too deeply"
    except _Repeated as repeated:
        return None, f"column {printable(str(repeated))} stands more than once"
    except ValueError as error:
        return None, f"the line cannot be read as JSON ({printable(str(error).split(': line')[0])})"
    if not isinstance(value, dict):
        return None, "the line is no JSON object"
    if "\\u" in text:
        try:
            spelled = json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return None, "a character of the row is half of a pair (a lone surrogate)"
        if _NUL.search(spelled):
            return None, "a character of the row is NUL"
    return value, None


class _Repeated(Exception):
    """A key stands twice in one JSON object."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Repeated(next(key for key, n in Counter(k for k, _ in pairs).items() if n > 1))
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON value")
