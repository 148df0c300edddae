with

events as (

    select * from {{ ref('stg_custom__events') }}

),

-- Almost every event is landed once and whole; only the others need to be looked at closely.
repeated as (

    select event_key
    from events
    group by event_key
    having count(*) > 1

),

broken as (

    select distinct event_key
    from events
    where quarantine_reason is not null

),

final as (

    select event_key from repeated
    union
    select event_key from broken

)

select * from final
