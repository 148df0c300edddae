with

events as (

    select * from {{ ref('int_classified_events') }}

),

-- Narrow on purpose: every later step reads this table, none reads the landed files again.
final as (

    select
        identity_key,
        signature_key,
        occurred_at,
        duration_seconds
    from events
    where intake_status = 'activity'

)

select * from final
