with

rules as (

    select * from {{ ref('engagement_rules') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}

),

final as (

    select
        models.model_key,
        rules.model_version,
        rules.rule_id,
        rules.rule_group,
        {{ blank_to_null('rules.segment') }} as segment,
        lower({{ clean_text('rules.activity_type') }}) as activity_type,
        coalesce(lower({{ clean_text('rules.asset_operator') }}), 'any') as asset_operator,
        lower({{ clean_text('rules.asset_value') }}) as asset_value,
        coalesce(lower({{ clean_text('rules.personalized') }}), 'any') as personalized,
        lower({{ clean_text('rules.measure') }}) as measure,
        lower({{ clean_text('rules.per_activity_type') }}) as per_activity_type,
        rules.points,
        rules.min_units,
        rules.daily_limit,
        rules.max_points,
        rules.window_days,
        coalesce(lower({{ clean_text('rules.decay') }}), 'none') as decay,
        rules.decay_days,
        coalesce(rules.count_automated, false) as count_automated,
        {{ clean_text('rules.description') }} as description
    from rules
    inner join models on rules.model_version = models.model_version

)

select * from final
