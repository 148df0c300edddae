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

owners as (

    select * from {{ ref('int_identity_owners') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

-- Materialized so that the few leads that reached a stage come before all activities.
identity_stages as materialized (

    select
        owners.identity_key,
        stages.lead_key,
        stages.stage_number,
        stages.entered_at,
        stages.left_at
    from stages
    inner join owners on stages.lead_key = owners.lead_key

),

types as (

    select
        stages.lead_key,
        stages.stage_number,
        activities.activity_type,
        count(*) as activities
    from activities
    inner join identity_stages as stages
        on
            activities.identity_key = stages.identity_key
            and activities.occurred_at >= stages.entered_at
            and coalesce(activities.occurred_at < stages.left_at, true)
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
