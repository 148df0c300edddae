with

landed as (

    select * from {{ ref('int_landed_events') }}

),

-- Almost every id occurs once: only those that repeat are worth comparing.
final as (

    select event_key
    from landed
    where quarantine_reason is null
    group by event_key
    having count(*) > 1

)

select * from final
