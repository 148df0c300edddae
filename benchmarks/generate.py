"""Events of realistic shape, any number of them, for measuring.

Sessions of about 8 events, 29 people to 1,000 events of whom a few are very active and some do
nothing, 2,000 assets of which a few are popular, 7 activity types, working weeks and hours over a
year. The same number of events and the same seed give the same rows. Rows come in the order in
which a loader got them, sessions interleaved, in several files with row groups. Nothing is
repeated, late, broken or anonymous: the hand-written programs leave that out, so it must decide no
score.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.catalogue import Catalogue
from benchmarks.shape import DAYS, SCORE_DATE, people

SEED = 20241231
ROW_GROUP = 122_880
_EVENTS_PER_FILE = 2_000_000
_MICROSECONDS = 1_000_000
_END = np.datetime64(SCORE_DATE, "D") + 1
_FIRST_DAY = _END - DAYS

_HOUR_WEIGHTS = np.array(
    [1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 18, 16, 13, 16, 18, 17, 14, 10, 7, 6, 5, 4, 3, 2], dtype=float
)
_MEAN_SESSION = 8
_LONGEST_SESSION = 80
_SECONDS_BETWEEN_EVENTS = 45.0

_INDUSTRIES = (
    *("Software", "Banking", "Insurance", "Manufacturing", "Retail", "Healthcare", "Education"),
    *("Logistics", "Telecommunications", "Energy", "Media", "Construction", "Hospitality"),
)
_COUNTRIES = ("US", "DE", "GB", "FR", "NL", "IN", "BR", "CA", "AU", "SE", "ES", "IT", "PL", "JP")
_TITLES = (
    *("Marketing Manager", "Director of Marketing", "VP Sales", "CTO", "Software Engineer"),
    *("Head of Operations", "Data Analyst", "Chief Executive Officer", "Student", "Consultant"),
    *("Sales Manager", "IT Administrator", "Director of IT", "Product Manager", "Founder"),
)
_FIRST_NAMES = ("Ada", "Ben", "Chen", "Dana", "Eva", "Femi", "Goran", "Hana", "Ines", "Jan")
_LAST_NAMES = ("Adler", "Brandt", "Costa", "Dubois", "Evans", "Fischer", "Garcia", "Haas")


def generate(landing: Path, events: int, days: int = DAYS, seed: int = SEED) -> None:
    """Write `landing`/custom/leads and `landing`/custom/events with exactly `events` events.

    With fewer `days` only what happened on the last ones of that same year, by the same people. The
    folders must not hold other files. Memory stays below 1 GB whatever the number is.
    """
    leads = people(events)
    rng = np.random.default_rng(seed)
    folder = landing / "custom"
    (folder / "leads").mkdir(parents=True, exist_ok=True)
    (folder / "events").mkdir(parents=True, exist_ok=True)
    _write(_leads(rng, leads), folder / "leads" / "leads.parquet")
    starts, lengths, owners = _sessions(rng, events, leads, 0, DAYS)
    first = np.searchsorted(starts, (DAYS - days) * 86_400 * _MICROSECONDS)
    starts, lengths, owners = starts[first:], lengths[first:], owners[first:]
    lead_ids = _texts("lead-", 7, np.arange(leads))
    catalogue = Catalogue()
    edges = np.concatenate([[0], np.cumsum(lengths)])
    landed = int(edges[-1])
    files = max(4, -(-landed // _EVENTS_PER_FILE))
    cuts = np.searchsorted(edges, np.linspace(0, landed, files + 1).astype(np.int64))
    for number, (low, high) in enumerate(pairwise(cuts)):
        table = _events(
            np.random.default_rng([seed, number]),
            catalogue,
            int(edges[low]),
            starts[low:high],
            lengths[low:high],
            lead_ids.take(pa.array(owners[low:high])),
        )
        _write(table, folder / "events" / f"events_{number:03d}.parquet")


def generate_next_day(path: Path, before: int, events: int, seed: int = SEED) -> None:
    """Write the day after the generated year into one file, with exactly `events` events.

    The people are those of `generate(…, before)`; they do on that day what they did before.
    """
    leads = people(before)
    rng = np.random.default_rng([seed, before, events])
    starts, lengths, owners = _sessions(rng, events, leads, DAYS, 1)
    table = _events(
        rng,
        Catalogue(),
        before,
        starts,
        lengths,
        _texts("lead-", 7, np.arange(leads)).take(pa.array(owners)),
        DAYS + 1,
    )
    _write(table, path)


def _sessions(
    rng: np.random.Generator, events: int, leads: int, first_day: int, days: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Start (microseconds), number of events and lead of each session, in order of their start."""
    count = events // 4 + 100
    lengths = np.minimum(rng.geometric(1 / _MEAN_SESSION, count), _LONGEST_SESSION)
    ends = np.cumsum(lengths)
    count = int(np.searchsorted(ends, events)) + 1
    lengths = lengths[:count]
    lengths[-1] -= ends[count - 1] - events
    numbers = first_day + np.arange(days)
    weekdays = (_FIRST_DAY + numbers).astype("datetime64[D]").view("int64")
    # 1970-01-01 was a Thursday; interest grows by half over the year.
    is_weekend = ((weekdays + 3) % 7) >= 5
    weights = np.where(is_weekend, 0.25, 1.0) * (1 + 0.5 * numbers / DAYS)
    day = first_day + _draw(rng, weights, count)
    hour = _draw(rng, _HOUR_WEIGHTS, count)
    starts = (day * 24 + hour) * 3_600 * _MICROSECONDS + rng.integers(
        0, 3_600 * _MICROSECONDS, count
    )
    starts.sort()
    return starts, lengths, _draw(rng, _activity_weights(rng, leads), count)


def _activity_weights(rng: np.random.Generator, leads: int) -> np.ndarray:
    """How much each lead does: some nothing, most little, one in 2,000 a hundred times as much."""
    weights = rng.lognormal(0, 1, leads)
    weights[rng.random(leads) < 0.05] = 0
    weights[rng.random(leads) < 0.0005] *= 100
    # Shared mailboxes and resellers: three leads with a thousandth of all sessions each.
    weights[rng.integers(0, leads, 3)] = weights.sum() / 1_000
    return weights


def _events(
    rng: np.random.Generator,
    catalogue: Catalogue,
    first: int,
    starts: np.ndarray,
    lengths: np.ndarray,
    lead_ids: pa.Array,
    days: int = DAYS,
) -> pa.Table:
    """The events of some sessions; `first` is the number of the first, `days` when all end."""
    count = int(lengths.sum())
    session = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    is_first = np.zeros(count, dtype=bool)
    opening = np.cumsum(lengths) - lengths
    is_first[opening] = True
    things = catalogue.draw(rng, is_first)
    gaps = (rng.standard_exponential(count) * _SECONDS_BETWEEN_EVENTS * _MICROSECONDS).astype(
        "int64"
    )
    gaps[is_first] = 0
    passed = np.cumsum(gaps)
    last = days * 86_400 * _MICROSECONDS - 1
    occurred = np.minimum(starts[session] + passed - passed[opening][session], last)
    loaded = occurred + rng.integers(30, 900, count) * _MICROSECONDS
    seconds = np.floor(rng.standard_exponential(count) * catalogue.mean_seconds[things])
    zero = _FIRST_DAY.astype("datetime64[us]")
    order = np.argsort(loaded, kind="stable")
    session, things, seconds = session[order], things[order], seconds[order]
    occurred, loaded = occurred[order], loaded[order]
    numbers = np.arange(first + 1, first + count + 1, dtype=np.uint64)
    return pa.table(
        {
            "event_id": _event_ids(numbers),
            "lead_id": lead_ids.take(pa.array(session)),
            "event_type": catalogue.event_types(things),
            "asset": catalogue.assets(things),
            "occurred_at": pa.array(zero + occurred.astype("timedelta64[us]")),
            "loaded_at": pa.array(zero + loaded.astype("timedelta64[us]")),
            "duration_seconds": pa.array(seconds, mask=catalogue.mean_seconds[things] == 0),
        }
    )


def _leads(rng: np.random.Generator, leads: int) -> pa.Table:
    numbers = np.arange(leads)
    first, last = (
        rng.integers(0, len(_FIRST_NAMES), leads),
        rng.integers(0, len(_LAST_NAMES), leads),
    )
    company = rng.integers(0, max(1, leads // 6), leads)
    domains = pc.binary_join_element_wise(_texts("company-", 6, company), ".example", "")
    created = _END - rng.integers(1, 2 * DAYS, leads).astype("timedelta64[D]")
    created = created.astype("datetime64[us]") + rng.integers(0, 86_400, leads).astype(
        "timedelta64[s]"
    )
    return pa.table(
        {
            "lead_id": _texts("lead-", 7, numbers),
            "email": pc.binary_join_element_wise(_texts("person-", 7, numbers), domains, "@"),
            "first_name": pa.array(_FIRST_NAMES).take(pa.array(first)),
            "last_name": pa.array(_LAST_NAMES).take(pa.array(last)),
            "job_title": _some(rng, _TITLES, leads, missing=0.1),
            "company_name": _texts("Company ", 6, company),
            "company_domain": domains,
            "industry": _some(rng, _INDUSTRIES, leads, missing=0.15),
            "employee_count": pa.array(
                np.maximum(1, rng.lognormal(5, 1.6, leads)).astype("int64"),
                mask=rng.random(leads) < 0.1,
            ),
            "country": _some(rng, _COUNTRIES, leads, missing=0.05),
            "created_at": pa.array(created),
            "updated_at": pa.array(created),
        }
    )


def _some(
    rng: np.random.Generator, values: tuple[str, ...], count: int, missing: float
) -> pa.Array:
    """Values of which the first are the most frequent, some missing."""
    drawn = _draw(rng, 1 / np.arange(2, len(values) + 2), count)
    return pa.array(values).take(pa.array(drawn, mask=rng.random(count) < missing))


def _draw(rng: np.random.Generator, weights: np.ndarray, count: int) -> np.ndarray:
    """Draw indexes with probabilities that are proportional to the weights."""
    edges = np.cumsum(weights)
    return np.searchsorted(edges[:-1], rng.random(count) * edges[-1], side="right")


def _texts(prefix: str, digits: int, numbers: np.ndarray) -> pa.Array:
    """Text ids such as lead-0000042."""
    cells = np.empty((len(numbers), len(prefix) + digits), dtype=np.uint8)
    cells[:, : len(prefix)] = np.frombuffer(prefix.encode(), dtype=np.uint8)
    for place in range(digits):
        cells[:, -1 - place] = numbers // 10**place % 10 + ord("0")
    return _from_cells(cells)


_HEX = np.frombuffer("".join(f"{n:04x}" for n in range(65_536)).encode(), dtype=np.uint8)
_HEX_QUADS = _HEX.reshape(-1, 4)


def _event_ids(numbers: np.ndarray) -> pa.Array:
    """Ids that look random and never repeat: splitmix64 of a running number, in hexadecimal."""
    mixed = numbers * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return _from_cells(_HEX_QUADS[mixed.view(np.uint16)].reshape(len(numbers), 16))


def _from_cells(cells: np.ndarray) -> pa.Array:
    rows, width = cells.shape
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(cells.tobytes()))


def _write(table: pa.Table, path: Path) -> None:
    # Without the Arrow schema a dictionary is only how a column is stored, not its type.
    pq.write_table(table, path, row_group_size=ROW_GROUP, compression="snappy", store_schema=False)


def main() -> None:
    """Generate from the command line."""
    parser = argparse.ArgumentParser(
        description="Write events of realistic shape into a landing folder."
    )
    parser.add_argument(
        "--events", type=int, default=1_000_000, help="how many (default: %(default)s)"
    )
    parser.add_argument("--days", type=int, default=DAYS, help="only the last days of the year")
    parser.add_argument("--landing", type=Path, required=True, help="folder to write into")
    arguments = parser.parse_args()
    generate(arguments.landing, arguments.events, arguments.days)


if __name__ == "__main__":
    main()
