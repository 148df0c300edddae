"""Rules that are valid but cannot mean what they say, seen against leads and activities.

An attribute that nobody has, a type that never occurs, a rule that fires on nobody or on nearly
everyone: each is a warning that names the row, the cell and the nearest thing that does exist.
`lint_rules` judges by the models after a run, `lint_landed` by landed rows before one. Text of
seeds and data enters SQL as parameters only.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.errors import Problem
from orchestration.quality.evidence import (
    Evidence,
    Test,
    attribute_test,
    clean,
    evidence_of_models,
    rule_key,
)
from orchestration.quality.landed_evidence import evidence_of_landing
from orchestration.quality.seed_advice import give_advice
from orchestration.quality.seed_columns import SEEDS
from orchestration.quality.seed_tables import (
    EVERY_SEED,
    Row,
    Table,
    nearest,
    read_tables,
    shown,
    split_alternatives,
    table_of_rows,
)

if TYPE_CHECKING:
    import duckdb

# From this share of the leads on, a rule tells nobody apart.
NEARLY_EVERYONE = 0.99
# A disqualification of more than this share is taken for a slip.
MANY_DISQUALIFIED = 0.5
# How alike two texts have to be for one to be offered in place of the other: the share of letters
# that stay where one is edited into the other.
ALIKE = 0.75
# Attributes whose values are about one person and are never quoted.
PERSONAL = frozenset({"lead_id", "email", "first_name", "last_name", "phone"})

ASSET_PHRASES = {
    "equals": "is",
    "starts_with": "starts with",
    "contains": "contains",
    "has_word": "has the word",
}


def lint_rules(connection: duckdb.DuckDBPyConnection) -> list[Problem]:
    """Warnings about the rules in the working file's seeds, by what its models found.

    Expects a file in which seeds and intermediate models are built; writes nothing but temporary
    views. Raises duckdb.CatalogException where they are not built.
    """
    tables = {
        seed.name: table_of_rows(seed, connection.table(f"seeds.{seed.name}"))
        for seed in EVERY_SEED
    }
    return _lint(connection, tables, evidence_of_models(connection))


def lint_landed(
    connection: duckdb.DuckDBPyConnection, project_dir: Path, score_date: datetime.date
) -> list[Problem]:
    """Warnings about the rules in a project's CSV files, by what has landed up to a day.

    Expects the views of intake (`raw_custom.*`) and seeds without errors; needs no model and writes
    nothing but temporary tables.
    """
    tables, _ = read_tables(project_dir)
    return _lint(connection, tables, evidence_of_landing(connection, tables, score_date))


def _lint(
    connection: duckdb.DuckDBPyConnection, tables: dict[str, Table], evidence: Evidence
) -> list[Problem]:
    if not evidence.leads:
        return []
    in_play = [row["model_version"] for row in tables["score_models"] if row["role"] != "archived"]
    scored = {
        name: [row for row in table if row["model_version"] in in_play]
        for name, table in tables.items()
        if name in SEEDS
    }
    linter = _Linter(connection, scored, evidence)
    found = [
        *linter.about_segments(),
        *linter.about_fit_rules(),
        *linter.about_engagement_rules(),
        *linter.about_disqualifications(),
    ]
    # What the seeds alone give away is told by validate_seeds already.
    known = {(problem.file, problem.key, problem.column) for problem in give_advice(tables)}
    return _told_once([p for p in found if (p.file, p.key, p.column) not in known])


@dataclass
class _Linter:
    """The rows in play beside the evidence. Each row is told its first cause of failure only."""

    connection: duckdb.DuckDBPyConnection
    rows: dict[str, list[Row]]
    evidence: Evidence
    present_values: dict[tuple[str, tuple[str | None, ...]], set[str]] = field(default_factory=dict)

    def about_segments(self) -> Iterator[Problem]:
        """Segments that no lead is in, and rows of segments that match nobody."""
        silent = set()
        for row in self.rows["score_segments"]:
            faults = list(self._test_faults(row))
            yield from faults
            if not faults and self.evidence.satisfied.get(attribute_test(row)) == 0:
                yield _warn(row, "value", "no lead matches this row", "Compare it with your leads.")
            if self.evidence.satisfied.get(attribute_test(row)):
                silent.add((row["model_version"], row["segment"]))
        for row in self.rows["score_segments"]:
            key = row["model_version"], row["segment"]
            if key in silent and not self.evidence.in_segment.get(key):
                silent.remove(key)
                yield _warn(
                    row,
                    "segment",
                    f"no lead is in segment {shown(row['segment'])}: "
                    "all that match are in a segment of lower priority number",
                    "Give the segment a lower priority number, or remove it.",
                )

    def about_fit_rules(self) -> Iterator[Problem]:
        """Fit rules that fit nobody or nearly everyone."""
        for row in self.rows["fit_rules"]:
            faults = [*self._test_faults(row), *self._test_faults(row, "and_")]
            yield from faults
            if not faults:
                yield from self._nobody(
                    "fit", row, "value", "Compare the condition with your leads."
                )
        yield from self._everyone("fit", "attribute")

    def about_engagement_rules(self) -> Iterator[Problem]:
        """Engagement rules that no activity matches, and that fire on nobody or nearly everyone."""
        if not self.activity_types:
            return
        for row in self.rows["engagement_rules"]:
            faults = list(self._activity_faults(row))
            yield from faults
            if not faults:
                column = "activity_type" if row["min_units"] is None else "min_units"
                yield from self._nobody(
                    "engagement",
                    row,
                    column,
                    "Compare min_units, daily_limit and window_days with what leads do."
                    if row["min_units"] is not None
                    else "Compare window_days and decay_days with how long ago it happens.",
                )
        yield from self._everyone("engagement", "activity_type")

    def about_disqualifications(self) -> Iterator[Problem]:
        """Disqualifications by something that no lead has, and of a large part of all leads."""
        for row in self.rows["disqualification_rules"]:
            yield from self._test_faults(row)
            count = self.evidence.satisfied.get(attribute_test(row), 0)
            if count > MANY_DISQUALIFIED * self.evidence.leads:
                yield _warn(
                    row,
                    "operator",
                    f"the rule disqualifies {count:,} of {self.evidence.leads:,} leads",
                    "Check that operator and value say what you mean.",
                )

    def _nobody(self, dimension: str, row: Row, column: str, remedy: str) -> Iterator[Problem]:
        firing = self.evidence.fired.get(rule_key(dimension, row))
        if firing is None or firing.leads or not firing.applies_to or row["points"] == 0:
            return
        whom = "lead" if row["segment"] is None else f"lead in segment {shown(row['segment'])}"
        yield _warn(
            row,
            column,
            f"the rule gives points to no {whom} on {self.evidence.day} "
            f"(it is for {firing.applies_to:,})",
            remedy,
        )

    def _everyone(self, dimension: str, column: str) -> Iterator[Problem]:
        """Rules whose rows together fire on nearly all leads."""
        by_rule: dict[tuple[str, str], list[Row]] = {}
        for row in self.rows[f"{dimension}_rules"]:
            by_rule.setdefault((row["model_version"], row["rule_id"]), []).append(row)
        for rows in by_rule.values():
            keys = [rule_key(dimension, row) for row in rows]
            count = sum(
                self.evidence.fired[key].leads for key in keys if key in self.evidence.fired
            )
            if count >= NEARLY_EVERYONE * self.evidence.leads:
                yield _warn(
                    rows[0],
                    column,
                    f"the rule gives points to {count:,} of {self.evidence.leads:,} leads, "
                    "so it tells nobody apart",
                    "Narrow the rule, or remove it.",
                )

    def _test_faults(self, row: Row, prefix: str = "") -> Iterator[Problem]:
        """What is wrong with a condition on an attribute: the name first, then the value."""
        test = attribute_test(row, prefix)
        if test is None or test not in self.evidence.satisfied:
            return
        if test.attribute not in self.attributes:
            close = nearest(test.attribute, self.attributes, 0.75)
            yield _warn(
                row,
                f"{prefix}attribute",
                f"no lead has an attribute {shown(test.attribute)}",
                (f"Did you mean {close}? " if close else "")
                + f"Leads have {_some(sorted(self.attributes))}.",
            )
        elif test.operator in ("equals", "in"):
            yield from self._value_faults(row, f"{prefix}value", test)
        elif not self.evidence.satisfied[test] and test.operator not in ("is_empty", "is_present"):
            yield _warn(
                row,
                f"{prefix}value",
                f"no lead's {test.attribute} satisfies "
                f"{test.operator} {shown(row[f'{prefix}value'])}",
                "Compare the value with those of your leads.",
            )

    def _value_faults(self, row: Row, column: str, test: Test) -> Iterator[Problem]:
        """Values that no lead has. Of several, only those that look like a slip are told, unless
        no lead has any of them: a list may be longer than what has landed so far."""
        compared = [row[column]] if test.operator == "equals" else split_alternatives(row[column])
        words = [clean(part) for part in compared]
        present = self._present_values(test.attribute, words)
        for part, word in zip(compared, words, strict=True):
            if word in present:
                continue
            close = self._nearest_value(test.attribute, word)
            is_slip = close not in (None, *words)
            # Those that must not come have seldom come.
            is_expected = row.seed.name != "disqualification_rules"
            if is_slip or (is_expected and not present):
                yield _warn(
                    row,
                    column,
                    f"no lead has {test.attribute} {shown(part.strip())}",
                    f"Did you mean {shown(close)}?"
                    if is_slip
                    else "Compare the value with those of your leads.",
                )

    def _activity_faults(self, row: Row) -> Iterator[Problem]:
        """Why no activity can match a rule: its type, its asset, or what kind of activity it is."""
        types = [("activity_type", clean(row["activity_type"]))]
        if row["measure"] == "rate":
            types.append(("per_activity_type", clean(row["per_activity_type"])))
        unknown = [
            (column, name)
            for column, name in types
            if name != "*" and name not in self.activity_types
        ]
        for column, name in unknown:
            close = nearest(name, self.activity_types, 0.75)
            yield _warn(
                row,
                column,
                f"no activity has the type {shown(name)}",
                (f"Did you mean {close}? " if close else "")
                + f"There are {_some(self.activity_types)}.",
            )
        if unknown:
            return
        kind = types[0][1]
        signatures = self._signatures(kind, row)
        asked = "any activity" if kind == "*" else kind
        if not signatures:
            close = self._nearest_asset(kind, row["asset_value"])
            yield _warn(
                row,
                "asset_value",
                f"the asset of no {asked.removeprefix('any ')} "
                f"{ASSET_PHRASES[row['asset_operator']]} {shown(row['asset_value'])}",
                f"Did you mean {shown(close)}?" if close else "Compare it with your assets.",
            )
            return
        wanted = row["personalized"]
        fitting = [
            is_automated
            for is_personalized, is_automated in signatures
            if wanted in (None, "any") or (wanted == "yes") == is_personalized
        ]
        if not fitting:
            yield _warn(
                row,
                "personalized",
                f"no {asked.removeprefix('any ')} of this rule is "
                f"{'' if wanted == 'yes' else 'not '}personalised",
                "Set personalized to any, or mark personalised content in the events.",
            )
        elif not row["count_automated"] and all(fitting):
            yield _warn(
                row,
                "count_automated",
                f"each {asked.removeprefix('any ')} of this rule is automated",
                "Set count_automated to true if machines count.",
            )

    @cached_property
    def attributes(self) -> set[str]:
        """Names of attributes that at least one lead has."""
        rows = self.connection.execute("select attribute from lint_attribute_names").fetchall()
        return {attribute for (attribute,) in rows} | {
            test.attribute
            for test, count in self.evidence.satisfied.items()
            if count and test.operator != "is_empty"
        }

    @cached_property
    def activity_types(self) -> list[str]:
        """Types of all activities, in alphabetical order."""
        rows = self.connection.execute(
            "select distinct activity_type from lint_signatures order by all"
        ).fetchall()
        return [activity_type for (activity_type,) in rows]

    def _signatures(self, kind: str, row: Row) -> list[tuple[bool, bool]]:
        """Whether personalised and whether automated: the kinds of activity that a rule's type and
        asset match."""
        operator = row["asset_operator"] or "any"
        parts = [] if operator == "any" else _alternatives(row["asset_value"])
        return self.connection.execute(
            r"""
            select distinct is_personalized, is_automated
            from lint_signatures
            where
                ($kind = '*' or activity_type = $kind)
                and (
                    $operator = 'any'
                    or len(list_filter($parts::varchar[], lambda part: case $operator
                        when 'equals' then asset = part
                        when 'contains' then contains(asset, part)
                        when 'starts_with' then starts_with(asset, part)
                        else contains(asset, part) and regexp_matches(
                            asset,
                            '(^|[^\p{L}\p{Nd}])' || regexp_escape(part) || '($|[^\p{L}\p{Nd}])'
                        )
                    end)) > 0
                )
            """,
            {"kind": kind, "operator": operator, "parts": parts},
        ).fetchall()

    def _nearest_asset(self, kind: str, value: str) -> str | None:
        """The asset of activities of this type that looks most like one alternative of a value."""
        return self._closest(
            r"""
            with assets as (
                select distinct asset from lint_signatures
                where ($kind = '*' or activity_type = $kind) and asset is not null
            ),
            words as (select unnest($words::varchar[]) as word),
            looks as (
                select assets.asset, words.word, unnest(list_concat(
                    [
                        assets.asset,
                        left(assets.asset, length(words.word)),
                        left(assets.asset, length(words.word) + 1)
                    ],
                    regexp_split_to_array(assets.asset, '[^\p{L}\p{Nd}]+')
                )) as look
                from assets
                cross join words
            )
            select
                asset,
                max(1 - damerau_levenshtein(look, word) / greatest(length(look), length(word), 1))
                    as likeness
            from looks
            group by asset
            order by likeness desc, asset
            limit 1
            """,
            {"kind": kind, "words": _alternatives(value)},
        )

    def _present_values(self, attribute: str, values: list[str | None]) -> set[str]:
        """Which of these values at least one lead has."""
        asked = attribute, tuple(values)
        if asked not in self.present_values:  # Model versions often ask the same.
            found = self.connection.execute(
                """
                select distinct value_text from lint_attributes
                where attribute = $attribute and value_text in (select unnest($values::varchar[]))
                """,
                {"attribute": attribute, "values": values},
            ).fetchall()
            self.present_values[asked] = {value for (value,) in found}
        return self.present_values[asked]

    def _nearest_value(self, attribute: str, value: str | None) -> str | None:
        """The value of an attribute that looks most like this one. A value that only one lead has
        may be about that person, so it is not offered."""
        if attribute in PERSONAL:
            return None
        return self._closest(
            """
            select
                value_text,
                1 - damerau_levenshtein(value_text, $value)
                    / greatest(length(value_text), length($value)) as likeness
            from lint_attributes
            where attribute = $attribute
            group by value_text
            having count(distinct lead) > 1
            order by likeness desc, value_text
            limit 1
            """,
            {"attribute": attribute, "value": value},
        )

    def _closest(self, query: str, parameters: dict[str, object]) -> str | None:
        found = self.connection.execute(query, parameters).fetchone()
        return found[0] if found and found[1] >= ALIKE else None


def _alternatives(value: str) -> list[str]:
    """The parts of an asset_value as they are compared."""
    return [part.lower() for part in split_alternatives(value)]


def _told_once(problems: list[Problem]) -> list[Problem]:
    """The same finding in several rows of a file as one problem at its first row."""

    def finding(problem: Problem) -> tuple[str, str, str]:
        return problem.file, problem.column, problem.message

    counts = Counter(finding(problem) for problem in problems)
    told = []
    for problem in problems:
        if more := counts.pop(finding(problem), 0):
            rows = f" (also in {more - 1} more row{'s' if more > 2 else ''})"
            told.append(replace(problem, message=problem.message + (rows if more > 1 else "")))
    return told


def _some(names: list[str], most: int = 12) -> str:
    """A list of names for a message, cut where it grows long."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _warn(row: Row, column: str, message: str, remedy: str) -> Problem:
    return row.problem(column, message, remedy, severity="warning")
