"""How strict the checks are that may warn or block: seeds/quality/check_policy.csv.

Schema, key, range and sum checks of what is published always block and are not listed there.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from orchestration.errors import ConfigurationError, Problem
from orchestration.quality.catalogue import planned_checks

FILE = "seeds/quality/check_policy.csv"
COLUMNS = ("check_name", "severity", "threshold", "min_rows", "description")
SEVERITIES = ("warn", "block")


@dataclass(frozen=True)
class PolicyRule:
    """How one check judges.

    `threshold` is in the unit that the file's description states: a share from 0 to 1, days, or
    score points. With fewer than `min_rows` rows the check is skipped: a share of five rows
    says nothing.
    """

    severity: Literal["warn", "block"]
    threshold: float
    min_rows: int = 0

    @property
    def blocks(self) -> bool:
        return self.severity == "block"


Policy = Mapping[str, PolicyRule]


def load_policy(project_dir: Path) -> Policy:
    """Read the policy of a project. Raises ConfigurationError with every problem found."""
    policy, problems = _read(project_dir)
    if problems:
        raise ConfigurationError(problems)
    return policy


def policy_problems(project_dir: Path) -> list[Problem]:
    """Return what is wrong with the policy file, empty when it can be used."""
    return _read(project_dir)[1]


def _read(project_dir: Path) -> tuple[Policy, list[Problem]]:
    try:
        with open(project_dir / FILE, newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines)
            header = [name.strip() for name in reader.fieldnames or []]
            reader.fieldnames = header
            rows = list(reader)
    except FileNotFoundError:
        return {}, [_problem("", "", "the file is missing", "Restore it from the project")]
    except (UnicodeDecodeError, csv.Error) as error:
        return {}, [_problem("", "", f"the file is not readable as CSV: {error}")]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        return {}, [_problem("", name, "the column is missing") for name in missing]
    policy: dict[str, PolicyRule] = {}
    problems: list[Problem] = []
    for row in rows:
        name = (row["check_name"] or "").strip()
        found = _name_problems(name, policy)
        rule = _rule(name, row, found)
        problems += found
        if rule is not None:
            policy[name] = rule
    listed = {(row["check_name"] or "").strip() for row in rows}
    problems += [
        _problem(name, "", "the row is missing", "Add a row with its severity and threshold")
        for name in _adjustable()
        if name not in listed
    ]
    return policy, problems


def _rule(name: str, row: Mapping[str, str | None], found: list[Problem]) -> PolicyRule | None:
    """Read one row; what is wrong with it is added to `found`."""
    severity = (row["severity"] or "").strip().lower()
    if severity not in SEVERITIES:
        found.append(
            _problem(name, "severity", f"{severity!r} is no severity", "Write warn or block")
        )
    threshold = _number(row["threshold"])
    if threshold is None or threshold < 0:
        found.append(
            _problem(
                name,
                "threshold",
                f"{row['threshold'] or ''!r} is no number from 0",
                "Write a number such as 0.05, in the unit that the description states",
            )
        )
    min_rows = _number(row["min_rows"] or "0")
    if min_rows is None or min_rows < 0 or min_rows != int(min_rows):
        found.append(
            _problem(
                name,
                "min_rows",
                f"{row['min_rows']!r} is no whole number from 0",
                "Write how many rows the check needs, or leave it empty",
            )
        )
    if found or threshold is None or min_rows is None:
        return None
    return PolicyRule("block" if severity == "block" else "warn", threshold, int(min_rows))


def _name_problems(name: str, known: Policy) -> list[Problem]:
    adjustable = _adjustable()
    if name in known:
        return [_problem(name, "check_name", "the check is listed twice", "Keep one row")]
    if name in adjustable:
        return []
    if name in {check.name for check in planned_checks()}:
        return [
            _problem(name, "check_name", "this check always blocks", "Remove the row"),
        ]
    close = get_close_matches(name, adjustable, n=1)
    hint = f"Did you mean {close[0]}? " if close else ""
    return [
        _problem(
            name,
            "check_name",
            "there is no such check",
            f"{hint}Checks that may warn or block: {', '.join(adjustable)}",
        )
    ]


def _adjustable() -> list[str]:
    return [check.name for check in planned_checks() if not check.always_blocks]


def _number(text: str | None) -> float | None:
    try:
        value = float((text or "").strip())
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _problem(key: str, column: str, message: str, remedy: str = "") -> Problem:
    return Problem("error", FILE, key, column, message, remedy)
