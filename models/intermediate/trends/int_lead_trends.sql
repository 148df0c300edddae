with

activities as (

    select * from {{ ref('int_human_activities') }}

),

settings as (

    select max(case when setting = 'window_days' then value end) as window_days
    from {{ ref('trend_settings') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

windows as (

    select
        run.score_date - cast(settings.window_days as integer) as last_day_before,
        run.score_date - 2 * cast(settings.window_days as integer) as day_before_all
    from run
    cross join settings

),

final as (

    select
        activities.lead_key,
        count(*) filter (
            where cast(activities.occurred_at as date) > windows.last_day_before
        ) as activities,
        count(*) filter (
            where cast(activities.occurred_at as date) <= windows.last_day_before
        ) as activities_before
    from activities
    cross join windows
    where cast(activities.occurred_at as date) > windows.day_before_all
    group by activities.lead_key

)

select * from final
