with

rules as (

    select * from {{ ref('score_segments') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}

),

final as (

    select
        models.model_key,
        rules.model_version,
        rules.segment,
        rules.priority,
        lower({{ clean_text('rules.attribute') }}) as attribute,
        lower({{ clean_text('rules.operator') }}) as operator,
        lower({{ clean_text('rules.value') }}) as value
    from rules
    inner join models on rules.model_version = models.model_version

)

select * from final
