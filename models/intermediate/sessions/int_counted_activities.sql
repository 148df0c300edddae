{{ config(materialized='view') }}

-- All that counts: what landed, once, and the sessions that were made of it.
with

activities as (

    select * from {{ ref('int_activities') }}
    where
        not is_voided
        and not is_future

),

witnesses as (

    select * from {{ ref('int_witnesses') }}

),

sessions as (

    select * from {{ ref('int_session_activities') }}

),

final as (

    select
        activities.identity_key,
        activities.signature_key,
        activities.occurred_at,
        activities.duration_seconds
    from activities
    where activities.event_key not in (select witnesses.event_key from witnesses)
    union all
    select
        identity_key,
        signature_key,
        occurred_at,
        duration_seconds
    from sessions

)

select * from final
