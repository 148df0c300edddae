"""From what Great Expectations measured to a CheckResult: the part that both gates share."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from orchestration.quality.catalogue import PlannedCheck
from orchestration.quality.gx_session import Measure, Outcome
from orchestration.quality.results import CheckResult, Figure

if TYPE_CHECKING:
    from orchestration.quality.policy import Policy

Figures = Mapping[str, Any]
ROWS = "rows"


@dataclass(frozen=True)
class Question:
    """What a gate asks about one check.

    `explain` turns the figures of a failure into what is wrong and what to do. `skip` is the reason
    why nothing is judged, known before measuring; `previous_rows` is the earlier number of rows
    that a comparison starts from.
    """

    check: PlannedCheck
    measures: tuple[Measure, ...]
    explain: Callable[[Figures], str]
    skip: str = ""
    previous_rows: int | None = None


def rows_measure() -> Measure:
    """Count the rows; nothing is judged."""
    from orchestration.quality.gx_session import expectations

    return Measure(
        expectations().ExpectTableRowCountToBeBetween(min_value=0),
        lambda result: {ROWS: result["observed_value"]},
    )


def figures_measure(query: str, figure: str, max_value: float | None) -> Measure:
    """Judge one figure of a query; every column of its first row is reported."""
    from orchestration.quality.gx_figures import ExpectFigureToBeAtMost

    return Measure(
        ExpectFigureToBeAtMost(query=query, figure=figure, max_value=max_value), first_row
    )


def first_row(result: Figures) -> Figures:
    """Return the first row of a figures query."""
    rows = result["details"]["figures"]
    return rows[0] if rows else {}


def judge(question: Question, outcome: Outcome, rows: int | None, policy: Policy) -> CheckResult:
    """Turn one outcome into the check's result; `rows` is the number of rows looked at."""
    check = question.check
    rule = None if check.always_blocks else policy[check.name]
    observed = {name: _number(value) for name, value in outcome.figures.items()}
    if rule is not None:
        observed["threshold"] = rule.threshold
    reason = question.skip
    if not reason and rule is not None and rows is not None:
        reason = _too_few(rows, rule.min_rows, "there are")
        if not reason and question.previous_rows is not None:
            reason = _too_few(question.previous_rows, rule.min_rows, "there were")
    if not reason and rows == 0 and check.kind == "range":
        reason = f"{check.table} has no rows."
    if reason:
        success, message = True, reason
    elif outcome.error:
        success = False
        message = f"{check.table}: the check could not be computed: {outcome.error}"
    else:
        success = outcome.success
        message = "" if success else f"{check.table}: {question.explain(observed)}"
    return CheckResult(
        name=check.name,
        table=check.table,
        gate=check.gate,
        kind=check.kind,
        blocking=True if rule is None else rule.blocks,
        passed=success,
        skipped=bool(reason),
        description=check.description,
        observed={name: plain(value) for name, value in observed.items() if value is not None},
        message=message,
    )


def skipped(check: PlannedCheck, reason: str, policy: Policy) -> CheckResult:
    """Return the result of a check that was not made."""
    return judge(Question(check, (), lambda _: "", skip=reason), Outcome(), None, policy)


def plain(value: Any) -> Figure:
    """Return a number or a text that JSON and Dagster take."""
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else str(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def percent(share: float) -> str:
    """Write a share for people: 0.0312 is 3.1 %."""
    text = f"{100 * share:.1f}".removesuffix(".0")
    return f"{text} %" if text != "0" or share == 0 else "less than 0.1 %"


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun: 1 row, 1,200 rows."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def text_literal(text: str) -> str:
    """Write any text as SQL, spelled in hexadecimal.

    Seeds and data decide what these texts are, and Great Expectations and SQLAlchemy both read
    braces and colons in a query as places to fill.
    """
    return f"decode(unhex('{text.encode().hex()}'))"


def _number(value: Any) -> Any:
    """Return a decimal as a float, which other figures are."""
    return float(value) if isinstance(value, Decimal) else value


def _too_few(rows: int, needed: int, verb: str) -> str:
    if rows >= needed:
        return ""
    return f"{verb.capitalize()} {counted(rows, 'row')}, and the check needs {needed:,}."
