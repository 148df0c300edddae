with

engagement_rules as (

    select * from {{ ref('int_engagement_rules') }}

),

rules as (

    select * from {{ ref('int_rules') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

final as (

    select
        rules.rule_key,
        engagement_rules.measure,
        engagement_rules.points,
        engagement_rules.min_units,
        coalesce(engagement_rules.daily_limit, cast('infinity' as double)) as daily_limit,
        coalesce(engagement_rules.max_points, cast('infinity' as double)) as max_points,
        engagement_rules.decay,
        engagement_rules.decay_days,
        run.score_date,
        -- The first day of the window; inactivity looks back as far as there is anything.
        case
            when engagement_rules.window_days is null or engagement_rules.measure = 'days_inactive'
                then cast('0001-01-01' as date)
            else greatest(
                run.score_date + 1
                - cast(least(ceil(engagement_rules.window_days), 1000000) as integer),
                cast('0001-01-01' as date)
            )
        end as first_date
    from engagement_rules
    inner join rules
        on
            engagement_rules.model_key = rules.model_key
            and engagement_rules.rule_id = rules.rule_id
            and engagement_rules.segment is not distinct from rules.segment
            and rules.dimension = 'engagement'
    cross join run

)

select * from final
