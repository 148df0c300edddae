"""Draws who converts, from a propensity of what leads are and what they did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.sample_data import company as c
from orchestration.sample_data.activity import DAY, HUMAN, NOBODY, Activities
from orchestration.sample_data.people import Accounts, People
from orchestration.sample_data.year import Year

MONTH = 30 * DAY
WINDOW = 45 * DAY
INTERCEPT = -6.3


@dataclass
class Conversion:
    """One step of one person; `amount` is in euros, `reason` says why nothing was bought."""

    person: int
    stage: str
    time: int
    amount: float | None = None
    reason: str | None = None


def features(done: Activities, persons: int, moment: int) -> dict[str, np.ndarray]:
    """What people (not machines) did in the 45 days before a moment, as counts by person;
    unrecognised visits that are claimed later count for the person who made them.
    """
    recent = (done.person != NOBODY) & (done.machine == HUMAN)
    recent &= (done.time < moment) & (done.time >= moment - WINDOW)
    some = done.take(recent)

    def count(chosen: np.ndarray) -> np.ndarray:
        return np.bincount(some.person[chosen], minlength=persons)

    pages = some.kind == "page_view"
    paths = some.asset.astype(str)
    buying = np.char.startswith(paths, "/pricing") | np.char.startswith(paths, "/demo")
    forms = (some.kind == "form_submission") & (some.asset != "/subscribe")
    active = np.unique(some.person[pages] * 100_000 + some.time[pages] // DAY) // 100_000
    return {
        "buying_pages": count(pages & buying),
        "requests": count(forms),
        "active_days": np.bincount(active, minlength=persons),
        "webinars": count(some.kind == "webinar_attendance"),
        "downloads": count(some.kind == "content_download"),
        "buying_survey": count(some.asset == "/surveys/buying-plans"),
    }


def monthly_propensity(people: People, done: Activities, moment: int) -> np.ndarray:
    """The probability that each person converts within 30 days of a moment, by the formula in
    `generate`.
    """
    did = features(done, len(people), moment)
    log_odds = (
        INTERCEPT
        + people.fit
        + 0.8 * np.log1p(did["buying_pages"])
        + 1.7 * (did["requests"] > 0)
        + 0.5 * np.log1p(np.minimum(did["active_days"], 8))
        + 0.7 * (did["webinars"] > 0)
        + 0.4 * np.log1p(did["downloads"])
        + 0.8 * (did["buying_survey"] > 0)
    )
    return 1 / (1 + np.exp(-log_odds))


def draw_conversions(
    rng: np.random.Generator, people: People, accounts: Accounts, year: Year, end: int
) -> tuple[list[Conversion], np.ndarray]:
    """The steps that people took, and each one's probability of becoming an opportunity in the
    year.
    """
    never = np.ones(len(people))
    is_open = np.ones(len(people), dtype=bool)
    steps: list[Conversion] = []
    for months_left in range(12, 0, -1):
        moment = end - months_left * MONTH
        chance = np.where(year.created < moment, monthly_propensity(people, year.done, moment), 0)
        never *= 1 - chance
        luck = rng.random(len(people))
        for person in np.flatnonzero(is_open & (luck < chance)):
            is_open[person] = False
            steps += opportunity(rng, int(person), people, accounts, moment, end)
        # Marketing passes on more leads than sales accepts.
        for person in np.flatnonzero(is_open & (luck >= chance) & (luck < 1.5 * chance)):
            is_open[person] = False
            asked = moment + int(rng.integers(MONTH // 2))
            answered = asked + int(rng.integers(3600, 4 * DAY))
            reason = c.REJECTED_REASONS[int(rng.integers(len(c.REJECTED_REASONS)))]
            steps += [
                Conversion(int(person), "mql", asked),
                Conversion(int(person), "rejected", answered, reason=reason),
            ]
    return steps, 1 - never


def opportunity(
    rng: np.random.Generator,
    person: int,
    people: People,
    accounts: Accounts,
    moment: int,
    end: int,
) -> list[Conversion]:
    """The way from the marketing-qualified lead to the opportunity, and to its end if that came
    before `end`.
    """
    asked = moment + int(rng.integers(12 * DAY))
    accepted = asked + int(rng.integers(3600, 6 * DAY))
    opened = accepted + int(rng.integers(3600, 12 * DAY))
    closed = opened + int(rng.integers(10 * DAY, 60 * DAY))
    known = people.account[person] != NOBODY
    employees = int(accounts.employees[people.account[person]]) if known else 5
    amount = float(np.round(2000 + 60 * min(employees, 2000) * rng.uniform(0.4, 1.6), -2))
    steps = [
        Conversion(person, "mql", asked),
        Conversion(person, "sql", accepted),
        Conversion(person, "opportunity", opened, amount=amount),
    ]
    fate = rng.random()
    if closed < end and fate < 0.5:
        steps.append(Conversion(person, "customer", closed, amount=amount))
    elif closed < end and fate < 0.9:
        reason = c.LOST_REASONS[int(rng.integers(len(c.LOST_REASONS)))]
        steps.append(Conversion(person, "lost", closed, reason=reason))
    return steps
