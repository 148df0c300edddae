{{ config(materialized='ephemeral') }}

with

activities as (

    select * from {{ ref('int_activities') }}
    where intake_status = 'activity'

),

owners as (

    select * from {{ ref('int_identity_owners') }}

),

lead_profiles as (

    select * from {{ ref('int_lead_profiles') }}

),

profile_rules as (

    select * from {{ ref('int_profile_rules') }}

),

scored_identities as (

    select
        owners.identity_key,
        lead_profiles.lead_key,
        lead_profiles.profile_key
    from owners
    inner join lead_profiles on owners.lead_key = lead_profiles.lead_key

),

final as (

    select
        scored_identities.lead_key,
        profile_rules.rule_key,
        cast(activities.occurred_at as date) as activity_date,
        count(*) filter (where profile_rules.is_match) as events,
        count(*) filter (where profile_rules.is_base) as base_events,
        coalesce(
            sum(activities.duration_seconds) filter (where profile_rules.is_match), 0
        ) as seconds
    from activities
    inner join scored_identities on activities.identity_key = scored_identities.identity_key
    inner join profile_rules
        on
            {{ hash_key(['scored_identities.profile_key', 'activities.signature_key']) }}
            = profile_rules.profile_signature_key
    where cast(activities.occurred_at as date) >= profile_rules.first_date
    group by
        scored_identities.lead_key,
        profile_rules.rule_key,
        cast(activities.occurred_at as date)

)

select * from final
