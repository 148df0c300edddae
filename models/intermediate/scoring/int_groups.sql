with

score_groups as (

    select * from {{ ref('score_groups') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}

),

final as (

    select
        cast(
            row_number()
                over (
                    order by
                        score_groups.model_version, score_groups.dimension, score_groups.rule_group
                )
            as integer
        ) as group_key,
        models.model_key,
        lower({{ clean_text('score_groups.dimension') }}) as dimension,
        score_groups.rule_group,
        score_groups.min_points,
        score_groups.max_points
    from score_groups
    inner join models on score_groups.model_version = models.model_version

)

select * from final
