"""Random but valid scoring seeds: several model versions with every operator, measure and bound.

The vocabulary is the one of `random_landing`, so that rules meet leads and activities.
"""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random
from typing import Any

COLUMNS = {
    "score_models": "model_version score_name role fit_weight engagement_weight predicted_weight "
    "traffic_share description",
    "score_segments": "model_version segment priority attribute operator value",
    "fit_rules": "model_version rule_id rule_group segment attribute operator value and_attribute "
    "and_operator and_value points description",
    "engagement_rules": "model_version rule_id rule_group segment activity_type asset_operator "
    "asset_value personalized measure per_activity_type points min_units daily_limit max_points "
    "window_days decay decay_days count_automated description",
    "score_groups": "model_version dimension rule_group min_points max_points",
    "disqualification_rules": "model_version rule_id attribute operator value reason",
    "score_tiers": "model_version tier min_score min_fit_score min_engagement_score exit_margin",
    "fit_grades": "model_version grade min_score",
    "engagement_levels": "model_version level min_score",
}

# The parts of values that conditions on each attribute are built from.
TEXT_PARTS = {
    "job_title": [
        *("vp", "director", "cto", "manager", "head of", "student", "étudiant", "r&d"),
        *("engineer", "c++", "sales", "100%", "a_b", "(emea)", "\\d+", ".*"),
    ],
    "industry": ["software", "retail", "santé", "financial", "bank", "soft", "services"],
    "country": ["germany", "de", "united states", "us", "france", "atlantis", "fr"],
    "region": ["europe", "emea", "north america", "america", "moon"],
    "lead_source": ["webinar", "ads", "referral", "ad"],
    "lifecycle_stage": ["lead", "customer", "mql"],
    "email_domain": ["acme.com", "gmail.com", "müller.de", "beta", ".com"],
    "email_type": ["business", "free", "disposable", "none"],
    "seniority": ["vp", "director", "c-level", "manager", "student", "specialist"],
    "department": ["marketing", "sales", "engineering", "it", "product"],
    "company_name": ["acme", "beta", "müller", "gmbh", "inc"],
    "company_domain": ["acme.com", "beta.io", "müller.de", "acme"],
    "is_email_opt_out": ["true", "false"],
    "plan": ["pro", "free", "pro plus", "plus"],
    "is_vip": ["true", "false"],
    "interest": ["ai", "data", "ai ops", "crm"],
    "employee_count": ["50", "500", "5", "500.0", "12"],
    "annual_revenue": ["1500000", "2.5", "25000000", "0.00001"],
    "seats": ["3", "2.5", "10", "3.0"],
    "hint": ["12", "1,000", "5.", "+3", ".5"],
    "price": ["2.5", "2.50", "10", "0.1"],
    "deal size": ["2.5", "1000000", "0.1", "10"],
    "nobody_has_this": ["x", "y"],
}
NUMBERS = {
    "employee_count": ["5", "12", "50", "50.5", "500", "5000"],
    "annual_revenue": ["0", "1000000", "1500000", "25000000"],
    "seats": ["2.5", "3", "10"],
    "budget": ["-5", "0", "10", "99.5", "100"],
    "nps": ["-1", "0", "7", "9.5"],
    "hint": ["0.5", "3", "5", "12"],
    "industry": ["1"],
    "price": ["0", "2.5", "10"],
    "deal size": ["0.1", "10", "1000000"],
}
ASSET_PARTS = [
    *("/pricing", "/docs", "ebook", "webinar", "ai", "cto", "c++", "été", "pricing", "/docs/api"),
    *("guide", "api", "100%", "a_b", "[draft]", "c:\\docs", "'"),
]
TYPE_PARTS = ["page_view", "email_open", "email_click", "form_submission", "webinar_attendance"]
SEGMENT_NAMES = ["enterprise", "DACH", "santé", "smb"]
TEXT_OPERATORS = ["equals", "in", "contains", "starts_with", "has_word"]

Row = dict[str, Any]


def write_random_seeds(random: Random, folder: Path) -> None:
    """Writes the nine files of `seeds/scoring` into `folder`."""
    seeds: dict[str, list[Row]] = {name: [] for name in COLUMNS}
    for model in random_models(random):
        seeds["score_models"].append(model)
        add_model(random, model["model_version"], seeds)
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in seeds.items():
        random.shuffle(rows)
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            columns = COLUMNS[name].split()
            random.shuffle(columns)
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)


def maybe(random: Random, chance: float, value: Any) -> Any:
    """`value` with that chance, else an empty cell."""
    return value if random.random() < chance else ""


def random_models(random: Random) -> list[Row]:
    versions = random.sample(["v1", "b2b-2", "7", "2024_q1", "é-model", "V1"], 4)
    choices = [("main", "champion"), ("main", "challenger"), ("partner line", "champion")]
    choices += [random.choice([("main", "draft"), ("main", "archived"), ("unused", "champion")])]
    names = [choices[0], *random.sample(choices[1:], random.randint(1, 3))]
    weights = [(0.4, 0.6, 0), (0.35, 0.65, 0), (1, 0, 0), (0, 1, 0), (0.5, 0.3, 0.2)]
    weights += [(0.333333, 0.666667, 0), (0.5, 0.5, 0), (0.45, 0.55, 0)]
    models = []
    for version, (name, role) in zip(versions, names, strict=False):
        fit, engagement, predicted = random.choice(weights)
        models.append(
            {
                "model_version": version,
                "score_name": "" if name == "main" and random.random() < 0.5 else name,
                "role": role,
                "fit_weight": fit,
                "engagement_weight": engagement,
                "predicted_weight": predicted,
                "description": 'Points, "quoted" – für alle',
            }
        )
    return models


def add_model(random: Random, version: str, seeds: dict[str, list[Row]]) -> None:
    segments = random_segments(random, version, seeds["score_segments"])
    for dimension in ("fit", "engagement"):
        names = random.sample(["web", "mail", "firm", "a-group", "é group"], random.randint(1, 4))
        for name in names:
            seeds["score_groups"].append(
                {
                    "model_version": version,
                    "dimension": dimension,
                    "rule_group": name,
                    "min_points": maybe(random, 0.35, -random.choice([0, 1, 2.5, 10])),
                    "max_points": maybe(random, 0.35, random.choice([0, 5, 12.25, 20, 40])),
                }
            )
        add_rules(random, version, dimension, names, segments, seeds)
    for number in random.sample(range(1, 20), random.choice([0, 0, 1, 1, 2])):
        attribute, operator, value = random_condition(random)
        seeds["disqualification_rules"].append(
            {
                "model_version": version,
                "rule_id": f"d{number}",
                "attribute": attribute,
                "operator": operator if value or random.random() < 0.15 else "equals",
                "value": value or "student",
                "reason": f"Reason {number}, stated",
            }
        )
    add_thresholds(random, version, seeds)


def random_segments(random: Random, version: str, rows: list[Row]) -> list[str]:
    names = random.sample(SEGMENT_NAMES, random.randint(0, 3))
    for name in names:
        for _ in range(random.randint(1, 2)):
            attribute, operator, value = random_condition(random)
            rows.append(
                {
                    "model_version": version,
                    "segment": name,
                    "priority": random.randint(1, 3),
                    "attribute": attribute,
                    "operator": operator,
                    "value": value,
                }
            )
    return names


def add_rules(
    random: Random,
    version: str,
    dimension: str,
    groups: list[str],
    segments: list[str],
    seeds: dict[str, list[Row]],
) -> None:
    make = random_fit_rule if dimension == "fit" else random_engagement_rule
    for number in range(random.randint(2, 9)):
        rule_id = random.choice(["r", "R", f"{dimension}_"]) + str(number)
        chosen = [name for name in segments if random.random() < 0.4]
        if not chosen or random.random() < 0.8:
            chosen.append("")
        for segment in chosen:
            seeds[f"{dimension}_rules"].append(
                {
                    "model_version": version,
                    "rule_id": rule_id,
                    "rule_group": random.choice(groups),
                    "segment": segment,
                    "points": random_points(random),
                    "description": f'Rule "{rule_id}",\nfür {segment or "all"}',
                    **make(random),
                }
            )


def random_points(random: Random) -> float:
    size = random.choice([1, 2, 3, 5, 8, 10, 15, 20, 30, 0.5, 2.25, 7.125, 3.333333])
    size = random.choice([size, random.randint(1, 400) / 10])
    return -size if random.random() < 0.25 else size


def random_case(random: Random, text: str) -> str:
    """The same text to a comparison: other case, spaces at the ends."""
    text = random.choice([text, text, text.upper(), text.title()])
    return random.choice([text, text, text, f" {text}", f"{text} "])


def random_value(random: Random, parts: list[str], operator: str) -> str:
    if operator == "equals":
        return random_case(random, random.choice(parts)).strip()
    chosen = random.sample(parts, min(len(parts), random.choice([1, 1, 2, 3])))
    return "|".join(random_case(random, part) for part in chosen).strip()


def random_condition(random: Random) -> tuple[str, str, str]:
    """An attribute, an operator and a value that fits the operator."""
    if random.random() < 0.25:
        attribute = random.choice(list(NUMBERS))
        values = sorted(random.choices(NUMBERS[attribute], k=2), key=float)
        operator = random.choice(["at_least", "at_most", "between"])
        value = "..".join(values) if operator == "between" else values[0]
        return attribute, operator, value
    attribute = random.choice(list(TEXT_PARTS))
    operator = random.choice([*TEXT_OPERATORS, *TEXT_OPERATORS, "is_empty", "is_present"])
    if operator in ("is_empty", "is_present"):
        return attribute, operator, maybe(random, 0.2, "ignored")
    value = random_value(random, TEXT_PARTS[attribute], operator)
    name = random.choice([attribute, attribute, attribute, attribute.upper(), f"{attribute} "])
    return name, operator, value


def random_fit_rule(random: Random) -> Row:
    rule = dict(zip(("attribute", "operator", "value"), random_condition(random), strict=True))
    if random.random() < 0.3:
        names = ("and_attribute", "and_operator", "and_value")
        rule |= dict(zip(names, random_condition(random), strict=True))
    return rule


def random_engagement_rule(random: Random) -> Row:
    operator = random.choice(["", "any", "any", "any", *TEXT_OPERATORS])
    operator = "contains" if operator == "in" else operator
    ignores_asset = operator in ("", "any")
    decay = random.choice(["", "none", "half_life", "linear", "step"])
    kind = random.choice(["sum", "sum", "sum", "threshold", "rate", "inactivity"])
    measure = random.choice(["events", "events", "minutes", "days"])
    rule = {
        "activity_type": random_case(
            random, random.choice([*TYPE_PARTS, "page_view", "*", "*"])
        ).strip(),
        "asset_operator": operator,
        "asset_value": "" if ignores_asset else random_value(random, ASSET_PARTS, "in"),
        "personalized": random.choice(["", "", "any", "any", "yes", "no"]),
        "measure": {"rate": "rate", "inactivity": "days_inactive"}.get(kind, measure),
        "daily_limit": maybe(random, 0.35, random.choice([1, 2, 2.5, 3])),
        "max_points": maybe(random, 0.3, random.choice([1, 4.5, 10, 25])),
        "window_days": maybe(random, 0.5, random.choice([1, 7, 14, 30, 90])),
        "decay": decay,
        "decay_days": random.choice([1, 7, 10, 14, 30]) if decay not in ("", "none") else "",
        "count_automated": random.choice(["", "false", "false", "true"]),
    }
    if kind == "threshold":
        rule["min_units"] = random.choice([1, 2, 3, 0.5, 2.5, 0.1, 0.3, 0.6])
    if kind == "rate":
        rule["activity_type"] = random.choice(["email_click", "email_open", "form_submission"])
        rule["per_activity_type"] = random.choice(["email_open", " Email_Open ", "page_view", "*"])
        rule["min_units"] = random.choice([0.05, 0.2, 0.333333, 0.5, 0.666667, 1])
    if kind == "inactivity":
        rule["min_units"] = random.choice([1, 5, 10, 30, 60])
    return rule


def add_thresholds(random: Random, version: str, seeds: dict[str, list[Row]]) -> None:
    tiers = random.choice([["Cold", "Warm", "Hot"], ["C", "B", "A", "Très chaud"], ["all"]])
    for number, tier in enumerate(tiers):
        higher = number > 0
        seeds["score_tiers"].append(
            {
                "model_version": version,
                "tier": tier,
                "min_score": number * random.choice([2, 5, 10, 12.5]) + number * number / 4,
                "min_fit_score": maybe(random, 0.3 * higher, random.choice([5, 10, 20.5])),
                "min_engagement_score": maybe(random, 0.3 * higher, random.choice([5, 10, 20.5])),
                "exit_margin": random.choice([0, 2, 2.5]),
            }
        )
    rising = {"tier": 0.0}
    for row in (row for row in seeds["score_tiers"] if row["model_version"] == version):
        # A later tier never starts below an earlier one, however the steps were drawn.
        if row["min_score"] <= rising["tier"] and row["tier"] != tiers[0]:
            row["min_score"] = rising["tier"] + 0.01
        rising["tier"] = row["min_score"]
    for seed, key, names in (
        ("fit_grades", "grade", random.choice(["DCBA", "FA", "A", "FEDCBA"])),
        ("engagement_levels", "level", random.choice(["123", "1", "12345"])),
    ):
        starts = [0, *sorted(random.sample([1, 2.5, 5, 10, 15, 20, 33.33, 50, 75], len(names) - 1))]
        for name, start in zip(names, starts, strict=True):
            seeds[seed].append({"model_version": version, key: name, "min_score": start})
