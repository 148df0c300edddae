"""Draws what people do: visits of about eight activities, e-mails, follow-ups, unknown visitors and machines.

Times are whole seconds since 1970 in UTC. Activities are kept as columns (`Activities`), one entry per activity, until
they are written.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from orchestration.sample_data import company as c
from orchestration.sample_data.people import NONE, People, pick

DAY = 86_400
NOBODY = -1
# How an activity shows that a machine did it.
HUMAN, FLAGGED, BY_AGENT = range(3)
# By what the activity's person can be told.
BY_EMAIL, BY_LEAD, BY_VISITOR, BY_BOTH, BY_EMAIL_AND_VISITOR = range(5)


@dataclass
class Activities:
    """Columns of equal length. `person` and `visitor` are -1 where there is none; `duration` is in seconds (nan: unknown);
    `personalized` is 1, 0 or -1 for unknown; `visit` numbers the visits, -1 for what happens outside one."""

    type: np.ndarray
    asset: np.ndarray
    time: np.ndarray
    person: np.ndarray
    visitor: np.ndarray
    visit: np.ndarray
    duration: np.ndarray
    personalized: np.ndarray
    machine: np.ndarray
    identity: np.ndarray

    def __len__(self) -> int:
        return len(self.time)

    def take(self, chosen: np.ndarray) -> Activities:
        return Activities(*(getattr(self, field.name)[chosen] for field in fields(self)))


def activities(kind, asset, time, *, person=NOBODY, visitor=NOBODY, visit=NOBODY, duration=np.nan, personalized=-1,
               machine=HUMAN, identity=BY_LEAD) -> Activities:  # fmt: skip
    """Columns from arrays and from single values that hold for every entry."""
    size = len(time)

    def column(value, dtype):
        return np.broadcast_to(np.asarray(value, dtype=dtype), (size,)).copy()

    return Activities(
        column(kind, object),
        column(asset, object),
        column(time, np.int64),
        column(person, np.int64),
        column(visitor, np.int64),
        column(visit, np.int64),
        column(duration, float),
        column(personalized, np.int8),
        column(machine, np.int8),
        column(identity, np.int8),
    )


def together(parts: list[Activities]) -> Activities:
    return Activities(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Activities)))


@dataclass
class Visits:
    """One entry per visit. `band` is 0, 1 or 2 for low, medium or high interest and 3 for a job seeker."""

    person: np.ndarray
    start: np.ndarray
    band: np.ndarray

    def __len__(self) -> int:
        return len(self.start)


def at_working_hours(rng: np.random.Generator, day: np.ndarray, hours_ahead: np.ndarray, end: int) -> np.ndarray:
    """A second within each day (given as its midnight, UTC): office hours by the visitor's clock, few at week-ends."""
    weekday = (day // DAY + 3) % 7
    moved = np.where(weekday == 5, -1, 1) * DAY
    day = np.where((weekday >= 5) & (rng.random(len(day)) < 0.75) & (day + moved < end), day + moved, day)
    part = rng.random(len(day))
    hour = np.where(part < 0.5, rng.normal(10.5, 1.3, len(day)), rng.normal(14.8, 1.6, len(day)))
    hour = np.where(part > 0.9, rng.normal(20, 1.5, len(day)), hour)
    hour = np.clip(hour, 6, 23) - hours_ahead
    return np.minimum(day + (hour * 3600).astype(np.int64), end - 2 * 3600 - rng.integers(7200, size=len(day)))


def draw_visits(rng: np.random.Generator, people: People, first_day: np.ndarray, end: int, size: int) -> Visits:
    """`size` visits in all: many for a few, none for some; half soon after the first contact, half around a later
    time at which the person looks at the matter again."""
    months = (end - first_day) / (30 * DAY)
    weight = rng.lognormal(0, 0.85, len(people)) * np.exp(0.35 * people.interest) * (months + 0.5) ** 0.7
    weight[rng.random(len(people)) < 0.12] = 0
    weight /= weight.sum()
    very_active = rng.choice(len(people), size=max(3, len(people) // 300), replace=False)
    weight[very_active] = rng.uniform(0.6, 1.4, len(very_active)) * 0.09 / len(very_active)
    person = np.repeat(np.arange(len(people)), rng.multinomial(size, weight / weight.sum()))

    again = first_day + rng.random(len(people)) * (end - first_day)
    soon = first_day[person] + rng.exponential(14 * DAY, len(person))
    later = again[person] + rng.normal(0, 12 * DAY, len(person))
    anytime = first_day[person] + rng.random(len(person)) * (end - first_day[person])
    chance = rng.random(len(person))
    spread = np.isin(person, very_active) | (chance > 0.85)
    time = np.where(spread, anytime, np.where(chance < 0.4, soon, later))
    outside = (time < first_day[person]) | (time >= end)
    time = np.where(outside, anytime, time).astype(np.int64)
    ahead = np.array([hours for _, _, hours, _ in c.COUNTRIES])[people.country[person]]
    start = at_working_hours(rng, time - time % DAY, ahead, end)

    near = np.abs(time - again[person]) < 20 * DAY
    interest = people.interest[person] + 0.5 * near - 0.2 + 0.6 * rng.normal(size=len(person))
    band = np.digitize(interest, (0.35, 1.45))
    student = np.array([s == "Student" for _, s, _, _ in c.TITLES] + [False])[people.title[person]]
    band = np.where(student, 3, band)
    order = np.lexsort((start, person))
    return Visits(person[order], start[order], band[order])


def page_views(rng: np.random.Generator, visits: Visits, mean: float) -> tuple[Activities, np.ndarray]:
    """The pages of each visit with one `session` activity over all of them, and when each visit ends."""
    count = 1 + rng.poisson(mean - 1, len(visits))
    visit = np.repeat(np.arange(len(visits)), count)
    stay = np.round(5 + rng.exponential(55, len(visit)))
    before = np.cumsum(stay) - stay
    first = np.cumsum(count) - count
    time = visits.start[visit] + (before - before[first][visit]).astype(np.int64) + 1
    page = np.empty(len(visit), dtype=np.int64)
    for band in range(4):
        chosen = visits.band[visit] == band
        page[chosen] = pick(rng, [weights[band] for _, weights in c.PAGES], int(chosen.sum()))
    paths = np.array([path for path, _ in c.PAGES], dtype=object)[page]
    length = np.bincount(visit, weights=stay, minlength=len(visits))
    parts = [
        activities("page_view", paths, time, visit=visit, duration=stay, personalized=0),
        activities("session", paths[first], visits.start, visit=np.arange(len(visits)), duration=length),
    ]
    return together(parts), visits.start + length.astype(np.int64)


def actions(rng: np.random.Generator, visits: Visits, ends: np.ndarray) -> list[Activities]:
    """What happens in visits besides page views, by the interest of the visit."""
    parts = []
    for kind, assets, chances, seconds, _ in c.ACTIONS:
        visit = np.flatnonzero(rng.random(len(visits)) < np.array(chances)[visits.band])
        time = visits.start[visit] + (rng.random(len(visit)) * (ends - visits.start)[visit]).astype(np.int64)
        weights = 1 / np.arange(1, len(assets) + 1) ** 0.3
        asset = np.array(assets, dtype=object)[pick(rng, weights, len(visit))]
        duration = np.round(rng.exponential(seconds, len(visit)), 1) + 10 if seconds else np.nan
        parts.append(activities(kind, asset, time, visit=visit, duration=duration))
    return parts


def campaign(rng: np.random.Generator, time: np.ndarray, personalized: np.ndarray) -> np.ndarray:
    """The name of the e-mail that is sent at a time: a newsletter a month, or one of two made for the reader."""
    month = time.astype("datetime64[s]").astype("datetime64[M]").astype(str)
    made = np.where(rng.random(len(time)) < 0.5, "your-industry-report", "your-pricing-options")
    return np.where(personalized == 1, made, np.char.add("newsletter-", month)).astype(object)


def mails_before(rng: np.random.Generator, visits: Visits, share: float, possible: np.ndarray) -> Activities:
    """E-mails whose click begins a visit: delivered, opened and clicked minutes before it."""
    visit = np.flatnonzero(possible[visits.person] & (rng.random(len(visits)) < share))
    click = visits.start[visit] - rng.integers(1, 20, len(visit))
    opened = click - rng.integers(10, 120, len(visit))
    sent = opened - rng.integers(60, 1500, len(visit))
    personalized = (rng.random(len(visit)) < 0.25).astype(np.int8)
    name = campaign(rng, sent, personalized)
    return together(
        [
            activities(kind, name, time, visit=visit, personalized=personalized, identity=BY_EMAIL)
            for kind, time in (("email_delivered", sent), ("email_open", opened), ("email_click", click))
        ]
    )


def lone_mails(rng: np.random.Generator, people: People, known_from: np.ndarray, end: int, size: int) -> Activities:
    """E-mails that lead to no visit: most lie unread, some are opened, few bounce or make people leave the list."""
    reachable = np.flatnonzero(np.array([kind != NONE for kind in people.email_kind]))
    person = rng.choice(reachable, size=int(size / 1.25))
    time = known_from[person] + (rng.random(len(person)) * (end - known_from[person])).astype(np.int64)
    time = at_working_hours(rng, time - time % DAY, np.zeros(len(person)), end)
    time = np.maximum(time, np.minimum(known_from[person] + 60, end - 60))
    fate = rng.random(len(person))
    kind = np.where(fate < 0.03, "email_bounce", "email_delivered").astype(object)
    personalized = (rng.random(len(person)) < 0.2).astype(np.int8)
    name = campaign(rng, time, personalized)
    parts = [activities(kind, name, time, person=person, personalized=personalized, identity=BY_EMAIL)]
    for effect, low, high in (
        ("email_open", 0.75, 0.985),
        ("email_unsubscribe", 0.975, 0.987),
        ("email_spam_report", 0.987, 0.989),
    ):
        some = (fate >= low) & (fate < high)
        after = np.minimum(time[some] + rng.integers(120, 1500, int(some.sum())), end - 1)
        parts.append(
            activities(effect, name[some], after, person=person[some], personalized=personalized[some],
                       identity=BY_EMAIL)  # fmt: skip
        )
    return together(parts)


def follow_ups(rng: np.random.Generator, done: Activities, end: int) -> list[Activities]:
    """What comes days after: webinars and events attended after registering, calls and meetings after asking for them."""
    parts = []
    asks = np.isin(done.asset, ("/demo", "/contact", "/contact-sales")) & (done.type == "form_submission")
    for cause, effect, asset, chance, days, minutes in (
        (done.type == "webinar_registration", "webinar_attendance", None, 0.55, (1, 14), 40),
        (done.type == "event_registration", "event_attendance", None, 0.7, (5, 30), 240),
        (asks, "call", "first call", 0.5, (1, 5), 12),
        (asks, "meeting", "demo meeting", 0.45, (2, 10), 35),
    ):
        some = np.flatnonzero(cause & (done.person >= 0) & (rng.random(len(done)) < chance))
        day = done.time[some] - done.time[some] % DAY + rng.integers(*days, len(some)) * DAY
        some, day = some[day < end - DAY], day[day < end - DAY]
        time = at_working_hours(rng, day, np.ones(len(some)), end)
        name = done.asset[some] if asset is None else asset
        length = np.round(rng.uniform(0.5, 1.2, len(some)) * minutes * 60)
        parts.append(activities(effect, name, time, person=done.person[some], duration=length))
    return parts


def scanned_mails(rng: np.random.Generator, done: Activities, size: int) -> Activities:
    """Security scanners that open and click an e-mail within seconds of its delivery."""
    mails = np.flatnonzero(done.type == "email_delivered")
    mail = rng.choice(mails, size=size // 2, replace=False) if len(mails) > size // 2 else mails
    flag = np.where(rng.random(len(mail)) < 0.5, FLAGGED, BY_AGENT)
    return together(
        [
            activities(kind, done.asset[mail], done.time[mail] + seconds, person=done.person[mail],
                       personalized=done.personalized[mail], machine=flag, identity=BY_EMAIL)  # fmt: skip
            for kind, seconds in (("email_open", 2), ("email_click", 3))
        ]
    )


def unknown_visits(rng: np.random.Generator, size: int, start: int, end: int, machine: bool) -> Activities:
    """About `size` activities of visitors whom nobody ever recognises: people of little interest, or crawlers."""
    count = max(1, round(size / (9 if machine else 8)))
    day = start + rng.integers((end - start) // DAY, size=count) * DAY
    time = at_working_hours(rng, day, np.ones(count), end)
    if machine:
        time = day + rng.integers(DAY - 3600, size=count)
    band = pick(rng, (0.7, 0.25, 0, 0.05), count)
    visits = Visits(np.full(count, NOBODY), time, band)
    done, ends = page_views(rng, visits, 8.0 if machine else 6.6)
    if not machine:
        done = together([done, *(a for a in actions(rng, visits, ends))])
    visitor = rng.integers(max(1, count // (8 if machine else 2)), size=count)
    done.visitor = visitor[done.visit]
    done.visit = np.full(len(done), NOBODY)
    done.identity[:] = BY_VISITOR
    if machine:
        done.machine = np.where(rng.random(count) < 0.5, FLAGGED, BY_AGENT)[np.repeat(0, len(done))]
        done.machine = np.where(visitor_flag(done.visitor), FLAGGED, BY_AGENT)
    return done


def visitor_flag(visitor: np.ndarray) -> np.ndarray:
    """Half of the crawlers are recognised by the website's own tool, the other half only by their user agent."""
    return visitor % 2 == 0
