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

-- One row: the day of the run before, and what the next run will know these leads by: nothing when
-- this model was built twice beside one `int_counted_leads`, for then no earlier units are there.
earlier_run as (

    select
        max(counted_leads.earlier_score_date) as score_date,
        case
            when
                max(counted_leads.earlier_units_counted_from) is null
                or max(counted_leads.earlier_units_counted_from)
                = (select max(earlier_units.counted_from) from earlier_units)
                then {{ hash_of_rows([
                    'counted_leads.lead_id',
                    'counted_leads.lead_key',
                    'counted_leads.counted_from',
                    'counted_leads.score_date',
                ]) }}
        end as counted_from
    from counted_leads

),

-- The units of each day, and how old it is; where it was counted before, how old it was then.
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
            when rule_days.is_carried and rule_days.activity_date <= earlier_run.score_date
                then earlier_run.score_date - rule_days.activity_date
        end as earlier_age
    from rule_days
    inner join parameters on rule_days.rule_key = parameters.rule_key
    cross join earlier_run

),

-- What a day adds to the units that are carried on: 1 where it is new, -1 where it goes, else 0.
-- The weight is not held at 0 as in `decay_weight`: the line went on below for a day that goes.
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
            when 'linear' then 1 - age / decay_days
            else 1
        end as weight
    from limited_days

),

-- Carried on: a half-life takes the same part of all days, a line the same step from each of them.
carried as (

    select
        counted_leads.lead_key,
        earlier_units.rule_key,
        earlier_units.units,
        earlier_units.weighted_units * case parameters.decay
            when 'half_life'
                then
                    power(
                        0.5,
                        (parameters.score_date - earlier_run.score_date) / parameters.decay_days
                    )
            else 1
        end
        - case parameters.decay
            when 'linear'
                then
                    earlier_units.fading_units
                    * (parameters.score_date - earlier_run.score_date) / parameters.decay_days
            else 0
        end as weighted_units,
        earlier_units.fading_units,
        earlier_units.events,
        earlier_units.base_events,
        case
            when earlier_units.last_activity_date >= parameters.first_date
                then earlier_units.last_activity_date
        end as last_activity_date
    from earlier_units
    inner join counted_leads
        on
            earlier_units.lead_key = counted_leads.earlier_lead_key
            and earlier_units.counted_from = counted_leads.earlier_units_counted_from
    inner join parameters on earlier_units.rule_key = parameters.rule_key
    cross join earlier_run

),

changes as (

    select
        lead_key,
        rule_key,
        sum(sign * units) as units,
        sum(sign_of_weight * units * weight) filter (where sign_of_weight <> 0) as weighted_units,
        sum(case when decay = 'linear' then sign_of_weight * units else 0 end) as fading_units,
        sum(sign * events) as events,
        sum(sign * base_events) as base_events,
        max(case when sign = 1 and events > 0 then activity_date end) as last_activity_date
    from signed_days
    group by
        lead_key,
        rule_key

),

combined as (

    select
        coalesce(carried.lead_key, changes.lead_key) as lead_key,
        coalesce(carried.rule_key, changes.rule_key) as rule_key,
        coalesce(carried.units, 0) + coalesce(changes.units, 0) as units,
        coalesce(carried.weighted_units, 0) + coalesce(changes.weighted_units, 0)
            as weighted_units,
        coalesce(carried.fading_units, 0) + coalesce(changes.fading_units, 0) as fading_units,
        coalesce(carried.events, 0) + coalesce(changes.events, 0) as events,
        coalesce(carried.base_events, 0) + coalesce(changes.base_events, 0) as base_events,
        coalesce(changes.last_activity_date, carried.last_activity_date) as last_activity_date
    from carried
    full join changes
        on
            carried.lead_key = changes.lead_key
            and carried.rule_key = changes.rule_key

),

final as (

    select
        combined.*,
        earlier_run.counted_from
    from combined
    cross join earlier_run
    where
        combined.events > 0
        or combined.base_events > 0

)

select * from final
