with

signature_rules as (

    select * from {{ ref('int_signature_rules') }}

),

rules_in_force as (

    select * from {{ ref('int_rules_in_force') }}

),

parameters as (

    select * from {{ ref('int_rule_parameters') }}

),

-- One key for both columns, for activities to be joined by.
final as (

    select
        {{ hash_key(['rules_in_force.profile_key', 'signature_rules.signature_key']) }}
            as profile_signature_key,
        rules_in_force.profile_key,
        signature_rules.signature_key,
        signature_rules.rule_key,
        signature_rules.is_match,
        signature_rules.is_base,
        parameters.first_date
    from signature_rules
    inner join rules_in_force on signature_rules.rule_key = rules_in_force.rule_key
    inner join parameters on signature_rules.rule_key = parameters.rule_key

)

select * from final
