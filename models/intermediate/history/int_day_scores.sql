{{ config(materialized='view') }}

with

scores as (

    select * from {{ ref('int_model_scores') }}

),

tier_bounds as (

    select * from {{ ref('int_tier_bounds') }}

),

earlier as (

    select * from {{ ref('int_earlier_scores') }}

),

final as (

    select
        scores.lead_key,
        scores.model_key,
        scores.lead_id,
        scores.model_version,
        scores.score_date,
        scores.score_name,
        scores.role,
        scores.segment,
        scores.fit_score,
        scores.engagement_score,
        scores.predicted_score,
        scores.score,
        scores.tier,
        scores.held_tier,
        scores.tiers_in,
        scores.fit_grade,
        scores.engagement_level,
        scores.matrix_cell,
        scores.is_disqualified,
        scores.top_reasons,
        scores.weights_hash,
        tier_bounds.tier_bounds,
        earlier.score_date as earlier_score_date,
        earlier.held_tier as earlier_held_tier,
        {{ round_points('scores.score - earlier.score') }} as score_change
    from scores
    inner join tier_bounds on scores.model_version = tier_bounds.model_version
    left join earlier
        on
            scores.lead_key = earlier.lead_key
            and scores.model_key = earlier.model_key

)

select * from final
