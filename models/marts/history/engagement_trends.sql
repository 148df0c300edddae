with

trends as (

    select * from {{ ref('int_trends') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

final as (

    select
        trends.level,
        trends.id,
        run.score_date,
        trends.active_leads,
        trends.activities,
        trends.activities_before,
        trends.trend,
        trends.is_breakout
    from trends
    cross join run

)

select * from final
