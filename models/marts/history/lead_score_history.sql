{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['score_date'],
        on_schema_change='append_new_columns',
        full_refresh=false,
        post_hook=[
            "{{ forget_people_who_asked() }}",
            "{{ forget_people_who_asked(source('control', 'earlier_scores')) }}",
        ],
    )
}}

with

run as (

    select * from {{ source('control', 'run') }}

),

day_scores as (

    select * from {{ ref('int_day_scores') }}

),

contribution_lists as (

    select * from {{ ref('int_contribution_lists') }}

),

scores as (

    select
        day_scores.*,
        coalesce(contribution_lists.contributions, []) as contributions
    from day_scores
    left join contribution_lists
        on
            day_scores.lead_key = contribution_lists.lead_key
            and day_scores.model_key = contribution_lists.model_key

),

largest_moves as (

    select * from {{ ref('int_score_moves') }}
    where move_rank = 1

),

-- A run that finds the same for a day as the one before it leaves that one's rows as they are.
published as (

    {% if is_incremental() %}
        select
            lead_id,
            model_version,
            weights_hash,
            segment,
            fit_score,
            engagement_score,
            score,
            tier,
            held_tier,
            tiers_in,
            contributions,
            run_id,
            scored_at
        from {{ this }}
        where score_date = (select run.score_date from run)
    {% else %}
        select
            *,
            cast(null as varchar) as run_id,
            cast(null as timestamp) as scored_at
        from scores
        where false
    {% endif %}

),

final as (

    select
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
        scores.tier_bounds,
        scores.weights_hash,
        scores.earlier_score_date,
        scores.score_change,
        largest_moves.rule_id as changed_most,
        largest_moves.points_change as changed_most_points,
        scores.contributions,
        run.started_at >= scores.score_date + interval 1 day as is_final,
        coalesce(published.run_id, run.run_id) as run_id,
        coalesce(published.scored_at, run.started_at) as scored_at
    from scores
    cross join run
    left join largest_moves
        on
            scores.lead_key = largest_moves.lead_key
            and scores.model_key = largest_moves.model_key
    left join published
        on
            scores.lead_id = published.lead_id
            and scores.model_version = published.model_version
            and scores.weights_hash = published.weights_hash
            and scores.segment = published.segment
            and scores.fit_score = published.fit_score
            and scores.engagement_score = published.engagement_score
            and scores.score = published.score
            and scores.tier = published.tier
            and scores.held_tier = published.held_tier
            and scores.tiers_in = published.tiers_in
            and scores.contributions = published.contributions

)

select * from final
