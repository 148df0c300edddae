with

identities as (

    select * from {{ ref('int_event_identities') }}

),

activities as (

    select * from {{ ref('int_activities') }}

),

activity as (

    select
        identity_key,
        count(*) filter (where not is_voided and not is_future) as activities,
        count(*) filter (where is_voided) as voided,
        count(*) filter (where is_future) as future,
        min(occurred_at) filter (where not is_voided and not is_future) as first_activity_at,
        max(occurred_at) filter (where not is_voided and not is_future) as last_activity_at
    from activities
    group by identity_key

),

final as (

    select
        identities.identity_key,
        identities.source_system,
        identities.source_table,
        identities.record_id,
        identities.normalized_email,
        identities.anonymous_id,
        activity.activities,
        activity.voided,
        activity.future,
        activity.first_activity_at,
        activity.last_activity_at
    from identities
    inner join activity on identities.identity_key = activity.identity_key

)

select * from final
