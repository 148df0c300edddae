"""Activities as columns of equal length, until they are written.

Times are whole seconds since 1970 in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

DAY = 86_400
NOBODY = -1
# How an activity gives away that a machine did it.
HUMAN, FLAGGED, BY_AGENT = range(3)
# By what the person of an activity is told.
BY_EMAIL, BY_LEAD, BY_VISITOR, BY_LEAD_AND_VISITOR, BY_EMAIL_AND_VISITOR = range(5)


@dataclass
class Activities:
    """`person`, `visitor` and `visit` are -1 where there is none, `duration` is in seconds (nan:
    unknown), `personalized` is 1, 0 or -1 (unknown), `machine` and `identity` are the constants of
    this module.
    """

    kind: np.ndarray
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
        """The chosen entries, by index or by mask."""
        return Activities(*(getattr(self, field.name)[chosen] for field in fields(self)))


def activities(
    kind: str | np.ndarray,
    asset: str | np.ndarray,
    time: np.ndarray,
    *,
    person: int | np.ndarray = NOBODY,
    visit: int | np.ndarray = NOBODY,
    duration: float | np.ndarray = np.nan,
    personalized: int | np.ndarray = -1,
    machine: int | np.ndarray = HUMAN,
    identity: int | np.ndarray = BY_LEAD,
) -> Activities:
    """Activities at the given times; a single value holds for every entry."""

    def column(value: object, dtype: object) -> np.ndarray:
        return np.broadcast_to(np.asarray(value, dtype=dtype), (len(time),)).copy()

    return Activities(
        kind=column(kind, object),
        asset=column(asset, object),
        time=column(time, np.int64),
        person=column(person, np.int64),
        visitor=column(NOBODY, np.int64),
        visit=column(visit, np.int64),
        duration=column(duration, float),
        personalized=column(personalized, np.int8),
        machine=column(machine, np.int8),
        identity=column(identity, np.int8),
    )


def together(parts: list[Activities]) -> Activities:
    """All entries of the parts, one part after the other."""
    names = [field.name for field in fields(Activities)]
    return Activities(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
