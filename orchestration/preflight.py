"""What is looked at before a run may begin, each with a message that says what to mend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING

from orchestration.errors import ConfigurationError, Problem, unusable

if TYPE_CHECKING:
    import duckdb

    from orchestration.ingestion.contracts import PeopleTable
    from orchestration.settings import Settings


def parse_score_date(text: str | None, today: date | None = None, option: str = "--date") -> date:
    """Read YYYY-MM-DD; nothing means today (UTC). `option` is what errors name.

    Raises ConfigurationError for any other text, and for a day that has not begun.
    """
    today = today or datetime.now(UTC).date()
    if not text:
        return today
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d").date()
    except ValueError:
        raise unusable(
            option, f"{text!r} is not a day", "Write it as YYYY-MM-DD, for example 2026-03-31"
        ) from None
    if day > today:
        raise unusable(
            option,
            f"{day} has not begun, today is {today} (UTC)",
            "Score today or an earlier day",
        )
    return day


def parse_score_dates(start: str | None, end: str | None, today: date | None = None) -> list[date]:
    """Return the days from `start` to `end` in order; without `start` only `end`.

    Raises ConfigurationError like `parse_score_date`, and when the first day is after the last.
    """
    last = parse_score_date(end, today)
    if start is None:
        return [last]
    first = parse_score_date(start, today, "--from")
    if first > last:
        raise unusable("--from", f"{first} is after {last}", "Write the earlier day first")
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def check_configuration(settings: Settings, accept: Sequence[str] = ()) -> list[str]:
    """Look at the seeds and the accepted checks before anything starts; return warnings.

    Raises ConfigurationError with every error at once.
    """
    from orchestration.publishing.postgres import Target
    from orchestration.quality.policy import policy_problems
    from orchestration.quality.seeds import validate_seeds

    # A server that is misspelt is told now, not when everything has been scored.
    Target.from_environment()
    problems = validate_seeds(settings.project_dir) + policy_problems(settings.project_dir)
    problems += _not_acceptable(accept)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise ConfigurationError(errors)
    return [str(problem) for problem in problems]


def landed_rows(connection: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, int]:
    """Count the rows of every raw table of the sources that are on, keyed `source.table`."""
    from orchestration.ingestion.contracts import SOURCES

    rows = {}
    for source in settings.sources:
        for table in SOURCES[source]:
            counted = connection.execute(
                f'select count(*) from "raw_{source}"."{table}"'  # noqa: S608 - known names
            ).fetchone()
            rows[f"{source}.{table}"] = counted[0] if counted else 0
    return rows


def check_landed(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    rows: dict[str, int],
    score_date: date,
) -> list[str]:
    """Say what is missing in landing; raise ConfigurationError when there is nobody to score."""
    from orchestration.ingestion.contracts import EVENTS, PEOPLE

    people = [(s, who) for s in settings.sources for who in PEOPLE.get(s, ())]
    landed = [(s, who) for s, who in people if f"{s}.{who.table}" in rows]
    if not sum(rows[f"{s}.{who.table}"] for s, who in landed):
        looked = [str(settings.landing / s / who.table) for s, who in people] or ["no folder"]
        raise unusable(
            ", ".join(looked),
            "there are no leads to score: no readable Parquet file with a lead is there",
            "Land files there, or point LEAD_SCORING_LANDING at your folder and list its sources "
            f"in LEAD_SCORING_SOURCES (now: {', '.join(settings.sources) or 'none'})",
        )
    earliest = min(
        (
            row[0]
            for s, who in landed
            if (row := connection.execute(_earliest_lead(s, who)).fetchone()) and row[0]
        ),
        default=None,
    )
    if earliest is None or earliest >= datetime.combine(
        score_date, datetime.min.time()
    ) + timedelta(1):
        since = (
            f"the earliest lead was created on {earliest:%Y-%m-%d}" if earliest else "none is left"
        )
        raise unusable(
            "--date",
            f"no lead existed by the end of {score_date}: {since}",
            f"Score {earliest:%Y-%m-%d} or a later day" if earliest else "Look at the landed leads",
        )
    if not sum(rows.get(f"{s}.{table}", 0) for s, tables in EVENTS.items() for table in tables):
        return [
            "No events have landed: scores say only who the leads are (fit), not what they did."
        ]
    return []


def _earliest_lead(source: str, who: PeopleTable) -> str:
    return (
        f'select min({who.created_at}) from "raw_{source}"."{who.table}" '  # noqa: S608 - known names
        f"where not coalesce({who.is_deleted}, false)"
    )


def _not_acceptable(accept: Sequence[str]) -> list[Problem]:
    from orchestration.quality.catalogue import planned_checks

    known = {check.name: check for check in planned_checks()}
    problems = []
    for name in accept:
        if name not in known:
            close = get_close_matches(name, known, n=1, cutoff=0.0)
            message = f"{name!r} is not a check"
            remedy = f"Did you mean {close[0]}?" if close else ""
        elif known[name].always_blocks:
            message = (
                f"{name!r} always blocks: it guards what numbers mean, not how much they moved"
            )
            remedy = "Mend what it found"
        else:
            continue
        problems.append(Problem("error", "--accept", name, "", message, remedy))
    return problems
