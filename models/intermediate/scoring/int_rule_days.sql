{{ config(materialized='ephemeral') }}

with

activities as (

    select * from {{ ref('int_counted_activities') }}

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

-- Materialized because a planner that may choose the order of the joins has paired every lead with
-- every rule before it looked at activities.
owned as materialized (

    select
        scored_identities.lead_key,
        {{ hash_key(['scored_identities.profile_key', 'activities.signature_key']) }}
            as profile_signature_key,
        cast(activities.occurred_at as date) as activity_date,
        activities.duration_seconds
    from activities
    inner join scored_identities on activities.identity_key = scored_identities.identity_key

),

final as (

    select
        owned.lead_key,
        profile_rules.rule_key,
        owned.activity_date,
        -- As doubles: sums of whole numbers take 128 bits, which costs more than to count.
        cast(count(*) filter (where profile_rules.is_match) as double) as events,
        cast(count(*) filter (where profile_rules.is_base) as double) as base_events,
        coalesce(sum(owned.duration_seconds) filter (where profile_rules.is_match), 0) as seconds
    from owned
    inner join profile_rules on owned.profile_signature_key = profile_rules.profile_signature_key
    where owned.activity_date >= profile_rules.first_date
    group by
        owned.lead_key,
        profile_rules.rule_key,
        owned.activity_date

)

select * from final
