with

activities as (

    select * from {{ ref('int_human_activities') }}

),

owners as (

    select * from {{ ref('int_identity_owners') }}
    where lead_key is not null

),

settings as (

    select max(case when setting = 'window_days' then value end) as window_days
    from {{ ref('trend_settings') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

days as (

    select
        cast(day.unnest as date) as activity_date,
        cast(day.unnest as date) > run.score_date - cast(settings.window_days as integer)
            as is_recent
    from run
    cross join settings
    cross join lateral unnest(
        generate_series(
            cast(run.score_date + 1 - 2 * cast(settings.window_days as integer) as timestamp),
            cast(run.score_date as timestamp),
            interval '1 day'
        )
    ) as day

),

-- Identities first, of which there are few: their leads are looked up once.
identities as (

    select
        activities.identity_key,
        count(*) filter (where days.is_recent) as activities,
        count(*) filter (where not days.is_recent) as activities_before
    from activities
    inner join days on cast(activities.occurred_at as date) = days.activity_date
    group by activities.identity_key

),

final as (

    select
        owners.lead_key,
        cast(sum(identities.activities) as bigint) as activities,
        cast(sum(identities.activities_before) as bigint) as activities_before
    from identities
    inner join owners on identities.identity_key = owners.identity_key
    group by owners.lead_key

)

select * from final
