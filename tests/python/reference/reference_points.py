"""From attributes and activities to the points of each rule. Part of the reference."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from reference_people import Activity, Lead
from reference_text import Seed, Seeds, bounded, number, plain, round_6, satisfies, text_satisfies


class Points(NamedTuple):
    """What one rule gave one lead, before groups and weights."""

    dimension: str
    rule_group: str
    rule_id: str
    raw_points: float
    units: float | None
    last_activity_date: date | None
    description: str | None


def of_model(seeds: Seeds, name: str, model_version: str) -> list[Seed]:
    return [row for row in seeds[name] if row["model_version"] == model_version]


def segment_of(lead: Lead, rows: Iterable[Seed]) -> str:
    """The matching segment with the lowest priority, ties alphabetically; else `default`."""
    matching = [
        (float(row["priority"]), row["segment"])
        for row in rows
        if satisfies(lead.attributes.get(plain(row["attribute"])), row["operator"], row["value"])
    ]
    return min(matching)[1] if matching else "default"


def rules_in_force(rows: list[Seed], segment: str) -> list[Seed]:
    """For each rule id the row of the lead's own segment, else the general one."""
    general = {row["rule_id"]: row for row in rows if row["segment"] is None}
    own = {row["rule_id"]: row for row in rows if row["segment"] == segment}
    return list((general | own).values())


def fit_points(lead: Lead, rule: Seed) -> Points | None:
    def holds(prefix: str) -> bool:
        found = lead.attributes.get(plain(rule[f"{prefix}attribute"]))
        return satisfies(found, rule[f"{prefix}operator"], rule[f"{prefix}value"])

    if not holds("") or (rule["and_attribute"] is not None and not holds("and_")):
        return None
    points = round_6(float(rule["points"]))
    return Points(
        "fit", rule["rule_group"], rule["rule_id"], points, None, None, rule["description"]
    )


def matches(rule: Seed, activity: Activity) -> bool:
    operator = rule["asset_operator"] or "any"
    personalized = rule["personalized"] or "any"
    if plain(rule["activity_type"]) not in ("*", activity.kind):
        return False
    if operator != "any" and (
        activity.asset is None or not text_satisfies(activity.asset, operator, rule["asset_value"])
    ):
        return False
    if personalized != "any" and (personalized == "yes") != activity.is_personalized:
        return False
    return counts_automated(rule) or not activity.is_automated


def counts_automated(rule: Seed) -> bool:
    return (rule["count_automated"] or "false").lower() == "true"


def decay_weight(rule: Seed, age: int) -> float:
    decay = rule["decay"] or "none"
    if decay == "none":
        return 1.0
    days = float(rule["decay_days"])
    if decay == "half_life":
        return 0.5 ** (age / days)
    if decay == "linear":
        return max(0.0, 1.0 - age / days)
    return 1.0 if age < days else 0.0


def engagement_points(lead: Lead, rule: Seed, score_date: date) -> Points | None:
    """Section 4: what one engagement rule gives one lead, or None where that is nothing."""
    matching = [activity for activity in lead.activities if matches(rule, activity)]
    if rule["measure"] == "days_inactive":
        points, units, last_day = inactivity(lead, rule, matching, score_date)
    else:
        window = number(rule["window_days"])

        def in_window(activity: Activity) -> bool:
            return window is None or age_of(activity, score_date) < window

        inside = [activity for activity in matching if in_window(activity)]
        if not inside:
            return None
        last_day = max(activity.occurred_at.date() for activity in inside)
        if rule["measure"] == "rate":
            base = [a for a in lead.activities if in_window(a) and is_base_of_rate(rule, a)]
            units = round_6(len(inside) / len(base)) if base else 0.0
            points = threshold_points(rule, units, last_day, score_date)
        else:
            by_day = units_by_day(rule, inside)
            units = round_6(math.fsum(by_day.values()))
            if rule["min_units"] is None:
                weighted = [
                    u * decay_weight(rule, (score_date - d).days) for d, u in by_day.items()
                ]
                points = float(rule["points"]) * math.fsum(weighted)
            else:
                points = threshold_points(rule, units, last_day, score_date)
    limit = number(rule["max_points"])
    raw = bounded(round_6(points), None if limit is None else -limit, limit)
    if raw == 0:
        return None
    description = rule["description"]
    return Points(
        "engagement", rule["rule_group"], rule["rule_id"], raw, units, last_day, description
    )


def age_of(activity: Activity, score_date: date) -> int:
    return (score_date - activity.occurred_at.date()).days


def inactivity(
    lead: Lead, rule: Seed, matching: list[Activity], score_date: date
) -> tuple[float, float, date | None]:
    last_day = max((activity.occurred_at.date() for activity in matching), default=None)
    units = float((score_date - (last_day or lead.created_at.date())).days)
    return (float(rule["points"]) if units >= float(rule["min_units"]) else 0.0), units, last_day


def is_base_of_rate(rule: Seed, activity: Activity) -> bool:
    """What a rate divides by: asset and personalisation do not matter."""
    right_type = plain(rule["per_activity_type"]) in ("*", activity.kind)
    return right_type and (counts_automated(rule) or not activity.is_automated)


def threshold_points(rule: Seed, units: float, last_day: date, score_date: date) -> float:
    if units < float(rule["min_units"]):
        return 0.0
    return float(rule["points"]) * decay_weight(rule, (score_date - last_day).days)


def units_by_day(rule: Seed, activities: list[Activity]) -> dict[date, float]:
    days: dict[date, list[Activity]] = defaultdict(list)
    for activity in activities:
        days[activity.occurred_at.date()].append(activity)
    limit = number(rule["daily_limit"])
    units = {}
    for day, of_day in days.items():
        if rule["measure"] == "minutes":
            counted = math.fsum(activity.seconds for activity in of_day) / 60
        else:
            counted = 1.0 if rule["measure"] == "days" else float(len(of_day))
        units[day] = bounded(counted, None, limit)
    return units
