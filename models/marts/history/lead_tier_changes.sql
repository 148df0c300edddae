{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['score_date'],
        on_schema_change='append_new_columns',
        full_refresh=false,
        post_hook="{{ forget_people_who_asked() }}",
    )
}}

with

history as (

    select * from {{ ref('lead_score_history') }}

),

day_scores as (

    select * from {{ ref('int_day_scores') }}

),

moves as (

    select * from {{ ref('int_score_moves') }}

),

rules as (

    select * from {{ ref('int_rules') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}

),

tiers as (

    select * from {{ ref('score_tiers') }}

),

changed as (

    select
        lead_id,
        model_version,
        score_date,
        earlier_score_date,
        earlier_held_tier,
        held_tier,
        score_change
    from day_scores
    where held_tier <> earlier_held_tier

),

-- The rows of the score that moved it most, the largest first.
ranked_moves as (

    select
        moves.*,
        row_number() over (
            partition by moves.lead_id, moves.model_version
            order by
                abs(moves.points_change) desc,
                moves.rule_id asc,
                moves.kind asc,
                moves.dimension asc,
                moves.rule_group asc
        ) as move_rank
    from moves
    inner join changed
        on
            moves.lead_id = changed.lead_id
            and moves.model_version = changed.model_version
    where moves.points_change <> 0

),

rule_names as (

    select
        models.model_version,
        rules.dimension,
        rules.rule_id,
        min(rules.description) as description
    from rules
    inner join models on rules.model_key = models.model_key
    group by
        models.model_version,
        rules.dimension,
        rules.rule_id

),

causes as (

    select
        ranked_moves.lead_id,
        ranked_moves.model_version,
        string_agg(
            coalesce(rule_names.description, replace(ranked_moves.rule_id, '_', ' '))
            || ' ' || {{ signed_points('ranked_moves.points_change') }},
            '; ' order by ranked_moves.move_rank
        ) as caused_by
    from ranked_moves
    left join rule_names
        on
            ranked_moves.kind = 'rule'
            and ranked_moves.model_version = rule_names.model_version
            and ranked_moves.dimension = rule_names.dimension
            and ranked_moves.rule_id = rule_names.rule_id
    where ranked_moves.move_rank <= 3
    group by
        ranked_moves.lead_id,
        ranked_moves.model_version

),

final as (

    select
        changed.lead_id,
        changed.model_version,
        changed.score_date,
        changed.earlier_score_date,
        changed.earlier_held_tier as left_tier,
        changed.held_tier as entered_tier,
        coalesce(entered.min_score, -1) > coalesce(left_tiers.min_score, -1) as is_promotion,
        history.score,
        changed.score_change,
        causes.caused_by,
        history.run_id
    from changed
    inner join history
        on
            changed.lead_id = history.lead_id
            and changed.model_version = history.model_version
            and changed.score_date = history.score_date
    left join causes
        on
            changed.lead_id = causes.lead_id
            and changed.model_version = causes.model_version
    left join tiers as entered
        on
            changed.model_version = entered.model_version
            and changed.held_tier = entered.tier
    left join tiers as left_tiers
        on
            changed.model_version = left_tiers.model_version
            and changed.earlier_held_tier = left_tiers.tier

)

select * from final
