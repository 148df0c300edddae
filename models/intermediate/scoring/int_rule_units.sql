{{ config(materialized='view') }}

with

rule_days as (

    select * from {{ ref('int_rule_days') }}

),

parameters as (

    select * from {{ ref('int_rule_parameters') }}

),

-- The units of each day, and what they count by their age.
limited_days as (

    select
        rule_days.lead_key,
        rule_days.rule_key,
        rule_days.activity_date,
        rule_days.events,
        rule_days.base_events,
        least(
            case parameters.measure
                when 'minutes' then rule_days.seconds / 60
                when 'days' then case when rule_days.events > 0 then 1 else 0 end
                else rule_days.events
            end,
            parameters.daily_limit
        ) as units,
        {{ decay_weight(
            'parameters.decay',
            '(parameters.score_date - rule_days.activity_date)',
            'parameters.decay_days'
        ) }} as weight
    from rule_days
    inner join parameters on rule_days.rule_key = parameters.rule_key

),

final as (

    select
        lead_key,
        rule_key,
        sum(units) as units,
        sum(units * weight) as weighted_units,
        sum(events) as events,
        sum(base_events) as base_events,
        max(activity_date) filter (where events > 0) as last_activity_date
    from limited_days
    group by
        lead_key,
        rule_key

)

select * from final
