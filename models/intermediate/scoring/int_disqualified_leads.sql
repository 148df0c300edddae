with

rules as (

    select * from {{ ref('int_disqualification_rules') }}

),

conditions as (

    select * from {{ ref('int_conditions') }}

),

lead_conditions as (

    select * from {{ ref('int_lead_conditions') }}

),

ranked as (

    select
        lead_conditions.lead_key,
        rules.model_key,
        rules.rule_id,
        rules.reason,
        row_number() over (
            partition by lead_conditions.lead_key, rules.model_key
            order by rules.rule_id
        ) as reason_rank
    from rules
    inner join conditions
        on
            rules.attribute = conditions.attribute
            and rules.operator = conditions.operator
            and rules.value is not distinct from conditions.value
    inner join lead_conditions on conditions.condition_key = lead_conditions.condition_key

),

final as (

    select
        lead_key,
        model_key,
        coalesce(reason, rule_id) as disqualified_reason
    from ranked
    where reason_rank = 1

)

select * from final
