"""What is published now, in figures, and whether a run may be compared with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration import warehouse
from orchestration.errors import ConfigurationError


@dataclass(frozen=True)
class Published:
    """What `lead_scores` looks like in the release that readers see."""

    leads: int
    mean_score: float
    tier_shares: Mapping[str, float]


@dataclass(frozen=True)
class Comparison:
    """What drift is measured against, or why it is not (`skip`)."""

    published: Published | None
    skip: str


def read_published(folder: Path | None) -> Published | None:
    """Return the figures of the published scores; None when there are none that can be read."""
    if folder is None:
        return None
    file = folder / "lead_scoring.duckdb" if folder.is_dir() else folder
    if not file.is_file():
        return None
    try:
        with warehouse.opened(file, read_only=True) as connection:
            tiers = connection.execute(
                "select tier, count(*), sum(score) from main.lead_scores group by tier"
            ).fetchall()
    except (duckdb.Error, ConfigurationError):
        return None
    leads = sum(count for _, count, _ in tiers)
    if not leads:
        return None
    return Published(
        leads=leads,
        mean_score=sum(total or 0.0 for _, _, total in tiers) / leads,
        tier_shares={tier: count / leads for tier, count, _ in tiers if tier is not None},
    )


def comparison(
    published: Published | None, weights_changed: bool, first_run: bool, date_went_back: bool
) -> Comparison:
    """Decide whether this run's scores can be compared with the published ones."""
    if date_went_back:
        skip = "This run scores an earlier date than the last published one."
    elif first_run or published is None:
        skip = "There are no published scores to compare with."
    elif weights_changed:
        skip = "The rules changed since the last publish, so scores are meant to differ."
    else:
        skip = ""
    return Comparison(published, skip)
