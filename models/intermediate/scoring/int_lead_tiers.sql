{{ config(materialized='view') }}

with

scores as (

    select * from {{ ref('int_scores') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}

),

tiers as (

    select
        models.model_key,
        tiers.*
    from {{ ref('score_tiers') }} as tiers
    inner join models on tiers.model_version = models.model_version

),

earlier as (

    select * from {{ ref('int_earlier_scores') }}

),

-- A lead is in a tier that it reaches now, and in one that it was in until it falls below the
-- tier's margin.
tiers_reached as (

    select
        scores.lead_key,
        scores.model_key,
        tiers.tier,
        tiers.min_score,
        scores.score >= tiers.min_score
        and scores.fit_score >= coalesce(tiers.min_fit_score, 0)
        and scores.engagement_score >= coalesce(tiers.min_engagement_score, 0) as is_reached,
        scores.score >= {{ round_points('tiers.min_score - coalesce(tiers.exit_margin, 0)') }}
        and list_contains(earlier.tiers_in, tiers.tier) as is_held
    from scores
    inner join tiers on scores.model_key = tiers.model_key
    left join earlier
        on
            scores.lead_key = earlier.lead_key
            and scores.model_key = earlier.model_key

),

final as (

    select
        lead_key,
        model_key,
        max_by(tier, min_score) filter (where is_reached) as tier,
        max_by(tier, min_score) as held_tier,
        list(tier order by min_score) as tiers_in
    from tiers_reached
    where
        is_reached
        or is_held
    group by
        lead_key,
        model_key

)

select * from final
