"""`leadscore check`: seeds and landed data, looked at without changing anything."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration import preflight, progress, warehouse
from orchestration.errors import ConfigurationError, Problem
from orchestration.ingestion import inbox
from orchestration.ingestion.intake import IntakeReport, run_intake
from orchestration.quality.policy import policy_problems
from orchestration.quality.rules import lint_landed
from orchestration.quality.seeds import validate_seeds

if TYPE_CHECKING:
    from rich.console import Console

    from orchestration.settings import Settings


@dataclass(frozen=True)
class CheckReport:
    """Everything found. Scoring would stop at any problem of severity error."""

    problems: list[Problem]
    report: IntakeReport
    rows: dict[str, int]

    @property
    def errors(self) -> list[Problem]:
        """The problems that would stop a run."""
        return [problem for problem in self.problems if problem.severity == "error"]

    def to_dict(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {
            "status": "unusable" if self.errors else "ok",
            "problems": [asdict(problem) for problem in self.problems],
            "intake_warnings": self.report.warnings,
            "rows": self.rows,
            "files": [
                {
                    "source": file.source,
                    "table": file.table,
                    "file": file.file,
                    "status": file.status,
                    "reason": file.reason,
                    "rows": file.rows,
                    "quarantined_rows": file.quarantined_rows,
                }
                for file in self.report.files
            ],
        }


def check(settings: Settings) -> CheckReport:
    """Validate the seeds, take landing in on a throwaway database, and judge the rules by it.

    Neither the working file nor anything that readers see is opened.
    """
    today = datetime.now(UTC).date()
    problems = validate_seeds(settings.project_dir)
    seeds_are_usable = not any(problem.severity == "error" for problem in problems)
    with tempfile.TemporaryDirectory(prefix="leadscore-check-") as folder:
        aside = replace(settings, warehouse=Path(folder) / "check.duckdb")
        with warehouse.opened(aside.warehouse) as connection:
            with progress.step("Looking at landed files"):
                report = run_intake(connection, aside)
                report.warnings += inbox.waiting(settings)
                rows = preflight.landed_rows(connection, aside)
            try:
                report.warnings += preflight.check_landed(connection, aside, rows, today)
            except ConfigurationError as error:
                problems += error.problems
            else:
                if seeds_are_usable:
                    with progress.step("Trying the rules on what has landed"):
                        problems += lint_landed(connection, settings.project_dir, today)
    problems += policy_problems(settings.project_dir)
    return CheckReport(problems, report, rows)


def render(found: CheckReport, console: Console) -> None:
    """Print what was found, errors first."""
    from rich.text import Text

    for problem in sorted(found.problems, key=lambda p: p.severity):
        style = "red" if problem.severity == "error" else "yellow"
        console.print(Text(f"{problem.severity}: ", style=style).append(str(problem), style=""))
    for warning in found.report.warnings:
        console.print(Text("landing: ", style="yellow").append(warning, style=""))
    landed = {name: number for name, number in found.rows.items() if number}
    for name, number in landed.items():
        console.print(f"{name}: {number:,} rows")
    errors = len(found.errors)
    warnings = len(found.problems) - errors + len(found.report.warnings)
    verdict = "cannot be scored" if errors else "can be scored"
    console.print(Text(f"{errors} errors, {warnings} warnings: this {verdict}", style="bold"))
