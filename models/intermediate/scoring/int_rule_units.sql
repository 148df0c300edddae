with

rule_days as (

    select * from {{ ref('int_rule_days') }}

),

parameters as (

    select * from {{ ref('int_rule_parameters') }}

),

counted_leads as (

    select * from {{ ref('int_counted_leads') }}

),

earlier_units as (

    select * from {{ source('control', 'earlier_rule_units') }}

),

runs as (

    select
        max(earlier_score_date) as earlier_score_date,
        {{ hash_of_rows(['lead_id', 'lead_key', 'counted_from', 'score_date']) }} as counted_from
    from counted_leads

),

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
        parameters.decay,
        parameters.decay_days,
        case when parameters.decay in ('linear', 'step') then parameters.decay_days end
            as days_of_weight,
        parameters.score_date - rule_days.activity_date as age,
        parameters.score_date - parameters.first_date as oldest_age,
        case
            when rule_days.is_carried and rule_days.activity_date <= runs.earlier_score_date
                then runs.earlier_score_date - rule_days.activity_date
        end as earlier_age
    from rule_days
    inner join parameters on rule_days.rule_key = parameters.rule_key
    cross join runs

),

-- What a day adds to the units that are carried on: 1 where it is new, -1 where it goes, else 0.
signed_days as (

    select
        *,
        case when age <= oldest_age then 1 else 0 end
        - case when earlier_age <= oldest_age then 1 else 0 end as sign,
        case when age <= oldest_age and coalesce(age < days_of_weight, true) then 1 else 0 end
        - case
            when earlier_age <= oldest_age and coalesce(earlier_age < days_of_weight, true) then 1
            else 0
        end as sign_of_weight,
        case decay
            when 'half_life' then power(0.5, age / decay_days)
            when 'linear' then 1.0 - age / decay_days
            else 1.0
        end as weight
    from limited_days

),

-- Carried on: a half-life takes the same part of all days, a line the same step from each of them.
carried as (

    select
        counted_leads.lead_key,
        earlier_units.rule_key,
        earlier_units.units,
        case parameters.decay
            when 'half_life'
                then
                    earlier_units.weighted_units
                    * power(0.5, (parameters.score_date - runs.earlier_score_date) / parameters.decay_days)
            when 'linear'
                then
                    earlier_units.weighted_units
                    - earlier_units.fading_units
                    * (parameters.score_date - runs.earlier_score_date) / parameters.decay_days
            else earlier_units.weighted_units
        end as weighted_units,
        earlier_units.fading_units,
        earlier_units.events,
        earlier_units.base_events,
        case
            when earlier_units.last_activity_date >= parameters.first_date
                then earlier_units.last_activity_date
        end as last_activity_date
    from earlier_units
    inner join counted_leads on earlier_units.lead_key = counted_leads.earlier_lead_key
    inner join parameters on earlier_units.rule_key = parameters.rule_key
    cross join runs

),

combined as (

    select * from carried
    union all
    select
        lead_key,
        rule_key,
        sign * units as units,
        sign_of_weight * units * weight as weighted_units,
        case when decay = 'linear' then sign_of_weight * units else 0 end as fading_units,
        sign * events as events,
        sign * base_events as base_events,
        case when sign = 1 and events > 0 then activity_date end as last_activity_date
    from signed_days

),

final as (

    select
        combined.lead_key,
        combined.rule_key,
        sum(combined.units) as units,
        sum(combined.weighted_units) as weighted_units,
        sum(combined.fading_units) as fading_units,
        sum(combined.events) as events,
        sum(combined.base_events) as base_events,
        max(combined.last_activity_date) as last_activity_date,
        runs.counted_from
    from combined
    cross join runs
    group by
        combined.lead_key,
        combined.rule_key,
        runs.counted_from
    having sum(combined.events) + sum(combined.base_events) > 0

)

select * from final
