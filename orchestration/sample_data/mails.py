"""Draws e-mails, what scanners do with them, and the calls and meetings that follow a visit."""

from __future__ import annotations

import numpy as np

from orchestration.sample_data.activity import (
    BY_AGENT,
    BY_EMAIL,
    DAY,
    FLAGGED,
    Activities,
    activities,
    together,
)
from orchestration.sample_data.people import NONE, People
from orchestration.sample_data.visits import Visits, at_working_hours

CONTACT_FORMS = ("/demo", "/contact", "/contact-sales")


def campaign(rng: np.random.Generator, time: np.ndarray, personalized: np.ndarray) -> np.ndarray:
    """The e-mail's name: a newsletter for each month, or one of two made for the reader."""
    month = time.astype("datetime64[s]").astype("datetime64[M]").astype(str)
    made = np.where(rng.random(len(time)) < 0.5, "your-industry-report", "your-pricing-options")
    return np.where(personalized == 1, made, np.char.add("newsletter-", month)).astype(object)


def mails_before(
    rng: np.random.Generator, visits: Visits, possible: np.ndarray, share: float
) -> Activities:
    """E-mails whose click begins a visit; delivered, opened and clicked in the half hour before it.

    `possible` says for each visit whether the person was known by then, `share` is that of the
    possible visits.
    """
    visit = np.flatnonzero(possible & (rng.random(len(visits)) < share))
    click = visits.start[visit] - rng.integers(1, 20, len(visit))
    opened = click - rng.integers(10, 120, len(visit))
    sent = opened - rng.integers(60, 1500, len(visit))
    personalized = (rng.random(len(visit)) < 0.25).astype(np.int8)
    name = campaign(rng, sent, personalized)
    steps = (("email_delivered", sent), ("email_open", opened), ("email_click", click))
    return together(
        [
            activities(kind, name, time, visit=visit, personalized=personalized, identity=BY_EMAIL)
            for kind, time in steps
        ]
    )


def lone_mails(
    rng: np.random.Generator, people: People, known_from: np.ndarray, end: int, size: int
) -> Activities:
    """About `size` activities of e-mails that lead to no visit: most lie unread, some are opened, a
    few bounce or make the reader leave the list.
    """
    reachable = np.flatnonzero((people.email_kind != NONE) & (known_from < end - DAY))
    person = rng.choice(reachable, size=int(size / 1.23))
    time = known_from[person] + (rng.random(len(person)) * (end - known_from[person])).astype(int)
    time = at_working_hours(rng, time - time % DAY, 1, end)
    time = np.maximum(time, known_from[person] + 3600)
    fate = rng.random(len(person))
    bounced = fate < 0.03
    personalized = (rng.random(len(person)) < 0.2).astype(np.int8)
    name = campaign(rng, time, personalized)
    parts = []
    for kind, some in (
        ("email_bounce", bounced),
        ("email_delivered", ~bounced),
        ("email_open", (fate >= 0.75) & (fate < 0.985)),
        ("email_unsubscribe", (fate >= 0.975) & (fate < 0.987)),
        ("email_spam_report", (fate >= 0.987) & (fate < 0.989)),
    ):
        sent = kind in ("email_bounce", "email_delivered")
        after = time[some] + (0 if sent else rng.integers(120, 1500, int(some.sum())))
        parts.append(
            activities(
                kind,
                name[some],
                np.minimum(after, end - 1),
                person=person[some],
                personalized=personalized[some],
                identity=BY_EMAIL,
            )
        )
    return together(parts)


def scanned_mails(rng: np.random.Generator, done: Activities, size: int) -> Activities:
    """`size` activities of security scanners that open and click an e-mail within seconds of its
    delivery; half are flagged by the e-mail platform, the others give themselves away by their user
    agent.
    """
    mails = np.flatnonzero(done.kind == "email_delivered")
    mail = rng.choice(mails, size=min(size // 2, len(mails)), replace=False)
    machine = np.where(rng.random(len(mail)) < 0.5, FLAGGED, BY_AGENT)
    return together(
        [
            activities(
                kind,
                done.asset[mail],
                done.time[mail] + seconds,
                person=done.person[mail],
                personalized=done.personalized[mail],
                machine=machine,
                identity=BY_EMAIL,
            )
            for kind, seconds in (("email_open", 2), ("email_click", 3))
        ]
    )


def follow_ups(rng: np.random.Generator, done: Activities, end: int) -> Activities:
    """What comes days later: webinars and events attended after registering, calls and meetings
    after asking for them.
    """
    asks = (done.kind == "form_submission") & np.isin(done.asset, CONTACT_FORMS)
    webinars = done.kind == "webinar_registration"
    events = done.kind == "event_registration"
    parts = []
    for cause, effect, asset, chance, days, minutes in (
        (webinars, "webinar_attendance", None, 0.55, (1, 14), 40),
        (events, "event_attendance", None, 0.7, (5, 30), 240),
        (asks, "call", "first call", 0.5, (1, 5), 12),
        (asks, "meeting", "demo meeting", 0.45, (2, 10), 35),
    ):
        some = np.flatnonzero(cause & (done.person >= 0) & (rng.random(len(done)) < chance))
        day = done.time[some] - done.time[some] % DAY + rng.integers(*days, len(some)) * DAY
        some, day = some[day < end - DAY], day[day < end - DAY]
        parts.append(
            activities(
                effect,
                done.asset[some] if asset is None else asset,
                at_working_hours(rng, day, 1, end),
                person=done.person[some],
                duration=np.round(rng.uniform(0.5, 1.2, len(some)) * minutes * 60),
            )
        )
    return together(parts)
