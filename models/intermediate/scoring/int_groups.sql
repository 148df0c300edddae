with

groups as (

    select * from {{ ref('score_groups') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}

),

final as (

    select
        cast(
            row_number() over (order by groups.model_version, groups.dimension, groups.rule_group)
            as integer
        ) as group_key,
        models.model_key,
        lower({{ clean_text('groups.dimension') }}) as dimension,
        groups.rule_group,
        groups.min_points,
        groups.max_points
    from groups
    inner join models on groups.model_version = models.model_version

)

select * from final
