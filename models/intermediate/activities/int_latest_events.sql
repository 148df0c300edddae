{{ config(materialized='view') }}

with

landed as (

    select * from {{ ref('int_landed_events') }}

),

repeated as (

    select * from {{ ref('int_repeated_events') }}

),

decisions as (

    select * from {{ ref('int_event_decisions') }}

),

final as (

    select
        source_system,
        record_id,
        normalized_email,
        anonymous_id,
        activity_type,
        asset,
        duration_seconds,
        is_personalized,
        is_marked_automated,
        is_deleted,
        user_agent,
        occurred_at,
        identity_key
    from landed
    where
        quarantine_reason is null
        and event_key not in (select repeated.event_key from repeated)
    union all
    select
        source_system,
        record_id,
        normalized_email,
        anonymous_id,
        activity_type,
        asset,
        duration_seconds,
        is_personalized,
        is_marked_automated,
        is_deleted,
        user_agent,
        occurred_at,
        identity_key
    from decisions
    where intake_status = 'latest'

)

select * from final
