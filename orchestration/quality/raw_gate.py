"""What is asked of raw rows before they are scored."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from string import Template

from orchestration.ingestion.contracts import DUCKDB_TYPES, SOURCES, TableContract
from orchestration.ingestion.typing import identifier, literal
from orchestration.quality.catalogue import (
    FRESH_BY,
    KEY_COLUMNS,
    VOCABULARY,
    PlannedCheck,
    planned_checks,
    requirements,
)
from orchestration.quality.gx_session import Measure, Outcome, audit, expectations
from orchestration.quality.judging import (
    ROWS,
    Figures,
    Question,
    counted,
    figures_measure,
    judge,
    percent,
    rows_measure,
    skipped,
)
from orchestration.quality.policy import Policy
from orchestration.quality.results import CheckResult
from orchestration.quality.schema_questions import COLUMNS_ASSET, COLUMNS_QUERY, schema_question

_HAPPENED_AT = "happened_at"
_TERM = "term"
_LISTED_TERMS = 5

# A term is only repeated where it looks like the name of a type: a column that was mixed up may
# hold addresses or sentences about people.
_UNKNOWN_TERMS = Template("""
    with terms as (select term, count(*) as uses from {batch} where term is not null group by term),
    known as ($known),
    unknown as (
        select
            term,
            uses,
            length(term) <= 40 and regexp_full_match(term, '[a-z][a-z0-9_.-]*') as is_a_name,
            row_number() over (order by uses desc, term) as place
        from terms
        where term not in (select known.term from known)
    )
    select
        coalesce(sum(uses), 0) as unknown_rows,
        count(*) as unknown_terms,
        coalesce(sum(uses) / (select sum(uses) from terms), 0) as unknown_share,
        string_agg(term, ', ' order by place) filter (where is_a_name and place <= $listed) as terms
    from unknown
""")


def raw_results(
    warehouse: Path,
    sources: tuple[str, ...],
    score_date: date,
    previous: Mapping[str, int] | None,
    policy: Policy,
    date_went_back: bool,
) -> list[CheckResult]:
    """Ask every question about the raw tables of the sources; results in the catalogue's order."""
    results: dict[str, CheckResult] = {}
    with audit("raw", warehouse) as opened:
        schemas = {
            check.name: schema_question(
                check,
                {
                    name: DUCKDB_TYPES[kind]
                    for name, kind in _contract_of(check).columns.items()
                },
                "Load the table as docs/contracts.md gives it",
            )
            for check in planned_checks("raw")
            if check.kind == "schema" and check.source in sources
        }
        outcomes = opened.validate(
            COLUMNS_ASSET, COLUMNS_QUERY, {name: q.measures for name, q in schemas.items()}
        )
        for name, question in schemas.items():
            results[name] = judge(question, outcomes[name], None, policy)
        for schema in schemas.values():
            relation = schema.check.table
            checks = [c for c in planned_checks("raw") if c.table == relation and c != schema.check]
            if not results[schema.check.name].passed:
                reason = f"The columns of {relation} are wrong: see {schema.check.name}."
                results |= {c.name: skipped(c, reason, policy) for c in checks}
                continue
            questions = [
                _question(check, score_date, previous, policy, date_went_back) for check in checks
            ]
            asked = {question.check.name: question.measures for question in questions}
            found = opened.validate(
                relation,
                _rows_query(schema.check),
                {ROWS: (rows_measure(),), **asked},
            )
            rows = found[ROWS].figures.get(ROWS)
            for question in questions:
                outcome = found.get(question.check.name, Outcome())
                outcome.figures.setdefault(ROWS, rows)
                results[question.check.name] = judge(question, outcome, rows, policy)
    for check in planned_checks("raw"):
        if check.source not in sources:
            results[check.name] = skipped(
                check, f"The source {check.source} is off (LEAD_SCORING_SOURCES).", policy
            )
    return [results[check.name] for check in planned_checks("raw")]
