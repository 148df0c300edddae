{{ config(materialized='view') }}

-- A source that lands sessions of its own is not given computed ones on top.
with

events as (

    select * from {{ ref('stg_custom__events') }}

),

final as (

    select
        source_system,
        cast(min(occurred_at) as date) as first_session_date
    from events
    where
        activity_type = 'session'
        and quarantine_reason is null
        and not is_deleted
    group by source_system

)

select * from final
