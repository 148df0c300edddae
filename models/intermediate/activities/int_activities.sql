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

automated_user_agents as (

    select * from {{ ref('int_automated_user_agents') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

latest as (

    select
        kept.identity_key,
        kept.kind_key,
        kept.user_agent_key,
        kept.occurred_at,
        kept.duration_seconds,
        kept.is_deleted,
        kept.is_marked_automated
    from kept
    where kept.event_key not in (select repeated.event_key from repeated)
    union all
    select
        identity_key,
        kind_key,
        user_agent_key,
        occurred_at,
        duration_seconds,
        is_deleted,
        is_marked_automated
    from deliveries
    where intake_status = 'latest'

),

final as (

    select
        latest.identity_key,
        {{ hash_key([
            'latest.kind_key',
            'latest.is_marked_automated or automated_user_agents.user_agent_key is not null',
        ]) }} as signature_key,
        latest.occurred_at,
        latest.duration_seconds,
        latest.is_deleted as is_voided,
        not latest.is_deleted
        and latest.occurred_at >= run.score_date + interval '1 day' as is_future
    from latest
    cross join run
    left join automated_user_agents
        on latest.user_agent_key = automated_user_agents.user_agent_key

)

select * from final
