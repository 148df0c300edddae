{{ config(materialized='view') }}

with

kept as (

    select * from {{ ref('int_kept_events') }}
    where quarantine_reason is null

),

repeated as (

    select * from {{ ref('int_repeated_events') }}

),

deliveries as (

    select * from {{ ref('int_event_deliveries') }}

),

automated_events as (

    select * from {{ ref('int_automated_events') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

latest as (

    select
        kept.event_key,
        kept.identity_key,
        kept.kind_key,
        kept.text_key,
        kept.campaign_key,
        kept.occurred_at,
        kept.duration_seconds,
        kept.is_deleted
    from kept
    where kept.event_key not in (select repeated.event_key from repeated)
    union all
    select
        event_key,
        identity_key,
        kind_key,
        text_key,
        campaign_key,
        occurred_at,
        duration_seconds,
        is_deleted
    from deliveries
    where intake_status = 'latest'

),

final as (

    select
        latest.event_key,
        latest.identity_key,
        {{ hash_key(['latest.kind_key', 'automated_events.event_key is not null']) }}
            as signature_key,
        latest.text_key,
        latest.campaign_key,
        latest.occurred_at,
        latest.duration_seconds,
        latest.is_deleted as is_voided,
        not latest.is_deleted
        and latest.occurred_at >= run.score_date + interval '1 day' as is_future
    from latest
    cross join run
    left join automated_events on latest.event_key = automated_events.event_key

)

select * from final
