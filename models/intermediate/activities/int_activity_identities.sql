with

events as (

    select * from {{ ref('int_classified_events') }}

),

final as (

    select
        identity_key,
        source_system,
        any_value(record_id) as record_id,
        any_value(normalized_email) as normalized_email,
        any_value(anonymous_id) as anonymous_id,
        count(*) filter (where intake_status = 'activity') as activities,
        count(*) filter (where intake_status = 'voided') as voided,
        count(*) filter (where intake_status = 'future') as future,
        min(occurred_at) filter (where intake_status = 'activity') as first_activity_at,
        max(occurred_at) filter (where intake_status = 'activity') as last_activity_at
    from events
    group by
        identity_key,
        source_system

)

select * from final
