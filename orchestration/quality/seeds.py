"""Whether the scoring seeds can be scored with: everything that is wrong, found in one reading.

`validate_seeds` reads the CSV files only, no database, so it runs before anything is built. What it
reports as an error stops a scoring run; warnings (`seed_advice.py`) are valid but look mistaken.
Single cells are checked where they are read (`seed_tables.py`); here are the rules that span the
cells of a row, the rows of a file and the files. Each check is one function in `CHECKS`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from orchestration.errors import Problem
from orchestration.quality.seed_advice import give_advice
from orchestration.quality.seed_columns import (
    ASSET_OPERATORS,
    ATTRIBUTE_OPERATORS,
    SEEDS,
    Operand,
)
from orchestration.quality.seed_tables import (
    Row,
    Table,
    parse_number,
    read_tables,
    shown,
    split_alternatives,
    split_range,
    suggest,
)

Tables = dict[str, Table]

DEFAULT_SEGMENT = "default"
DEFAULT_SCORE_NAME = "main"
DISQUALIFIED_TIER = "Disqualified"
# Weights such as 0.333333 three times are meant to sum to 1.
WEIGHT_TOLERANCE = 1e-6
LADDERS = {"score_tiers": "tier", "fit_grades": "grade", "engagement_levels": "level"}
RULES = {"fit_rules": "fit", "engagement_rules": "engagement"}


@dataclass(frozen=True)
class Condition:
    """Three columns of a seed that say together what must hold."""

    seed: str
    operator: str
    value: str
    operands: dict[str, Operand]


CONDITIONS = (
    Condition("score_segments", "operator", "value", ATTRIBUTE_OPERATORS),
    Condition("fit_rules", "operator", "value", ATTRIBUTE_OPERATORS),
    Condition("fit_rules", "and_operator", "and_value", ATTRIBUTE_OPERATORS),
    Condition("disqualification_rules", "operator", "value", ATTRIBUTE_OPERATORS),
    Condition("engagement_rules", "asset_operator", "asset_value", ASSET_OPERATORS),
)


def validate_seeds(project_dir: Path) -> list[Problem]:
    """Everything that is wrong with the scoring seeds of a project, errors before warnings.

    Warnings about valid but odd rules are given only where there is no error, because they would
    otherwise speak of rules that are about to change. Never raises for what a person wrote.
    """
    tables, problems = read_tables(project_dir)
    for check in CHECKS:
        problems.extend(check(tables))
    if not any(problem.severity == "error" for problem in problems):
        problems.extend(give_advice(tables))
    files = [table.seed.file for table in tables.values()]
    return sorted(problems, key=lambda problem: (problem.severity, files.index(problem.file)))


def check_duplicate_keys(tables: Tables) -> Iterator[Problem]:
    """No two rows of a seed have the same key."""
    for table in tables.values():
        columns = table.seed.unique_by
        first_lines: dict[tuple, int] = {}
        for row in table:
            key = tuple(row.cells.get(column) for column in columns)
            if not columns or not row.sound(*columns):
                continue
            if key in first_lines:
                yield row.problem(
                    columns[-1] if row[columns[-1]] is not None else columns[-2],
                    f"the same {_listed(columns)} stands on line {first_lines[key]} already",
                    "Remove one of the two rows or give it a key of its own.",
                )
            first_lines.setdefault(key, row.line)


def check_model_versions(tables: Tables) -> Iterator[Problem]:
    """Every row belongs to a model version of score_models."""
    known = list(_known_versions(tables))
    for name in SEEDS:
        yield from _unknown_words(
            [row for row in tables[name] if row["model_version"] and not _is_known(row, tables)],
            "model_version",
            lambda word: f"{shown(word)} is not a model version of score_models",
            lambda word: (
                suggest(word, known) or "Add the model version to seeds/scoring/score_models.csv."
            ),
        )


def check_weights(tables: Tables) -> Iterator[Problem]:
    """The three weights of a model version sum to 1."""
    columns = ("fit_weight", "engagement_weight", "predicted_weight")
    for row in tables["score_models"]:
        if not row.sound(*columns):
            continue
        total = sum(row[column] for column in columns)
        if abs(total - 1) > WEIGHT_TOLERANCE:
            yield row.problem(
                "fit_weight",
                f"fit_weight, engagement_weight and predicted_weight sum to {total:g}, not to 1",
                "Change the weights so that they sum to 1.",
            )


def check_champions(tables: Tables) -> Iterator[Problem]:
    """Each score name has exactly one champion, and there is a score named `main`."""
    table = tables["score_models"]
    if not table.complete or not all(row.sound("role") for row in table):
        return
    by_score: dict[str, list[Row]] = {DEFAULT_SCORE_NAME: []}
    for row in table:
        by_score.setdefault(row["score_name"] or DEFAULT_SCORE_NAME, []).append(row)
    for score_name, rows in by_score.items():
        champions = [row for row in rows if row["role"] == "champion"]
        names = [row["model_version"] or "(blank)" for row in rows]
        if not champions:
            yield Problem(
                "error",
                table.seed.file,
                rows[0].key if rows else score_name,
                "role",
                f"score {shown(score_name)} has no champion",
                f"Give one of {', '.join(names)} the role champion."
                if rows
                else "Add a model version with score_name main and the role champion: "
                "the table lead_scores shows it.",
            )
        for extra in champions[1:]:
            yield extra.problem(
                "role",
                f"score {shown(score_name)} has a second champion beside "
                f"{champions[0]['model_version']}",
                "Keep one champion and make the others challenger, draft or archived.",
            )


def check_conditions(tables: Tables) -> Iterator[Problem]:
    """The value of each operator is there and of the form that the operator needs."""
    for condition in CONDITIONS:
        for row in tables[condition.seed]:
            operator, value = row[condition.operator], row[condition.value]
            if operator is None or not row.sound(condition.operator, condition.value):
                continue
            if fault := _operand_fault(operator, condition.operands[operator], value):
                yield row.problem(condition.value, *fault)


def check_and_conditions(tables: Tables) -> Iterator[Problem]:
    """A second condition of a fit rule is whole or absent."""
    columns = ("and_attribute", "and_operator", "and_value")
    for row in tables["fit_rules"]:
        if not row.sound(*columns):
            continue
        filled = [column for column in columns if row[column] is not None]
        for column in ("and_attribute", "and_operator"):
            if filled and column not in filled:
                yield row.problem(
                    column,
                    f"the cell is blank, but {_listed(filled)} is filled in",
                    f"Fill in {column} too, or leave and_attribute, and_operator "
                    "and and_value blank.",
                )


def check_segments(tables: Tables) -> Iterator[Problem]:
    """No row defines `default`, and the segment of a rule exists for its model version."""
    for row in tables["score_segments"]:
        if row["segment"] == DEFAULT_SEGMENT:
            yield row.problem(
                "segment",
                f"{shown(DEFAULT_SEGMENT)} is the segment of all other leads and cannot be defined",
                "Choose another name.",
            )
    known = defaultdict(list)
    for row in tables["score_segments"]:
        known[row["model_version"]].append(row["segment"])
    for name in RULES:
        for row in tables[name]:
            if row["segment"] == DEFAULT_SEGMENT:
                yield row.problem(
                    "segment",
                    f"{shown(DEFAULT_SEGMENT)} cannot be named by a row",
                    "Leave the segment blank: the general row applies to "
                    "leads without a row of their own segment.",
                )
        if tables["score_segments"].complete:
            yield from _unknown_words(
                [
                    row
                    for row in tables[name]
                    if _is_known(row, tables)
                    and row["segment"] not in (None, DEFAULT_SEGMENT, *known[row["model_version"]])
                ],
                "segment",
                lambda word, version: f"{shown(word)} is not a segment of {version}",
                lambda word, version: (
                    suggest(word, dict.fromkeys(known[version]))
                    or "Define the segment in seeds/scoring/score_segments.csv "
                    "or leave the cell blank."
                ),
                within="model_version",
            )


def check_groups(tables: Tables) -> Iterator[Problem]:
    """The group of each rule is listed for its model version and dimension."""
    groups = tables["score_groups"]
    if not groups.complete:
        return
    known = defaultdict(list)
    for row in groups:
        known[row["model_version"], row["dimension"]].append(row["rule_group"])
        if not row.sound("dimension"):
            # The group may be meant for either: the cell itself is reported already.
            for dimension in RULES.values():
                known[row["model_version"], dimension].append(row["rule_group"])
    for name, dimension in RULES.items():
        (other,) = set(RULES.values()) - {dimension}

        def message(word: str, version: str, dimension=dimension, other=other) -> str:
            listed_for_other = word in known[version, other]
            return f"{shown(word)} is not a group of {version} for {dimension}" + (
                f", only for {other}" if listed_for_other else ""
            )

        def remedy(word: str, version: str, dimension=dimension) -> str:
            return (
                suggest(word, known[version, dimension])
                + f" Or list the group in seeds/scoring/score_groups.csv with dimension "
                f"{dimension}; its bounds may be blank."
            ).strip()

        yield from _unknown_words(
            [
                row
                for row in tables[name]
                if _is_known(row, tables)
                and row.sound("rule_group")
                and row["rule_group"] not in known[row["model_version"], dimension]
            ],
            "rule_group",
            message,
            remedy,
            within="model_version",
        )


def check_engagement_rules(tables: Tables) -> Iterator[Problem]:
    """What a measure or a decay needs is filled in."""
    for row in tables["engagement_rules"]:
        measure, decay = row["measure"], row["decay"]
        needs = {
            "min_units": measure in ("rate", "days_inactive"),
            "per_activity_type": measure == "rate",
        }
        for column, needed in needs.items():
            if needed and row[column] is None and row.sound(column):
                yield row.problem(
                    column,
                    f"the cell is blank, but measure {measure} needs it",
                    "Fill in the smallest rate that counts, such as 0.25."
                    if column == "min_units" and measure == "rate"
                    else "Fill in the days without activity after which the rule applies."
                    if column == "min_units"
                    else "Fill in the activity type to divide by, such as email_delivered.",
                )
        fades = decay not in (None, "none") and measure != "days_inactive"
        if fades and row["decay_days"] is None and row.sound("decay_days", "measure"):
            yield row.problem(
                "decay_days",
                f"the cell is blank, but decay {decay} needs it",
                "Fill in a number of days above 0, or set decay to none.",
            )


def check_ladders(tables: Tables) -> Iterator[Problem]:
    """Tiers, grades and levels of each model in play start at 0, do not repeat and are there."""
    models = tables["score_models"]
    in_play = [
        row["model_version"]
        for row in models
        if row["model_version"] and row.sound("role") and row["role"] != "archived"
    ]
    for name, noun in LADDERS.items():
        table = tables[name]
        by_model: dict[str, list[Row]] = defaultdict(list)
        for row in table:
            if _is_known(row, tables):
                by_model[row["model_version"]].append(row)
        if table.complete:
            for version in in_play:
                if version not in by_model:
                    yield Problem(
                        "error",
                        table.seed.file,
                        version,
                        "model_version",
                        f"model version {shown(version)} has no {noun}",
                        f"Add rows for it, the lowest {noun} with min_score 0.",
                    )
        for rows in by_model.values():
            yield from _ladder_faults(rows, noun, table.complete)


def check_disqualified_tier(tables: Tables) -> Iterator[Problem]:
    """The tier of disqualified leads is not one that a score can reach."""
    for row in tables["score_tiers"]:
        if (row["tier"] or "").strip().lower() == DISQUALIFIED_TIER.lower():
            yield row.problem(
                "tier",
                f"{shown(row['tier'])} is the tier of disqualified leads and has no bounds",
                "Choose another name.",
            )


def _known_versions(tables: Tables) -> dict[str, None]:
    return {row["model_version"]: None for row in tables["score_models"] if row["model_version"]}


def _is_known(row: Row, tables: Tables) -> bool:
    """Whether a row names a model version that exists, as far as score_models can be read."""
    version = row["model_version"]
    return version is not None and (
        version in _known_versions(tables) or not tables["score_models"].complete
    )


def _ladder_faults(rows: list[Row], noun: str, complete: bool) -> Iterator[Problem]:
    """What is wrong with the thresholds of one model version."""
    if not all(row.sound("min_score") for row in rows):
        return
    rows = sorted(rows, key=lambda row: (row["min_score"], row.line))
    lowest = rows[0]
    if lowest["min_score"] != 0 and complete:
        yield lowest.problem(
            "min_score",
            f"the lowest {noun} starts at {lowest['min_score']:g}, so lower scores have no {noun}",
            f"Let the lowest {noun} of a model version start at 0.",
        )
    for column in ("min_fit_score", "min_engagement_score"):
        if (lowest[column] or 0) > 0:
            yield lowest.problem(
                column,
                f"the lowest {noun} has a further minimum, so some leads have no {noun}",
                "Leave the cell blank.",
            )
    for below, above in pairwise(rows):
        same_name = below.cells.get(noun) == above.cells.get(noun)
        if below["min_score"] == above["min_score"] and not same_name:
            yield above.problem(
                "min_score",
                f"{above.cells.get(noun) or '(blank)'} and {below.cells.get(noun) or '(blank)'} "
                f"overlap: both start at {above['min_score']:g}",
                f"Give every {noun} of a model version a min_score of its own.",
            )


def _operand_fault(operator: str, operand: Operand, value: str | None) -> tuple[str, str] | None:
    """Message and remedy where the value does not fit the operator."""
    if operand == "nothing":
        return None
    if value is None:
        return f"the cell is blank, but {operator} needs a value", f"Fill in {_OPERANDS[operand]}."
    if operand == "alternatives" and "" in split_alternatives(value):
        return (
            f"{shown(value)} has an empty alternative",
            "Write a text on both sides of every |, such as vp|director.",
        )
    if operand == "number" and parse_number(value) is None:
        return f"{shown(value)} is not a number, which {operator} needs", "Write a plain decimal."
    if operand == "range":
        limits = split_range(value)
        if limits is None:
            return f"{shown(value)} is not a range", f"Write {_OPERANDS[operand]}."
        if limits[0] > limits[1]:
            return (
                f"{shown(value)} begins above its end",
                "Write the smaller number first: "
                f"{value.partition('..')[2].strip()}..{value.partition('..')[0].strip()}.",
            )
    return None


_OPERANDS: dict[Operand, str] = {
    "text": "the text to compare with",
    "alternatives": "a text, or several with | between them",
    "number": "a number, such as 500",
    "range": "low..high, such as 50..500",
}


def _unknown_words(
    rows: Iterable[Row],
    column: str,
    message: Callable[..., str],
    remedy: Callable[..., str],
    within: str | None = None,
) -> Iterator[Problem]:
    """One problem for each unknown word of a file, at its first row, so that one mistyped name
    does not become a hundred lines. `within` names a column whose value is part of the word."""
    rows = [row for row in rows if row.sound(column)]
    words = [(row[column], *([row[within]] if within else [])) for row in rows]
    counts = Counter(words)
    for row, word in zip(rows, words, strict=True):
        if word in counts:
            more = counts.pop(word) - 1
            yield row.problem(
                column,
                message(*word) + (f" ({more} more rows name it)" if more else ""),
                remedy(*word),
            )


def _listed(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


CHECKS: tuple[Callable[[Tables], Iterator[Problem]], ...] = (
    check_duplicate_keys,
    check_model_versions,
    check_weights,
    check_champions,
    check_conditions,
    check_and_conditions,
    check_segments,
    check_groups,
    check_engagement_rules,
    check_ladders,
    check_disqualified_tier,
)
