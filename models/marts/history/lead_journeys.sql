with

stages as (

    select * from {{ ref('int_journey_stages') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

activities as (

    select * from {{ ref('int_human_activities') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

types as (

    select
        stages.lead_key,
        stages.stage_number,
        activities.activity_type,
        count(*) as activities
    from stages
    inner join activities
        on
            stages.lead_key = activities.lead_key
            and stages.entered_at <= activities.occurred_at
            and coalesce(stages.left_at > activities.occurred_at, true)
    group by
        stages.lead_key,
        stages.stage_number,
        activities.activity_type

),

touchpoints as (

    select
        lead_key,
        stage_number,
        cast(sum(activities) as bigint) as touchpoints,
        string_agg(
            activity_type || ' ' || activities, '; ' order by activities desc, activity_type asc
        ) as touchpoint_types
    from types
    group by
        lead_key,
        stage_number

),

final as (

    select
        leads.lead_id,
        stages.stage_number,
        stages.stage,
        stages.entered_at,
        stages.left_at,
        stages.next_stage,
        date_diff('day', cast(stages.entered_at as date), coalesce(
            cast(stages.left_at as date), run.score_date
        )) as days_in_stage,
        coalesce(touchpoints.touchpoints, 0) as touchpoints,
        touchpoints.touchpoint_types
    from stages
    inner join leads on stages.lead_key = leads.lead_key
    cross join run
    left join touchpoints
        on
            stages.lead_key = touchpoints.lead_key
            and stages.stage_number = touchpoints.stage_number

)

select * from final
