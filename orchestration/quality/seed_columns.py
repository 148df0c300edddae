"""What the scoring seeds look like: the columns of each CSV file, their kinds and allowed values.

A new column, operator or measure is added here; reading (`seed_tables.py`), checking (`seeds.py`)
and messages follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

Operand = Literal["text", "alternatives", "number", "range", "nothing"]

# What an operator needs in its value cell.
ATTRIBUTE_OPERATORS: dict[str, Operand] = {
    "equals": "text",
    "in": "alternatives",
    "contains": "alternatives",
    "starts_with": "alternatives",
    "has_word": "alternatives",
    "at_least": "number",
    "at_most": "number",
    "between": "range",
    "is_empty": "nothing",
    "is_present": "nothing",
}
ASSET_OPERATORS: dict[str, Operand] = {
    "any": "nothing",
    "equals": "alternatives",
    "starts_with": "alternatives",
    "contains": "alternatives",
    "has_word": "alternatives",
}
DIMENSIONS = ("fit", "engagement")
ROLES = ("champion", "challenger", "draft", "archived")
MEASURES = ("events", "minutes", "days", "rate", "days_inactive")
DECAYS = ("none", "half_life", "linear", "step")
PERSONALIZED = ("any", "yes", "no")
CONVERSION_STAGES = ("mql", "sql", "opportunity", "customer", "rejected", "lost")
SESSION_SETTINGS = ("quiet_minutes", "longest_page_seconds", "last_page_seconds")
TREND_SETTINGS = (
    *("window_days", "rising_ratio", "falling_ratio", "breakout_ratio", "breakout_activities"),
)


@dataclass(frozen=True)
class Bounds:
    """Which numbers a column takes; `text` says so to the person who mends the cell."""

    text: str
    hold: Callable[[float], bool]


POSITIVE = Bounds("a number above 0", lambda number: number > 0)
NOT_NEGATIVE = Bounds("0 or a number above it", lambda number: number >= 0)
NOT_POSITIVE = Bounds("0 or a number below it", lambda number: number <= 0)
SHARE = Bounds("a number from 0 to 1", lambda number: 0 <= number <= 1)


@dataclass(frozen=True)
class Column:
    """One column of a seed. `needed` means that no cell of it may be blank."""

    name: str
    kind: Literal["text", "number", "boolean"] = "text"
    needed: bool = False
    allowed: tuple[str, ...] = ()
    bounds: Bounds | None = None


@dataclass(frozen=True)
class Seed:
    """One CSV file: `named_by` are the columns that name a row to a reader, `unique_by` its key."""

    name: str
    columns: tuple[Column, ...]
    named_by: tuple[str, ...]
    unique_by: tuple[str, ...] = ()
    folder: str = "seeds/scoring"

    @property
    def file(self) -> str:
        return f"{self.folder}/{self.name}.csv"


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _needed(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, needed=True) for name in names)


def _number(name: str, bounds: Bounds | None = None, needed: bool = False) -> Column:
    return Column(name, "number", needed, bounds=bounds)


def _choice(name: str, allowed: Iterable[str], needed: bool = False) -> Column:
    return Column(name, needed=needed, allowed=tuple(allowed))


_POINTS = _number("points", needed=True)
_MIN_SCORE = _number("min_score", NOT_NEGATIVE, needed=True)
_OPERATOR = _choice("operator", ATTRIBUTE_OPERATORS, needed=True)
_RULE_KEY = ("model_version", "rule_id", "segment")

SEEDS: dict[str, Seed] = {
    seed.name: seed
    for seed in (
        Seed(
            "score_models",
            (
                *_needed("model_version"),
                *_text("score_name"),
                _choice("role", ROLES, needed=True),
                _number("fit_weight", NOT_NEGATIVE, needed=True),
                _number("engagement_weight", NOT_NEGATIVE, needed=True),
                _number("predicted_weight", NOT_NEGATIVE, needed=True),
                _number("traffic_share", SHARE),
                *_text("description"),
            ),
            named_by=("model_version",),
            unique_by=("model_version",),
        ),
        Seed(
            "score_segments",
            (
                *_needed("model_version", "segment"),
                _number("priority", needed=True),
                *_needed("attribute"),
                _OPERATOR,
                *_text("value"),
            ),
            named_by=("model_version", "segment"),
        ),
        Seed(
            "fit_rules",
            (
                *_needed("model_version", "rule_id", "rule_group"),
                *_text("segment"),
                *_needed("attribute"),
                _OPERATOR,
                *_text("value", "and_attribute"),
                _choice("and_operator", ATTRIBUTE_OPERATORS),
                *_text("and_value"),
                _POINTS,
                *_text("description"),
            ),
            named_by=_RULE_KEY,
            unique_by=_RULE_KEY,
        ),
        Seed(
            "engagement_rules",
            (
                *_needed("model_version", "rule_id", "rule_group"),
                *_text("segment"),
                *_needed("activity_type"),
                _choice("asset_operator", ASSET_OPERATORS),
                *_text("asset_value"),
                _choice("personalized", PERSONALIZED),
                _choice("measure", MEASURES, needed=True),
                *_text("per_activity_type"),
                _POINTS,
                _number("min_units", POSITIVE),
                _number("daily_limit", POSITIVE),
                _number("max_points", POSITIVE),
                _number("window_days", POSITIVE),
                _choice("decay", DECAYS),
                _number("decay_days", POSITIVE),
                Column("count_automated", "boolean"),
                *_text("description"),
            ),
            named_by=_RULE_KEY,
            unique_by=_RULE_KEY,
        ),
        Seed(
            "score_groups",
            (
                *_needed("model_version"),
                _choice("dimension", DIMENSIONS, needed=True),
                *_needed("rule_group"),
                _number("min_points", NOT_POSITIVE),
                _number("max_points", NOT_NEGATIVE),
            ),
            named_by=("model_version", "dimension", "rule_group"),
            unique_by=("model_version", "dimension", "rule_group"),
        ),
        Seed(
            "disqualification_rules",
            (
                *_needed("model_version", "rule_id", "attribute"),
                _OPERATOR,
                *_text("value", "reason"),
            ),
            named_by=("model_version", "rule_id"),
            unique_by=("model_version", "rule_id"),
        ),
        Seed(
            "score_tiers",
            (
                *_needed("model_version", "tier"),
                _MIN_SCORE,
                _number("min_fit_score"),
                _number("min_engagement_score"),
                _number("exit_margin", NOT_NEGATIVE),
            ),
            named_by=("model_version", "tier"),
            unique_by=("model_version", "tier"),
        ),
        Seed(
            "fit_grades",
            (*_needed("model_version", "grade"), _MIN_SCORE),
            named_by=("model_version", "grade"),
            unique_by=("model_version", "grade"),
        ),
        Seed(
            "engagement_levels",
            (*_needed("model_version", "level"), _MIN_SCORE),
            named_by=("model_version", "level"),
            unique_by=("model_version", "level"),
        ),
    )
}

LEAD_FIELDS = (
    "email",
    "first_name",
    "last_name",
    "job_title",
    "company_name",
    "company_domain",
    "industry",
    "employee_count",
    "annual_revenue",
    "country",
    "region",
    "lead_source",
    "lifecycle_stage",
    "is_email_opt_out",
)
"""Columns in which the records of one lead may disagree."""

AUTOMATION_SETTINGS = ("click_seconds_after_delivery", "links_of_one_mail_in_a_second")

# Lists that models read. Who edits them may get them wrong too, so they are read the same way.
REFERENCE_SEEDS: dict[str, Seed] = {
    name: Seed(name, columns, named_by, unique_by=named_by, folder="seeds/reference")
    for name, columns, named_by in (
        ("free_email_domains", _needed("domain"), ("domain",)),
        ("disposable_email_domains", _needed("domain"), ("domain",)),
        (
            "job_title_keywords",
            (
                _choice("kind", ("seniority", "department"), needed=True),
                *_needed("keyword", "value"),
                _number("priority", needed=True),
            ),
            ("kind", "keyword"),
        ),
        (
            "countries",
            (*_needed("country"), *_text("iso2", "iso3", "region")),
            ("country",),
        ),
        ("industries", (*_needed("industry"), *_text("sector")), ("industry",)),
        (
            "activity_types",
            (*_needed("activity_type"), *_text("category", "description")),
            ("activity_type",),
        ),
        ("automated_user_agents", (*_needed("pattern"), *_text("name")), ("pattern",)),
        (
            "identity_rules",
            (
                *_needed("identifier_type"),
                _choice("joins", ("true", "false"), needed=True),
                _number("largest_group", needed=True),
                *_text("description"),
            ),
            ("identifier_type",),
        ),
        (
            "automation_settings",
            (
                _choice("setting", AUTOMATION_SETTINGS, needed=True),
                _number("value", needed=True),
                *_text("description"),
            ),
            ("setting",),
        ),
        (
            "counted_once",
            (
                *_needed("activity_type"),
                _number("window_seconds", needed=True),
                _choice("is_asset_compared", ("true", "false"), needed=True),
                *_text("description"),
            ),
            ("activity_type",),
        ),
        (
            "source_priorities",
            (*_needed("source_system"), _number("priority", needed=True), *_text("description")),
            ("source_system",),
        ),
        (
            "mail_privacy_user_agents",
            (*_needed("source_system", "user_agent"), *_text("description")),
            ("source_system", "user_agent"),
        ),
        (
            "session_sources",
            (*_needed("source_system"), *_text("description")),
            ("source_system",),
        ),
        ("shared_addresses", (*_needed("address"), *_text("description")), ("address",)),
        (
            "field_priorities",
            (
                _choice("field", LEAD_FIELDS, needed=True),
                *_needed("source_system"),
                _number("priority", needed=True),
                *_text("description"),
            ),
            ("field", "source_system"),
        ),
        (
            "event_vocabulary",
            (*_needed("source_system", "platform_event", "activity_type"), *_text("note")),
            ("source_system", "platform_event"),
        ),
        (
            "lifecycle_stage_vocabulary",
            (*_needed("source_system", "platform_stage"), _choice("stage", CONVERSION_STAGES)),
            ("source_system", "platform_stage"),
        ),
        (
            "lead_status_vocabulary",
            (*_needed("source_system", "platform_status"), _choice("stage", CONVERSION_STAGES)),
            ("source_system", "platform_status"),
        ),
        (
            "session_settings",
            (
                _choice("name", SESSION_SETTINGS, needed=True),
                _number("value", NOT_NEGATIVE, needed=True),
                *_text("description"),
            ),
            ("name",),
        ),
        ("owner_attributes", (*_needed("attribute"), *_text("description")), ("attribute",)),
        (
            "trend_settings",
            (
                _choice("setting", TREND_SETTINGS, needed=True),
                _number("value", NOT_NEGATIVE, needed=True),
                *_text("description"),
            ),
            ("setting",),
        ),
    )
}
