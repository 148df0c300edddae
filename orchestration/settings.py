"""Where things are: the project, landed files, the working file and what readers see."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import available_timezones

from orchestration.errors import ConfigurationError, Problem, unusable

PROJECT_DIR = "LEAD_SCORING_PROJECT_DIR"
LANDING = "LEAD_SCORING_LANDING"
WAREHOUSE = "LEAD_SCORING_WAREHOUSE"
PUBLISHED = "LEAD_SCORING_PUBLISHED"
SOURCES = "LEAD_SCORING_SOURCES"
TIME_ZONE = "LEAD_SCORING_TIME_ZONE"
QUIET_SECONDS = "LEAD_SCORING_QUIET_SECONDS"
FIRST_DAY = "LEAD_SCORING_FIRST_DAY"
KEEP_RUNS_DAYS = "LEAD_SCORING_KEEP_RUNS_DAYS"

_TELEMETRY_OFF = {
    "DO_NOT_TRACK": "1",
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "GX_ANALYTICS_ENABLED": "false",
}


@dataclass(frozen=True)
class Timing:
    """When Dagster starts runs by itself.

    `time_zone` is the one of the daily schedule; a day of scores is a UTC day all the same.
    `quiet_seconds` is how long nothing may land before the sensor asks for a run. `first_day` is
    the first one that a backfill offers. Dagster forgets runs after `keep_runs_days`.
    """

    time_zone: str
    quiet_seconds: float
    first_day: date
    keep_runs_days: int

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Timing:
        """Read the variables; raises ConfigurationError for a value that means nothing."""
        zone = environ.get(TIME_ZONE) or "UTC"
        if zone not in available_timezones():
            raise unusable(
                TIME_ZONE, f"{zone!r} is no time zone", "Write one such as Europe/Berlin"
            )
        quiet = environ.get(QUIET_SECONDS) or "60"
        try:
            seconds = float(quiet)
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds < float("inf"):
            raise unusable(QUIET_SECONDS, f"{quiet!r} is no number of seconds", "Write 60, say")
        first = environ.get(FIRST_DAY) or "2024-01-01"
        try:
            day = date.fromisoformat(first)
        except ValueError:
            raise unusable(FIRST_DAY, f"{first!r} is no day", "Write it as YYYY-MM-DD") from None
        keep = environ.get(KEEP_RUNS_DAYS) or "90"
        if not keep.isdecimal() or int(keep) < 1:
            raise unusable(KEEP_RUNS_DAYS, f"{keep!r} is no number of days", "Write 90, say")
        return cls(zone, seconds, day, int(keep))


@dataclass(frozen=True)
class Settings:
    """Absolute places, and the sources that intake reads; docs/contracts.md has the variables."""

    project_dir: Path
    landing: Path
    warehouse: Path
    published: Path
    sources: tuple[str, ...]

    @classmethod
    def from_environment(
        cls, project_dir: Path | None = None, environ: Mapping[str, str] = os.environ
    ) -> Settings:
        """Read the variables; a relative place is relative to the project.

        The project is `project_dir`, else `LEAD_SCORING_PROJECT_DIR`, else the current directory.
        Raises ConfigurationError when it holds no dbt project or a source is not known.
        """
        project = Path(project_dir or environ.get(PROJECT_DIR) or ".").expanduser().resolve()
        if not (project / "dbt_project.yml").is_file():
            raise unusable(
                "dbt_project.yml",
                f"there is no dbt project in {project}",
                "Run leadscore in the project's folder, or name it with --project-dir",
            )
        if "'" in str(project):
            raise unusable(
                str(project),
                "dbt cannot load seeds from a folder whose path has a quote in it",
                "Give the folder another name",
            )

        def place(variable: str, default: str) -> Path:
            return Path(
                os.path.abspath(project / Path(environ.get(variable) or default).expanduser())
            )

        return cls(
            project_dir=project,
            landing=place(LANDING, "landing"),
            warehouse=place(WAREHOUSE, "warehouse/lead_scoring.duckdb"),
            published=place(PUBLISHED, "published"),
            sources=_sources(environ.get(SOURCES, "custom")),
        )

    def environment(self) -> dict[str, str]:
        """Return the variables with absolute values, for tools that read them (dbt's profile)."""
        return {
            PROJECT_DIR: str(self.project_dir),
            LANDING: str(self.landing),
            WAREHOUSE: str(self.warehouse),
            PUBLISHED: str(self.published),
            SOURCES: ",".join(self.sources),
        }


def switch_telemetry_off(environ: MutableMapping[str, str] = os.environ) -> None:
    """Keep dbt, Dagster and Great Expectations from calling home, unless somebody chose it.

    dbt_project.yml says so too; the variables also cover tools started outside the project.
    """
    for variable, value in _TELEMETRY_OFF.items():
        environ.setdefault(variable, value)


def write_for_owner_and_group() -> None:
    """Have this process make files that others cannot read, whichever tool writes them.

    Scores, logs and pages of checks are about people. A stricter mask of the caller stays.
    """
    os.umask(os.umask(0o027) | 0o027)


def _sources(text: str) -> tuple[str, ...]:
    from orchestration.ingestion.contracts import SOURCES as KNOWN

    names = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    problems = []
    for name in names:
        if name not in KNOWN:
            close = get_close_matches(name, KNOWN, n=1, cutoff=0.5)
            hint = f"Did you mean {close[0]}? " if close else ""
            remedy = f"{hint}Known sources: {', '.join(sorted(KNOWN))}"
            message = f"{name!r} is not a source of this project"
            problems.append(Problem("error", SOURCES, name, "", message, remedy))
    if problems:
        raise ConfigurationError(problems)
    return names
