with

landed as (

    select * from {{ ref('int_landed_events') }}

),

exceptional as (

    select * from {{ ref('int_exceptional_events') }}

),

deliveries as (

    select * from {{ ref('int_event_deliveries') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

latest as (

    select
        landed.identity_key,
        landed.signature_key,
        landed.occurred_at,
        landed.duration_seconds,
        landed.is_deleted
    from landed
    where landed.event_key not in (select exceptional.event_key from exceptional)
    union all
    select
        identity_key,
        signature_key,
        occurred_at,
        duration_seconds,
        is_deleted
    from deliveries
    where intake_status = 'latest'

),

-- Narrow on purpose: every later step reads this table, none reads the landed files again.
final as (

    select
        latest.identity_key,
        latest.signature_key,
        latest.occurred_at,
        latest.duration_seconds,
        latest.is_deleted as is_voided,
        not latest.is_deleted
        and latest.occurred_at >= run.score_date + interval '1 day' as is_future
    from latest
    cross join run

)

select * from final
