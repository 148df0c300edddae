{{ config(materialized='view') }}

with

scores as (

    select * from {{ ref('int_scores') }}

),

bands as (

    select * from {{ ref('int_score_bands') }}

),

reasons as (

    select * from {{ ref('int_top_reasons') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}

),

lead_segments as (

    select * from {{ ref('int_lead_segments') }}

),

weights_hashes as (

    select * from {{ ref('int_weights_hashes') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

final as (

    select
        scores.lead_key,
        scores.model_key,
        leads.lead_id,
        models.model_version,
        models.score_name,
        models.role,
        run.score_date,
        coalesce(lead_segments.segment, 'default') as segment,
        scores.fit_score,
        scores.engagement_score,
        scores.predicted_score,
        scores.score,
        bands.tier,
        bands.held_tier,
        bands.tiers_in,
        bands.fit_grade,
        bands.engagement_level,
        bands.fit_grade || bands.engagement_level as matrix_cell,
        scores.is_disqualified,
        scores.disqualified_reason,
        reasons.top_reasons,
        weights_hashes.weights_hash
    from scores
    inner join leads on scores.lead_key = leads.lead_key
    inner join models on scores.model_key = models.model_key
    inner join bands
        on
            scores.lead_key = bands.lead_key
            and scores.model_key = bands.model_key
    inner join weights_hashes on models.model_version = weights_hashes.model_version
    cross join run
    left join lead_segments
        on
            scores.lead_key = lead_segments.lead_key
            and scores.model_key = lead_segments.model_key
    left join reasons
        on
            scores.lead_key = reasons.lead_key
            and scores.model_key = reasons.model_key

)

select * from final
