"""How events reach the landing folder: some late, some twice, some broken, filed by load time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from orchestration.sample_data.activity import DAY, Activities
from orchestration.sample_data.events import event_columns
from orchestration.sample_data.people import People
from orchestration.sample_data.schemas import EVENTS, TEXT_EVENTS, TIME
from orchestration.sample_data.tables import Names
from orchestration.sample_data.year import REPEATED

LATE = 0.05
BROKEN = 0.005
DEFECTS = ("no id", "no type", "no time", "nobody", "negative", "from the future", "time in words")


@dataclass
class Delivered:
    """The files with events by their path below `events/`, and how many rows are what."""

    files: dict[str, pa.Table]
    rows: int
    repeated: int
    late: int
    broken: int


def loaded_times(
    rng: np.random.Generator, time: np.ndarray, end: int, number: int
) -> tuple[np.ndarray, np.ndarray]:
    """When each event was loaded: within six hours, but `number` of them more than a day and up to
    20 days after they happened; the second value says which.
    """
    loaded = np.minimum(time + rng.integers(300, 6 * 3600, len(time)), end - 1)
    able = np.flatnonzero(time < end - 2 * DAY)
    late = rng.choice(able, size=min(number, len(able)), replace=False)
    longest = np.minimum(20 * DAY, end - 1 - time[late])
    delay = 1.1 * DAY + rng.random(len(late)) ** 1.5 * (longest - 1.1 * DAY)
    loaded[late] = time[late] + delay.astype(np.int64)
    return loaded, late


def damage(columns: dict[str, np.ndarray], rows: np.ndarray) -> np.ndarray:
    """Breaks each row in one of seven ways; returns those whose time has to become words."""
    for order, row in enumerate(rows):
        defect = DEFECTS[order % len(DEFECTS)]
        blank = None if order % 2 else "  "
        if defect == "no id":
            columns["event_id"][row] = blank
        elif defect == "no type":
            columns["event_type"][row] = blank
        elif defect == "no time":
            columns["occurred_at"][row] = None
        elif defect == "nobody":
            for name in ("lead_id", "email", "anonymous_id"):
                columns[name][row] = blank
        elif defect == "negative":
            columns["duration_seconds"][row] = -60.0
        elif defect == "from the future":
            columns["loaded_at"][row] = columns["occurred_at"][row] - 3 * DAY
    return rows[np.arange(len(rows)) % len(DEFECTS) == DEFECTS.index("time in words")]


def repeat(
    rng: np.random.Generator, columns: dict[str, np.ndarray], rows: np.ndarray, end: int
) -> dict[str, np.ndarray]:
    """Second deliveries of the given rows: most the same, a fifth corrected, one in ten saying that
    it never happened.
    """
    again = {name: values[rows].copy() for name, values in columns.items()}
    again["loaded_at"] = np.minimum(
        again["loaded_at"] + rng.integers(60, DAY // 2, len(rows)), end - 1
    )
    fate = rng.random(len(rows))
    corrected = (fate < 0.2) & (again["duration_seconds"] != None)  # noqa: E711 (by element)
    again["duration_seconds"][corrected] = again["duration_seconds"][corrected] + 30
    again["is_deleted"][fate > 0.9] = True
    return again


def as_table(schema: pa.Schema, columns: dict[str, np.ndarray], rows: np.ndarray) -> pa.Table:
    """The given rows as a table; seconds become timestamps."""
    arrays = []
    for field in schema:
        values = columns[field.name][rows].tolist()
        if field.type == TIME:
            values = [None if value is None else int(value) * 1_000_000 for value in values]
            arrays.append(pa.array(values, pa.int64()).cast(TIME))
        else:
            arrays.append(pa.array(values, field.type))
    return pa.table(arrays, schema=schema)


def deliver(
    rng: np.random.Generator, done: Activities, people: People, names: Names, end: int
) -> Delivered:
    """Events as a loader lands them: a file a month by load time, a file a day for the last 30
    days, and a partner's file with its times as text.
    """
    columns = event_columns(rng, done, people, names)
    total = len(done) / (1 - REPEATED)
    loaded, late = loaded_times(rng, done.time, end, round(LATE * total))
    columns["loaded_at"] = loaded.astype(object)
    shuffled = rng.permutation(len(done))
    broken = shuffled[: round(BROKEN * total)]
    intact = shuffled[len(broken) :]
    words = damage(columns, broken)
    again = repeat(rng, columns, intact[: round(REPEATED * total)], end)
    partner = np.sort(np.concatenate([words, intact[-max(3, len(done) // 400) :]]))
    columns = {name: np.concatenate([columns[name], again[name]]) for name in columns}

    rows = np.setdiff1d(np.arange(len(columns["event_id"])), partner)
    rows = rows[np.argsort(columns["loaded_at"][rows].astype(np.int64), kind="stable")]
    day = columns["loaded_at"][rows].astype(np.int64) // DAY
    recent = end // DAY - 30
    file = [_file(int(number), recent) for number in day]
    starts = [i for i, name in enumerate(file) if i == 0 or file[i - 1] != name]
    files = {
        file[first]: as_table(EVENTS, columns, rows[first:last])
        for first, last in zip(starts, [*starts[1:], len(rows)], strict=True)
    }
    columns["occurred_at"][partner] = [_iso(time) for time in columns["occurred_at"][partner]]
    columns["occurred_at"][words] = "some time last week"
    files["partner/chat-and-events.parquet"] = as_table(TEXT_EVENTS, columns, partner)
    return Delivered(
        files, len(columns["event_id"]), len(again["event_id"]), len(late), len(broken)
    )


def _file(day: int, recent: int) -> str:
    date = np.datetime64(day, "D")
    if day >= recent:
        return f"daily/events-{date}.parquet"
    month = date.astype("datetime64[M]")
    return f"{str(month)[:4]}/events-{month}.parquet"


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
