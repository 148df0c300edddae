{{ config(materialized='view') }}

with

earlier as (

    select * from {{ ref('int_earlier_scores') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}

),

contributions as (

    select * from {{ ref('lead_score_contributions') }}

),

scored_before as (

    select
        leads.lead_id,
        models.model_version,
        earlier.contributions
    from earlier
    inner join leads on earlier.lead_key = leads.lead_key
    inner join models on earlier.model_key = models.model_key

),

unnested as (

    select
        lead_id,
        model_version,
        unnest(contributions) as contribution
    from scored_before

),

signed as (

    select
        unnested.lead_id,
        unnested.model_version,
        unnested.contribution.dimension,
        unnested.contribution.kind,
        unnested.contribution.rule_group,
        unnested.contribution.rule_id,
        -unnested.contribution.points as points
    from unnested
    union all
    select
        contributions.lead_id,
        contributions.model_version,
        contributions.dimension,
        contributions.kind,
        contributions.rule_group,
        contributions.rule_id,
        contributions.points
    from contributions
    inner join scored_before
        on
            contributions.lead_id = scored_before.lead_id
            and contributions.model_version = scored_before.model_version

),

final as (

    select
        lead_id,
        model_version,
        dimension,
        kind,
        rule_group,
        rule_id,
        {{ round_points('sum(points)') }} as points_change
    from signed
    group by
        lead_id,
        model_version,
        dimension,
        kind,
        rule_group,
        rule_id

)

select * from final
