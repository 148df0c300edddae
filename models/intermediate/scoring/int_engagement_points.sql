with

rule_units as (

    select * from {{ ref('int_rule_units') }}

),

parameters as (

    select * from {{ ref('int_rule_parameters') }}

),

rules_in_force as (

    select * from {{ ref('int_rules_in_force') }}

),

lead_profiles as (

    select * from {{ ref('int_lead_profiles') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

-- What a lead did: accumulating, threshold and rate rules.
active as (

    select
        rule_units.lead_key,
        rule_units.rule_key,
        {{ round_points(
            "case
                when parameters.measure <> 'rate' then rule_units.units
                when rule_units.base_events = 0 then 0
                else rule_units.events / rule_units.base_events
            end"
        ) }} as units,
        {{ round_carried_units('rule_units.weighted_units') }} as weighted_units,
        rule_units.last_activity_date,
        parameters.points,
        parameters.min_units,
        parameters.max_points,
        {{ decay_weight(
            'parameters.decay',
            '(parameters.score_date - rule_units.last_activity_date)',
            'parameters.decay_days'
        ) }} as last_weight
    from rule_units
    inner join parameters
        on
            rule_units.rule_key = parameters.rule_key
            and parameters.measure <> 'days_inactive'
    where rule_units.last_activity_date is not null

),

active_points as (

    select
        lead_key,
        rule_key,
        units,
        last_activity_date,
        max_points,
        case
            when min_units is null then points * weighted_units
            when units >= min_units then points * last_weight
            else 0
        end as points
    from active

),

-- What a lead did not do: every lead is asked, those without any activity too.
inactive as (

    select
        lead_profiles.lead_key,
        parameters.rule_key,
        parameters.score_date
        - coalesce(rule_units.last_activity_date, cast(leads.created_at as date)) as units,
        rule_units.last_activity_date,
        parameters.points,
        parameters.min_units,
        parameters.max_points
    from parameters
    inner join rules_in_force on parameters.rule_key = rules_in_force.rule_key
    inner join lead_profiles on rules_in_force.profile_key = lead_profiles.profile_key
    inner join leads on lead_profiles.lead_key = leads.lead_key
    left join rule_units
        on
            lead_profiles.lead_key = rule_units.lead_key
            and parameters.rule_key = rule_units.rule_key
    where parameters.measure = 'days_inactive'

),

inactive_points as (

    select
        lead_key,
        rule_key,
        units,
        last_activity_date,
        max_points,
        points
    from inactive
    where units >= min_units

),

combined as (

    select * from active_points
    union all
    select * from inactive_points

),

bounded as (

    select
        lead_key,
        rule_key,
        units,
        last_activity_date,
        {{ round_points('greatest(-max_points, least(max_points, points))') }} as raw_points
    from combined

),

final as (

    select
        lead_key,
        rule_key,
        raw_points,
        units,
        last_activity_date
    from bounded
    where raw_points <> 0

)

select * from final
