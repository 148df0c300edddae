with

events as (

    select * from {{ ref('int_classified_events') }}

),

final as (

    select distinct
        signature_key,
        activity_type,
        asset,
        is_personalized,
        is_automated
    from events
    where intake_status = 'activity'

)

select * from final
