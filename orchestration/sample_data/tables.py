"""The tables beside the events, in the columns and types of the contract: leads, accounts,
attributes, links and so on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from orchestration.sample_data import company as c
from orchestration.sample_data.activity import DAY, NOBODY
from orchestration.sample_data.outcomes import Conversion
from orchestration.sample_data.people import NONE, Accounts, People
from orchestration.sample_data.schemas import TIME
from orchestration.sample_data.year import Year


@dataclass
class Names:
    """How people and visitors are called in the tables. `second` is the id of a person's second
    record, None for most.
    """

    lead: list[str]
    second: list[str | None]
    second_created: np.ndarray

    @staticmethod
    def visitor(number: int) -> str:
        """A cookie value, different for every visitor."""
        return f"v-{(int(number) * 2_654_435_761) % 2**32:08x}"


def as_table(schema: pa.Schema, rows: Iterable[dict[str, object]]) -> pa.Table:
    """Rows as a table; names that a row lacks are null. Times are seconds since 1970."""
    rows = list(rows)
    columns = []
    for field in schema:
        values = [row.get(field.name) for row in rows]
        if field.type == TIME:
            values = [None if value is None else int(value) * 1_000_000 for value in values]
            columns.append(pa.array(values, pa.int64()).cast(TIME))
        else:
            columns.append(pa.array(values, field.type))
    return pa.table(columns, schema=schema)


def draw_names(rng: np.random.Generator, people: People, created: np.ndarray, end: int) -> Names:
    """Ids in the order of creation; four people in a hundred have a second record with the same
    e-mail address.
    """
    rank = np.argsort(np.argsort(created, kind="stable"), kind="stable")
    lead = [f"L{100_001 + number}" for number in rank]
    twice = (people.email_kind != NONE) & ~people.outsider & (created < end - 5 * DAY)
    twice &= rng.random(len(people)) < 0.042
    second = [f"L{200_001 + number}" if dup else None for number, dup in enumerate(twice)]
    later = (created + 3600 + rng.random(len(people)) * (end - DAY - created)).astype(np.int64)
    return Names(lead, second, later)


def lead_rows(
    rng: np.random.Generator,
    people: People,
    accounts: Accounts,
    year: Year,
    names: Names,
    conversions: list[Conversion],
    end: int,
) -> tuple[list[dict], list[dict]]:
    """The lead records, and later deliveries of some of them."""
    stage = {step.person: step.stage for step in sorted(conversions, key=lambda s: s.time)}
    done = year.done
    left = set(done.person[done.kind == "email_unsubscribe"].tolist())
    trial = set(done.person[(done.kind == "form_submission") & (done.asset == "/signup")].tolist())
    last_seen = year.created.copy()
    own = done.person >= 0
    np.maximum.at(last_seen, done.person[own], done.time[own])
    rows, changes = [], []
    for i in range(len(people)):
        account, luck = int(people.account[i]), rng.random(8)
        known = account != NOBODY
        country, code, *_ = c.COUNTRIES[people.country[i]]
        row = {
            "lead_id": names.lead[i],
            "email": people.email[i],
            "first_name": c.FIRST_NAMES[people.first[i]],
            "last_name": c.LAST_NAMES[people.last[i]],
            "job_title": c.TITLES[people.title[i]][0] if people.title[i] != NOBODY else None,
            "country": None if luck[0] < 0.06 else code if luck[0] < 0.16 else country,
            "lead_source": c.LEAD_SOURCES[int(luck[1] * len(c.LEAD_SOURCES))],
            "lifecycle_stage": stage.get(i, "lead" if people.title[i] != NOBODY else "subscriber"),
            "is_email_opt_out": i in left or bool(luck[2] < 0.01),
            "created_at": year.created[i],
            "updated_at": last_seen[i],
            "is_deleted": False,
            "utm_campaign": "spring-launch" if luck[3] < 0.08 else None,
        }
        if known:
            domain = accounts.domain[account]
            row["company_name"] = accounts.name[account]
            if luck[4] < 0.88:
                row["company_domain"] = f"https://www.{domain}/" if luck[4] < 0.05 else domain
            if luck[5] < 0.5:
                row["industry"] = c.INDUSTRIES[accounts.industry[account]][0]
                row["employee_count"] = int(accounts.employees[account])
            if luck[6] < 0.2:
                row["annual_revenue"] = float(accounts.revenue[account])
        if row["lifecycle_stage"] == "customer":
            row["plan"] = "business" if luck[7] < 0.4 else "starter"
        elif i in trial:
            row["plan"] = "free_trial"
        rows.append(row)
        if luck[6] > 0.98 and last_seen[i] < end - 3 * DAY:
            changes.append(row | {"updated_at": end - 2 * DAY, "utm_campaign": "autumn-launch"})
        if names.second[i]:
            copy = {"lead_id": names.second[i], "created_at": names.second_created[i]}
            copy |= {"updated_at": names.second_created[i], "email": f" {people.email[i].upper()}"}
            rows.append(row | copy | {"lead_source": "list import", "job_title": None})
    for number in range(max(2, len(people) // 400)):
        thrown = {"lead_id": f"L{300_001 + number}", "email": f"deleted.{number}@gone.example"}
        thrown |= {"created_at": end - (20 + number) * DAY, "updated_at": end - 10 * DAY}
        rows.append(thrown | {"is_deleted": True, "is_email_opt_out": False})
    rows.sort(key=lambda row: (row["created_at"], row["lead_id"]))
    return rows, changes


def account_rows(accounts: Accounts, end: int) -> list[dict]:
    """One row per company."""
    return [
        {
            "account_id": f"A{10_001 + i}",
            "domain": accounts.domain[i],
            "name": accounts.name[i],
            "industry": c.INDUSTRIES[accounts.industry[i]][0],
            "employee_count": int(accounts.employees[i]),
            "annual_revenue": float(accounts.revenue[i]),
            "country": c.COUNTRIES[accounts.country[i]][0],
            "updated_at": end - (30 + i % 300) * DAY,
        }
        for i in range(len(accounts))
    ]


def attribute_rows(
    rng: np.random.Generator, people: People, year: Year, names: Names, end: int
) -> list[dict]:
    """Custom attributes with their history: the CRM in use and the seats planned, some of them
    changed once.
    """
    rows = []
    for i in range(len(people)):
        told = int(year.created[i] + rng.random() * (end - year.created[i]))
        values: list[dict[str, object]] = []
        if people.crm[i] != NOBODY:
            values.append({"attribute": "crm_system", "value_text": c.CRM_SYSTEMS[people.crm[i]]})
        if people.seats[i] != NOBODY:
            values.append({"attribute": "seats_planned", "value_number": float(people.seats[i])})
        rows += [{"lead_id": names.lead[i], "updated_at": told} | value for value in values]
        if people.seats[i] != NOBODY and rng.random() < 0.1:
            before = {"attribute": "seats_planned", "value_number": 5.0}
            early = (int(year.created[i]) + told) // 2
            rows.append({"lead_id": names.lead[i], "updated_at": early} | before)
    return rows


def identity_rows(people: People, year: Year, names: Names) -> list[dict]:
    """Which visitor turned out to be which lead; one in three by e-mail address alone."""
    rows = []
    for person, visitor, time in year.links:
        row: dict[str, object] = {"anonymous_id": names.visitor(visitor), "occurred_at": time}
        email = people.email[person]
        by_email = email is not None and person % 3 == 0
        rows.append(row | ({"email": email} if by_email else {"lead_id": names.lead[person]}))
    return sorted(rows, key=lambda row: (row["occurred_at"], row["anonymous_id"]))


def conversion_rows(conversions: list[Conversion], names: Names) -> list[dict]:
    """The steps of the funnel in the order in which they were taken."""
    steps = sorted(conversions, key=lambda s: (s.time, s.person))
    return [
        {
            "conversion_id": f"C{10_001 + number}",
            "lead_id": names.lead[step.person],
            "stage": step.stage,
            "occurred_at": step.time,
            "amount": step.amount,
            "reason": step.reason,
        }
        for number, step in enumerate(steps)
    ]


def privacy_rows(
    rng: np.random.Generator, people: People, year: Year, names: Names, end: int
) -> list[dict]:
    """A few people who asked not to be scored, half of them by their e-mail address."""
    chosen = rng.choice(len(people), size=max(2, len(people) // 500), replace=False)
    rows = []
    for order, i in enumerate(int(i) for i in chosen):
        email = people.email[i]
        who = {"email": email} if order % 2 and email else {"lead_id": names.lead[i]}
        asked = (int(year.created[i]) + end) // 2
        rows.append(who | {"request": "do_not_score", "requested_at": asked})
    return rows
