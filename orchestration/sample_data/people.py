"""Draws who is in the sample: accounts, people, and how well each person fits what is sold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.sample_data import company as c

NONE, BUSINESS, FREE, DISPOSABLE, UNIVERSITY = range(5)


@dataclass
class Accounts:
    """One entry per company. `employees` is a head count, `revenue` a year's in euros."""

    domain: list[str]
    name: list[str]
    industry: np.ndarray
    employees: np.ndarray
    revenue: np.ndarray
    country: np.ndarray

    def __len__(self) -> int:
        return len(self.domain)


@dataclass
class People:
    """One entry per person; integers index the tuples of `company`.

    `account` is -1 for people without a known company, `title` is -1 where none is known.
    `outsider` marks competitors, own staff and test records. `fit` is the part of the conversion
    propensity that who they are gives (log-odds). `interest` is how inclined they are to look at
    things that buyers look at (mean 0, unit spread): it moves what they do, never their conversion
    directly.
    """

    first: np.ndarray
    last: np.ndarray
    email: list[str | None]
    email_kind: np.ndarray
    account: np.ndarray
    title: np.ndarray
    country: np.ndarray
    crm: np.ndarray
    seats: np.ndarray
    outsider: np.ndarray
    fit: np.ndarray
    interest: np.ndarray

    def __len__(self) -> int:
        return len(self.email)


def pick(rng: np.random.Generator, weights, size: int) -> np.ndarray:
    """Indexes drawn with the given weights, which need not sum to one."""
    weights = np.asarray(weights, dtype=float)
    return rng.choice(len(weights), size=size, p=weights / weights.sum())


def draw_accounts(rng: np.random.Generator, size: int) -> Accounts:
    """Companies with head counts from one to tens of thousands (log-normal, median 120)."""
    first = rng.integers(len(c.COMPANY_FIRST), size=size)
    second = rng.integers(len(c.COMPANY_SECOND), size=size)
    industry = pick(rng, [share for _, share in c.INDUSTRIES], size)
    own_word = {"Banking": "Bank", "Insurance": "Insurance"}
    names = []
    for i in range(size):
        kind = own_word.get(c.INDUSTRIES[industry[i]][0], c.COMPANY_SECOND[second[i]])
        names.append(f"{c.COMPANY_FIRST[first[i]]} {kind} {i}")
    employees = np.maximum(1, rng.lognormal(np.log(120), 1.6, size)).astype(int)
    return Accounts(
        domain=[name.lower().replace(" ", "-") + ".example" for name in names],
        name=names,
        industry=industry,
        employees=employees,
        revenue=np.round(employees * rng.lognormal(np.log(150_000), 0.5, size), -3),
        country=pick(rng, [share for *_, share in c.COUNTRIES], size),
    )


def draw_people(rng: np.random.Generator, size: int, accounts: Accounts) -> People:
    """People with an employer, a title, an e-mail address of some kind and an interest of their
    own.
    """
    popularity = 1 / np.arange(1, len(accounts) + 1) ** 0.4
    account = pick(rng, popularity, size)
    kind = pick(rng, [0.03, 0.80, 0.13, 0.02, 0.02], size)
    title = pick(rng, [share for *_, share in c.TITLES], size)
    student = np.array([seniority == "Student" for _, seniority, _, _ in c.TITLES])[title]
    kind = np.where(student & (rng.random(size) < 0.6), UNIVERSITY, kind)
    account = np.where((kind == DISPOSABLE) | (kind == UNIVERSITY), -1, account)
    account = np.where((kind == FREE) & (rng.random(size) < 0.6), -1, account)
    title = np.where(rng.random(size) < 0.10, -1, title)

    first = rng.integers(len(c.FIRST_NAMES), size=size)
    last = rng.integers(len(c.LAST_NAMES), size=size)
    outsider = np.zeros(size, dtype=bool)
    chosen = rng.permutation(np.flatnonzero(kind == BUSINESS))[: max(3, size // 200)]
    outsider[chosen] = True
    outside_domains = (*c.COMPETITOR_DOMAINS, c.OWN_DOMAIN, c.TEST_DOMAIN)
    outside = {int(i): outside_domains[order % 4] for order, i in enumerate(chosen)}
    account[chosen] = -1

    emails: list[str | None] = []
    for i in range(size):
        name = f"{c.FIRST_NAMES[first[i]]}.{c.LAST_NAMES[last[i]]}.{i:04d}".lower()
        if kind[i] == NONE:
            emails.append(None)
        elif i in outside:
            test = outside[i] == c.TEST_DOMAIN
            emails.append(f"{'test+' if test else ''}{name}@{outside[i]}")
        elif kind[i] == BUSINESS:
            emails.append(f"{name}@{accounts.domain[account[i]]}")
        else:
            domains = {
                FREE: c.FREE_DOMAINS,
                DISPOSABLE: c.DISPOSABLE_DOMAINS,
                UNIVERSITY: c.UNIVERSITY_DOMAINS,
            }
            choices = domains[int(kind[i])]
            emails.append(f"{name}.sample@{choices[i % len(choices)]}")

    country = np.where(
        account >= 0, accounts.country[account], pick(rng, [s for *_, s in c.COUNTRIES], size)
    )
    country = np.where(
        rng.random(size) < 0.12, pick(rng, [s for *_, s in c.COUNTRIES], size), country
    )
    crm = np.where(rng.random(size) < 0.55, pick(rng, [35, 30, 15, 20], size), -1)
    size_hint = np.where(account >= 0, accounts.employees[account], 5)
    seats = np.where(
        rng.random(size) < 0.35,
        np.clip(size_hint * rng.uniform(0.03, 0.3, size), 1, 500).astype(int),
        -1,
    )
    people = People(
        first,
        last,
        emails,
        kind,
        account,
        title,
        country,
        crm,
        seats,
        outsider,
        np.zeros(size),
        np.zeros(size),
    )
    people.fit = fit_log_odds(people, accounts)
    spread = people.fit.std() or 1.0
    people.interest = 0.45 * (people.fit - people.fit.mean()) / spread + 0.89 * rng.normal(
        size=size
    )
    return people


def seniority_of(people: People) -> np.ndarray:
    """Each person's seniority, empty where no title is known."""
    return np.array([seniority for _, seniority, _, _ in c.TITLES] + [""])[people.title]


def fit_log_odds(people: People, accounts: Accounts) -> np.ndarray:
    """What a person is, in log-odds of converting; the coefficients are in the docstring of
    `generate`.
    """
    seniority = seniority_of(people)
    department = np.array([d for _, _, d, _ in c.TITLES] + [""])[people.title]
    known = people.account >= 0
    employees = np.where(known, accounts.employees[people.account], 0)
    industries = np.array([name for name, _ in c.INDUSTRIES])
    industry = np.where(known, industries[accounts.industry[people.account]], "")
    fit = 1.1 * np.isin(seniority, ("C-level", "VP", "Director")) + 0.5 * (seniority == "Manager")
    fit += -2.5 * (seniority == "Student") + 0.7 * np.isin(department, ("Marketing", "Sales"))
    fit += 0.7 * np.isin(industry, c.CORE_INDUSTRIES) + 0.4 * np.isin(
        industry, c.FINANCIAL_INDUSTRIES
    )
    fit += 0.7 * ((employees > 50) & (employees <= 1000)) + 0.5 * (employees > 1000)
    fit += 0.4 * (people.seats >= 25)
    fit += -0.9 * np.isin(people.email_kind, (FREE, UNIVERSITY)) - 3.0 * (
        people.email_kind == DISPOSABLE
    )
    return np.where(people.outsider, -20.0, fit)
