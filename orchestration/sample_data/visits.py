"""Draws visits to the website: when they are, what is read and what else is done in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.sample_data import company as c
from orchestration.sample_data.activity import (
    BY_AGENT,
    BY_VISITOR,
    DAY,
    FLAGGED,
    NOBODY,
    Activities,
    activities,
    together,
)
from orchestration.sample_data.people import People, pick, seniority_of

JOB_SEEKER = 3


@dataclass
class Visits:
    """One entry per visit. `band` is 0, 1 or 2 for low, medium or high interest, 3 for a job
    seeker.
    """

    person: np.ndarray
    start: np.ndarray
    band: np.ndarray

    def __len__(self) -> int:
        return len(self.start)


def at_working_hours(
    rng: np.random.Generator, day: np.ndarray, hours_ahead: np.ndarray | int, end: int
) -> np.ndarray:
    """A second on each day (given as midnight, UTC): office hours by the visitor's clock, with
    three quarters of the week-end moved to the nearest working day.
    """
    weekday = (day // DAY + 3) % 7
    shift = np.where(weekday == 5, -1, 1) * DAY
    move = (weekday >= 5) & (rng.random(len(day)) < 0.75) & (day + shift < end)
    day = np.where(move, day + shift, day)
    part = rng.random(len(day))
    hour = np.where(part < 0.5, rng.normal(10.5, 1.3, len(day)), rng.normal(14.8, 1.6, len(day)))
    hour = np.where(part > 0.92, rng.normal(20, 1.5, len(day)), hour)
    hour = np.clip(hour, 6, 23) - hours_ahead
    return np.minimum(day + (hour * 3600).astype(np.int64), end - 3 * 3600)


def draw_visits(
    rng: np.random.Generator, people: People, first_day: np.ndarray, end: int, size: int
) -> Visits:
    """`size` visits in all, sorted by person and time: many by a few people, none by some.

    Two fifths come soon after the first contact, most others around a later time at which the
    person takes the matter up again. One person in 300 is very active, for no better reason than
    habit.
    """
    persons = len(people)
    months = (end - first_day) / (30 * DAY)
    weight = rng.lognormal(0, 0.7, persons) * np.exp(0.35 * people.interest) * (months + 0.5) ** 0.7
    weight[rng.random(persons) < 0.08] = 0
    weight /= weight.sum()
    very_active = rng.choice(persons, size=max(3, persons // 300), replace=False)
    weight[very_active] = rng.uniform(0.6, 1.4, len(very_active)) * 0.09 / len(very_active)
    person = np.repeat(np.arange(persons), rng.multinomial(size, weight / weight.sum()))

    again = first_day + rng.random(persons) ** 0.6 * (end - first_day)
    soon = first_day[person] + rng.exponential(14 * DAY, len(person))
    later = again[person] + rng.normal(0, 12 * DAY, len(person))
    anytime = first_day[person] + rng.random(len(person)) * (end - first_day[person])
    chance = rng.random(len(person))
    spread = np.isin(person, very_active) | (chance > 0.85)
    time = np.where(spread, anytime, np.where(chance < 0.4, soon, later))
    outside = (time < first_day[person]) | (time >= end)
    time = np.where(outside, anytime, time).astype(np.int64)
    hours_ahead = np.array([hours for _, _, hours, _ in c.COUNTRIES])[people.country[person]]
    start = at_working_hours(rng, time - time % DAY, hours_ahead, end)

    near = np.abs(time - again[person]) < 20 * DAY
    mood = people.interest[person] + 0.5 * near - 0.2 + 0.6 * rng.normal(size=len(person))
    band = np.digitize(mood, (0.35, 1.45))
    band = np.where(seniority_of(people)[person] == "Student", JOB_SEEKER, band)
    order = np.lexsort((start, person))
    return Visits(person[order], start[order], band[order])


def page_views(
    rng: np.random.Generator, visits: Visits, mean: float
) -> tuple[Activities, np.ndarray]:
    """The pages of each visit with one `session` activity over all of them, and when each visit
    ends.
    """
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
    pages = activities("page_view", paths, time, visit=visit, duration=stay, personalized=0)
    sessions = activities(
        "session", paths[first], visits.start, visit=np.arange(len(visits)), duration=length
    )
    return together([pages, sessions]), visits.start + length.astype(np.int64)


def actions(rng: np.random.Generator, visits: Visits, ends: np.ndarray) -> Activities:
    """What is done in visits besides reading, by the interest of the visit."""
    parts = []
    for kind, assets, chances, seconds in c.ACTIONS:
        visit = np.flatnonzero(rng.random(len(visits)) < np.array(chances)[visits.band])
        length = (ends - visits.start)[visit]
        time = visits.start[visit] + (rng.random(len(visit)) * length).astype(np.int64)
        weights = 1 / np.arange(1, len(assets) + 1) ** 0.3
        asset = np.array(assets, dtype=object)[pick(rng, weights, len(visit))]
        duration = np.round(10 + rng.exponential(seconds, len(visit))) if seconds else np.nan
        parts.append(activities(kind, asset, time, visit=visit, duration=duration))
    return together(parts)


def unknown_visits(
    rng: np.random.Generator, size: int, start: int, end: int, *, machine: bool
) -> Activities:
    """About `size` activities of visitors whom nobody ever recognises: people of little interest,
    or crawlers.

    Half of the crawlers are flagged by the website's own tool, the others give themselves away by
    their user agent.
    """
    count = max(1, round(size / 8.2))
    day = start + rng.integers((end - start) // DAY, size=count) * DAY
    at_night = day + rng.integers(DAY - 3600, size=count)
    time = at_night if machine else at_working_hours(rng, day, 1, end)
    band = pick(rng, (0.7, 0.25, 0, 0.05), count)
    visits = Visits(np.full(count, NOBODY), time, band)
    done, ends = page_views(rng, visits, 7.2 if machine else 6.5)
    if not machine:
        done = together([done, actions(rng, visits, ends)])
    visitor = rng.integers(max(1, count // (8 if machine else 2)), size=count)
    done.visitor = visitor[done.visit]
    done.visit[:] = NOBODY
    done.identity[:] = BY_VISITOR
    if machine:
        done.machine = np.where(done.visitor % 2 == 0, FLAGGED, BY_AGENT).astype(np.int8)
    return done
