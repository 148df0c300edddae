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

rules_in_force as (

    select * from {{ ref('int_rules_in_force') }}

),

signature_rules as (

    select * from {{ ref('int_signature_rules') }}

),

parameters as (

    select * from {{ ref('int_rule_parameters') }}

),

scored_identities as (

    select
        owners.identity_key,
        lead_profiles.lead_key,
        lead_profiles.profile_key
    from owners
    inner join lead_profiles on owners.lead_key = lead_profiles.lead_key

),

profile_rules as (

    select
        rules_in_force.profile_key,
        signature_rules.signature_key,
        signature_rules.rule_key,
        signature_rules.is_match,
        signature_rules.is_base,
        parameters.first_date
    from signature_rules
    inner join rules_in_force on signature_rules.rule_key = rules_in_force.rule_key
    inner join parameters on signature_rules.rule_key = parameters.rule_key

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
            activities.signature_key = profile_rules.signature_key
            and scored_identities.profile_key = profile_rules.profile_key
    where cast(activities.occurred_at as date) >= profile_rules.first_date
    group by
        scored_identities.lead_key,
        profile_rules.rule_key,
        cast(activities.occurred_at as date)

)

select * from final
