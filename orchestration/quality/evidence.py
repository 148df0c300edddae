"""What leads and activities say about the rules: whom conditions fit, and whom rules gave points.

There are two witnesses. After a run the models have worked everything out, and `evidence_of_models`
only counts. Before one, `landed_evidence.py` estimates the same counts from what has landed. Both
leave three temporary relations for looking closer: `lint_attributes (lead, attribute, value_text)`,
`lint_attribute_names (attribute)` and `lint_signatures (activity_type, asset, is_personalized,
is_automated)`, all in lower case.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import duckdb

    from orchestration.quality.seed_tables import Row


class Test(NamedTuple):
    """A question about an attribute; attribute and value trimmed and in lower case."""

    attribute: str
    operator: str
    value: str | None


class RuleKey(NamedTuple):
    """What names one row of a rule; `segment` is None for the general row."""

    dimension: str
    model_version: str
    rule_id: str
    segment: str | None


class Firing(NamedTuple):
    """How many leads a row of a rule is for, and how many of them it gives points."""

    applies_to: int
    leads: int


@dataclass(frozen=True)
class Evidence:
    """Counts of leads, as of the end of `day`.

    A test, rule or segment that is in no dictionary was not asked about, so nothing is known.
    """

    day: datetime.date
    leads: int
    satisfied: dict[Test, int]
    fired: dict[RuleKey, Firing]
    in_segment: dict[tuple[str, str], int]


def rule_key(dimension: str, row: Row) -> RuleKey:
    """The key of a row of fit_rules or engagement_rules."""
    return RuleKey(dimension, row["model_version"], row["rule_id"], row["segment"])


def clean(text: str | None) -> str | None:
    """Text as it is compared: trimmed, in lower case, None where blank."""
    return (text or "").strip(" \t\r\n").lower() or None


def attribute_test(row: Row, prefix: str = "") -> Test | None:
    """The condition in a row's attribute, operator and value columns, None where there is none."""
    attribute, operator = clean(row[f"{prefix}attribute"]), row[f"{prefix}operator"]
    if attribute is None or operator is None:
        return None
    return Test(attribute, operator, clean(row[f"{prefix}value"]))


_VIEWS = """
create or replace temp view lint_attributes as
    select lead_key as lead, attribute, value_text from intermediate.int_lead_attributes;
create or replace temp view lint_attribute_names as
    select attribute
    from (
        unpivot (
            select count(columns(* exclude (
                lead_key, members, normalized_email, attributes_as_of, is_erased, is_scored
            )))
            from intermediate.int_leads
        )
        on columns(*) into name attribute value leads
    )
    where leads > 0
    union
    select attribute
    from (
        unpivot (
            select count(columns(['seniority', 'department'])) from intermediate.int_job_titles
        )
        on columns(*) into name attribute value titles
    )
    where titles > 0
    union
    select attribute from intermediate.int_attribute_deliveries
    where intake_status = 'used' and (value_text is not null or value_number is not null)
    union
    select attribute from intermediate.int_extra_attributes
    union
    select attribute from intermediate.int_lead_attributes;
create or replace temp table lint_signatures as
    select distinct activity_type, asset, is_personalized, is_automated
    from intermediate.int_counted_signatures
    where activity_type is not null;
"""

_SATISFIED = """
select conditions.attribute, conditions.operator, conditions.value, count(satisfied.lead_key)
from intermediate.int_conditions as conditions
left join intermediate.int_lead_conditions as satisfied
    on conditions.condition_key = satisfied.condition_key
group by all
"""

_FIRED = """
with profiles as (
    select profile_key, count(*) as leads from intermediate.int_lead_profiles group by all
),
applying as (
    select in_force.rule_key, sum(profiles.leads) as leads
    from intermediate.int_rules_in_force as in_force
    inner join profiles on in_force.profile_key = profiles.profile_key
    group by all
),
firing as (
    select rule_key, count(*) filter (where raw_points <> 0) as leads
    from intermediate.int_rule_points
    group by all
)
select
    rules.dimension, models.model_version, rules.rule_id, rules.segment,
    cast(coalesce(applying.leads, 0) as bigint), coalesce(firing.leads, 0)
from intermediate.int_rules as rules
inner join intermediate.int_models_in_play as models on rules.model_key = models.model_key
left join applying on rules.rule_key = applying.rule_key
left join firing on rules.rule_key = firing.rule_key
"""

_SEGMENTS = """
select models.model_version, segments.segment, count(*)
from intermediate.int_lead_segments as segments
inner join intermediate.int_models_in_play as models on segments.model_key = models.model_key
group by all
"""


def evidence_of_models(connection: duckdb.DuckDBPyConnection) -> Evidence:
    """Count what the intermediate models of the working file found on the score date.

    Raises duckdb.CatalogException where the models are not built.
    """
    connection.execute(_VIEWS)
    (day,) = connection.execute("select score_date from control.run").fetchone()
    (leads,) = connection.execute("select count(*) from intermediate.int_lead_profiles").fetchone()
    return Evidence(
        day=day,
        leads=leads,
        satisfied={
            Test(*test): count for *test, count in connection.execute(_SATISFIED).fetchall()
        },
        fired={
            RuleKey(*key): Firing(applies_to, count)
            for *key, applies_to, count in connection.execute(_FIRED).fetchall()
        },
        in_segment={
            (version, segment): count
            for version, segment, count in connection.execute(_SEGMENTS).fetchall()
        },
    )
