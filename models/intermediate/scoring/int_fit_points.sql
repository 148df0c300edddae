with

fit_rules as (

    select * from {{ ref('int_fit_rules') }}

),

rules as (

    select * from {{ ref('int_rules') }}

),

conditions as (

    select * from {{ ref('int_conditions') }}

),

lead_conditions as (

    select * from {{ ref('int_lead_conditions') }}

),

lead_profiles as (

    select * from {{ ref('int_lead_profiles') }}

),

rules_in_force as (

    select * from {{ ref('int_rules_in_force') }}

),

keyed_rules as (

    select
        rules.rule_key,
        main_conditions.condition_key,
        and_conditions.condition_key as and_condition_key,
        {{ round_points('fit_rules.points') }} as points
    from fit_rules
    inner join rules
        on
            fit_rules.model_key = rules.model_key
            and fit_rules.rule_id = rules.rule_id
            and fit_rules.segment is not distinct from rules.segment
            and rules.dimension = 'fit'
    inner join conditions as main_conditions
        on
            fit_rules.attribute = main_conditions.attribute
            and fit_rules.operator = main_conditions.operator
            and fit_rules.value is not distinct from main_conditions.value
    left join conditions as and_conditions
        on
            fit_rules.and_attribute = and_conditions.attribute
            and fit_rules.and_operator = and_conditions.operator
            and fit_rules.and_value is not distinct from and_conditions.value

),

final as (

    select
        lead_profiles.lead_key,
        keyed_rules.rule_key,
        keyed_rules.points as raw_points
    from keyed_rules
    inner join rules_in_force on keyed_rules.rule_key = rules_in_force.rule_key
    inner join lead_conditions on keyed_rules.condition_key = lead_conditions.condition_key
    inner join lead_profiles
        on
            lead_conditions.lead_key = lead_profiles.lead_key
            and rules_in_force.profile_key = lead_profiles.profile_key
    left join lead_conditions as and_lead_conditions
        on
            keyed_rules.and_condition_key = and_lead_conditions.condition_key
            and lead_conditions.lead_key = and_lead_conditions.lead_key
    where
        keyed_rules.points <> 0
        and (
            keyed_rules.and_condition_key is null
            or and_lead_conditions.lead_key is not null
        )

)

select * from final
