{{ config(materialized='view') }}

with

events as (

    select * from {{ ref('int_latest_events') }}

),

automated as (

    select * from {{ ref('int_automated_user_agents') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

with_automation as (

    select
        events.*,
        events.is_marked_automated
        or coalesce(events.user_agent in (select automated.user_agent from automated), false)
            as is_automated
    from events

),

final as (

    select
        with_automation.source_system,
        with_automation.record_id,
        with_automation.normalized_email,
        with_automation.anonymous_id,
        with_automation.activity_type,
        with_automation.asset,
        with_automation.is_personalized,
        with_automation.is_automated,
        with_automation.duration_seconds,
        with_automation.occurred_at,
        with_automation.identity_key,
        {{ hash_key(['activity_type', 'asset', 'is_personalized', 'is_automated']) }}
            as signature_key,
        case
            when with_automation.is_deleted then 'voided'
            when with_automation.occurred_at >= run.score_date + interval '1 day' then 'future'
            else 'activity'
        end as intake_status
    from with_automation
    cross join run

)

select * from final
