with

leads as (

    select * from {{ ref('int_leads') }}
    where is_scored

),

lead_trends as (

    select * from {{ ref('int_lead_trends') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}
    where
        role = 'champion'
        and score_name = 'main'

),

lead_segments as (

    select lead_segments.*
    from {{ ref('int_lead_segments') }} as lead_segments
    inner join models on lead_segments.model_key = models.model_key

),

settings as (

    select
        max(case when setting = 'rising_ratio' then value end) as rising_ratio,
        max(case when setting = 'falling_ratio' then value end) as falling_ratio,
        max(case when setting = 'breakout_ratio' then value end) as breakout_ratio,
        max(case when setting = 'breakout_activities' then value end) as breakout_activities
    from {{ ref('trend_settings') }}

),

of_leads as (

    select
        leads.lead_id,
        leads.account_id,
        coalesce(lead_segments.segment, 'default') as segment,
        lead_trends.activities,
        lead_trends.activities_before
    from lead_trends
    inner join leads on lead_trends.lead_key = leads.lead_key
    left join lead_segments on leads.lead_key = lead_segments.lead_key

),

levels as (

    select
        'lead' as level,
        lead_id as id,
        activities,
        activities_before
    from of_leads
    union all
    select
        'account' as level,
        account_id as id,
        activities,
        activities_before
    from of_leads
    where account_id is not null
    union all
    select
        'segment' as level,
        segment as id,
        activities,
        activities_before
    from of_leads

),

summed as (

    select
        level,
        id,
        count(*) as active_leads,
        cast(sum(activities) as bigint) as activities,
        cast(sum(activities_before) as bigint) as activities_before
    from levels
    group by
        level,
        id

),

final as (

    select
        summed.level,
        summed.id,
        summed.active_leads,
        summed.activities,
        summed.activities_before,
        case
            when
                summed.activities >= settings.rising_ratio * summed.activities_before
                and summed.activities > summed.activities_before
                then 'rising'
            when
                summed.activities <= settings.falling_ratio * summed.activities_before
                and summed.activities < summed.activities_before
                then 'falling'
            else 'steady'
        end as trend,
        summed.activities >= settings.breakout_activities
        and summed.activities >= settings.breakout_ratio * summed.activities_before as is_breakout
    from summed
    cross join settings

)

select * from final
