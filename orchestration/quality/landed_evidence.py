"""Evidence from landed rows, before anything is scored: what `leadscore check` judges rules by.

It is an estimate that costs one pass over the landed tables: records with one e-mail are one lead,
but where they disagree every value counts; of a re-delivered event each delivered day counts; an
unknown visitor belongs to the last person seen. Whether a rule can fire at all, fires on nobody or
on nearly everyone does not hang on such things; scores do, and come from the models only.

All rules and lists enter as tables: no text from a seed or from data becomes part of a statement.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from orchestration.quality import landed_statements as statements
from orchestration.quality.evidence import (
    Evidence,
    Firing,
    RuleKey,
    Test,
    attribute_test,
    clean,
    rule_key,
)
from orchestration.quality.seed_columns import ATTRIBUTE_OPERATORS
from orchestration.quality.seed_tables import Row, Table, parse_number, split_range

if TYPE_CHECKING:
    import duckdb
    import pyarrow

DEFAULT_SEGMENT = "default"


def evidence_of_landing(
    connection: duckdb.DuckDBPyConnection, tables: dict[str, Table], score_date: datetime.date
) -> Evidence:
    """Estimate from the views `raw_custom.*` what the rules of valid seeds meet by a day.

    Rules are asked as of the last day with an activity, at the latest the score date, so that old
    landing does not make every window look empty. The connection keeps some `lint_` tables.
    """
    rows = _Numbered(tables)
    for name, table in rows.arrow_tables().items():
        connection.register(name, table)
    connection.register("lint_words", _words(tables))
    connection.execute(
        "create or replace temp table lint_score_date as select cast(? as date) as score_date",
        [score_date],
    )
    for statement in (
        statements.LEADS,
        statements.ATTRIBUTES,
        statements.DERIVED,
        statements.SATISFIED,
        statements.ACTIVITIES,
        statements.FIRED,
    ):
        connection.execute(statement)
    day, leads = connection.execute(
        "select (select as_of from lint_day), (select count(distinct lead) from lint_records)"
    ).fetchone()
    return Evidence(
        day=day,
        leads=leads,
        satisfied=rows.satisfied(connection),
        fired=rows.fired(connection),
        in_segment={
            (version, segment): count
            for version, segment, count in connection.execute(
                "select model_version, segment, count(*) from lint_lead_segments group by all"
            ).fetchall()
        },
    )


class _Numbered:
    """The rules and conditions of the model versions in play, numbered, as tables to join with."""

    def __init__(self, tables: dict[str, Table]) -> None:
        self.versions = [
            row["model_version"] for row in tables["score_models"] if row["role"] != "archived"
        ]
        self.segments = [r for r in tables["score_segments"] if r["model_version"] in self.versions]
        self.rules: list[tuple[str, Row]] = [
            (dimension, row)
            for dimension in ("fit", "engagement")
            for row in tables[f"{dimension}_rules"]
            if row["model_version"] in self.versions
        ]
        disqualifying = tables["disqualification_rules"]
        tests = [attribute_test(row) for row in (*self.segments, *disqualifying)]
        for dimension, row in self.rules:
            if dimension == "fit":
                tests += [attribute_test(row), attribute_test(row, "and_")]
        self.tests: dict[Test, int] = {
            test: number for number, test in enumerate(dict.fromkeys(filter(None, tests)))
        }

    def arrow_tables(self) -> dict[str, pyarrow.Table]:
        """One table for each thing that the statements below join with."""
        return {
            "lint_models": _arrow({"model_version": "text"}, ((v,) for v in self.versions)),
            "lint_conditions": _arrow(
                {
                    "condition": "number",
                    "attribute": "text",
                    "operator": "text",
                    "pattern": "text",
                    "lowest": "decimal",
                    "highest": "decimal",
                },
                (
                    (number, test.attribute, test.operator, *bounds)
                    for test, number in self.tests.items()
                    for bounds in _alternatives(test)
                ),
            ),
            "lint_segment_rows": _arrow(
                {
                    "model_version": "text",
                    "segment": "text",
                    "priority": "decimal",
                    "condition": "number",
                },
                (
                    (
                        row["model_version"],
                        row["segment"],
                        row["priority"],
                        self.tests[attribute_test(row)],
                    )
                    for row in self.segments
                ),
            ),
            "lint_in_force": _arrow(
                {"rule": "number", "model_version": "text", "segment": "text"}, self._in_force()
            ),
            "lint_fit_rules": _arrow(
                {"rule": "number", "condition": "number", "and_condition": "number"},
                (
                    (
                        number,
                        self.tests[attribute_test(row)],
                        self.tests.get(attribute_test(row, "and_")),
                    )
                    for number, (dimension, row) in enumerate(self.rules)
                    if dimension == "fit"
                ),
            ),
            "lint_engagement_rules": _arrow(
                {
                    "rule": "number",
                    "activity_type": "text",
                    "asset_operator": "text",
                    "personalized": "text",
                    "count_automated": "truth",
                    "measure": "text",
                    "per_activity_type": "text",
                    "min_units": "decimal",
                    "daily_limit": "decimal",
                    "days_that_count": "decimal",
                    "window_days": "decimal",
                },
                (
                    (number, *_engagement_cells(row))
                    for number, (dimension, row) in enumerate(self.rules)
                    if dimension == "engagement"
                ),
            ),
            "lint_asset_patterns": _arrow(
                {"rule": "number", "pattern": "text"},
                (
                    (number, clean(part))
                    for number, (dimension, row) in enumerate(self.rules)
                    if dimension == "engagement" and row["asset_operator"] not in (None, "any")
                    for part in row["asset_value"].split("|")
                ),
            ),
        }

    def _in_force(self) -> Iterator[tuple[int, str, str]]:
        """Which row of each rule the leads of a segment get: their own, else the general one."""
        numbers = {rule_key(*rule): number for number, rule in enumerate(self.rules)}
        of_version: dict[str, list[str]] = {version: [DEFAULT_SEGMENT] for version in self.versions}
        for row in self.segments:
            of_version[row["model_version"]].append(row["segment"])
        for key, number in numbers.items():
            if key.segment is not None:
                yield number, key.model_version, key.segment
                continue
            for segment in dict.fromkeys(of_version[key.model_version]):
                if key._replace(segment=segment) not in numbers:
                    yield number, key.model_version, segment

    def satisfied(self, connection: duckdb.DuckDBPyConnection) -> dict[Test, int]:
        """How many leads satisfy each test."""
        counts = dict(
            connection.execute(
                "select condition, count(*) from lint_satisfied group by all"
            ).fetchall()
        )
        return {test: counts.get(number, 0) for test, number in self.tests.items()}

    def fired(self, connection: duckdb.DuckDBPyConnection) -> dict[RuleKey, Firing]:
        """How many leads each row of a rule is for, and how many get points from it."""
        applying = dict(connection.execute(statements.APPLYING).fetchall())
        firing = dict(
            connection.execute("select rule, count(*) from lint_fired group by all").fetchall()
        )
        return {
            rule_key(*rule): Firing(applying.get(number, 0), firing.get(number, 0))
            for number, rule in enumerate(self.rules)
        }


def _alternatives(test: Test) -> Iterator[tuple[str | None, float | None, float | None]]:
    """Pattern, lowest and highest number of each alternative of a condition."""
    match ATTRIBUTE_OPERATORS[test.operator]:
        case "alternatives":
            for part in test.value.split("|"):
                yield clean(part), None, None
        case "text":
            yield test.value, None, None
        case "number":
            number = parse_number(test.value)
            yield (
                (None, number, float("inf"))
                if test.operator == "at_least"
                else (None, float("-inf"), number)
            )
        case "range":
            yield (None, *split_range(test.value))
        case _:
            yield None, None, None


def _engagement_cells(row: Row) -> tuple[Any, ...]:
    """The cells of a rule that decide whether it fires, with blanks as what they mean.

    `days_that_count` is the age from which a decay leaves nothing.
    """
    return (
        clean(row["activity_type"]),
        row["asset_operator"] or "any",
        row["personalized"] or "any",
        bool(row["count_automated"]),
        row["measure"],
        clean(row["per_activity_type"]),
        row["min_units"],
        row["daily_limit"],
        row["decay_days"] if row["decay"] in ("linear", "step") else None,
        row["window_days"],
    )


def _words(tables: dict[str, Table]) -> pyarrow.Table:
    """The reference lists in one table: what kind of word, the word, and what it stands for."""
    rows: list[tuple[str, str | None, str | None, float | None]] = []
    for kind, name in (("free", "free"), ("disposable", "disposable")):
        rows += [(kind, clean(r["domain"]), None, None) for r in tables[f"{name}_email_domains"]]
    for row in tables["job_title_keywords"]:
        rows.append((row["kind"], clean(row["keyword"]), clean(row["value"]), row["priority"]))
    for row in tables["countries"]:
        region = clean(row["region"])
        rows += [("region", clean(row[c]), region, None) for c in ("country", "iso2", "iso3")]
    rows += [("agent", clean(r["pattern"]), None, None) for r in tables["automated_user_agents"]]
    return _arrow(
        {"kind": "text", "word": "text", "value": "text", "priority": "decimal"},
        (row for row in rows if row[1]),
    )


def _arrow(columns: dict[str, str], rows: Iterable[tuple[Any, ...]]) -> pyarrow.Table:
    """Rows as a table that DuckDB can read, typed even where it is empty."""
    import pyarrow

    types = {
        "text": pyarrow.string(),
        "number": pyarrow.int32(),
        "decimal": pyarrow.float64(),
        "truth": pyarrow.bool_(),
    }
    cells = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pyarrow.table(
        {
            name: pyarrow.array(values, types[kind])
            for (name, kind), values in zip(columns.items(), cells, strict=True)
        }
    )
