{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['score_date'],
        on_schema_change='append_new_columns',
        full_refresh=false,
        pre_hook="{{ take_this_day_back() }}",
        post_hook="{{ forget_people_who_asked() }}",
    )
}}

with

earlier as (

    select * from {{ ref('int_earlier_scores') }}

),

-- A lead that is new enters its first tier. On the first day of a model nobody does: all are new.
changed as (

    select * from {{ ref('int_day_scores') }}
    where
        held_tier <> earlier_held_tier
        or (
            earlier_held_tier is null
            and model_key in (select earlier.model_key from earlier)
        )

),

moves as (

    select * from {{ ref('int_score_moves') }}

),

rules as (

    select * from {{ ref('int_rules') }}

),

tiers as (

    select * from {{ ref('score_tiers') }}

),

rule_names as (

    select
        model_key,
        dimension,
        rule_id,
        min(description) as description
    from rules
    group by
        model_key,
        dimension,
        rule_id

),

causes as (

    select
        moves.lead_key,
        moves.model_key,
        string_agg(
            coalesce(rule_names.description, replace(moves.rule_id, '_', ' '))
            || ' ' || {{ signed_points('moves.points_change') }},
            '; ' order by moves.move_rank
        ) as caused_by
    from moves
    inner join changed
        on
            moves.lead_key = changed.lead_key
            and moves.model_key = changed.model_key
    left join rule_names
        on
            moves.kind = 'rule'
            and moves.model_key = rule_names.model_key
            and moves.dimension = rule_names.dimension
            and moves.rule_id = rule_names.rule_id
    group by
        moves.lead_key,
        moves.model_key

),

final as (

    select
        changed.lead_id,
        changed.model_version,
        changed.score_date,
        changed.earlier_score_date,
        changed.earlier_held_tier as left_tier,
        changed.held_tier as entered_tier,
        -- Disqualified, which has no bound, is below all tiers; a new lead begins in the lowest.
        coalesce(entered_tiers.min_score, -1)
        > coalesce(
            left_tiers.min_score, case when changed.earlier_held_tier is null then 0 else -1 end
        ) as is_promotion,
        changed.score,
        changed.score_change,
        case
            when changed.earlier_held_tier is null then changed.top_reasons
            else causes.caused_by
        end as caused_by
    from changed
    left join causes
        on
            changed.lead_key = causes.lead_key
            and changed.model_key = causes.model_key
    left join tiers as entered_tiers
        on
            changed.model_version = entered_tiers.model_version
            and changed.held_tier = entered_tiers.tier
    left join tiers as left_tiers
        on
            changed.model_version = left_tiers.model_version
            and changed.earlier_held_tier = left_tiers.tier

)

select * from final
