"""Whether files still come and scores are still published."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from orchestration import warehouse
from orchestration.alerting import incidents
from orchestration.alerting.incidents import Incident, Outcome
from orchestration.errors import Busy, unusable
from orchestration.publishing import release
from orchestration.settings import Settings

SOURCE_HOURS = "LEAD_SCORING_ALERT_SOURCE_HOURS"
PUBLISH_HOURS = "LEAD_SCORING_ALERT_PUBLISH_HOURS"
PUBLISH, SOURCE = "stale_publish", "stale_source:"

_NEWEST = """
select source_system, make_timestamp(max(modified_ns) // 1000) as newest
from control.intake_files
group by source_system
"""


@dataclass(frozen=True)
class Limits:
    """Hours after which something is stale; None where nobody wants to know."""

    source: float | None
    publish: float | None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Limits:
        """Read the variables; raises ConfigurationError for a value that means nothing."""
        return cls(_hours(environ, SOURCE_HOURS), _hours(environ, PUBLISH_HOURS))


def look(settings: Settings, now: datetime | None = None) -> Outcome:
    """Look at the ledger of intake and at what is published; tell what is stale and what is over.

    While a run holds the working file, sources stay as the last look found them.
    """
    limits = Limits.from_environment()
    moment = now or datetime.now(UTC)
    found = _stale_publish(settings, limits, moment)
    try:
        found += _stale_sources(settings, limits, moment)
        looked_at: tuple[str, ...] = (PUBLISH, SOURCE)
    except Busy:
        looked_at = (PUBLISH,)
    return incidents.looked(settings, found, lambda key: key.startswith(looked_at))


def _stale_publish(settings: Settings, limits: Limits, now: datetime) -> list[Incident]:
    manifest = release.read_manifest(settings.published)
    if limits.publish is None or manifest is None:
        return []
    at = datetime.fromisoformat(manifest["published_at"])
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    # Scoring an earlier day again makes a release too, and the newest scores stay as they are.
    day = datetime.fromisoformat(manifest["score_date"]).replace(tzinfo=UTC)
    if _age(min(at, day + timedelta(days=1)), now) <= limits.publish:
        return []
    text = (
        f"The last release is of {at:%Y-%m-%d %H:%M} UTC, with scores of {day:%Y-%m-%d}. "
        f"Expected: one every {limits.publish:g} h."
    )
    return [Incident(PUBLISH, "Nothing has been published for too long", text)]


def _stale_sources(settings: Settings, limits: Limits, now: datetime) -> list[Incident]:
    if limits.source is None or not settings.warehouse.is_file():
        return []
    with warehouse.opened(settings.warehouse, read_only=True) as connection:
        if not warehouse.has_table(connection, "control", "intake_files"):
            return []
        rows = warehouse.dicts(connection, _NEWEST)
    newest = {row["source_system"]: row["newest"].replace(tzinfo=UTC) for row in rows}
    found = []
    for source in settings.sources:
        at = newest.get(source)
        if at is None or _age(at, now) > limits.source:
            last = f"The newest file is of {at:%Y-%m-%d %H:%M} UTC" if at else "There never was one"
            text = f"{last}, by the last run's look. Expected: one every {limits.source:g} h."
            found.append(Incident(SOURCE + source, f"No new files of {source}", text))
    return found


def _age(at: datetime, now: datetime) -> float:
    return (now - at).total_seconds() / 3600


def _hours(environ: Mapping[str, str], variable: str) -> float | None:
    text = (environ.get(variable) or "36").strip().lower()
    if text == "off":
        return None
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not 0 < hours < float("inf"):
        raise unusable(variable, f"{text!r} is no number of hours", "Write 36, say, or off")
    return hours
