"""Activities as the rows that tracking and e-mail platforms would send."""

from __future__ import annotations

import numpy as np

from orchestration.sample_data import company as c
from orchestration.sample_data.activity import (
    BY_AGENT,
    BY_EMAIL,
    BY_EMAIL_AND_VISITOR,
    BY_LEAD,
    BY_LEAD_AND_VISITOR,
    BY_VISITOR,
    FLAGGED,
    Activities,
)
from orchestration.sample_data.people import People
from orchestration.sample_data.tables import Names


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
