"""Every check of the two gates by name, known without data and without Great Expectations.

Dagster's asset checks, `--accept` and the policy file all refer to these names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from orchestration.ingestion.contracts import SOURCES, TableContract
from orchestration.quality.results import Gate, Kind


@dataclass(frozen=True)
class PlannedCheck:
    """A check that a gate makes in every run.

    `always_blocks` is true where no policy applies: a failure always stops the run. The others
    stand in seeds/quality/check_policy.csv. `source` is empty for the scores gate.
    """

    name: str
    table: str
    gate: Gate
    kind: Kind
    always_blocks: bool
    description: str
    source: str = ""


# Of a platform only the tables are asked about that no score can do without: people and what they
# did. The others may be empty in an account, and staging says of each of their rows what it lacks.
GATED: Mapping[str, tuple[str, ...]] = {
    "activecampaign": ("contacts", "activities"),
    "hubspot": ("contact", "email_event"),
    "marketo": ("lead", "activity_click_email"),
    "pardot": ("prospect", "visitor_activity"),
    "salesforce": ("lead", "contact"),
    "segment": ("tracks", "pages", "users"),
    "snowplow": ("events",),
}

# The lists below name tables of `custom` as they are, all others with their source in front.

# What a raw table must tell of each row beside the columns that its contract requires: a row
# without any of these goes to quarantine.
ANY_OF: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "events": {"identity": ("lead_id", "email", "anonymous_id")},
    "identities": {"anonymous_id": ("anonymous_id",), "person": ("lead_id", "email")},
    "privacy_requests": {"person": ("lead_id", "email")},
    "activecampaign.activities": {"identity": ("subscriberid",)},
    "pardot.visitor_activity": {"identity": ("prospect_id", "visitor_id")},
    "segment.tracks": {"identity": ("user_id", "anonymous_id", "context_traits_email")},
    "segment.pages": {"identity": ("user_id", "anonymous_id", "context_traits_email")},
    "snowplow.events": {"identity": ("user_id", "domain_userid")},
}

# Columns that rules and matching live on: a mostly empty one makes scores poor, not wrong.
KEY_COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "leads": {
        name: (name,) for name in ("email", "job_title", "company_name", "industry", "country")
    },
    "lead_attributes": {"value": ("value_text", "value_number")},
    "accounts": {name: (name,) for name in ("domain", "industry", "employee_count")},
}

# The time that says when something last happened in a table that should keep growing.
FRESH_BY: Mapping[str, str] = {
    "leads": "created_at",
    "events": "occurred_at",
    "activecampaign.contacts": "cdate",
    "activecampaign.activities": "tstamp",
    "hubspot.contact": "property_createdate",
    "hubspot.email_event": "created",
    "marketo.lead": "created_at",
    "marketo.activity_click_email": "activity_date",
    "pardot.prospect": "created_at",
    "pardot.visitor_activity": "created_at",
    "salesforce.lead": "created_date",
    "segment.tracks": "received_at",
    "segment.pages": "received_at",
    "snowplow.events": "collector_tstamp",
}

# Columns with a vocabulary. Event types are listed in a seed that marketers extend.
VOCABULARY: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "events": ("event_type", ()),
    "conversions": ("stage", ("mql", "sql", "opportunity", "customer", "rejected", "lost")),
    "privacy_requests": ("request", ("erase", "do_not_score")),
}

_MARTS: Mapping[str, tuple[tuple[str, Kind, str], ...]] = {
    "lead_scores": (
        ("rows", "volume", "At least one lead has a score."),
        ("key", "key", "Each lead stands there once."),
        ("date", "values", "Every row is for the day that this run scores."),
        ("range", "range", "Score, fit, engagement and prediction lie within 0 to 100."),
        ("values", "values", "Tiers are those of score_tiers, or Disqualified."),
        ("sum", "sum", "A lead's score is that of its model in lead_scores_by_model."),
        ("volume", "drift", "There are about as many scored leads as published."),
        ("mean", "drift", "The mean score is close to the published one."),
        (
            "tier_share",
            "tier_share",
            "Each tier's share of the leads is close to the published one.",
        ),
    ),
    "lead_scores_by_model": (
        ("rows", "volume", "Every lead is scored by every model that is not archived."),
        ("key", "key", "Each lead stands there once for each model."),
        ("range", "range", "Every model's scores lie within 0 to 100."),
        ("values", "values", "Every model's tiers are its own in score_tiers, or Disqualified."),
    ),
    "lead_score_contributions": (
        ("key", "key", "Each reason for a score is listed once."),
        ("sum", "sum", "The contributions of each lead and model add up to its score."),
    ),
    "lead_scores_as_of": (
        ("rows", "volume", "The earlier day's leads are scored by every model in play."),
        ("key", "key", "Each lead stands there once for each model of the earlier day."),
        ("range", "range", "The earlier day's scores lie within 0 to 100."),
        ("values", "values", "The earlier day's tiers are those of score_tiers, or Disqualified."),
    ),
}


@cache
def planned_checks(gate: Gate | None = None) -> tuple[PlannedCheck, ...]:
    """Return every check of a gate, or of both, in the order in which results come."""
    raw = [
        check
        for source, tables in SOURCES.items()
        for table, contract in tables.items()
        if table in GATED.get(source, tables)
        for check in _raw_checks(source, table, contract)
    ]
    scores = [check for table in _MARTS for check in _mart_checks(table)]
    return tuple(check for check in (*raw, *scores) if gate in (None, check.gate))


def check_name(source: str, table: str, kind: Kind) -> str:
    """Return the name of a raw check; only other sources than `custom` are part of it."""
    return f"raw_{table}_{kind}" if source == "custom" else f"raw_{source}_{table}_{kind}"


def listed_as(source: str, table: str) -> str:
    """Return the name of a raw table in the lists of what is asked: tables may share a name."""
    return table if source == "custom" else f"{source}.{table}"


def requirements(listed: str, contract: TableContract) -> dict[str, tuple[str, ...]]:
    """Return what each row must have: a name, and the columns of which any will do."""
    needed = {column: (column,) for column in contract.columns if column in contract.required}
    return needed | dict(ANY_OF.get(listed, {}))


def _raw_checks(source: str, table: str, contract: TableContract) -> list[PlannedCheck]:
    def planned(kind: Kind, description: str) -> PlannedCheck:
        return PlannedCheck(
            name=check_name(source, table, kind),
            table=f"raw_{source}.{table}",
            gate="raw",
            kind=kind,
            always_blocks=kind == "schema",
            description=description,
            source=source,
        )

    listed = listed_as(source, table)
    checks = [
        planned("schema", f"{table} has every column of its contract in its type."),
        planned("volume", f"The number of {table} rows is close to the run before."),
    ]
    if requirements(listed, contract):
        checks.append(planned("key", f"Rows of {table} have what a row cannot be used without."))
    if listed in KEY_COLUMNS:
        checks.append(planned("nulls", f"Columns of {table} that rules read are filled."))
    if listed in FRESH_BY:
        checks.append(planned("freshness", f"{table} are recent at the end of the score date."))
    if listed in VOCABULARY:
        column = VOCABULARY[listed][0].replace("_", " ")
        checks.append(planned("values", f"Every {column} in {table} is a known one."))
    return checks


def _mart_checks(table: str) -> list[PlannedCheck]:
    schema = ("schema", "schema", "Every promised column is there in its type.")
    return [
        PlannedCheck(
            name=f"{table}_{suffix}",
            table=f"marts.{table}",
            gate="scores",
            kind=kind,
            always_blocks=kind not in ("drift", "tier_share"),
            description=description,
        )
        for suffix, kind, description in (schema, *_MARTS[table])
    ]
