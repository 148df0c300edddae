with

landed as (

    select * from {{ ref('stg_custom__events') }}

),

activities as (

    select * from {{ ref('int_activities') }}

),

identities as (

    select
        identity_key,
        any_value(source_system) as source_system,
        any_value(record_id) as record_id,
        any_value(normalized_email) as normalized_email,
        any_value(anonymous_id) as anonymous_id
    from landed
    group by identity_key

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
