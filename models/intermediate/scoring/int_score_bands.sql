with

scores as (

    select * from {{ ref('int_scores') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}

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

    select * from {{ ref('int_lead_tiers') }}

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
        case when scores.is_disqualified then 'Disqualified' else lead_tiers.held_tier end
            as held_tier,
        lead_tiers.tiers_in,
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
