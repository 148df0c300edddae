-- Days on which units change for leads whose units are carried on: new ones, those that leave a
-- rule's window, and those whose weight is used up.
with

counted_leads as (

    select * from {{ ref('int_counted_leads') }}

),

parameters as (

    select * from {{ ref('int_rule_parameters') }}

),

earlier_run as (

    select max(earlier_score_date) as score_date
    from counted_leads

),

spans as (

    select
        earlier_run.score_date + 1 as first_day,
        parameters.score_date as last_day
    from parameters
    cross join earlier_run
    union
    select
        parameters.first_date
        - cast(parameters.score_date - earlier_run.score_date as integer) as first_day,
        parameters.first_date - 1 as last_day
    from parameters
    cross join earlier_run
    where parameters.first_date > cast('0001-01-01' as date)
    union
    select
        earlier_run.score_date + 1
        - cast(least(ceil(parameters.decay_days), 1000000) as integer) as first_day,
        parameters.score_date
        - cast(least(ceil(parameters.decay_days), 1000000) as integer) as last_day
    from parameters
    cross join earlier_run
    where parameters.decay in ('linear', 'step')

),

final as (

    select distinct cast(day.unnest as date) as activity_date
    from spans
    cross join lateral unnest(
        generate_series(
            cast(spans.first_day as timestamp),
            cast(spans.last_day as timestamp),
            interval '1 day'
        )
    ) as day

)

select * from final
