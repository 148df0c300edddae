with

rules as (

    select * from {{ ref('disqualification_rules') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}

),

final as (

    select
        models.model_key,
        rules.model_version,
        rules.rule_id,
        lower({{ clean_text('rules.attribute') }}) as attribute,
        lower({{ clean_text('rules.operator') }}) as operator,
        lower({{ clean_text('rules.value') }}) as value,
        {{ clean_text('rules.reason') }} as reason
    from rules
    inner join models on rules.model_version = models.model_version

)

select * from final
