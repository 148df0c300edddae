with

landed as (

    select * from {{ ref('int_landed_events') }}

),

-- One row for each distinct kind of thing that was done: rules are matched on these, not on events.
final as (

    select
        signature_key,
        any_value(activity_type) as activity_type,
        any_value(asset) as asset,
        any_value(is_personalized) as is_personalized,
        any_value(is_automated) as is_automated
    from landed
    group by signature_key

)

select * from final
