with

rules as (

    select * from {{ ref('fit_rules') }}

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
        lower({{ clean_text('rules.attribute') }}) as attribute,
        lower({{ clean_text('rules.operator') }}) as operator,
        lower({{ clean_text('rules.value') }}) as value,
        lower({{ clean_text('rules.and_attribute') }}) as and_attribute,
        lower({{ clean_text('rules.and_operator') }}) as and_operator,
        lower({{ clean_text('rules.and_value') }}) as and_value,
        rules.points,
        {{ clean_text('rules.description') }} as description
    from rules
    inner join models on rules.model_version = models.model_version

)

select * from final
