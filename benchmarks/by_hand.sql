-- One query from landed files and seeds to scores (lead_id, score), as one writes it for speed alone: no
-- duplicates, identities, segments, disqualification or explanation, and no rate or inactivity rules. It is
-- the yardstick of the benchmark. Variables: landing, seeds (folders) and score_date.
with

rules as (

    select
        cast(row_number() over () as utinyint) as rule,
        rule_group,
        activity_type,
        asset_operator,
        string_split(lower(asset_value), '|') as asset_values,
        measure,
        cast(points as double) as points,
        cast(min_units as double) as min_units,
        coalesce(cast(daily_limit as double), 'infinity') as daily_limit,
        coalesce(cast(max_points as double), 'infinity') as max_points,
        getvariable('score_date') - coalesce(cast(window_days as integer), 36500) as last_day_out,
        decay,
        cast(decay_days as double) as decay_days
    from read_csv(getvariable('seeds') || '/engagement_rules.csv', all_varchar = true)

),

-- Reading two columns twice is cheaper than keeping all of them once.
events as not materialized (

    select
        lead_id,
        event_type,
        asset,
        cast(occurred_at as date) as day,
        duration_seconds
    from read_parquet(getvariable('landing') || '/custom/events/*.parquet')
    where occurred_at < getvariable('score_date') + interval 1 day

),

-- Rules are matched on the few distinct things that events are about.
things as (

    select
        event_type,
        asset
    from events
    group by all

),

alternatives as (

    select
        rule,
        last_day_out,
        activity_type,
        coalesce(asset_operator, 'any') as asset_operator,
        unnest(coalesce(asset_values, [''])) as asset_value
    from rules

),

matches as (

    select distinct
        things.event_type,
        things.asset,
        alternatives.rule,
        alternatives.last_day_out
    from things
    inner join alternatives
        on
            alternatives.activity_type in ('*', things.event_type)
            and case alternatives.asset_operator
                when 'any' then true
                when 'equals' then lower(things.asset) = alternatives.asset_value
                when 'starts_with' then starts_with(lower(things.asset), alternatives.asset_value)
                when 'contains' then contains(lower(things.asset), alternatives.asset_value)
            end

),

rule_days as (

    select
        events.lead_id,
        matches.rule,
        events.day,
        count(*) as events,
        sum(events.duration_seconds) as seconds
    from events
    inner join matches
        on
            events.event_type = matches.event_type
            and events.asset is not distinct from matches.asset
            and events.day > matches.last_day_out
    group by all

),

-- What a day counts: its units up to the limit, and its weight by age.
weighed_days as (

    select
        rule_days.lead_id,
        rule_days.rule,
        least(
            case rules.measure
                when 'events' then rule_days.events
                when 'minutes' then coalesce(rule_days.seconds, 0) / 60
                else 1
            end,
            rules.daily_limit
        ) as units,
        case rules.decay
            when 'half_life'
                then 0.5 ** ((getvariable('score_date') - rule_days.day) / rules.decay_days)
            when 'linear'
                then greatest(
                    0, 1 - (getvariable('score_date') - rule_days.day) / rules.decay_days
                )
            when 'step'
                then cast(
                    getvariable('score_date') - rule_days.day < rules.decay_days as double
                )
            else 1
        end as weight
    from rule_days
    inner join rules using (rule)

),

units as (

    select
        lead_id,
        rule,
        round(sum(units), 6) as units,
        sum(units * weight) as weighted_units,
        -- A weight never rises with age: the latest day has the largest.
        max(weight) as last_weight
    from weighed_days
    group by all

),

engagement_points as (

    select
        units.lead_id,
        rules.rule_group,
        round(greatest(-rules.max_points, least(rules.max_points, case
            when rules.min_units is null then rules.points * units.weighted_units
            when units.units >= rules.min_units then rules.points * units.last_weight
            else 0
        end)), 6) as points
    from units
    inner join rules using (rule)

),

leads as (

    select
        lead_id,
        lower(trim(job_title)) as job_title,
        lower(trim(industry)) as industry,
        lower(trim(country)) as country,
        cast(employee_count as varchar) as employee_count
    from read_parquet(getvariable('landing') || '/custom/leads/*.parquet')
    where created_at < getvariable('score_date') + interval 1 day

),

attributes as (

    unpivot leads
    on job_title, industry, country, employee_count
    into name attribute value attribute_value

),

fit_rules as (

    select
        rule_group,
        attribute,
        operator,
        string_split(lower(value), '|') as parts,
        try_cast(string_split(value, '..')[1] as double) as low,
        try_cast(string_split(value, '..')[-1] as double) as high,
        cast(points as double) as points
    from read_csv(getvariable('seeds') || '/fit_rules.csv', all_varchar = true)

),

-- Fit too is matched on distinct values.
fit_matches as (

    select
        attribute,
        attribute_value,
        fit_rules.rule_group,
        sum(fit_rules.points) as points
    from (select distinct attribute, attribute_value from attributes) as distinct_values
    inner join fit_rules using (attribute)
    where
        case fit_rules.operator
            when 'equals' then list_contains(fit_rules.parts, attribute_value)
            when 'in' then list_contains(fit_rules.parts, attribute_value)
            when 'contains'
                then len(list_filter(fit_rules.parts, lambda v: contains(attribute_value, v))) > 0
            when 'at_least' then cast(attribute_value as double) >= fit_rules.low
            when 'between'
                then cast(attribute_value as double) between fit_rules.low and fit_rules.high
        end
    group by all

),

points as (

    select
        lead_id,
        'engagement' as dimension,
        rule_group,
        points
    from engagement_points
    union all
    select
        attributes.lead_id,
        'fit' as dimension,
        fit_matches.rule_group,
        fit_matches.points
    from attributes
    inner join fit_matches using (attribute, attribute_value)

),

group_sums as (

    select
        lead_id,
        dimension,
        rule_group,
        round(sum(points), 6) as points
    from points
    group by all

),

groups as (

    select
        dimension,
        rule_group,
        coalesce(cast(min_points as double), '-infinity') as min_points,
        coalesce(cast(max_points as double), 'infinity') as max_points
    from read_csv(getvariable('seeds') || '/score_groups.csv', all_varchar = true)

),

dimension_sums as (

    select
        group_sums.lead_id,
        round(sum(
            greatest(groups.min_points, least(groups.max_points, group_sums.points))
        ) filter (where group_sums.dimension = 'fit'), 6) as fit,
        round(sum(
            greatest(groups.min_points, least(groups.max_points, group_sums.points))
        ) filter (where group_sums.dimension = 'engagement'), 6) as engagement
    from group_sums
    inner join groups using (dimension, rule_group)
    group by all

),

model as (

    select
        cast(fit_weight as double) as fit_weight,
        cast(engagement_weight as double) as engagement_weight
    from read_csv(getvariable('seeds') || '/score_models.csv', all_varchar = true)

)

select
    leads.lead_id,
    -- A decimal, because half a hundredth has no exact binary form.
    cast(greatest(0, least(100, round(cast(round(
        model.fit_weight * greatest(0, least(100, coalesce(dimension_sums.fit, 0)))
        + model.engagement_weight * greatest(0, least(100, coalesce(dimension_sums.engagement, 0))),
        6
    ) as decimal(18, 6)), 2))) as double) as score
from leads
cross join model
left join dimension_sums using (lead_id)
