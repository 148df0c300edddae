with

contributions as (

    select * from {{ ref('int_contributions') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

final as (

    select
        leads.lead_id,
        models.model_version,
        contributions.kind,
        contributions.dimension,
        contributions.rule_group,
        contributions.rule_id,
        run.score_date,
        contributions.points,
        contributions.raw_points,
        contributions.units,
        contributions.last_activity_date,
        contributions.description
    from contributions
    inner join leads on contributions.lead_key = leads.lead_key
    inner join models on contributions.model_key = models.model_key
    cross join run

)

select * from final
