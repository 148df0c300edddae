"""How events reach the landing folder: with ids and load times, some late, some twice, some broken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from orchestration.sample_data import company as c
from orchestration.sample_data.activity import (
    BY_AGENT,
    BY_EMAIL,
    BY_EMAIL_AND_VISITOR,
    BY_LEAD,
    BY_LEAD_AND_VISITOR,
    BY_VISITOR,
    DAY,
    FLAGGED,
    HUMAN,
    Activities,
)
from orchestration.sample_data.people import People
from orchestration.sample_data.tables import TIME, Names
from orchestration.sample_data.year import REPEATED

LATE = 0.05
BROKEN = 0.005
EVENTS = pa.schema(
    [(name, pa.string()) for name in ("event_id", "lead_id", "email", "anonymous_id")]
    + [("event_type", pa.string()), ("asset", pa.string())]
    + [("occurred_at", TIME), ("loaded_at", TIME), ("duration_seconds", pa.float64())]
    + [(name, pa.bool_()) for name in ("is_personalized", "is_automated", "is_deleted")]
    + [("user_agent", pa.string()), ("text", pa.string())]
)
# A partner's system writes its times as text.
TEXT_EVENTS = EVENTS.set(EVENTS.get_field_index("occurred_at"), pa.field("occurred_at", pa.string()))
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
    rng: np.random.Generator, time: np.ndarray, end: int
) -> tuple[np.ndarray, np.ndarray]:
    """When each event was loaded: within six hours, but for the late ones (second value) after up to 20 days."""
    loaded = np.minimum(time + rng.integers(300, 6 * 3600, len(time)), end - 1)
    able = np.flatnonzero(time < end - 2 * DAY)
    number = min(round(LATE * len(time)), len(able))
    late = rng.choice(able, size=number, replace=False)
    longest = np.minimum(20 * DAY, end - 1 - time[late])
    delay = 1.1 * DAY + rng.random(number) ** 1.5 * (longest - 1.1 * DAY)
    loaded[late] = time[late] + delay.astype(np.int64)
    return loaded, late


def event_columns(
    rng: np.random.Generator, done: Activities, people: People, names: Names
) -> dict[str, np.ndarray]:
    """The columns of the contract as object arrays, times in seconds."""
    size = len(done)
    lead = np.array([*names.lead, None], dtype=object)[done.person]
    second = np.array([*names.second, None], dtype=object)[done.person]
    newer = np.append(names.second_created, 0)[done.person] < done.time
    swap = newer & (second != None) & (rng.random(size) < 0.3)  # noqa: E711 (by element)
    lead = np.where(swap, second, lead)
    email = np.array([*people.email, None], dtype=object)[done.person]
    shouted = (email != None) & (rng.random(size) < 0.03)  # noqa: E711 (by element)
    email[shouted] = [f"{value.title()} " for value in email[shouted]]
    cookie = np.array([names.visitor(v) for v in range(done.visitor.max() + 1)] + [None], object)
    by = done.identity
    agents = np.array(c.PEOPLE_AGENTS, dtype=object)[done.visitor % len(c.PEOPLE_AGENTS)]
    on_screen = done.visitor >= 0
    agent = np.where(on_screen, agents, None)
    crawlers = np.array(c.CRAWLER_AGENTS, dtype=object)[done.visitor % len(c.CRAWLER_AGENTS)]
    scanners = np.array(c.SCANNER_AGENTS, dtype=object)[done.time % len(c.SCANNER_AGENTS)]
    machines = np.where(on_screen, crawlers, scanners)
    agent = np.where(done.machine == BY_AGENT, machines, agent)
    text = np.full(size, None, dtype=object)
    for kind, choices in c.TEXTS.items():
        some = (done.kind == kind) & (done.asset != "/subscribe")
        text[some] = np.array(choices, dtype=object)[rng.integers(len(choices), size=some.sum())]
    personalized = np.array([False, True, None], dtype=object)[done.personalized]
    flagged = np.where(done.machine == FLAGGED, True, np.where(rng.random(size) < 0.7, False, None))
    return {
        "event_id": np.array([f"evt-{number:07d}" for number in range(1, size + 1)], dtype=object),
        "lead_id": np.where(np.isin(by, (BY_LEAD, BY_LEAD_AND_VISITOR)), lead, None),
        "email": np.where(np.isin(by, (BY_EMAIL, BY_EMAIL_AND_VISITOR)), email, None),
        "anonymous_id": np.where(
            np.isin(by, (BY_VISITOR, BY_LEAD_AND_VISITOR, BY_EMAIL_AND_VISITOR)),
            cookie[done.visitor],
            None,
        ),
        "event_type": done.kind.copy(),
        "asset": done.asset.copy(),
        "occurred_at": done.time.astype(object),
        "duration_seconds": np.where(np.isnan(done.duration), None, done.duration),
        "is_personalized": personalized,
        "is_automated": flagged,
        "is_deleted": np.full(size, False, dtype=object),
        "user_agent": agent,
        "text": text,
    }


def damage(columns: dict[str, np.ndarray], rows: np.ndarray) -> np.ndarray:
    """Breaks the given rows, each in one of seven ways, and returns those whose time becomes words."""
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
    """Second deliveries of the given rows: most the same, a fifth corrected, one in ten saying that it never happened."""
    again = {name: values[rows].copy() for name, values in columns.items()}
    again["loaded_at"] = np.minimum(again["loaded_at"] + rng.integers(60, DAY // 2, len(rows)), end - 1)
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
    """Events as a loader lands them: a file a month by load time, a file a day for the last 30 days, and a
    partner's file with its times as text."""
    columns = event_columns(rng, done, people, names)
    loaded, late = loaded_times(rng, done.time, end)
    columns["loaded_at"] = loaded.astype(object)
    total = len(done) / (1 - REPEATED)
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
    texts = [
        "some time last week" if row in set(words.tolist()) else _iso(columns["occurred_at"][row])
        for row in partner
    ]
    columns["occurred_at"][partner] = texts
    files["partner/chat-and-events.parquet"] = as_table(TEXT_EVENTS, columns, partner)
    return Delivered(files, len(columns["event_id"]), len(again["event_id"]), len(late), len(broken))


def _file(day: int, recent: int) -> str:
    date = np.datetime64(day, "D")
    if day >= recent:
        return f"daily/events-{date}.parquet"
    month = date.astype("datetime64[M]")
    return f"{str(month)[:4]}/events-{month}.parquet"


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
