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

counted_leads as (

    select * from {{ ref('int_counted_leads') }}

),

changing_days as (

    select * from {{ ref('int_changing_days') }}

),

scored_identities as (

    select
        owners.identity_key,
        lead_profiles.lead_key,
        lead_profiles.profile_key,
        counted_leads.earlier_lead_key is not null as is_carried
    from owners
    inner join lead_profiles on owners.lead_key = lead_profiles.lead_key
    left join counted_leads on owners.lead_key = counted_leads.lead_key

),

-- Materialized because a planner that may choose the order of the joins has paired every lead with
-- every rule before it looked at activities.
owned as materialized (

    select
        scored_identities.lead_key,
        scored_identities.profile_key,
        scored_identities.is_carried,
        activities.signature_key,
        cast(activities.occurred_at as date) as activity_date,
        activities.duration_seconds
    from activities
    inner join scored_identities on activities.identity_key = scored_identities.identity_key
    where not scored_identities.is_carried
    union all
    select
        scored_identities.lead_key,
        scored_identities.profile_key,
        scored_identities.is_carried,
        activities.signature_key,
        changing_days.activity_date,
        activities.duration_seconds
    from activities
    inner join changing_days
        on cast(activities.occurred_at as date) = changing_days.activity_date
    inner join scored_identities on activities.identity_key = scored_identities.identity_key
    where scored_identities.is_carried

),

-- Of leads that are carried on also days before the window: they have to be taken off.
final as (

    select
        owned.lead_key,
        profile_rules.rule_key,
        owned.activity_date,
        owned.is_carried,
        -- As doubles: sums of whole numbers take 128 bits, which costs more than to count.
        cast(count(*) filter (where profile_rules.is_match) as double) as events,
        cast(count(*) filter (where profile_rules.is_base) as double) as base_events,
        coalesce(sum(owned.duration_seconds) filter (where profile_rules.is_match), 0) as seconds
    from owned
    inner join profile_rules
        on
            profile_rules.profile_signature_key
            = {{ hash_key(['owned.profile_key', 'owned.signature_key']) }}
    where
        owned.is_carried
        or owned.activity_date >= profile_rules.first_date
    group by
        owned.lead_key,
        profile_rules.rule_key,
        owned.activity_date,
        owned.is_carried

)

select * from final
