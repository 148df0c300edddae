"""How the scoring seeds are read: CSV files become tables of typed rows.

Reading yields rows and a list of everything that is wrong with files, headers and single cells, as
`seed_columns.py` declares them; rules that span cells, rows or files live in `seeds.py`.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from orchestration.errors import Problem
from orchestration.quality.seed_columns import REFERENCE_SEEDS, SEEDS, Column, Seed

if TYPE_CHECKING:
    import duckdb

BLANKS = " \t\r\n"
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
EVERY_SEED = (*SEEDS.values(), *REFERENCE_SEEDS.values())


@dataclass(frozen=True)
class Row:
    """One line of a seed: `cells` as typed by a person (None if blank), `values` in their types.

    A cell that could not be read has no value, and its column stands in `broken`, so that no
    later check complains about the same cell again. `line` is 0 where the file is not at hand.
    """

    seed: Seed
    line: int
    cells: dict[str, str | None]
    values: dict[str, str | float | bool | None]
    broken: frozenset[str] = frozenset()

    def __getitem__(self, column: str):
        return self.values.get(column)

    def sound(self, *columns: str) -> bool:
        """Whether these cells, blank or not, can be relied on."""
        return self.broken.isdisjoint(columns)

    @property
    def key(self) -> str:
        """The row's name and place for a message, such as `b2b_v1 / pricing_visits (line 12)`."""
        needed = {column.name for column in self.seed.columns if column.needed}
        names = [
            self.cells.get(column) or "(blank)"
            for column in self.seed.named_by
            if column in needed or self.cells.get(column)
        ]
        return " / ".join(names) + (f" (line {self.line})" if self.line else "")

    def problem(
        self,
        column: str,
        message: str,
        remedy: str,
        severity: Literal["error", "warning"] = "error",
    ) -> Problem:
        return Problem(severity, self.seed.file, self.key, column, message, remedy)


@dataclass
class Table:
    """The rows of one seed. `complete` is false when some of the file could not be used, so that
    what is missing here must not be held against other files."""

    seed: Seed
    rows: list[Row] = field(default_factory=list)
    complete: bool = True

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


def is_blank(text: str | None) -> bool:
    """Blank text is missing: nothing, or only spaces, tabs and line breaks."""
    return text is None or not text.strip(BLANKS)


def parse_number(text: str) -> float | None:
    """The finite decimal number that the text writes, or None."""
    text = text.strip(BLANKS)
    number = float(text) if NUMBER.fullmatch(text) else math.nan
    return number if math.isfinite(number) else None


def split_range(text: str) -> tuple[float, float] | None:
    """`low..high` as two numbers, or None where the text is not of that form."""
    low, dots, high = text.partition("..")
    numbers = parse_number(low), parse_number(high)
    return numbers if dots and None not in numbers else None


def split_alternatives(text: str) -> list[str]:
    """The parts between `|`, trimmed; an empty part is kept as ''."""
    return [part.strip(BLANKS) for part in text.split("|")]


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known word that looks most like this one, whatever its case, if one does."""
    by_lower = {name.strip(BLANKS).lower(): name for name in sorted(known)}
    close = difflib.get_close_matches(word.strip(BLANKS).lower(), by_lower, 1, likeness)
    return by_lower[close[0]] if close else None


def suggest(word: str, known: Iterable[str], list_words: str = "Use one of") -> str:
    """A remedy for an unknown word: the nearest known one, then all of them."""
    known = list(known)
    close = nearest(word, known)
    listed = f"{list_words} {', '.join(known)}." if known else ""
    return " ".join(part for part in (f"Did you mean {close}?" if close else "", listed) if part)


def shown(text: str) -> str:
    """A cell as a message quotes it: in quotes, on one line, not too long."""
    line = " ".join(text.split("\n")).replace("\r", " ")
    return f"'{line if len(line) <= 60 else line[:57] + '...'}'"


def read_tables(
    project_dir: Path, seeds: Iterable[Seed] = EVERY_SEED
) -> tuple[dict[str, Table], list[Problem]]:
    """Read seeds from their CSV files. Never raises for what a person wrote: it is reported."""
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    for seed in seeds:
        tables[seed.name] = Table(seed)
        problems.extend(_read_into(tables[seed.name], project_dir / seed.file))
    return tables, problems


def table_of_rows(seed: Seed, rows: duckdb.DuckDBPyRelation) -> Table:
    """A seed as dbt loaded it, as a table without line numbers. Its cells have been checked."""
    table = Table(seed)
    for cells in rows.fetchall():
        texts = {
            name: "" if cell is None else str(cell)
            for name, cell in zip(rows.columns, cells, strict=True)
        }
        table.rows.append(_typed_row(seed, 0, texts)[0])
    return table


class _MixedLineEnds(csv.Error):
    """Some lines end with CR LF and others with LF."""


_QUOTED, _LINE_END = re.compile(r'"[^"]*"'), re.compile(r"\r\n|\n|\r")


def _read_into(table: Table, path: Path) -> Iterator[Problem]:
    """Fill the table from its file and yield what is wrong with the file and its cells."""
    seed = table.seed
    try:
        lines = _read_lines(path)
        header = next(lines, (1, []))[1]
        unusable = list(_check_header(seed, header))
        yield from unusable
        table.complete = not any(problem.severity == "error" for problem in unusable)
        positions = {name: header.index(name) for name in dict.fromkeys(header)}
        for line, cells in lines:
            if fault := _row_fault(header, cells):
                table.complete = False
                yield Problem("error", seed.file, f"line {line}", "", *fault)
                continue
            row, problems = _typed_row(seed, line, {n: cells[p] for n, p in positions.items()})
            table.rows.append(row)
            yield from problems
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        table.complete = False
        yield Problem("error", seed.file, "", "", *_file_fault(path, error))


def _read_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold something, each with the number of the line it starts on."""
    text = path.read_bytes().decode("utf-8-sig")
    if len(set(_LINE_END.findall(_QUOTED.sub("", text)))) > 1:
        raise _MixedLineEnds
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    for cells in reader:
        if cells:
            yield start, cells
        start = reader.line_num + 1


def _file_fault(path: Path, error: Exception) -> tuple[str, str]:
    """Message and remedy for a file that cannot be read at all, or not to its end."""
    if isinstance(error, FileNotFoundError):
        others = [other.name for other in path.parent.glob("*.csv")]
        close = nearest(
            path.name, set(others) - {seed.file.rpartition("/")[2] for seed in EVERY_SEED}, 0.8
        )
        return (
            "the file is missing",
            f"Rename {close} to {path.name}."
            if close
            else "Restore it; a file with only the header line is enough where there are no rows.",
        )
    if isinstance(error, UnicodeDecodeError):
        line = error.object[: error.start].count(b"\n") + 1
        return f"the file is not UTF-8 text (see line {line})", "Save it as CSV UTF-8."
    if isinstance(error, _MixedLineEnds):
        return (
            "its lines end in two ways, and the database cannot load that",
            "Save it again with one kind of line ends: an editor or spreadsheet does that.",
        )
    if isinstance(error, csv.Error):
        return f"the file is not valid CSV: {error}", "Close every double quote that is opened."
    return f"the file cannot be read: {error.strerror}", "Make it a file that can be read."


def _check_header(seed: Seed, header: list[str]) -> Iterator[Problem]:
    """Missing, repeated, nameless and unknown columns. Unknown ones are only warned about."""

    def problem(severity, column: str, message: str, remedy: str) -> Problem:
        return Problem(severity, seed.file, "header", column, message, remedy)

    known = [column.name for column in seed.columns]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        yield problem(
            "error", "", "the cells are not separated by commas", "Save it with commas as CSV."
        )
        return
    unknown = [name for name in dict.fromkeys(header) if name not in known]
    for name in known:
        if name not in header:
            close = nearest(name, unknown)
            yield problem(
                "error",
                name,
                "the column is missing",
                (f"Rename the column {shown(close)}. " if close else "Add it to the header. ")
                + f"The columns are {', '.join(known)}.",
            )
    for name in dict.fromkeys(header):
        if is_blank(name):
            yield problem("error", "", "a column has no name", "Name the column or remove it.")
        elif header.count(name) > 1:
            yield problem("error", name, "the column stands there twice", "Keep one of the two.")
        elif name in unknown:
            yield problem(
                "warning",
                name,
                "no model reads this column",
                f"The columns are {', '.join(known)}.",
            )


def _row_fault(header: list[str], cells: list[str]) -> tuple[str, str] | None:
    """Message and remedy for a line that is no row."""
    if len(cells) != len(header):
        return (
            f"the row has {len(cells)} cells, the header has {len(header)}",
            "Give every row one cell for each column, "
            "and put a text that contains a comma in double quotes.",
        )
    if all(is_blank(cell) for cell in cells):
        return "the row is empty", "Remove the line."
    return None


def _typed_row(seed: Seed, line: int, cells: dict[str, str]) -> tuple[Row, list[Problem]]:
    """Read the cells of one line into their types, with what is wrong with them."""
    present = {name: None if is_blank(cell) else cell for name, cell in cells.items()}
    values: dict[str, str | float | bool | None] = {}
    faults: dict[str, tuple[str, str]] = {}
    for column in seed.columns:
        if column.name not in present:
            faults[column.name] = ("", "")
            continue
        cell = present[column.name]
        values[column.name], fault = _typed_cell(column, cell)
        if fault:
            faults[column.name] = fault
    row = Row(seed, line, present, values, frozenset(faults))
    return row, [
        row.problem(name, message, remedy) for name, (message, remedy) in faults.items() if message
    ]


def _typed_cell(
    column: Column, cell: str | None
) -> tuple[str | float | bool | None, tuple[str, str] | None]:
    """The value of a cell, or None with a message and a remedy."""
    if cell is None:
        return None, ("the cell is blank", f"Fill in {_valid(column)}.") if column.needed else None
    if column.kind == "number":
        number = parse_number(cell)
        if number is None:
            infinite = cell.strip(BLANKS).lower().lstrip("+-") in ("nan", "inf", "infinity")
            word = "finite number" if infinite or NUMBER.fullmatch(cell.strip(BLANKS)) else "number"
            return None, (
                f"{shown(cell)} is not a {word}",
                f"Write {_valid(column)}, as a plain decimal such as 2 or 1.5.",
            )
        if column.bounds and not column.bounds.hold(number):
            return None, (f"{shown(cell)} is out of range", f"Write {column.bounds.text}.")
        return number, None
    if column.kind == "boolean":
        truth = {"true": True, "false": False}.get(cell.strip(BLANKS).lower())
        fault = (f"{shown(cell)} is neither true nor false", suggest(cell, ("true", "false")))
        return truth, fault if truth is None else None
    if column.allowed and cell not in column.allowed:
        return None, (
            f"{shown(cell)} is not a known {column.name.removeprefix('and_').replace('_', ' ')}",
            suggest(cell, column.allowed),
        )
    return cell, None


def _valid(column: Column) -> str:
    """What a cell of the column may hold, for a remedy."""
    if column.allowed:
        return f"one of {', '.join(column.allowed)}"
    if column.kind == "number":
        return column.bounds.text if column.bounds else "a number"
    return "true or false" if column.kind == "boolean" else f"the {column.name.replace('_', ' ')}"
