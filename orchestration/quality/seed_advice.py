"""Warnings about scoring seeds that are valid but look mistaken, without looking at data.

What landed data can tell (an attribute that nobody has, a rule that fires on nobody) is in
`rules.py`. Everything here expects tables without errors, and speaks only of model versions that
are scored: archived ones may be as odd as they like.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from orchestration.errors import Problem
from orchestration.quality.seed_tables import (
    BLANKS,
    Row,
    Table,
    nearest,
    shown,
    split_alternatives,
)

Tables = dict[str, Table]

HIGHEST_SCORE = 100
# Cells without a say, by what the rule does: column, when it has none, and why.
IDLE_CELLS: tuple[tuple[str, Callable[[Row], bool], str], ...] = (
    *(
        (column, lambda rule: rule["measure"] == "days_inactive", "days_inactive ignores it")
        for column in ("daily_limit", "window_days", "decay", "decay_days", "per_activity_type")
    ),
    ("daily_limit", lambda rule: rule["measure"] == "rate", "rate ignores it"),
    (
        "daily_limit",
        lambda rule: rule["measure"] == "days" and (rule["daily_limit"] or 0) >= 1,
        "a day counts as 1 at most anyway",
    ),
    (
        "per_activity_type",
        lambda rule: rule["measure"] in ("events", "minutes", "days"),
        "only rate divides by it",
    ),
    (
        "decay_days",
        lambda rule: rule["decay"] in (None, "none") and rule["measure"] != "days_inactive",
        "decay none ignores it",
    ),
    (
        "asset_value",
        lambda rule: rule["asset_operator"] in (None, "any"),
        "every asset counts while asset_operator is blank or any",
    ),
)


def give_advice(tables: Tables) -> Iterator[Problem]:
    """Everything that looks mistaken in valid seeds, as warnings."""
    in_play = {
        row["model_version"]
        for row in tables["score_models"]
        if row["role"] != "archived" and row["model_version"]
    }
    scored = {
        name: Table(table.seed, [row for row in table if row["model_version"] in in_play])
        for name, table in tables.items()
        if table.seed.folder == "seeds/scoring"
    }
    for advise in ADVICE:
        yield from advise(scored)
    yield from about_reference_words(scored, tables)


def about_points(tables: Tables) -> Iterator[Problem]:
    """Rules that give 0 points, and limits that never or always bind."""
    for rule in (*tables["fit_rules"], *tables["engagement_rules"]):
        if rule["points"] == 0:
            yield _warn(rule, "points", "the rule gives 0 points", "Give it points or remove it.")
    for rule in tables["engagement_rules"]:
        limit, most = rule["max_points"], _most_before_limit(rule)
        if limit is None or most == 0:
            continue
        if most < limit:
            yield _warn(
                rule,
                "max_points",
                f"the limit of {limit:g} points never binds: the rule moves {_plain(most)} at most",
                "Lower it, or leave it blank.",
            )
        elif _gives_once(rule) and most > limit:
            yield _warn(
                rule,
                "max_points",
                f"the limit of {limit:g} always cuts the rule's {rule['points']:g} points",
                "Write the points that you mean, and leave max_points blank.",
            )


def about_thresholds(tables: Tables) -> Iterator[Problem]:
    """Thresholds that the rule's own limits keep it from reaching."""
    for rule in tables["engagement_rules"]:
        least = rule["min_units"]
        if least is None or rule["measure"] == "days_inactive":
            continue
        if rule["measure"] == "rate":
            if least > 1:
                yield _warn(
                    rule,
                    "min_units",
                    f"a rate of {least:g} means {least:g} activities for each "
                    f"{rule['per_activity_type']}",
                    "Write a share, such as 0.25 for a quarter, if that is what you mean.",
                )
            continue
        days = _days_in_window(rule)
        most = _units_of_a_day(rule) * days
        if most < least:
            yield _warn(
                rule,
                "min_units",
                f"the rule can never fire: {least:g} units are needed, but daily_limit and "
                f"window_days allow {_plain(most)} ({_plain(_units_of_a_day(rule))} a day "
                f"for {_plain(days)} days)",
                "Lower min_units, raise daily_limit or lengthen window_days.",
            )


def about_reach(tables: Tables) -> Iterator[Problem]:
    """Tiers, grades and levels that the rules and limits of their model cannot reach."""
    for model in tables["score_models"]:
        version = model["model_version"]
        reach = {
            dimension: _highest_dimension(tables, version, dimension)
            for dimension in ("fit", "engagement")
        }
        score = sum(reach[name] * model[f"{name}_weight"] for name in reach)
        if model["predicted_weight"] > 0:
            yield _warn(
                model,
                "predicted_weight",
                "no predictive model is installed, so this part of the score is 0",
                "Set predicted_weight to 0 until there is one.",
            )
        for name, column, highest, what in (
            ("score_tiers", "min_score", score, "score"),
            ("score_tiers", "min_fit_score", reach["fit"], "fit score"),
            ("score_tiers", "min_engagement_score", reach["engagement"], "engagement score"),
            ("fit_grades", "min_score", reach["fit"], "fit score"),
            ("engagement_levels", "min_score", reach["engagement"], "engagement score"),
        ):
            for row in _of_model(tables[name], version):
                if row[column] is not None and row[column] > highest + 0.005:
                    yield _warn(
                        row,
                        column,
                        f"no lead can reach it: {row[column]:g} is needed, but rules and "
                        f"limits allow a highest {what} of {_plain(highest)}",
                        "Lower it, or raise points, limits or weights.",
                    )


def about_idle_cells(tables: Tables) -> Iterator[Problem]:
    """Cells that are filled in but have no say."""
    for rule in tables["engagement_rules"]:
        for column, is_idle, why in IDLE_CELLS:
            given = rule[column] not in (None, "none")
            if given and is_idle(rule):
                yield _warn(
                    rule, column, f"{_cell(rule, column)} has no effect: {why}", "Leave it blank."
                )
    for name, operator, value in ATTRIBUTE_TESTS:
        for row in tables[name]:
            if row[operator] in ("is_empty", "is_present") and row[value] is not None:
                yield _warn(
                    row,
                    value,
                    f"{_cell(row, value)} has no effect: {row[operator]} ignores it",
                    "Leave it blank, or choose another operator.",
                )
            elif row[operator] == "equals" and "|" in (row[value] or ""):
                yield _warn(
                    row,
                    value,
                    f"equals compares with the whole text {_cell(row, value)}",
                    "Use the operator in if | separates alternatives.",
                )


def about_texts(tables: Tables) -> Iterator[Problem]:
    """Names with blanks around them, and rules that nobody can read in a list of reasons."""
    for table in tables.values():
        for row in table:
            for column in ("model_version", "rule_id", "rule_group", "segment", "score_name"):
                cell = row.cells.get(column)
                if cell is not None and cell != cell.strip(BLANKS):
                    yield _warn(
                        row,
                        column,
                        f"{shown(cell)} has blanks around it, and names compare exactly",
                        "Remove the blanks wherever the name stands.",
                    )
    for name, column in (
        ("fit_rules", "description"),
        ("engagement_rules", "description"),
        ("disqualification_rules", "reason"),
    ):
        for row in tables[name]:
            if row[column] is None:
                yield _warn(
                    row,
                    column,
                    "the cell is blank, so people see no reason",
                    "Say in a few words what the lead did or is.",
                )


def about_unused(tables: Tables) -> Iterator[Problem]:
    """Groups without rules, weights without rules and alternatives that stand twice."""
    used = {
        (dimension, rule["model_version"], rule["rule_group"])
        for name, dimension in (("fit_rules", "fit"), ("engagement_rules", "engagement"))
        for rule in tables[name]
    }
    for group in tables["score_groups"]:
        if (group["dimension"], group["model_version"], group["rule_group"]) not in used:
            yield _warn(
                group,
                "rule_group",
                f"no {group['dimension']} rule of {group['model_version']} is in this group",
                "Remove the group, or check the rule_group of the rules meant for it.",
            )
    for model in tables["score_models"]:
        for name, dimension in (("fit_rules", "fit"), ("engagement_rules", "engagement")):
            weight = model[f"{dimension}_weight"]
            if weight > 0 and not list(_of_model(tables[name], model["model_version"])):
                yield _warn(
                    model,
                    f"{dimension}_weight",
                    f"{dimension} weighs {weight:g}, but the model has no {dimension} rules",
                    f"Add rows to seeds/scoring/{name}.csv or set the weight to 0.",
                )
    seen: dict[tuple, int] = {}
    for row in tables["score_segments"]:
        cells = tuple(row.cells.values())
        if cells in seen:
            yield _warn(
                row, "segment", f"the row is the same as line {seen[cells]}", "Remove one of them."
            )
        seen.setdefault(cells, row.line)


def about_reference_words(scored: Tables, reference: Tables) -> Iterator[Problem]:
    """Values that are compared with a derived attribute which cannot have them."""
    keywords = reference["job_title_keywords"]
    known = {
        "email_type": {"business", "free", "disposable", "none"},
        **{
            kind: {row["value"] for row in keywords if row["kind"] == kind and row["value"]}
            for kind in ("seniority", "department")
        },
    }
    # Sources may send their own words for these, so only what looks like a slip is told.
    for attribute, name in (
        ("region", "countries"),
        ("country", "countries"),
        ("industry", "industries"),
    ):
        known[attribute] = {row[attribute] for row in reference[name] if row[attribute]}
    known["country"] |= {
        row[code] for row in reference["countries"] for code in ("iso2", "iso3") if row[code]
    }
    for name, operator, value in ATTRIBUTE_TESTS:
        prefix = operator.removesuffix("operator")
        for row in scored[name]:
            attribute = (row[f"{prefix}attribute"] or "").strip(BLANKS).lower()
            if attribute not in known or row[operator] not in ("equals", "in"):
                continue
            words = {word.strip(BLANKS).lower(): word for word in known[attribute]}
            for part in _compared(row[operator], row[value]):
                close = nearest(part, words.values(), 0.8)
                if part.lower() in words or (close is None and attribute in OPEN_ATTRIBUTES):
                    continue
                yield _warn(
                    row,
                    value,
                    f"{shown(part)} is not a known {attribute.replace('_', ' ')}",
                    f"Did you mean {close}?"
                    if close
                    else f"It is one of {', '.join(sorted(known[attribute]))}.",
                )


ATTRIBUTE_TESTS = (
    ("score_segments", "operator", "value"),
    ("fit_rules", "operator", "value"),
    ("fit_rules", "and_operator", "and_value"),
    ("disqualification_rules", "operator", "value"),
)
OPEN_ATTRIBUTES = ("region", "country", "industry")
ADVICE: tuple[Callable[[Tables], Iterator[Problem]], ...] = (
    about_points,
    about_thresholds,
    about_reach,
    about_idle_cells,
    about_texts,
    about_unused,
)


def _compared(operator: str, value: str) -> list[str]:
    """The texts that an `equals` or `in` compares with."""
    return [value.strip(BLANKS)] if operator == "equals" else split_alternatives(value)


def _of_model(table: Iterable[Row], version: str) -> Iterator[Row]:
    return (row for row in table if row["model_version"] == version)


def _gives_once(rule: Row) -> bool:
    """Whether the rule gives its points once instead of for each unit."""
    return rule["min_units"] is not None


def _days_in_window(rule: Row) -> float:
    """How many days have an age below window_days; without a window there is no end."""
    return math.inf if rule["window_days"] is None else math.ceil(rule["window_days"])


def _units_of_a_day(rule: Row) -> float:
    """The most units that one day can have."""
    of_measure = 1 if rule["measure"] == "days" else math.inf
    return min(of_measure, math.inf if rule["daily_limit"] is None else rule["daily_limit"])


def _summed_weights(rule: Row) -> float:
    """The decayed sum of one unit on every day of the window: Σ w(a)."""
    days, span = _days_in_window(rule), rule["decay_days"]
    match rule["decay"]:
        case "half_life":
            fading = 0.5 ** (1 / span)
            return days if fading == 1 else (1 - fading**days) / (1 - fading)
        case "linear":
            days = min(days, math.ceil(span))
            return days - days * (days - 1) / (2 * span)
        case "step":
            return min(days, math.ceil(span))
        case _:
            return days


def _most_before_limit(rule: Row) -> float:
    """The most points, either way, that an engagement rule can move before max_points."""
    points = abs(rule["points"])
    if points == 0 or _gives_once(rule):
        return points
    return points * _units_of_a_day(rule) * _summed_weights(rule)


def _highest_dimension(tables: Tables, version: str, dimension: str) -> float:
    """The highest fit or engagement score that rules and limits allow, at most 100.

    Rules that exclude each other are all counted, so the truth may be lower, never higher.
    """
    gains: dict[str, dict[str, float]] = defaultdict(dict)
    for rule in _of_model(tables[f"{dimension}_rules"], version):
        if rule["points"] <= 0:
            continue
        most = rule["points"]
        if dimension == "engagement":
            limit = math.inf if rule["max_points"] is None else rule["max_points"]
            most = min(limit, _most_before_limit(rule))
        group = gains[rule["rule_group"]]
        # A lead has one segment, so one row of the rule.
        group[rule["rule_id"]] = max(most, group.get(rule["rule_id"], 0))
    total = 0.0
    for group in _of_model(tables["score_groups"], version):
        if group["dimension"] == dimension:
            limit = math.inf if group["max_points"] is None else group["max_points"]
            total += min(limit, sum(gains[group["rule_group"]].values()))
    return min(HIGHEST_SCORE, total)


def _plain(number: float) -> str:
    return "any number of" if math.isinf(number) else f"{number:.6g}"


def _cell(row: Row, column: str) -> str:
    return shown(row.cells[column] or "")


def _warn(row: Row, column: str, message: str, remedy: str) -> Problem:
    return row.problem(column, message, remedy, severity="warning")
