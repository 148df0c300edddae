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

grades as (

    select
        models.model_key,
        grades.*
    from {{ ref('fit_grades') }} as grades
    inner join models on grades.model_version = models.model_version

),

levels as (

    select
        models.model_key,
        levels.*
    from {{ ref('engagement_levels') }} as levels
    inner join models on levels.model_version = models.model_version

),

lead_tiers as (

    select
        scores.lead_key,
        scores.model_key,
        max_by(tiers.tier, tiers.min_score) as tier
    from scores
    inner join tiers
        on
            scores.model_key = tiers.model_key
            and scores.score >= tiers.min_score
            and scores.fit_score >= coalesce(tiers.min_fit_score, 0)
            and scores.engagement_score >= coalesce(tiers.min_engagement_score, 0)
    group by
        scores.lead_key,
        scores.model_key

),

lead_grades as (

    select
        scores.lead_key,
        scores.model_key,
        max_by(grades.grade, grades.min_score) as fit_grade
    from scores
    inner join grades
        on
            scores.model_key = grades.model_key
            and scores.fit_score >= grades.min_score
    group by
        scores.lead_key,
        scores.model_key

),

lead_levels as (

    select
        scores.lead_key,
        scores.model_key,
        max_by(levels.level, levels.min_score) as engagement_level
    from scores
    inner join levels
        on
            scores.model_key = levels.model_key
            and scores.engagement_score >= levels.min_score
    group by
        scores.lead_key,
        scores.model_key

),

final as (

    select
        scores.lead_key,
        scores.model_key,
        case when scores.is_disqualified then 'Disqualified' else lead_tiers.tier end as tier,
        lead_grades.fit_grade,
        lead_levels.engagement_level
    from scores
    left join lead_tiers
        on
            scores.lead_key = lead_tiers.lead_key
            and scores.model_key = lead_tiers.model_key
    left join lead_grades
        on
            scores.lead_key = lead_grades.lead_key
            and scores.model_key = lead_grades.model_key
    left join lead_levels
        on
            scores.lead_key = lead_levels.lead_key
            and scores.model_key = lead_levels.model_key

)

select * from final
