"""What one check found, in a shape that Dagster, the command line and the results page share."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Gate = Literal["raw", "scores"]
Kind = Literal[
    "schema",
    "key",
    "range",
    "sum",
    "volume",
    "freshness",
    "values",
    "nulls",
    "tier_share",
    "drift",
]
Status = Literal["passed", "warned", "failed", "skipped"]
Figure = int | float | str


@dataclass(frozen=True)
class CheckResult:
    """One check of one gate on one table.

    `name` is unique over both gates (`raw_events_volume`). `blocking` says whether a failure stops
    the run; one that does not block is a warning. A skipped check has `passed` true, so that
    nobody has to treat it as a failure, and its `message` says why it was skipped. `observed`
    holds figures only: counts, shares (0 to 1), days, points, and names of types, tiers and
    columns, never a value that could belong to a person.
    """

    name: str
    table: str
    gate: Gate
    kind: Kind
    blocking: bool
    passed: bool
    skipped: bool
    description: str
    observed: dict[str, Figure] = field(default_factory=dict)
    message: str = ""

    @property
    def status(self) -> Status:
        """How the check ended: a failure that does not block has only `warned`."""
        if self.skipped:
            return "skipped"
        if self.passed:
            return "passed"
        return "failed" if self.blocking else "warned"

    def to_dict(self) -> dict[str, Any]:
        """Return every field and the status, ready for JSON."""
        return {**asdict(self), "status": self.status}


def blocking_failures(results: list[CheckResult]) -> list[CheckResult]:
    """Return the checks that stop the run."""
    return [result for result in results if result.status == "failed"]
