"""How a gate works: the schema of each relation first, then everything else about its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.quality.gx_session import Outcome, audit
from orchestration.quality.judging import ROWS, Question, judge, rows_measure, skipped
from orchestration.quality.policy import Policy
from orchestration.quality.results import CheckResult
from orchestration.quality.schema_questions import COLUMNS_ASSET, COLUMNS_QUERY


@dataclass(frozen=True)
class Subject:
    """One relation of a gate: the rows to look at, as SQL, and what is asked about them."""

    query: str
    schema: Question
    questions: Sequence[Question]


def run_gate(
    name: str, warehouse: Path, subjects: Sequence[Subject], policy: Policy
) -> dict[str, CheckResult]:
    """Put every question to the DuckDB file; return the results by the check's name.

    Nothing else is asked of a relation whose schema is wrong: those checks are skipped, as their
    answers would only repeat it.
    """
    results: dict[str, CheckResult] = {}
    with audit(name, warehouse) as opened:
        schemas = [subject.schema for subject in subjects]
        outcomes = opened.validate(
            COLUMNS_ASSET, COLUMNS_QUERY, {schema.check.name: schema.measures for schema in schemas}
        )
        for schema in schemas:
            results[schema.check.name] = judge(schema, outcomes[schema.check.name], None, policy)
        for subject in subjects:
            schema = subject.schema.check
            if not results[schema.name].passed:
                reason = f"The columns of {schema.table} are wrong: see {schema.name}."
                results |= {
                    q.check.name: skipped(q.check, reason, policy) for q in subject.questions
                }
                continue
            measures = {question.check.name: question.measures for question in subject.questions}
            outcomes = opened.validate(
                schema.table, subject.query, {ROWS: (rows_measure(),), **measures}
            )
            rows = outcomes[ROWS].figures.get(ROWS)
            for question in subject.questions:
                outcome = outcomes.get(question.check.name, Outcome())
                outcome.figures = {ROWS: rows, **outcome.figures}
                results[question.check.name] = judge(question, outcome, rows, policy)
    return results
