"""A small nasty landing folder: repeated, late, broken and contradictory rows in many files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
from landing_rows import CONTRACT, as_text

REQUIRED = {
    "leads": {"lead_id", "created_at"},
    "lead_attributes": {"lead_id", "attribute"},
    "accounts": {"account_id"},
    "events": {"event_id", "event_type", "occurred_at"},
    "identities": set(),
    "conversions": {"conversion_id", "lead_id", "stage", "occurred_at"},
    "privacy_requests": {"request", "requested_at"},
}
IDENTIFYING = {"lead_id", "email", "anonymous_id"}
FILES = [
    *("a.parquet", "B.parquet", "2024/01/a.parquet", "2024/10/part-0.parquet", "é.parquet"),
    *("2024/9/part-0.parquet", "year=2024/part.parquet", "z/z/z.parquet", "a/a.parquet"),
    *("it's.parquet", "a[1].parquet", "a b.parquet", "100%.parquet", "_a/*.parquet"),
]
TITLES = [
    *("VP Marketing", "CTO, EMEA", "Director of Sales", "Software Engineer (C++)", "Manager"),
    *("Head of R&D", "Étudiant", " student ", "directorate clerk", "Sales_VP", "VP2", None, " "),
    *("VP (EMEA)", "a_b test", "axb test", "100% Manager", "CTO²", "\u00a0cto\u00a0", "VP\n"),
    *("vp\u0301 sales", "директор", "\\d+ student", "Vice-President", "directory director"),
]
INDUSTRIES = ["Software", "software ", "RETAIL", "Santé", "Financial Services", "1", "Bank/Soft"]
COUNTRIES = ["Germany", "DE", "deu", " germany ", "United States", "us", "France", "Atlantis"]
DOMAINS = ["acme.com", "beta.io", "müller.de", "gmail.com", "mailinator.com", "nowhere.org"]
SITES = ["acme.com", "https://www.Acme.com/about", "HTTP://beta.io", "www.müller.de", " ACME.COM "]
NAMES = ["Acme Inc", "Beta GmbH", "müller", "ACME"]
AGENTS = ["Mozilla/5.0 (X11) Firefox/120", "Googlebot/2.1", "python-requests/2.31", "GOOGLEBOT"]
TYPES = [
    *("page_view", "page_view", "Page_View ", "email_open", "EMAIL_OPEN", "email_click"),
    *("form_submission", "webinar_attendance", "unheard_of"),
]
ASSETS = [
    *("/pricing", "/Pricing?plan=pro", " /pricing ", "/docs/api", "eBook: AI for CTOs"),
    *("ai_guide", "Webinar - AI", "C++ guide", "ÉTÉ 2024", "/docs/apis", None, " "),
    *("100% off", "a_b", "axb", "[draft] guide", "C:\\docs", "what's new"),
]
ATTRIBUTES = [
    *("industry", "Country", " budget ", "budget", "NPS", "job_title", "region", "seniority"),
    *("employee_count", "plan", "interest", "email_type", "seats", "lifecycle_stage", "price"),
]
VALUES = [
    *("Software", "Germany", "AI", "ai ops", "12", " 7 ", "1,000", "1e3", "Pro", "VP", "", " "),
    *("2.50", "CTO", "१२"),
]

Row = dict[str, Any]


class RandomLanding:
    """Makes the rows of each table around one score date and writes them into several files."""

    def __init__(self, random: Random, score_date: date, odd_types: bool) -> None:
        self.random = random
        self.odd_types = odd_types
        self.end = datetime.combine(score_date + timedelta(days=1), time.min)
        self.instants = [self.moment() for _ in range(3)]
        self.people = self.random.choice([5, 8, 15, 30, 60])
        ids = ["L1", "l1", " L1", "é7", "007", "7", "x:1", "a|b", "O'Neil", "42"]
        self.lead_ids = ids + [f"P{n}" for n in range(self.people)]
        self.lead_ids = (
            self.lead_ids[: self.people] if random.random() < 0.7 else self.lead_ids[10:]
        )
        names = ["ann", "Bob", "zoë", "c.d", "eve+x"] + [f"p{n}" for n in range(self.people)]
        self.emails = [f"{name}@{self.pick(DOMAINS)}" for name in names]
        self.anonymous_ids = [f"anon{n}" for n in range(random.choice([2, 5, 12]))]

    def pick(self, choices: Iterable[Any]) -> Any:
        return self.random.choice(list(choices))

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def moment(self, back_days: int = 60) -> datetime:
        """A time up to `back_days` before the end of the score date, often on a border."""
        roll = self.random.random()
        if roll < 0.1:
            return self.end + self.pick(
                [timedelta(0), timedelta(microseconds=1), timedelta(hours=9)]
            )
        if roll < 0.25:
            day = self.end - timedelta(days=self.pick([0, 1, 2, 7, 8, 10, 14, 15, 30, 31]))
            return day - self.pick([timedelta(0), timedelta(microseconds=1), timedelta(hours=1)])
        if roll < 0.5:
            return self.end - timedelta(days=self.random.randint(1, 4), seconds=3600)
        return self.end - timedelta(seconds=self.random.randint(1, back_days * 86400))

    def stamp(self) -> datetime | None:
        """A time of `loaded_at` or `updated_at`: missing, the same as another, or any."""
        roll = self.random.random()
        if roll < 0.25:
            return None
        return self.pick(self.instants) if roll < 0.6 else self.moment()

    def email(self) -> str | None:
        roll = self.random.random()
        if roll < 0.06:
            return self.pick(["nobody", "a@b@c.com", "", "  "])
        email = self.pick(self.emails[: max(4, self.people // 2)] if roll < 0.6 else self.emails)
        return self.pick([email, email, email.upper(), f" {email}\t", email.title()])

    def lead_id(self) -> str:
        if self.chance(0.06):
            return self.pick(["nobody", "L1 ", " P1", "p1"])
        return self.pick(self.lead_ids)

    def tables(self) -> dict[str, list[Row]]:
        return {
            "leads": self.leads(),
            "lead_attributes": self.repeat(self.lead_attributes, 40, 0.2),
            "accounts": self.repeat(self.account, 8, 0.2),
            "events": self.repeat(self.event, self.pick([10, 80, 200, 330]), 0.15),
            "identities": self.repeat(self.identity, self.pick([0, 5, 20]), 0.1),
            "conversions": self.repeat(self.conversion, 12, 0.15),
            "privacy_requests": self.repeat(self.privacy_request, self.pick([0, 1, 4, 8]), 0.1),
        }

    def repeat(self, make: Any, most: int, share: float) -> list[Row]:
        """Rows of which a share comes again, some cells changed."""
        rows = [make() for _ in range(self.random.randint(most // 3, most))]
        for row in [row for row in rows if self.chance(share)]:
            other = make()
            keys = [key for key in ("event_id", "account_id", "conversion_id") if key in row]
            same = keys or [key for key in ("lead_id", "attribute", "anonymous_id") if key in row]
            changed = {k: v for k, v in other.items() if k not in same and self.chance(0.5)}
            rows.append(row | changed)
        self.random.shuffle(rows)
        return rows

    def leads(self) -> list[Row]:
        first = self.lead(self.lead_ids[0])
        # One lead always exists: a company without any is another test's matter.
        first |= {"created_at": self.end - timedelta(days=90), "is_deleted": None}
        rows = [self.lead(lead_id) for lead_id in self.lead_ids[1:]]
        for row in [row for row in rows if self.chance(0.25)]:
            rows.append(self.lead(row["lead_id"]))
        for _ in range(self.random.randint(0, 3)):
            broken = self.lead(self.pick(self.lead_ids[1:]))
            rows.append(
                broken | self.pick([{"lead_id": None}, {"lead_id": " "}, {"created_at": None}])
            )
        self.random.shuffle(rows)
        return [first, *rows]

    def lead(self, lead_id: str) -> Row:
        return {
            "lead_id": lead_id,
            "email": self.email() if self.chance(0.85) else None,
            "first_name": self.pick(["Zoë", "Ann", None]),
            "job_title": self.pick(TITLES),
            "company_name": self.pick([*NAMES, None, None, ""]),
            "company_domain": self.pick([*SITES, None, None, None, None]),
            "industry": self.pick([*INDUSTRIES, None, None]),
            "employee_count": self.pick([5, 12, 50, 500, 5000, None, None]),
            "annual_revenue": self.pick([1500000.0, 2.5, 25000000.0, 1e16, 0.00001, None, None]),
            "country": self.pick([*COUNTRIES, None, None]),
            "region": self.pick([None, None, None, "EMEA", " moon"]),
            "lead_source": self.pick(["Webinar", "Ads", "referral ", None]),
            "lifecycle_stage": self.pick(["lead", "customer", None]),
            "is_email_opt_out": self.pick([True, False, None]),
            "created_at": self.pick([self.moment(), self.moment(), self.pick(self.instants)]),
            "updated_at": self.stamp(),
            "is_deleted": self.pick([True, False, False, False, None, None, None, None, None]),
            "price": self.pick([Decimal("2.50"), Decimal("10.00"), Decimal("0.10"), None]),
            "Deal Size": self.pick([0.1, 2.5, 1e6, 1e16, 1e-7, 10.0, None]),
            "plan": self.pick(["Pro", "free ", "PRO PLUS", None]),
            "Seats": self.pick([3.0, 2.5, 10.0, None]),
            "is_vip": self.pick([True, False, None]),
            "hint": self.pick(["12", " 12 ", "1,000", "5.", "+3", ".5", "1e3", None]),
        }

    def lead_attributes(self) -> Row:
        return {
            "lead_id": self.lead_id() if self.chance(0.97) else self.pick([None, " "]),
            "attribute": self.pick(ATTRIBUTES) if self.chance(0.97) else self.pick([None, ""]),
            "value_text": self.pick([*VALUES, None, None, None]),
            "value_number": self.pick([7.0, 99.5, -5.0, 500.0, None, None, None, None]),
            "updated_at": self.pick([None, self.instants[0], self.stamp()]),
            "note": "an extra column",
        }

    def account(self) -> Row:
        return {
            "account_id": self.pick(["A1", "a1", "A2", "A10", "é"]) if self.chance(0.95) else None,
            "domain": self.pick([*SITES, *DOMAINS, None]),
            "name": self.pick([*NAMES, None]),
            "industry": self.pick([*INDUSTRIES, None]),
            "employee_count": self.pick([12, 500, None]),
            "annual_revenue": self.pick([25000000.0, None]),
            "country": self.pick([*COUNTRIES, None]),
            "updated_at": self.pick([None, self.instants[0], self.stamp()]),
            "owner": self.pick(["me", None]),
        }

    def event(self) -> Row:
        occurred_at = self.pick([self.moment(), self.moment(), self.moment(), *self.instants[:1]])
        delay = self.pick(
            [timedelta(0), timedelta(hours=3), timedelta(days=20), timedelta(days=-1)]
        )
        roll = self.random.random()
        event = {
            "event_id": f"e{self.random.randint(0, 10**6)}",
            "lead_id": self.lead_id() if roll < 0.45 else None,
            "email": self.email() if 0.35 < roll < 0.65 else None,
            "anonymous_id": self.pick(self.anonymous_ids)
            if roll > 0.55 or self.chance(0.15)
            else None,
            "event_type": self.pick(TYPES),
            "asset": self.pick(ASSETS),
            "occurred_at": occurred_at,
            "loaded_at": self.pick([None, occurred_at + delay, occurred_at + delay]),
            "duration_seconds": self.pick(
                [None, None, 0.0, 6.0, 12.0, 30.0, 90.5, 600.0, 0.001, 100 / 3]
            ),
            "is_personalized": self.pick([True, False, None]),
            "is_automated": self.pick([True, *[False] * 4, *[None] * 5]),
            "is_deleted": self.pick([True, *[False] * 7, *[None] * 7]),
            "user_agent": self.pick([*AGENTS, *[AGENTS[0]] * 6, None, None]),
            "text": self.pick(["Hello, “world”", None]),
            "campaign": self.pick(["spring", None]),
        }
        return event | self.flaw(event) if self.chance(0.06) else event

    def flaw(self, event: Row) -> Row:
        """What sends an event to quarantine."""
        early = event["occurred_at"] - timedelta(days=1, microseconds=1)
        return self.pick(
            [
                {"event_id": self.pick([None, "", "\t"])},
                {"event_type": self.pick([None, " "])},
                {"occurred_at": None},
                {"duration_seconds": -1.0},
                {"loaded_at": early},
                {"lead_id": " ", "email": None, "anonymous_id": ""},
                {"lead_id": None, "email": "nobody", "anonymous_id": None},
            ]
        )

    def identity(self) -> Row:
        return {
            "anonymous_id": self.pick(self.anonymous_ids)
            if self.chance(0.95)
            else self.pick([None, " "]),
            "lead_id": self.lead_id() if self.chance(0.6) else None,
            "email": self.email() if self.chance(0.5) else None,
            "occurred_at": self.pick([None, self.moment(), *self.instants]),
        }

    def conversion(self) -> Row:
        stages = ["mql", "sql", "opportunity", "customer", "rejected", "lost", "won", None]
        return {
            "conversion_id": f"c{self.random.randint(0, 99)}" if self.chance(0.95) else None,
            "lead_id": self.lead_id() if self.chance(0.95) else " ",
            "stage": self.pick(stages),
            "occurred_at": self.moment() if self.chance(0.95) else None,
            "amount": self.pick([None, 1000.0, 99.99]),
        }

    def privacy_request(self) -> Row:
        requests = ["erase", "do_not_score", "erase", "do_not_score", "forget", None]
        return {
            "lead_id": self.lead_id() if self.chance(0.5) else None,
            "email": self.email() if self.chance(0.4) else None,
            "request": self.pick(requests),
            "requested_at": self.moment() if self.chance(0.95) else None,
        }

    # --- files --------------------------------------------------------------------------------

    def write(self, landing: Path) -> None:
        for table, rows in self.tables().items():
            if not rows or (table != "leads" and self.chance(0.07)):
                continue
            names = self.random.sample(FILES, self.random.randint(1, 4))
            shares: dict[str, list[Row]] = {name: [] for name in names}
            for row in rows:
                shares[self.pick(names)].append(row)
            self.whole_number_ids_apart(shares)
            # The lead that must exist is in a file that keeps every column.
            shares[names[0]] = [*shares[names[0]], *([rows[0]] if table == "leads" else [])]
            for number, (name, share) in enumerate(shares.items()):
                path = landing / "custom" / table / name
                path.parent.mkdir(parents=True, exist_ok=True)
                pq.write_table(self.as_table(table, share, keep_all=number == 0), path)

    def whole_number_ids_apart(self, shares: dict[str, list[Row]]) -> None:
        """Rows whose lead id is a whole number in a file of their own, which may type it so."""
        if not self.chance(0.3):
            return
        for name in list(shares):
            whole = [row for row in shares[name] if is_whole_number(row.get("lead_id"))]
            shares[name] = [row for row in shares[name] if row not in whole]
            shares.setdefault("whole/numbers.parquet", []).extend(whole)

    def as_table(self, table: str, rows: list[Row], keep_all: bool) -> pa.Table:
        columns = list(dict.fromkeys(key for row in rows for key in row)) or list(CONTRACT[table])
        if not keep_all:
            safe = REQUIRED[table] | IDENTIFYING
            columns = [c for c in columns if c in safe or not self.chance(0.08)]
        self.random.shuffle(columns)
        kinds = CONTRACT[table]
        arrays = [self.as_array(kinds.get(c), [row.get(c) for row in rows]) for c in columns]
        return pa.table(arrays, names=columns)

    def as_array(self, kind: str | None, values: list[Any]) -> pa.Array:
        odd = self.odd_types and self.chance(0.1)
        if odd and kind and self.chance(0.1) and all(value is None for value in values):
            return pa.nulls(len(values))
        if kind is None:
            return pa.array(values)
        if kind == "text":
            return self.text_array(values)
        if kind == "timestamp":
            return self.timestamp_array(values, odd)
        if odd and kind == "double" and self.chance(0.5):
            return pa.array(
                [None if v is None else Decimal(f"{v:.9f}") for v in values], pa.decimal128(38, 9)
            )
        if odd:
            texts = [None if value is None else as_text(value) for value in values]
            return pa.array(self.with_untypable(texts), pa.string())
        plain_types = {"bigint": pa.int64(), "double": pa.float64(), "boolean": pa.bool_()}
        if kind == "bigint" and self.chance(0.1):
            return pa.array(values, pa.int32())
        return pa.array(values, plain_types[kind])

    def with_untypable(self, texts: list[str | None]) -> list[str | None]:
        """Now and then one cell that no type takes: its whole row goes to quarantine."""
        if texts and self.chance(0.3):
            texts[self.random.randrange(1, len(texts) + 1) - 1] = "n/a"
        return texts

    def text_array(self, values: list[Any]) -> pa.Array:
        whole = all(value is None or is_whole_number(value) for value in values)
        if self.odd_types and whole and self.chance(0.5):
            return pa.array([None if value is None else int(value) for value in values], pa.int64())
        array = pa.array(values, self.pick([pa.string(), pa.string(), pa.large_string()]))
        return array.dictionary_encode() if self.chance(0.1) else array

    def timestamp_array(self, values: list[datetime | None], odd: bool) -> pa.Array:
        if not odd:
            return pa.array(values, pa.timestamp("us"))
        form = self.pick(["utc", "new_york", "ns", "ms", "date", "text", "text_zone"])
        aware = [None if v is None else v.replace(tzinfo=UTC) for v in values]
        if form == "utc":
            return pa.array(aware, pa.timestamp("us", tz="UTC"))
        if form == "new_york":
            return pa.array(aware, pa.timestamp("us", tz="America/New_York"))
        if form == "ms":
            return pa.array(values, pa.timestamp("us")).cast(pa.timestamp("ms"), safe=False)
        if form == "date":
            return pa.array([None if v is None else v.date() for v in values], pa.date32())
        if form == "ns":
            return pa.array(values, pa.timestamp("us")).cast(pa.timestamp("ns"))
        if form == "text":
            texts = [None if v is None else v.isoformat(sep=" ") for v in values]
        else:
            zone = ZoneInfo("Asia/Kolkata")
            texts = [None if v is None else v.astimezone(zone).isoformat() for v in aware]
        return pa.array(self.with_untypable(texts), pa.string())


def is_whole_number(text: str | None) -> bool:
    return text is not None and text.isascii() and text.isdigit() and text[0] != "0"
