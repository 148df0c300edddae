"""Small DuckDB files for tests of the gates: every check passes until a test breaks something."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from orchestration import warehouse
from orchestration.ingestion.contracts import DUCKDB_TYPES, SOURCES
from orchestration.quality.catalogue import planned_checks
from orchestration.quality.mart_columns import MART_COLUMNS
from orchestration.quality.policy import Policy, PolicyRule

SCORE_DATE = date(2026, 3, 31)
EMAIL = "ada.lovelace@example.com"

_RAW_ROWS = """
insert into raw_custom.leads by name
    select
        'lead_' || i as lead_id, 'ada.lovelace@example.com' as email, 'CTO' as job_title,
        'Acme' as company_name, 'Software' as industry, 'GB' as country,
        timestamp '2026-03-30 10:00:00' as created_at
    from range(20) as numbers(i);
insert into raw_custom.lead_attributes by name
    select 'lead_' || i as lead_id, 'plan' as attribute, 'team' as value_text
    from range(20) as numbers(i);
insert into raw_custom.accounts by name
    select 'acc_' || i as account_id, 'acme.example' as domain, 'Software' as industry,
        50 as employee_count
    from range(10) as numbers(i);
insert into raw_custom.events by name
    select
        'event_' || i as event_id, 'lead_' || (i % 20) as lead_id,
        ' Page_View ' as event_type, timestamp '2026-03-31 20:00:00' as occurred_at
    from range(100) as numbers(i);
insert into raw_custom.identities by name
    select 'visitor_' || i as anonymous_id, 'ada.lovelace@example.com' as email
    from range(10) as numbers(i);
insert into raw_custom.conversions by name
    select 'conversion_' || i as conversion_id, 'lead_' || i as lead_id, 'SQL ' as stage,
        timestamp '2026-03-20 12:00:00' as occurred_at
    from range(10) as numbers(i);
insert into raw_activecampaign.contacts by name
    select i as id, timestamp '2026-03-30 10:00:00' as cdate from range(20) as numbers(i);
insert into raw_activecampaign.activities by name
    select i as id, 'LinkData' as reference_type, 1 as subscriberid,
        timestamp '2026-03-31 12:00:00' as tstamp
    from range(100) as numbers(i);
insert into raw_hubspot.contact by name
    select i as id, 'ada.lovelace@example.com' as property_email,
        timestamp '2026-03-30 10:00:00' as property_createdate
    from range(20) as numbers(i);
insert into raw_hubspot.email_event by name
    select 'event_' || i as id, 'OPEN' as type, timestamp '2026-03-31 12:00:00' as created
    from range(100) as numbers(i);
insert into raw_marketo.lead by name
    select i as id, timestamp '2026-03-30 10:00:00' as created_at from range(20) as numbers(i);
insert into raw_marketo.activity_click_email by name
    select i as id, 1 as lead_id, timestamp '2026-03-31 12:00:00' as activity_date
    from range(100) as numbers(i);
insert into raw_pardot.prospect by name
    select i as id, timestamp '2026-03-30 10:00:00' as created_at from range(20) as numbers(i);
insert into raw_pardot.visitor_activity by name
    select i as id, 11 as type, 1 as prospect_id, timestamp '2026-03-31 12:00:00' as created_at
    from range(100) as numbers(i);
insert into raw_salesforce.lead by name
    select 'lead_' || i as id, timestamp '2026-03-30 10:00:00' as created_date
    from range(20) as numbers(i);
insert into raw_salesforce.contact by name
    select 'contact_' || i as id from range(20) as numbers(i);
insert into raw_segment.users by name
    select 'user_' || i as id from range(20) as numbers(i);
insert into raw_segment.tracks by name
    select 'track_' || i as id, 'user_1' as user_id, timestamp '2026-03-31 12:00:00' as received_at
    from range(20) as numbers(i);
insert into raw_segment.pages by name
    select 'page_' || i as id, 'visitor' as anonymous_id,
        timestamp '2026-03-31 12:00:00' as received_at
    from range(20) as numbers(i);
insert into raw_snowplow.events by name
    select 'event_' || i as event_id, 'visitor' as domain_userid,
        timestamp '2026-03-31 12:00:00' as collector_tstamp
    from range(20) as numbers(i);
insert into raw_custom.privacy_requests by name
    select 'lead_19' as lead_id, 'do_not_score' as request,
        timestamp '2026-03-21 12:00:00' as requested_at;
"""

_SEED_ROWS = """
create schema seeds;
create table seeds.activity_types as select 'page_view' as activity_type;
create table seeds.score_models as
    select * from (
        values ('one', 'champion'), ('two', 'challenger'), ('old', 'archived')
    ) as models(model_version, role);
create table seeds.score_tiers as
    select * from (
        values ('one', 'Cold', 0), ('one', 'Hot', 50), ('two', 'Cold', 0), ('two', 'Hot', 50)
    ) as tiers(model_version, tier, min_score);
"""

# Ten leads, five of them Hot with 60 points and five Cold with 20, in both models.
_MART_ROWS = """
insert into marts.lead_scores_by_model by name
    select
        'lead_' || i as lead_id, model_version, date '2026-03-31' as score_date,
        case when i < 5 then 60.0 else 20.0 end as score, 40.0 as fit_score,
        30.0 as engagement_score, 0.0 as predicted_score,
        case when i < 5 then 'Hot' else 'Cold' end as tier
    from range(10) as numbers(i), (values ('one'), ('two')) as models(model_version);
insert into marts.lead_scores by name
    select
        lead_id, model_version, score_date, score, fit_score, engagement_score, predicted_score,
        tier, 'ada.lovelace@example.com' as email
    from marts.lead_scores_by_model where model_version = 'one';
insert into marts.lead_score_contributions by name
    select
        lead_id, model_version, 'rule' as kind, 'fit' as dimension, 'who' as rule_group,
        rule_id, score / 2 as points, score_date
    from marts.lead_scores_by_model, (values ('title'), ('size')) as rules(rule_id);
insert into marts.lead_scores_as_of by name
    select * from marts.lead_scores_by_model;
"""


def write_warehouse(folder: Path, *changes: str) -> Path:
    """Write a working file in which every check passes, then change it as the test asks."""
    path = folder / "warehouse.duckdb"
    with warehouse.opened(path) as connection:
        connection.execute("create schema marts")
        for source, tables in SOURCES.items():
            connection.execute(f"create schema raw_{source}")
            for table, contract in tables.items():
                columns = {name: DUCKDB_TYPES[kind] for name, kind in contract.columns.items()}
                connection.execute(_create(f"raw_{source}", table, columns))
        for table, columns in MART_COLUMNS.items():
            connection.execute(_create("marts", table, columns))
        connection.execute(_RAW_ROWS + _SEED_ROWS + _MART_ROWS)
        for change in changes:
            connection.execute(change)
    return path


def publish_scores(working_file: Path, folder: Path, *changes: str) -> Path:
    """Write a published file with the lead_scores of a working file; return the folder."""
    folder.mkdir()
    with warehouse.opened(folder / "lead_scoring.duckdb") as connection:
        connection.execute(f"attach '{working_file}' as working (read_only)")
        connection.execute("create table main.lead_scores as from working.marts.lead_scores")
        connection.execute("detach working")
        for change in changes:
            connection.execute(change)
    return folder


def policy(**rules: PolicyRule) -> Policy:
    """Return a policy under which every check that may warn does, from 10 %, 3 days or points."""
    usual = {
        check.name: PolicyRule("warn", 3 if check.kind in ("freshness",) else 0.1)
        for check in planned_checks()
        if not check.always_blocks
    }
    return usual | rules


def _create(schema: str, table: str, columns: Mapping[str, str]) -> str:
    typed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    return f'create table {schema}."{table}" ({typed})'
