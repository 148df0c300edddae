"""Puts a year together: who became known when, who was on the website unrecognised, and everything
that happened.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.sample_data import company as c
from orchestration.sample_data.activity import (
    BY_EMAIL_AND_VISITOR,
    BY_LEAD,
    BY_LEAD_AND_VISITOR,
    BY_VISITOR,
    DAY,
    NOBODY,
    Activities,
    activities,
    together,
)
from orchestration.sample_data.mails import follow_ups, lone_mails, mails_before, scanned_mails
from orchestration.sample_data.people import NONE, Accounts, People, pick
from orchestration.sample_data.visits import (
    Visits,
    actions,
    draw_visits,
    page_views,
    unknown_visits,
)

EVENTS_PER_LEAD = 100 / 3
PER_VISIT = 8
# Leaves room for the session, the mail that began it and what else is done.
PAGES_PER_VISIT = 5.75
REPEATED = 0.02
# Shares of the activities before repetition.
CLAIMED = 0.10
UNCLAIMED_PEOPLE = 0.065
CRAWLERS = 0.035
SCANNERS = 0.045
LONE_MAILS = 0.065
FOLLOW_UPS = 0.012


@dataclass
class Year:
    """`created` is when each person became a lead. `links` are person, visitor and time of what
    tells later on whose visits some were. Visitors below the number of people are the device on
    which that person is known, the next as many their second device, all others are never
    recognised.
    """

    done: Activities
    created: np.ndarray
    links: list[tuple[int, int, int]]


def draw_year(rng: np.random.Generator, people: People, accounts: Accounts, end: int) -> Year:
    """A year of activities up to `end` (the midnight after the last day)."""
    persons = len(people)
    start = end - 365 * DAY
    size = persons * EVENTS_PER_LEAD * (1 - REPEATED)
    first_day = (end - DAY - 362 * DAY * rng.random(persons) ** 1.25).astype(np.int64)
    others = UNCLAIMED_PEOPLE + CRAWLERS + SCANNERS + LONE_MAILS + FOLLOW_UPS
    visits = draw_visits(rng, people, first_day, end, round(size * (1 - others) / PER_VISIT))

    nth = np.arange(len(visits)) - np.searchsorted(visits.person, visits.person)
    total = np.bincount(visits.person, minlength=persons)
    unseen = np.where(
        rng.random(persons) < 0.34, np.minimum(rng.integers(1, 4, persons), total - 1), 0
    )
    unseen = np.maximum(unseen, 0)
    before = nth < unseen[visits.person]
    meets = nth == unseen[visits.person]
    by_form = meets & ((unseen[visits.person] > 0) | (rng.random(len(visits)) < 0.6))
    created = first_day + rng.integers(8 * 3600, 16 * 3600, persons)
    earliest = np.full(persons, np.iinfo(np.int64).max)
    np.minimum.at(earliest, visits.person[meets], visits.start[meets])
    created = np.minimum(created, np.where(total > 0, earliest, created))
    created[visits.person[by_form]] = visits.start[by_form] + 90

    done, ends = page_views(rng, visits, PAGES_PER_VISIT)
    form = activities(
        "form_submission", "/subscribe", visits.start[by_form] + 90, visit=np.flatnonzero(by_form)
    )
    mailable = ~before & ~meets & (people.email_kind != NONE)[visits.person]
    mails = mails_before(rng, visits, mailable, 0.27)
    done = together([done, form, actions(rng, visits, ends), mails])

    second = second_device(
        rng, done, visits, before, ~meets & ~np.isin(np.arange(len(visits)), mails.visit), size, end
    )
    done.person = visits.person[done.visit]
    identify(rng, done, people, before | second, meets)
    done.visitor = done.person + np.where(second[done.visit], persons, 0)
    recognised = claims(rng, visits, before, second, created, persons)
    personalise(rng, done, people, accounts)

    after = follow_ups(rng, done, end)
    lone = lone_mails(rng, people, created, end, round(size * LONE_MAILS))
    scans = scanned_mails(rng, together([done, lone]), round(size * SCANNERS))
    strangers = unknown_visits(rng, round(size * UNCLAIMED_PEOPLE), start, end, machine=False)
    crawlers = unknown_visits(rng, round(size * CRAWLERS), start, end, machine=True)
    strangers.visitor += 2 * persons
    crawlers.visitor += 2 * persons + strangers.visitor.max() + 1
    everything = together([done, after, lone, scans, strangers, crawlers])
    everything.time = np.minimum(everything.time, end - 1)
    return Year(everything.take(np.argsort(everything.time, kind="stable")), created, recognised)


def second_device(
    rng: np.random.Generator,
    done: Activities,
    visits: Visits,
    before: np.ndarray,
    possible: np.ndarray,
    size: float,
    end: int,
) -> np.ndarray:
    """Which visits are made on a device that is recognised only later, so many that the claimed
    share is met.
    """
    length = np.bincount(done.visit, minlength=len(visits))
    wanted = size * CLAIMED - length[before].sum()
    candidates = np.flatnonzero(possible & ~before & (visits.start < end - 4 * DAY))
    candidates = rng.permutation(candidates)
    enough = np.searchsorted(np.cumsum(length[candidates]), max(wanted, 0))
    chosen = np.zeros(len(visits), dtype=bool)
    chosen[candidates[:enough]] = True
    return chosen


def identify(
    rng: np.random.Generator,
    done: Activities,
    people: People,
    unrecognised: np.ndarray,
    meets: np.ndarray,
) -> None:
    """Decides by what each visit's person is told, mostly by lead id and visitor id together.

    E-mail activities keep the address. The visit that makes somebody known carries both ids, which
    is the link.
    """
    ways = np.array([BY_LEAD_AND_VISITOR, BY_LEAD, BY_EMAIL_AND_VISITOR])
    way = ways[pick(rng, (0.72, 0.16, 0.12), len(meets))][done.visit]
    no_address = (people.email_kind == NONE)[done.person]
    way = np.where((way == BY_EMAIL_AND_VISITOR) & no_address, BY_LEAD, way)
    way = np.where(meets[done.visit], BY_LEAD_AND_VISITOR, way)
    way = np.where(unrecognised[done.visit], BY_VISITOR, way)
    on_site = ~np.char.startswith(done.kind.astype(str), "email_")
    done.identity[on_site] = way[on_site]


def claims(
    rng: np.random.Generator,
    visits: Visits,
    before: np.ndarray,
    second: np.ndarray,
    created: np.ndarray,
    persons: int,
) -> list[tuple[int, int, int]]:
    """Rows for `identities`: every second device, hours to days after its last visit, and three in
    five of the first ones.
    """
    links = []
    last = np.zeros(persons, dtype=np.int64)
    np.maximum.at(last, visits.person[second], visits.start[second])
    for person in np.unique(visits.person[second]):
        told = int(last[person] + rng.integers(3600, 3 * DAY))
        links.append((int(person), int(person) + persons, told))
    for person in np.unique(visits.person[before]):
        if rng.random() < 0.6:
            links.append((int(person), int(person), int(created[person]) + 5))
    return links


def personalise(
    rng: np.random.Generator, done: Activities, people: People, accounts: Accounts
) -> None:
    """Makes some pages and downloads the ones for the reader's industry, where that is known."""
    account = people.account[done.person]
    industry = np.array([name.lower().replace(" ", "-") for name, _ in c.INDUSTRIES])
    slug = industry[accounts.industry[account]]
    known = (account != NOBODY) & (done.identity != BY_VISITOR)
    luck = rng.random(len(done))
    for some, begin, end in (
        (np.isin(done.asset, ("/product", "/product/scoring")) & (luck < 0.35), "/for/", ""),
        ((done.kind == "content_download") & (luck < 0.2), "/resources/", "-benchmark.pdf"),
    ):
        chosen = known & some & np.isin(done.kind, ("page_view", "content_download"))
        done.asset[chosen] = np.char.add(np.char.add(begin, slug[chosen]), end)
        done.personalized[chosen] = 1
