"""Reads the landing folder of the `custom` source into typed Python rows, one object a raw row.

Part of the reference implementation: it shares no code with the project. A row whose cell cannot be
turned into its column's type keeps a `problem` and is quarantined later; nothing is dropped here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

CONTRACT: dict[str, dict[str, str]] = {
    "leads": {
        **dict.fromkeys(["lead_id", "email", "first_name", "last_name", "job_title"], "text"),
        **dict.fromkeys(["company_name", "company_domain", "industry"], "text"),
        "employee_count": "bigint",
        "annual_revenue": "double",
        **dict.fromkeys(["country", "region", "lead_source", "lifecycle_stage"], "text"),
        "is_email_opt_out": "boolean",
        "created_at": "timestamp",
        "updated_at": "timestamp",
        "is_deleted": "boolean",
    },
    "lead_attributes": {
        "lead_id": "text",
        "attribute": "text",
        "value_text": "text",
        "value_number": "double",
        "updated_at": "timestamp",
    },
    "accounts": {
        **dict.fromkeys(["account_id", "domain", "name", "industry"], "text"),
        "employee_count": "bigint",
        "annual_revenue": "double",
        "country": "text",
        "updated_at": "timestamp",
    },
    "events": {
        **dict.fromkeys(
            ["event_id", "lead_id", "email", "anonymous_id", "event_type", "asset"], "text"
        ),
        "occurred_at": "timestamp",
        "loaded_at": "timestamp",
        "duration_seconds": "double",
        "is_personalized": "boolean",
        "is_automated": "boolean",
        "is_deleted": "boolean",
        "user_agent": "text",
        "text": "text",
    },
    "identities": {
        "anonymous_id": "text",
        "lead_id": "text",
        "email": "text",
        "occurred_at": "timestamp",
    },
    "conversions": {
        "conversion_id": "text",
        "lead_id": "text",
        "stage": "text",
        "occurred_at": "timestamp",
        "amount": "double",
        "reason": "text",
    },
    "privacy_requests": {
        "lead_id": "text",
        "email": "text",
        "request": "text",
        "requested_at": "timestamp",
    },
}

BLANK_CHARACTERS = " \t\n\r"
DECIMAL_PATTERN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)


@dataclass
class RawRow:
    """One row of one landing file. The reference fills in `fate`: a column of intake_counts."""

    table: str
    file: str
    number: int
    values: dict[str, Any]
    extra: dict[str, Any] = field(default_factory=dict)
    problem: str | None = None
    fate: str = ""

    def __getitem__(self, column: str) -> Any:
        return self.values.get(column)


def trim(text: str) -> str:
    """Without spaces, tabs and line breaks at both ends; other characters stay."""
    return text.strip(BLANK_CHARACTERS)


def plain_decimal(number: int | float | Decimal) -> str:
    """A number's shortest plain decimal text: 500.0 is `500`, 1e-05 is `0.00001`."""
    text = format(Decimal(str(number)), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def parse_decimal(text: str | None) -> float | None:
    """The number that a text stands for, or None where it is not a plain decimal."""
    if text is None or not DECIMAL_PATTERN.fullmatch(trim(text)):
        return None
    return float(trim(text))


def typed(value: Any, kind: str) -> Any:
    """`value` in the contract's type, None where missing; ValueError where it has no such type."""
    if value is None or (isinstance(value, str) and trim(value) == ""):
        return None
    if kind == "text":
        return as_text(value)
    if kind == "timestamp":
        return as_timestamp(value)
    if kind == "boolean":
        return as_boolean(value)
    number = parse_decimal(value) if isinstance(value, str) else value
    number = float(number) if isinstance(number, Decimal) else number
    if number is None or isinstance(number, bool):
        raise ValueError(f"{value!r} is no number")
    if kind == "double":
        return float(number)
    if number != int(number):
        raise ValueError(f"{value!r} is no whole number")
    return int(number)


def as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return plain_decimal(value) if isinstance(value, int | float) else str(value)


def as_timestamp(value: Any) -> datetime:
    """A UTC time without a zone. One with a zone is converted, one without is UTC already."""
    moment = datetime.fromisoformat(trim(value)) if isinstance(value, str) else value
    if isinstance(moment, date) and not isinstance(moment, datetime):
        return datetime.combine(moment, time.min)
    if not isinstance(moment, datetime):
        raise ValueError(f"{value!r} is no time")
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def as_boolean(value: Any) -> bool:
    if isinstance(value, str) and trim(value).lower() in ("true", "false"):
        return trim(value).lower() == "true"
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def read_table(landing: Path, table: str) -> list[RawRow]:
    """All rows of `landing/custom/<table>/**.parquet`, ordered by file name and row."""
    folder = landing / "custom" / table
    rows: list[RawRow] = []
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.parquet"))
    for name in names:
        # ParquetFile reads one file as it is: no columns are made up from folder names.
        content = pq.ParquetFile(folder / name).read()
        for number, cells in enumerate(in_microseconds(content).to_pylist()):
            rows.append(read_row(table, name, number, cells))
    return rows


def in_microseconds(content: pa.Table) -> pa.Table:
    """Python's datetime knows microseconds; nanosecond columns would come as another type."""
    for index, column in enumerate(content.schema):
        if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
            slower = pa.timestamp("us", tz=column.type.tz)
            values = content.column(index).cast(slower, safe=False)
            content = content.set_column(index, column.name, values)
    return content


def read_row(table: str, name: str, number: int, cells: dict[str, Any]) -> RawRow:
    row = RawRow(table, name, number, {})
    for column, value in cells.items():
        if column not in CONTRACT[table]:
            row.extra[column] = value
            continue
        try:
            row.values[column] = typed(value, CONTRACT[table][column])
        except ValueError as error:
            row.values[column] = None
            row.problem = f"{column}: {error}"
    return row
