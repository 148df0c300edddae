"""What is asked of raw rows before they are scored."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from string import Template
from typing import Any

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
from orchestration.quality.gate import Subject
from orchestration.quality.gx_session import Measure, expectations
from orchestration.quality.judging import (
    Figures,
    Question,
    counted,
    figures_measure,
    percent,
)
from orchestration.quality.policy import Policy, PolicyRule
from orchestration.quality.schema_questions import schema_question

_REQUIRED = "Such rows go to quarantine and score nothing; ask who loads the table to fill them."
_WANTED = "Rules on these columns give most leads nothing; ask who loads the table to fill them."

_BLANKS = "' ' || chr(9) || chr(10) || chr(13)"
_HAPPENED_AT = "happened_at"
_TERM = "term"
_LISTED_TERMS = 5
_DAY = timedelta(days=1)
_ROUNDING = 1e-9  # of shares: 1 - 0.9 is a little less than 0.1

# A term is only repeated where it looks like the name of a type: a column that was mixed up may
# hold addresses or sentences about people.
_UNKNOWN_TERMS = Template("""
    with terms as (select term, count(*) as uses from {batch} where term is not null group by term),
    known(term) as ($known),
    unknown as (
        select
            term,
            uses,
            length(term) <= 40 and regexp_full_match(term, '[a-z][a-z0-9_.-]*') as is_a_name,
            row_number() over (order by uses desc, term) as place
        from terms
        where term not in (select term from known)
    )
    select
        cast(coalesce(sum(uses), 0) as bigint) as unknown_rows,
        count(*) as unknown_terms,
        coalesce(sum(uses) / (select sum(uses) from terms), 0) as unknown_share,
        string_agg(term, ', ' order by place) filter (where is_a_name and place <= $listed) as terms
    from unknown
""")


def raw_subjects(
    sources: tuple[str, ...],
    score_date: date,
    previous: Mapping[str, int] | None,
    date_went_back: bool,
    policy: Policy,
) -> list[Subject]:
    """Return every raw relation of the sources that are on, with its questions.

    `previous` gives the rows of each relation (`raw_custom.events`) in the run before; None on a
    first run.
    """
    subjects = []
    for source in sources:
        for table, contract in SOURCES[source].items():
            relation = f"raw_{source}.{table}"
            checks = {c.kind: c for c in planned_checks("raw") if c.table == relation}
            if not checks:
                continue
            questions = []
            for kind, check in checks.items():
                if kind == "volume":
                    questions.append(_volume(check, previous, date_went_back, policy[check.name]))
                elif kind == "key":
                    needed = requirements(table, contract)
                    questions.append(_filled(check, needed, policy[check.name], _REQUIRED))
                elif kind == "nulls":
                    questions.append(
                        _filled(check, KEY_COLUMNS[table], policy[check.name], _WANTED)
                    )
                elif kind == "freshness":
                    questions.append(_freshness(check, table, score_date, policy[check.name]))
                elif kind == "values":
                    questions.append(_values(check, table, policy[check.name]))
            columns = {name: DUCKDB_TYPES[kind] for name, kind in contract.columns.items()}
            remedy = "Nothing was scored. Load the table as docs/contracts.md gives it."
            subjects.append(
                Subject(
                    _rows_query(relation, table, contract, score_date),
                    schema_question(checks["schema"], columns, remedy),
                    questions,
                )
            )
    return subjects


def _volume(
    check: PlannedCheck,
    previous: Mapping[str, int] | None,
    date_went_back: bool,
    rule: PolicyRule,
) -> Question:
    before = (previous or {}).get(check.table)
    if date_went_back:
        skip = "This run scores an earlier date than the last published one."
    elif before is None:
        skip = "There is no run before this one to compare with."
    else:
        skip = ""
    bounds = {"min_value": 0, "max_value": None}
    if not skip and before is not None:
        bounds = {
            "min_value": math.ceil(before * (1 - min(rule.threshold, 1))),
            "max_value": math.floor(before * (1 + rule.threshold)),
        }

    def read(result: Figures) -> dict[str, Any]:
        rows = result["observed_value"]
        figures = {"rows": rows}
        if before:
            figures |= {"previous_rows": before, "change": rows / before - 1}
        return figures

    def explain(figures: Figures) -> str:
        change = figures["rows"] - (before or 0)
        cause = (
            "Look for files that did not arrive or were taken away."
            if change < 0
            else "Look for files that were loaded twice."
        )
        share = f"{percent(abs(change) / before)} " if before else ""
        return (
            f"{counted(figures['rows'], 'row')}, {counted(before or 0, 'row')} in the run before: "
            f"{share}{'fewer' if change < 0 else 'more'} "
            f"(up to {percent(rule.threshold)} is expected). {cause}"
        )

    measure = Measure(expectations().ExpectTableRowCountToBeBetween(**bounds), read)
    return Question(check, (measure,), explain, skip, previous_rows=before)


def _filled(
    check: PlannedCheck,
    columns: Mapping[str, tuple[str, ...]],
    rule: PolicyRule,
    consequence: str,
) -> Question:
    def explain(figures: Figures) -> str:
        short = [
            f"{_spelled(name, alternatives)} ({percent(figures[f'missing_{name}'])})"
            for name, alternatives in columns.items()
            if figures.get(f"missing_{name}", 0) > rule.threshold + _ROUNDING
        ]
        return (
            f"of {counted(figures['rows'], 'row')} too many lack {', '.join(short)}; "
            f"up to {percent(rule.threshold)} is expected. {consequence}"
        )

    return Question(
        check,
        tuple(
            Measure(
                expectations().ExpectColumnProportionOfNonNullValuesToBeBetween(
                    column=name, min_value=1 - rule.threshold - _ROUNDING
                ),
                lambda result, name=name: {f"missing_{name}": 1 - result["observed_value"]},
            )
            for name in columns
        ),
        explain,
    )


def _freshness(check: PlannedCheck, table: str, score_date: date, rule: PolicyRule) -> Question:
    end = datetime.combine(score_date, time()) + _DAY

    def read(result: Figures) -> dict[str, Any]:
        latest = result["observed_value"]
        if latest is None:
            return {}
        if isinstance(latest, str):
            latest = datetime.fromisoformat(latest)
        return {"latest": latest, "age_days": (end - latest) / _DAY}

    def explain(figures: Figures) -> str:
        if "age_days" not in figures:
            return (
                f"no {FRESH_BY[table]} lies before the end of {score_date}. "
                "Score a later date, or load the rows of that time."
            )
        return (
            f"the latest {FRESH_BY[table]} is {figures['latest']:%Y-%m-%d %H:%M} UTC, "
            f"{figures['age_days']:.1f} days before the end of {score_date} "
            f"(up to {rule.threshold:g} days are expected). Look whether the loader still runs."
        )

    cutoff = (end - rule.threshold * _DAY).isoformat()
    measure = Measure(
        expectations().ExpectColumnMaxToBeBetween(column=_HAPPENED_AT, min_value=cutoff), read
    )
    return Question(check, (measure,), explain)


def _values(check: PlannedCheck, table: str, rule: PolicyRule) -> Question:
    column, vocabulary = VOCABULARY[table]
    if vocabulary:
        known = "values " + ", ".join(f"({literal(term)})" for term in vocabulary)
        remedy = f"Such rows go to quarantine. Use one of {', '.join(vocabulary)}."
    else:
        known = "select lower(trim(activity_type)) from seeds.activity_types"
        remedy = (
            "No rule for a known type counts them. Add the type to "
            "seeds/reference/activity_types.csv, or correct what loads it."
        )
    query = _UNKNOWN_TERMS.substitute(known=known, listed=_LISTED_TERMS)

    def explain(figures: Figures) -> str:
        listed = f": {figures['terms']}" if figures.get("terms") else " (not shown here)"
        more = "" if figures["unknown_terms"] <= _LISTED_TERMS else " and others"
        return (
            f"{counted(figures['unknown_rows'], 'row')} "
            f"({percent(float(figures['unknown_share']))}) with an unknown {column}{listed}{more}. "
            f"{remedy}"
        )

    return Question(check, (figures_measure(query, "unknown_share", rule.threshold),), explain)


def _rows_query(relation: str, table: str, contract: TableContract, score_date: date) -> str:
    """Return the rows with only what is asked about: whether columns are filled, a time, a term."""
    needed = {**requirements(table, contract), **KEY_COLUMNS.get(table, {})}
    columns = []
    for name, alternatives in needed.items():
        filled = " or ".join(_is_filled(column, contract) for column in alternatives)
        columns.append(f"case when {filled} then 1 end as {identifier(name)}")
    if table in FRESH_BY:
        moment = identifier(FRESH_BY[table])
        end = literal((score_date + _DAY).isoformat())
        columns.append(
            f"case when {moment} < cast({end} as timestamp) then {moment} end as {_HAPPENED_AT}"
        )
    if table in VOCABULARY:
        term = identifier(VOCABULARY[table][0])
        columns.append(f"lower(nullif(trim({term}, {_BLANKS}), '')) as {_TERM}")
    schema, name = relation.split(".")
    return Template("select $columns from $schema.$table").substitute(
        columns=", ".join(columns), schema=identifier(schema), table=identifier(name)
    )


def _is_filled(column: str, contract: TableContract) -> str:
    name = identifier(column)
    if contract.columns[column] != "text":
        return f"{name} is not null"
    # Trimming alone took ten times as long on five million ids; few begin with a blank.
    return f"(ascii({name}) > 32 or trim({name}, {_BLANKS}) <> '')"


def _spelled(name: str, alternatives: tuple[str, ...]) -> str:
    return name if alternatives == (name,) else f"every one of {', '.join(alternatives)}"
